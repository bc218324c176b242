using Dashboard.Core.Runs;
using Dashboard.Core.Schedules;

namespace Dashboard.Core.Backfill;

/// <summary>What is happening to what a job owes.</summary>
public enum BacklogState
{
    /// <summary>Its lock was left behind: nothing is worked off until it is cleared or taken over.</summary>
    Stuck,

    /// <summary>Its first owed slot fails: nothing after it is tried before it succeeds.</summary>
    Failing,

    /// <summary>Something else is in the way of its next run.</summary>
    Blocked,

    /// <summary>It is late: a run that should have worked it off did not start, or passed it over.</summary>
    Behind,

    /// <summary>A run is working it off, several slots in one.</summary>
    CatchingUp,

    /// <summary>A run is under way for the one slot it owes, or for none.</summary>
    Running,

    /// <summary>The frequency is nothing: its next run never ends.</summary>
    Endless,

    /// <summary>The scheduler has no answer: it would end with an exception.</summary>
    Unreckonable,

    /// <summary>It never succeeded: its next run is one run for the moment it starts, whatever was missed before.</summary>
    FirstRun,

    /// <summary>Its time has come; the next tick works it off.</summary>
    Due,

    /// <summary>It owes nothing.</summary>
    Nothing,
}

/// <summary>What one backfill job owes.</summary>
/// <param name="Job">Its name.</param>
/// <param name="Owed">
/// The slots that have come and were not worked off in time: all that its run would be called for once that is due; before, only those the last run
/// left behind although a whole interval goes by until the next.
/// </param>
public sealed record Backlog(string Job, Slots Owed)
{
    /// <summary>What is happening to it.</summary>
    public BacklogState State { get; init; } = BacklogState.Nothing;

    /// <summary>Why, in one sentence without markup and without ages.</summary>
    public string Because { get; init; } = "";

    /// <summary>The slot that fails, worked out, for no log says it: the first owed. Null when it does not fail, and in Socorro's flavour, which never tries a failed slot again.</summary>
    public DateTimeOffset? FailingSlot { get; init; }

    /// <summary>The slots that a failure skipped and that no run will bring back, oldest first; only Socorro's scheduler loses any.</summary>
    public IReadOnlyList<DateTimeOffset> Lost { get; init; } = [];

    /// <summary>The oldest run the search for lost slots had; null when it had all there are.</summary>
    public DateTimeOffset? LostSince { get; init; }

    /// <summary>When the backlog is expected to be gone, and how; null when there is none or it cannot be told.</summary>
    public BacklogEta? Eta { get; init; }

    /// <summary>A catch-up under way; null when none is.</summary>
    public CatchUp? Progress { get; init; }

    /// <summary>What its next run will be called for; null while one is under way and when none will come.</summary>
    public NextCall? Next { get; init; }

    /// <summary>How long its runs for one slot last; null when none is known.</summary>
    public RunLengths? Lengths { get; init; }

    /// <summary>When it runs; null only where nothing but the contract's name and slots are known.</summary>
    public Schedule? Schedule { get; init; }

    /// <summary>From this moment of the database's clock on it may be another although nothing was written.</summary>
    public DateTimeOffset Until { get; init; } = DateTimeOffset.MaxValue;

    /// <summary>Whether more is owed than the next tick works off in the ordinary way: what a list of backlogs shows.</summary>
    public bool IsBehind => State is not (BacklogState.Nothing or BacklogState.Due or BacklogState.Running or BacklogState.FirstRun);
}

/// <summary>What a coming run will be called for, as far as is known now.</summary>
/// <param name="At">Not before this moment; null for the next tick.</param>
/// <param name="Slots">The slots that will have come by then, or have come by now.</param>
public sealed record NextCall(DateTimeOffset? At, Slots Slots);

/// <summary>When a backlog is gone.</summary>
/// <param name="At">The moment; null when it grows faster than it is worked off, or when nobody can say when its work begins.</param>
/// <param name="Because">What it is reckoned from, with the number of runs it rests on.</param>
public sealed record BacklogEta(DateTimeOffset? At, string Because)
{
    /// <summary>The same if every run takes as long as the longest of 20; null where <c>At</c> is.</summary>
    public DateTimeOffset? Latest { get; init; }
}

/// <summary>A run that works off several slots.</summary>
/// <param name="Since">When it started.</param>
/// <param name="Planned">The slots it set out for.</param>
/// <param name="Done">How many of them are done.</param>
public sealed record CatchUp(DateTimeOffset Since, Slots Planned, long Done);

/// <summary>A job of which it is not known what it owes.</summary>
/// <param name="Job">Its name.</param>
/// <param name="Because">What is not known and why, in one sentence.</param>
public sealed record UnknownBacklog(string Job, string Because);

/// <summary>What every backfill job of one source owes. A backlog that did not change is the same object as before.</summary>
public sealed record BacklogSnapshot
{
    /// <summary>The source.</summary>
    public required string Source { get; init; }

    /// <summary>Every job that backfills, those that owe nothing included, in name order.</summary>
    public required IReadOnlyList<Backlog> Jobs { get; init; }

    /// <summary>The jobs of which it cannot be told, in name order.</summary>
    public IReadOnlyList<UnknownBacklog> Unknown { get; init; } = [];

    /// <summary>How many jobs do not backfill, and so never owe more than one run.</summary>
    public int Plain { get; init; }

    /// <summary>The database's clock at the reading behind it; null before the first.</summary>
    public DateTimeOffset? AsOf { get; init; }

    /// <summary>The backlog of that job, or null when it does not backfill.</summary>
    public Backlog? Find(string name) => Jobs.FirstOrDefault(job => job.Job == name);

    /// <summary>Nothing known yet.</summary>
    public static BacklogSnapshot Empty(string source) => new() { Source = source, Jobs = [] };
}
