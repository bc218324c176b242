using System.Globalization;
using Dashboard.Core.Stores.Crashes;

namespace Dashboard.Core.Stores.Files;

/// <summary>Where a file tree keeps what: <c>root/YYYYMMDD/name/0b/ba/{id}/{id}.json</c>. Paths only; nothing is looked at.</summary>
/// <param name="root">The folder of all.</param>
/// <param name="layout">Which of the layouts of the field.</param>
public sealed class FileTree(string root, FileLayout layout = FileLayout.RadixTree)
{
    private const int Deepest = 4;
    private const string RawEnd = ".json";
    private const string ProcessedEnd = ".jsonz";
    private const string DumpEnd = ".dump";

    /// <summary>The folder of all.</summary>
    public string Root { get; } = Path.GetFullPath(root);

    /// <summary>True when each crash has a folder of its own.</summary>
    public bool HasCrashFolders => layout != FileLayout.Legacy;

    /// <summary>The folder of a day's crashes by name.</summary>
    public string NameFolder(string day) => Path.Combine(Root, day, "name");

    /// <summary>The folder of a day's crashes by the time they came in.</summary>
    public string DateFolder(string day) => Path.Combine(Root, day, "date");

    /// <summary>The day of a crash as a folder says it. Also digits that are no day of the calendar: what was kept must be found again.</summary>
    public static string DayOf(CrashId id) => "20" + id.DayText;

    /// <summary>A day as a folder says it.</summary>
    public static string DayOf(DateOnly day) => day.ToString("yyyyMMdd", CultureInfo.InvariantCulture);

    /// <summary>The folder that holds the files of a crash.</summary>
    public string CrashFolder(CrashId id)
    {
        var folder = NameFolder(DayOf(id));
        for (var octet = 0; octet < DepthOf(id); octet++)
        {
            folder = Path.Combine(folder, id.Value.Substring(octet * 2, 2));
        }

        return HasCrashFolders ? Path.Combine(folder, id.Value) : folder;
    }

    /// <summary>The file of one thing; null for the names of dumps, which are the files that are there.</summary>
    public string? File(CrashId id, CrashItem item) => item.Kind switch
    {
        CrashItemKind.RawCrash => Path.Combine(CrashFolder(id), id + RawEnd),
        CrashItemKind.ProcessedCrash => Path.Combine(CrashFolder(id), id + ProcessedEnd),
        CrashItemKind.Dump when item.Name == DumpName.First => Path.Combine(CrashFolder(id), id + DumpEnd),
        CrashItemKind.Dump => Path.Combine(CrashFolder(id), $"{id}.{item.Name}{DumpEnd}"),
        _ => null,
    };

    /// <summary>What a file is; null when it is nothing of a crash, as what was not written to its end.</summary>
    public static (CrashId Id, CrashItem Item)? Read(string fileName)
    {
        if (fileName.Length <= CrashId.Length || !CrashId.TryParse(fileName[..CrashId.Length], out var id))
        {
            return null;
        }

        return fileName[CrashId.Length..] switch
        {
            RawEnd => (id, CrashItem.Raw),
            ProcessedEnd => (id, CrashItem.Processed),
            DumpEnd => (id, CrashItem.Dump(null)),
            ['.', .. var name] when name.EndsWith(DumpEnd, StringComparison.Ordinal) && IsName(name[..^DumpEnd.Length]) => (id, CrashItem.Dump(name[..^DumpEnd.Length])),
            _ => null,
        };
    }

    private static bool IsName(string name)
    {
        try
        {
            return DumpName.Canonical(name) == name;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    // In 2015 a 0 stood for the deepest. Today it stands for none at all, since the digit is no longer set. Digits that never meant a depth are kept at the deepest.
    private int DepthOf(CrashId id) => (layout, id.DepthDigit) switch
    {
        (FileLayout.Today, '0') => 0,
        (_, >= '1' and <= '4' and var digit) => digit - '0',
        _ => Deepest,
    };
}

/// <summary>The layouts of file trees in the field.</summary>
public enum FileLayout
{
    /// <summary><c>FSRadixTreeStorage</c> of 2015: a folder for each crash; a depth digit of 0 means four levels.</summary>
    RadixTree,

    /// <summary><c>FSLegacyRadixTreeStorage</c>: the files of many crashes in one folder.</summary>
    Legacy,

    /// <summary>As <see cref="RadixTree"/>, but a depth digit of 0 means no levels.</summary>
    Today,
}
