using Dashboard.Core.Backfill;
using Dashboard.Core.Schedules;
using Dashboard.Core.Sources;
using Dashboard.Core.Verdicts;
using Dashboard.Web.Api;
using Dashboard.Web.Jobs;

namespace Dashboard.Web.Backfill;

/// <summary>What the backfill jobs of one source owe.</summary>
public sealed record BacklogListWire
{
    /// <summary>The source.</summary>
    public required string Source { get; init; }

    /// <summary>Whether this is the present.</summary>
    public required SourceState State { get; init; }

    /// <summary>The database's clock at the reading shown.</summary>
    public required DateTimeOffset AsOf { get; init; }

    /// <summary>Why it is not live; null when it is.</summary>
    public string? Trouble { get; init; }

    /// <summary>The jobs that make up for missed slots and match, in name order; those that owe nothing included.</summary>
    public required IReadOnlyList<BacklogWire> Jobs { get; init; }

    /// <summary>The jobs of which it is not known what they owe.</summary>
    public required IReadOnlyList<UnknownBacklogWire> Unknown { get; init; }

    /// <summary>How many jobs do not make up for missed slots, and so never owe any.</summary>
    public required int Plain { get; init; }

    internal static BacklogListWire Of(SourceStatus status, StandingsSnapshot standings, BacklogSnapshot backlogs, IEnumerable<Backlog> matching) => new()
    {
        Source = standings.Source,
        State = status.State,
        AsOf = Freshness.AsOf(status, standings),
        Trouble = status.Trouble,
        Jobs = [.. matching.Select(BacklogWire.Of)],
        Unknown = [.. backlogs.Unknown.Select(job => new UnknownBacklogWire(job.Job, job.Because))],
        Plain = backlogs.Plain,
    };
}

/// <summary>A job of which it is not known what it owes.</summary>
/// <param name="AppName">Its name.</param>
/// <param name="Because">Why, in one sentence.</param>
public sealed record UnknownBacklogWire(string AppName, string Because);

/// <summary>Some slots at equal distances.</summary>
/// <param name="Count">How many; null when they never end.</param>
/// <param name="First">The first; null when there are none.</param>
/// <param name="Last">The last; null when there are none, or no end.</param>
public sealed record SlotsWire(long? Count, DateTimeOffset? First, DateTimeOffset? Last)
{
    /// <summary>Slots on the wire.</summary>
    public static SlotsWire Of(Slots slots) => new(slots.IsEndless ? null : slots.Count, slots.Count == 0 ? null : slots.First, slots.Last);
}

/// <summary>When a backlog is gone.</summary>
/// <param name="At">The moment; null when it grows faster than it is worked off, or when its work cannot begin.</param>
/// <param name="Latest">The same if every run is as slow as the slowest of 20.</param>
/// <param name="Because">What it is reckoned from, with the number of runs.</param>
public sealed record EtaWire(DateTimeOffset? At, DateTimeOffset? Latest, string Because);

/// <summary>A run that works off several slots.</summary>
/// <param name="Since">When it started.</param>
/// <param name="Planned">The slots it set out for.</param>
/// <param name="Done">How many of them are done.</param>
public sealed record CatchUpWire(DateTimeOffset Since, SlotsWire Planned, long Done);

/// <summary>What a coming run will be called for.</summary>
/// <param name="At">Not before this moment; null for the next tick.</param>
/// <param name="Slots">The slots.</param>
public sealed record NextCallWire(DateTimeOffset? At, SlotsWire Slots);

/// <summary>How long runs last.</summary>
/// <param name="Runs">How many were measured.</param>
/// <param name="Median">In seconds.</param>
/// <param name="P95">In seconds: 95 of 100 keep to it.</param>
public sealed record RunLengthsWire(int Runs, TimeSpan Median, TimeSpan P95);

/// <summary>What one job owes.</summary>
public sealed record BacklogWire
{
    /// <summary>The job's name.</summary>
    public required string AppName { get; init; }

    /// <summary>What is happening to what it owes.</summary>
    public required BacklogState State { get; init; }

    /// <summary>Why, in one sentence.</summary>
    public required string Because { get; init; }

    /// <summary>When it runs, in words.</summary>
    public string? Cadence { get; init; }

    /// <summary>The slots that have come and were not worked off in time.</summary>
    public required SlotsWire Owed { get; init; }

    /// <summary>The slot that fails, worked out; null when it does not fail.</summary>
    public DateTimeOffset? FailingSlot { get; init; }

    /// <summary>The slots that no run brings back by itself, because a failure was taken for done; only with Socorro's scheduler.</summary>
    public required IReadOnlyList<DateTimeOffset> Lost { get; init; }

    /// <summary>How far back they were looked for; null when everywhere.</summary>
    public DateTimeOffset? LostSince { get; init; }

    /// <summary>When nothing is owed any more; null when nothing is.</summary>
    public EtaWire? Eta { get; init; }

    /// <summary>A catch-up under way; null when none is.</summary>
    public CatchUpWire? Progress { get; init; }

    /// <summary>What its next run will be called for; null while one is under way.</summary>
    public NextCallWire? Next { get; init; }

    /// <summary>How long a run for one slot lasts; null when none is known.</summary>
    public RunLengthsWire? RunLength { get; init; }

    /// <summary>The address of its slots.</summary>
    public required string SlotsUrl { get; init; }

    internal static BacklogWire Of(Backlog backlog) => new()
    {
        AppName = backlog.Job,
        State = backlog.State,
        Because = backlog.Because,
        Cadence = backlog.Schedule is { } schedule ? Core.Schedules.Cadence.Words(schedule) : null,
        Owed = SlotsWire.Of(backlog.Owed),
        FailingSlot = backlog.FailingSlot,
        Lost = backlog.Lost,
        LostSince = backlog.LostSince,
        Eta = backlog.Eta is { } eta ? new EtaWire(eta.At, eta.Latest, eta.Because) : null,
        Progress = backlog.Progress is { } run ? new CatchUpWire(run.Since, SlotsWire.Of(run.Planned), run.Done) : null,
        Next = backlog.Next is { } next ? new NextCallWire(next.At, SlotsWire.Of(next.Slots)) : null,
        RunLength = backlog.Lengths is { } lengths ? new RunLengthsWire(lengths.Count, lengths.Usual, lengths.Slow) : null,
        SlotsUrl = $"/api/v1/jobs/{PathName.Segment(backlog.Job)}/slots",
    };
}
