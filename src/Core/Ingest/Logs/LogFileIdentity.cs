using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Dashboard.Core.Ingest.Logs;

/// <summary>Which file is behind a path: its device and number, and what it begins with, for both come again after a file was deleted or emptied.</summary>
public static class LogFileIdentity
{
    // Enough to tell two logs apart: their first lines have times.
    private const int Looked = 4 * 1024;
    private const int AtEmptyPath = 0x1000;
    private const uint InodeWanted = 0x100;

    /// <summary>The identity of an open file; null while its first line has no end.</summary>
    public static string? Of(SafeFileHandle file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var beginning = new byte[Looked];
        var length = RandomAccess.Read(file, beginning, 0);
        return Beginning(beginning.AsSpan(0, length)) is { } hash ? $"{Number(file)}:{hash}" : null;
    }

    /// <summary>The identity of what has no file: a hash of how it begins; null while that has no end.</summary>
    public static string? OfStream(ReadOnlySpan<byte> beginning) => Beginning(beginning[..Math.Min(beginning.Length, Looked)]) is { } hash ? $"stream:{hash}" : null;

    /// <summary>The identity of a stream whose first line never ends.</summary>
    public static string OfWhole(ReadOnlySpan<byte> all) => $"stream:{Hash(all)}";

    /// <summary>Whether what stands in two files begins alike: one is a copy of the other.</summary>
    internal static bool BeginAlike(string one, string other) => one[(one.LastIndexOf(':') + 1)..] == other[(other.LastIndexOf(':') + 1)..];

    /// <summary>Device and number alone: whether two are the same file, whatever stands in it.</summary>
    internal static string Number(SafeFileHandle file)
    {
        // The layout is the kernel's and the same everywhere; that of stat is not.
        var found = new byte[256];
        if (!OperatingSystem.IsLinux() || Statx((int)file.DangerousGetHandle(), "", AtEmptyPath, InodeWanted, found) != 0)
        {
            return File.GetCreationTimeUtc(file).Ticks.ToString(CultureInfo.InvariantCulture);
        }

        var (inode, major, minor) = (BitConverter.ToUInt64(found, 0x20), BitConverter.ToUInt32(found, 0x88), BitConverter.ToUInt32(found, 0x8C));
        return string.Create(CultureInfo.InvariantCulture, $"{major}.{minor}.{inode}");
    }

    private static string? Beginning(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOf((byte)'\n');
        return end >= 0 ? Hash(bytes[..end]) : bytes.Length == Looked ? Hash(bytes) : null;
    }

    private static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes)[..8]);

    [DllImport("libc", EntryPoint = "statx", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Statx(int folder, [MarshalAs(UnmanagedType.LPStr)] string path, int flags, uint wanted, byte[] found);
}
