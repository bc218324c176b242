namespace Dashboard.Core.Stores.Parity;

/// <summary>A comparison of two stores as it is kept.</summary>
/// <param name="Id">Which; a later one has a greater number.</param>
/// <param name="Source">The one that is taken to be right, as <see cref="ICrashStore.Resource"/>.</param>
/// <param name="Target">The one that is to be the same.</param>
/// <param name="From">The first day.</param>
/// <param name="To">The last day.</param>
/// <param name="Seam">Days of which all was read.</param>
/// <param name="Cells">By day and kind.</param>
/// <param name="Sample">What the things drawn by chance from all days say of all.</param>
/// <param name="Differences">How many things are not the same.</param>
/// <param name="Named">The first of those by name.</param>
/// <param name="BegunAt">When it began.</param>
/// <param name="EndedAt">When it ended.</param>
public sealed record KeptParity(
    long Id, string Source, string Target, DateOnly From, DateOnly To, IReadOnlyList<DateOnly> Seam, IReadOnlyList<ParityCell> Cells, ParitySample Sample, long Differences,
    IReadOnlyList<ParityDifference> Named, DateTimeOffset BegunAt, DateTimeOffset EndedAt)
{
    /// <summary>How many differences are read by name.</summary>
    public const int MostNamed = 20;

    /// <summary>True when nothing is missing in the target, nothing differs and nothing was left unread.</summary>
    public bool IsWhole => Cells.All(cell => cell.IsWhole);
}
