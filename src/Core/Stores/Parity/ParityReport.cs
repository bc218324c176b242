using System.Runtime.InteropServices;
using Dashboard.Core.Stores.Crashes;

namespace Dashboard.Core.Stores.Parity;

/// <summary>What of two stores is compared.</summary>
/// <param name="From">The first day.</param>
/// <param name="To">The last day.</param>
public sealed record ParityPlan(DateOnly From, DateOnly To)
{
    /// <summary>Which part of the things both have is read from both and compared to the byte; 1 for all.</summary>
    public double SampleRate { get; init; } = 0.01;

    /// <summary>How many things of each day and kind are read at least, however small the part: a day of few crashes would have none drawn. 0 for none.</summary>
    public int LeastOfEach { get; init; }

    /// <summary>Days of which all is read, whatever the rate: where a backfill and live writes meet.</summary>
    public IReadOnlyCollection<DateOnly> Seam { get; init; } = [];

    /// <summary>Which things are drawn: with the same seed the same ones are.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>After which time what seems to differ is looked at once more: live saves reach one store a little before the other.</summary>
    public TimeSpan Settle { get; init; }

    /// <summary>How many differences are kept by name; all are counted.</summary>
    public int MostDifferences { get; init; } = 10_000;
}

/// <summary>What was found of one kind of thing on one day.</summary>
/// <param name="Day">The day in the ids.</param>
/// <param name="Kind">What.</param>
/// <param name="Same">In both, and the same as far as a listing says.</param>
/// <param name="OnlySource">Only in the source.</param>
/// <param name="OnlyTarget">Only in the target.</param>
/// <param name="Differs">In both, and not the same.</param>
/// <param name="Read">Of those in both, how many were read and compared.</param>
/// <param name="Unread">Could not be read, and so not compared.</param>
/// <param name="Drawn">Of those read, how many were drawn by chance from this day and kind.</param>
/// <param name="Bad">How many of them were not the same.</param>
public sealed record ParityCell(DateOnly Day, CrashItemKind Kind, long Same, long OnlySource, long OnlyTarget, long Differs, long Read, long Unread, long Drawn = 0, long Bad = 0)
{
    /// <summary>How many the source has.</summary>
    public long Expected => Same + OnlySource + Differs;

    /// <summary>True when nothing is missing in the target, nothing differs and nothing was left unread.</summary>
    public bool IsWhole => this is { OnlySource: 0, Differs: 0, Unread: 0 };

    /// <summary>Not more than this part of the cell is bad inside, at 95 %: 0 when all of it was read.</summary>
    public double Upper95 => Read > 0 && Read == Same + Differs ? (double)Differs / Read : ConfidenceBound.Upper(Bad, Drawn, 0.95);
}

/// <summary>What a sample says of all it was drawn from.</summary>
/// <param name="Drawn">How many were drawn by chance and read.</param>
/// <param name="Bad">How many of them were not the same.</param>
/// <param name="Upper95">Not more than this part of all is bad, at 95 %.</param>
/// <param name="Upper99">The same at 99 %.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ParitySample(long Drawn, long Bad, double Upper95, double Upper99)
{
    /// <summary>Of so many drawn, so many bad.</summary>
    public static ParitySample Of(long drawn, long bad) => new(drawn, bad, ConfidenceBound.Upper(bad, drawn, 0.95), ConfidenceBound.Upper(bad, drawn, 0.99));
}

/// <summary>What a comparison of two stores found. The listing was complete: what it counts as missing or different is all there is; what is inside is known of those that were read.</summary>
/// <param name="Source">The one that is taken to be right, as <see cref="ICrashStore.Resource"/>.</param>
/// <param name="Target">The one that is to be the same.</param>
/// <param name="Plan">What was asked.</param>
/// <param name="Cells">By day and kind.</param>
/// <param name="Differences">By name, as many as the plan keeps.</param>
/// <param name="Sample">What the things drawn by chance say of all; those of seam days are not among them.</param>
public sealed record ParityReport(
    string Source, string Target, ParityPlan Plan, IReadOnlyList<ParityCell> Cells, IReadOnlyList<ParityDifference> Differences, ParitySample Sample)
{
    /// <summary>True when nothing is missing in the target, nothing differs and nothing was left unread. What only the target has was written there meanwhile, or by others.</summary>
    public bool IsWhole => Cells.All(cell => cell.IsWhole);
}
