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
public sealed record ParityCell(DateOnly Day, CrashItemKind Kind, long Same, long OnlySource, long OnlyTarget, long Differs, long Read, long Unread);

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
/// <param name="Source">By name.</param>
/// <param name="Target">By name.</param>
/// <param name="Plan">What was asked.</param>
/// <param name="Cells">By day and kind.</param>
/// <param name="Differences">By name, as many as the plan keeps.</param>
/// <param name="Sample">What the things drawn by chance say of all; those of seam days are not among them.</param>
public sealed record ParityReport(
    string Source, string Target, ParityPlan Plan, IReadOnlyList<ParityCell> Cells, IReadOnlyList<ParityDifference> Differences, ParitySample Sample)
{
    /// <summary>True when nothing is missing in the target, nothing differs and nothing was left unread. What only the target has was written there meanwhile, or by others.</summary>
    public bool IsWhole => Cells.All(cell => cell is { OnlySource: 0, Differs: 0, Unread: 0 });
}
