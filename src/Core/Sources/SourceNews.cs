namespace Dashboard.Core.Sources;

/// <summary>That something changed in a source, and how that is known.</summary>
/// <param name="Change">What.</param>
public readonly record struct SourceNews(SourceChange Change)
{
    /// <summary>The low 32 bits of the numbers of the transactions that told of it. Each was decoded from the log, which may be a moment before its rows can be seen.</summary>
    public IReadOnlyList<uint> Transactions { get; init; } = [];

    /// <summary>Whether each change of either table is told of by itself, so that a change of one is no sign of one of the other.</summary>
    public bool AllAreTold { get; init; }

    /// <summary>News known by nothing but themselves.</summary>
    public static implicit operator SourceNews(SourceChange change) => new(change);

    /// <summary>News known by nothing but themselves.</summary>
    public static SourceNews FromSourceChange(SourceChange change) => change;

    /// <summary>Whether it is news of that.</summary>
    public bool Has(SourceChange change) => (Change & change) != SourceChange.None;
}
