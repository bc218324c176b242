namespace Dashboard.Core.Backfill;

/// <summary>What one backfill job owes.</summary>
/// <param name="Job">Its name.</param>
/// <param name="Owed">The slots its next run will be called for, were it to start now.</param>
public sealed record Backlog(string Job, Slots Owed)
{
    /// <summary>The slot that fails, worked out, for no log says it: the first owed. Null when it does not fail.</summary>
    public DateTimeOffset? FailingSlot { get; init; }

    /// <summary>The slots that a failure skipped and that no run will bring back, oldest first; only Socorro's scheduler loses any.</summary>
    public IReadOnlyList<DateTimeOffset> Lost { get; init; } = [];

    /// <summary>When the backlog is expected to be gone, and how; null when there is none or it cannot be told.</summary>
    public BacklogEta? Eta { get; init; }

    /// <summary>A catch-up under way; null when none is.</summary>
    public CatchUp? Progress { get; init; }
}

/// <summary>When a backlog is gone.</summary>
/// <param name="At">The moment; null when it grows faster than it is worked off.</param>
/// <param name="Because">What it is reckoned from, with the number of runs it rests on.</param>
public sealed record BacklogEta(DateTimeOffset? At, string Because);

/// <summary>A run that works off several slots.</summary>
/// <param name="Since">When it started.</param>
/// <param name="Planned">The slots it set out for.</param>
/// <param name="Done">How many of them are done.</param>
public sealed record CatchUp(DateTimeOffset Since, Slots Planned, long Done);

/// <summary>What every backfill job of one source owes. A backlog that did not change is the same object as before.</summary>
public sealed record BacklogSnapshot
{
    /// <summary>The source.</summary>
    public required string Source { get; init; }

    /// <summary>Every job that backfills, those that owe nothing included, in name order.</summary>
    public required IReadOnlyList<Backlog> Jobs { get; init; }

    /// <summary>The database's clock at the reading behind it; null before the first.</summary>
    public DateTimeOffset? AsOf { get; init; }

    /// <summary>The backlog of that job, or null when it does not backfill.</summary>
    public Backlog? Find(string name) => Jobs.FirstOrDefault(job => job.Job == name);

    /// <summary>Nothing known yet.</summary>
    public static BacklogSnapshot Empty(string source) => new() { Source = source, Jobs = [] };
}
