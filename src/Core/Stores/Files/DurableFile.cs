using System.Runtime.InteropServices;
using System.Text;

namespace Dashboard.Core.Stores.Files;

/// <summary>Files that are there whole or not at all, also after a power cut: written beside their place, brought to the disk, then moved, then the folder is brought to the disk.</summary>
internal static class DurableFile
{
    private const int ReadOnly = 0;
    private const int Exists = 17;

    /// <summary>How a file begins that was not written to its end. Nobody reads it; a sweep may remove it.</summary>
    public const string Unfinished = ".unfinished-";

    /// <summary>Puts a file in place of what is there.</summary>
    public static async ValueTask ReplaceAsync(string path, Func<Stream, CancellationToken, ValueTask> write, CancellationToken cancellationToken)
    {
        var aside = await WriteAsideAsync(path, write, cancellationToken);
        File.Move(aside, path, overwrite: true);
        Settle(Path.GetDirectoryName(path)!);
    }

    /// <summary>Puts a file where none is; false when there is one, which stays.</summary>
    public static async ValueTask<bool> CreateAsync(string path, Func<Stream, CancellationToken, ValueTask> write, CancellationToken cancellationToken)
    {
        var aside = await WriteAsideAsync(path, write, cancellationToken);
        try
        {
            // File.Move looks first and renames then, and of two who look at once the second overwrites. A link is made by one of them.
            if (link(Name(aside), Name(path)) != 0)
            {
                var error = Marshal.GetLastPInvokeError();
                return error == Exists ? false : throw new IOException($"{path} cannot be made: {Marshal.GetPInvokeErrorMessage(error)}.");
            }
        }
        finally
        {
            File.Delete(aside);
        }

        Settle(Path.GetDirectoryName(path)!);
        return true;
    }

    /// <summary>Brings what a folder names to the disk.</summary>
    public static void Settle(string folder)
    {
        var handle = open(Name(folder), ReadOnly);
        if (handle < 0)
        {
            return;
        }

        // Some file systems cannot, and say so; then nothing better can be done.
        _ = fsync(handle);
        _ = close(handle);
    }

    private static byte[] Name(string path) => [.. Encoding.UTF8.GetBytes(path), 0];

    private static async ValueTask<string> WriteAsideAsync(string path, Func<Stream, CancellationToken, ValueTask> write, CancellationToken cancellationToken)
    {
        var folder = Path.GetDirectoryName(path)!;
        Directory.CreateDirectory(folder);
        var aside = Path.Combine(folder, $"{Unfinished}{Guid.NewGuid():N}");
        try
        {
            await using var file = new FileStream(aside, FileMode.CreateNew, FileAccess.Write, FileShare.None, 81_920, FileOptions.Asynchronous);
            await write(file, cancellationToken);
            await file.FlushAsync(cancellationToken);
            file.Flush(flushToDisk: true);
            return aside;
        }
        catch
        {
            File.Delete(aside);
            throw;
        }
    }

#pragma warning disable SYSLIB1054, IDE1006, CA5392 // Four calls of the C library by their own names, with nothing to marshal.
    [DllImport("libc", SetLastError = true)]
    private static extern int open(byte[] path, int flags);

    [DllImport("libc", SetLastError = true)]
    private static extern int link(byte[] from, byte[] to);

    [DllImport("libc", SetLastError = true)]
    private static extern int fsync(int handle);

    [DllImport("libc", SetLastError = true)]
    private static extern int close(int handle);
#pragma warning restore SYSLIB1054, IDE1006, CA5392
}
