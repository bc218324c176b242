using System.Globalization;

namespace Dashboard.Core.Database.Embedded;

/// <summary>Held by the one dashboard that writes to a data folder; the system lets go of it when that one dies, however it dies.</summary>
public sealed class DataFolderLock : IDisposable
{
    private readonly DataFolder folder;
    private readonly FileStream held;

    private DataFolderLock(DataFolder folder, FileStream held)
    {
        this.folder = folder;
        this.held = held;
    }

    /// <summary>Takes it, or gives null when another process has it.</summary>
    public static DataFolderLock? TryTake(DataFolder folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        try
        {
            return new DataFolderLock(folder, new FileStream(folder.In("lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException) when (File.Exists(folder.In("lock")))
        {
            return null;
        }
    }

    /// <summary>Says to whoever comes second who is first.</summary>
    /// <param name="url">Where its pages are; null while it is starting.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task SignAsync(string? url, CancellationToken cancellationToken) =>
        DataFolder.WriteAsync(
            folder.In("running"),
            string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}\n{url}\n"),
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead,
            cancellationToken);

    /// <summary>Who has it, in words.</summary>
    public static string Holder(DataFolder folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        try
        {
            var lines = File.ReadAllLines(folder.In("running"));
            return lines is [var process, var url, ..] && url.Length > 0 ? $"{url} (process {process})" : $"process {lines[0]}, which is starting";
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException or IndexOutOfRangeException)
        {
            return "a process that is starting";
        }
    }

    /// <inheritdoc/>
    public void Dispose() => held.Dispose();
}
