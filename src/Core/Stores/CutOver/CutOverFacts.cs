using Dashboard.Core.Stores.Copying;
using Dashboard.Core.Stores.DualWrites;
using Dashboard.Core.Stores.Trees;

namespace Dashboard.Core.Stores.CutOver;

/// <summary>A tree that was taken into use.</summary>
/// <param name="AcceptedAt">When.</param>
/// <param name="Who">By whom: a name, the signal, or the start.</param>
/// <param name="Shape">What it is made of.</param>
public sealed record AcceptedTree(DateTimeOffset AcceptedAt, string Who, IReadOnlyList<StoreNode> Shape)
{
    /// <summary>Whether each save reaches both stores.</summary>
    public bool SavesInto(string one, string other) => Shape.Any(root => root.SavesInto(one, other));

    /// <summary>Whether a store is in it.</summary>
    public bool Keeps(string resource) => Shape.Any(root => root.Keeps(resource));
}

/// <summary>How a store has been used.</summary>
/// <param name="Store">Which, as <see cref="ICrashStore.Resource"/>.</param>
/// <param name="Class">Its class.</param>
/// <param name="Since">Since when it is known.</param>
/// <param name="NamedAt">When a dashboard that runs had it in its tree last.</param>
/// <param name="NamedBy">Which dashboard.</param>
/// <param name="ReadAt">The last read; null when there was none.</param>
/// <param name="WroteAt">The last write.</param>
/// <param name="Reads">How many reads.</param>
/// <param name="Writes">How many writes.</param>
public sealed record StoreUsage(
    string Store, string Class, DateTimeOffset Since, DateTimeOffset NamedAt, string NamedBy, DateTimeOffset? ReadAt, DateTimeOffset? WroteAt, long Reads, long Writes)
{
    /// <summary>How long a dashboard may be silent about its stores before they count as left.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(15);

    /// <summary>The last call; null when there was none.</summary>
    public DateTimeOffset? CalledAt => ReadAt is null || WroteAt > ReadAt ? WroteAt : ReadAt;

    /// <summary>Whether no dashboard has it in its tree any more.</summary>
    public bool IsLeft(DateTimeOffset now) => now - NamedAt > Grace;
}

/// <summary>What a move asks of a comparison that was kept.</summary>
/// <param name="From">The first day.</param>
/// <param name="To">The last day.</param>
/// <param name="Seam">The days of which all was read.</param>
/// <param name="BegunAt">When it was begun.</param>
/// <param name="EndedAt">When it ended.</param>
/// <param name="Same">Things that are the same in both.</param>
/// <param name="OnlySource">Things missing in the new store.</param>
/// <param name="OnlyTarget">Things only the new store has.</param>
/// <param name="Differs">Things that differ.</param>
/// <param name="Unread">Things that could not be read.</param>
/// <param name="Drawn">Things that were drawn by chance and read.</param>
/// <param name="Bad">Of those how many differed.</param>
/// <param name="Upper99">The part that differs at most, with 99 % confidence.</param>
public sealed record ParityEvidence(
    DateOnly From, DateOnly To, IReadOnlyList<DateOnly> Seam, DateTimeOffset BegunAt, DateTimeOffset EndedAt, long Same, long OnlySource, long OnlyTarget, long Differs, long Unread, long Drawn, long Bad,
    double Upper99);

/// <summary>What was tried, or what somebody vouches for.</summary>
/// <param name="Line">Of which line of the checklist.</param>
/// <param name="Ok">Whether it is well.</param>
/// <param name="Words">In words.</param>
/// <param name="By">Who says so.</param>
/// <param name="At">When.</param>
/// <param name="AuditLine">The line of the audit that tells of it; null for what was tried, and for a word nobody can be held to.</param>
public sealed record CutOverWord(string Line, bool Ok, string Words, string By, DateTimeOffset At, long? AuditLine = null);

/// <summary>Everything that is known of a move from an old store to a new one.</summary>
/// <param name="Old">The old store, as <see cref="ICrashStore.Resource"/>.</param>
/// <param name="New">The new store.</param>
public sealed record CutOverFacts(string Old, string New)
{
    /// <summary>The trees that were taken into use, the newest first.</summary>
    public IReadOnlyList<AcceptedTree> Trees { get; init; } = [];

    /// <summary>Copies from the old store to the new one, the newest first.</summary>
    public IReadOnlyList<CopyProgress> Copies { get; init; } = [];

    /// <summary>Saves that reached one store only.</summary>
    public IReadOnlyList<PartialSaveCount> Partial { get; init; } = [];

    /// <summary>The newest comparison that was kept; null when none was.</summary>
    public ParityEvidence? Parity { get; init; }

    /// <summary>How both stores have been used.</summary>
    public IReadOnlyList<StoreUsage> Uses { get; init; } = [];

    /// <summary>How the new store did; null when nobody has counted what was asked of it.</summary>
    public BudgetEvidence? Budget { get; init; }

    /// <summary>What was tried or is vouched for.</summary>
    public IReadOnlyList<CutOverWord> Words { get; init; } = [];
}
