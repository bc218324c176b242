using System.Runtime.InteropServices;

namespace Dashboard.Core.Stores.Crashes;

/// <summary>What a crash is made of. In the order in which it is written: whoever sees the raw crash sees all of it.</summary>
public enum CrashItemKind
{
    /// <summary>One dump.</summary>
    Dump,

    /// <summary>The names of the dumps.</summary>
    DumpNames,

    /// <summary>The raw crash.</summary>
    RawCrash,

    /// <summary>The processed crash.</summary>
    ProcessedCrash,
}

/// <summary>One thing kept of a crash.</summary>
/// <param name="Kind">What.</param>
/// <param name="Name">The canonical name of a dump; empty for all else.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct CrashItem(CrashItemKind Kind, string Name) : IComparable<CrashItem>
{
    /// <summary>The raw crash.</summary>
    public static CrashItem Raw { get; } = new(CrashItemKind.RawCrash, "");

    /// <summary>The names of the dumps.</summary>
    public static CrashItem DumpNames { get; } = new(CrashItemKind.DumpNames, "");

    /// <summary>The processed crash.</summary>
    public static CrashItem Processed { get; } = new(CrashItemKind.ProcessedCrash, "");

    /// <summary>A dump.</summary>
    public static CrashItem Dump(string? name) => new(CrashItemKind.Dump, DumpName.Canonical(name));

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static CrashItem Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text switch
        {
            "names of dumps" => DumpNames,
            "raw crash" => Raw,
            "processed crash" => Processed,
            _ when text.StartsWith("dump ", StringComparison.Ordinal) => Dump(text["dump ".Length..]),
            _ => throw new FormatException($"'{text}' is nothing that a crash is made of."),
        };
    }

    /// <inheritdoc/>
    public int CompareTo(CrashItem other) => Kind != other.Kind ? Kind.CompareTo(other.Kind) : string.CompareOrdinal(Name, other.Name);

    /// <inheritdoc/>
    public override string ToString() => Kind switch
    {
        CrashItemKind.Dump => $"dump {Name}",
        CrashItemKind.DumpNames => "names of dumps",
        CrashItemKind.RawCrash => "raw crash",
        _ => "processed crash",
    };

#pragma warning disable CS1591
    public static bool operator <(CrashItem left, CrashItem right) => left.CompareTo(right) < 0;

    public static bool operator >(CrashItem left, CrashItem right) => left.CompareTo(right) > 0;

    public static bool operator <=(CrashItem left, CrashItem right) => left.CompareTo(right) <= 0;

    public static bool operator >=(CrashItem left, CrashItem right) => left.CompareTo(right) >= 0;
#pragma warning restore CS1591
}

/// <summary>One thing a store keeps of a crash, as a listing tells it.</summary>
/// <param name="Item">What.</param>
/// <param name="Size">Of the content, in bytes; null where the store does not say without reading.</param>
/// <param name="Md5">Of the content, in lower-case hexadecimal; null where the store does not say without reading.</param>
public sealed record CatalogEntry(CrashItem Item, long? Size, string? Md5);

/// <summary>What a store keeps of one crash.</summary>
/// <param name="Id">Which.</param>
/// <param name="Entries">In the order of <see cref="CrashItem"/>; empty when nothing.</param>
public sealed record CrashCatalog(CrashId Id, IReadOnlyList<CatalogEntry> Entries)
{
    /// <summary>True when it is kept.</summary>
    public bool Has(CrashItem item) => Entries.Any(entry => entry.Item == item);
}
