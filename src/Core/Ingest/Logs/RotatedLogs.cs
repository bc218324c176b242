using System.Globalization;
using Dashboard.Core.Retries;

namespace Dashboard.Core.Ingest.Logs;

/// <summary>Finds what became of a log that was rotated: beside it, under its own name and more, as logrotate and Python's handlers name them.</summary>
internal static class RotatedLogs
{
    // More than anybody keeps; a folder of a million files is not searched.
    private const int MostLooked = 1_000;
    private const int LongestNumber = 3;

    /// <summary>The file in which a position lies: renamed, or a copy of it where the file itself was emptied. Null when it is in none.</summary>
    /// <param name="path">The log.</param>
    /// <param name="position">Where it was left.</param>
    public static string? Find(string path, LogPosition position)
    {
        var copy = default(string);
        foreach (var each in Beside(path))
        {
            try
            {
                using var file = Open(each);
                var identity = LogFileIdentity.Of(file);
                if (identity == position.File)
                {
                    return each;
                }

                if (copy is null && identity is not null && LogFileIdentity.BeginAlike(identity, position.File) && RandomAccess.GetLength(file) >= position.Offset)
                {
                    copy = each;
                }
            }
            catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
            {
                // It went between the looking and the opening, or is none of ours.
            }
        }

        return copy;
    }

    /// <summary>Those rotated after one of them, the oldest first: <c>log.1</c> after <c>log.2</c>, <c>log-20141106</c> after <c>log-20141105</c>.</summary>
    public static IReadOnlyList<string> After(string path, string found) => Order(Beside(path), path, found);

    /// <summary>Of these names, those rotated after one of them; others, and packed ones, are none.</summary>
    internal static IReadOnlyList<string> Order(IEnumerable<string> names, string path, string found)
    {
        var from = Suffix(found);
        if (Number(from) is { } place)
        {
            return [.. names.Select(name => (name, number: Number(Suffix(name)))).Where(each => each.number < place).OrderByDescending(each => each.number).Select(each => each.name)];
        }

        return Dated(from)
            ? [.. names.Where(name => Suffix(name) is var suffix && Dated(suffix) && suffix.Length == from.Length && string.CompareOrdinal(suffix, from) > 0).Order(StringComparer.Ordinal)]
            : [];

        string Suffix(string name) => name.Length > path.Length ? name[path.Length..] : "";
    }

    /// <summary>Opens a log as one that others write to, rename and delete.</summary>
    public static Microsoft.Win32.SafeHandles.SafeFileHandle Open(string path) =>
        File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.SequentialScan);

    private static IEnumerable<string> Beside(string path)
    {
        var whole = Path.GetFullPath(path);
        var folder = Path.GetDirectoryName(whole)!;
        return Directory.Exists(folder) ? Directory.EnumerateFiles(folder, Path.GetFileName(whole) + "?*").Where(each => each.Length > whole.Length).Take(MostLooked) : [];
    }

    private static int? Number(string suffix) =>
        suffix is ['.', .. var digits] && digits.Length is > 0 and <= LongestNumber && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static bool Dated(string suffix) =>
        suffix.Length > LongestNumber + 1 && suffix[0] is '.' or '-' or '_' && suffix.All(letter => char.IsAsciiDigit(letter) || letter is '.' or '-' or '_' or 'T' or ':');
}
