using System.Globalization;
using Dashboard.Core.Stores.Crashes;

namespace Dashboard.Core.Stores.S3;

/// <summary>Which key what lies under. Pure.</summary>
/// <param name="prefix">Stands before every key.</param>
/// <param name="layout">Which of the layouts of the field.</param>
public sealed class S3Keys(string prefix, S3Layout layout)
{
    /// <summary>The keys of one thing: it is written under the first, and read from the first that is there.</summary>
    public IReadOnlyList<string> Of(CrashId id, CrashItem item)
    {
        var thing = ThingOf(item);
        var plain = $"{Root}/{thing}/{id}";
        return layout == S3Layout.Today && item.Kind == CrashItemKind.RawCrash ? [$"{Root}/{thing}/20{id.DayText}/{id}", plain] : [plain];
    }

    /// <summary>What keys of raw crashes of a day begin with, when their ids begin with a digit. In the layout of 2015 days lie among each other: the ids must be looked at.</summary>
    /// <param name="day">The day.</param>
    /// <param name="salt">The digit.</param>
    /// <param name="isApart">Nothing of the layout of 2015 lies among what is laid out as today.</param>
    public IReadOnlyList<string> RawPrefixes(DateOnly day, char salt, bool isApart)
    {
        var (ofDay, plain) = ($"{Root}/raw_crash/{day.ToString("yyyyMMdd", CultureInfo.InvariantCulture)}/{salt}", $"{Root}/raw_crash/{salt}");
        return layout != S3Layout.Today ? [plain] : isApart ? [ofDay] : [ofDay, plain];
    }

    /// <summary>What keys of one kind begin with.</summary>
    public string PrefixOf(CrashItem item) => $"{Root}/{ThingOf(item)}/";

    /// <summary>What keys of one kind of one day begin with; null where days lie among each other.</summary>
    public string? DayPrefix(CrashItem item, DateOnly day) =>
        layout == S3Layout.Today && item.Kind == CrashItemKind.RawCrash ? $"{Root}/raw_crash/{day.ToString("yyyyMMdd", CultureInfo.InvariantCulture)}/" : null;

    /// <summary>What all keys begin with.</summary>
    public string Above => $"{Root}/";

    /// <summary>The kind of thing that lies in a folder below <see cref="Above"/>; null when it is none of crashes.</summary>
    public CrashItem? ItemOf(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        return folder.Length <= Above.Length + 1 ? null : folder[Above.Length..].TrimEnd('/') switch
        {
            "raw_crash" => CrashItem.Raw,
            "dump_names" => CrashItem.DumpNames,
            "processed_crash" => CrashItem.Processed,

            // Reports of another program, made of processed crashes.
            "crash_report" => null,
            var name => CrashItem.Dump(name),
        };
    }

    /// <summary>The crash a key belongs to; null when it is none's.</summary>
    public static CrashId? IdOf(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return CrashId.TryParse(key[(key.LastIndexOf('/') + 1)..], out var id) ? id : null;
    }

    private string Root => layout == S3Layout.Of2015 ? $"{prefix}/v1" : prefix.Length == 0 ? "v1" : $"{prefix.TrimEnd('/')}/v1";

    private static string ThingOf(CrashItem item) => item.Kind switch
    {
        CrashItemKind.RawCrash => "raw_crash",
        CrashItemKind.DumpNames => "dump_names",
        CrashItemKind.ProcessedCrash => "processed_crash",
        _ => item.Name,
    };
}
