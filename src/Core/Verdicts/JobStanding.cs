using Dashboard.Core.Dependencies;
using Dashboard.Core.Jobs;
using Dashboard.Core.Runs;
using Dashboard.Core.Schedules;

namespace Dashboard.Core.Verdicts;

/// <summary>Where a job stands, in the words of its row: what the runner is doing with it or will do next.</summary>
public enum JobState
{
    /// <summary>The lock is held far longer than its runs last: the process is gone, the lock stayed.</summary>
    StuckLock,

    /// <summary>Its last run failed; the runner tries again, or is trying now.</summary>
    Failing,

    /// <summary>Its time has come and it is passed over: a parent is in the way, or the tick ends before it.</summary>
    Blocked,

    /// <summary>Past its time and not started, and nothing that is known keeps it.</summary>
    Overdue,

    /// <summary>A row that has never finished a run.</summary>
    NeverRun,

    /// <summary>It has a row and is not configured any more: nobody starts it.</summary>
    Ghost,

    /// <summary>Running now.</summary>
    Running,

    /// <summary>Its time has come; the next tick starts it.</summary>
    Due,

    /// <summary>Fine, waiting for its time.</summary>
    Waiting,
}

/// <summary>One job with its recent runs and where it stands.</summary>
/// <param name="Job">The row.</param>
/// <param name="History">Its recent runs.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Because">Why, in one sentence without markup.</param>
/// <param name="Since">Since when, by the database's clock; null when the row does not say.</param>
public sealed record JobStanding(Job Job, JobHistory History, JobState State, string Because, DateTimeOffset? Since)
{
    /// <summary>From this moment of the database's clock on it may stand elsewhere although its row and runs are the same.</summary>
    public DateTimeOffset Until { get; init; } = DateTimeOffset.MaxValue;

    /// <summary>What the next tick does with it; null when that is not known.</summary>
    public JobTick? Tick { get; init; }

    /// <summary>When it runs and how that is known; null when nothing is known of it.</summary>
    public JobDefinition? Definition { get; init; }
}

/// <summary>Where every job of one source stands: what pages, hub and API show.</summary>
public sealed record StandingsSnapshot
{
    /// <summary>The source.</summary>
    public required string Source { get; init; }

    /// <summary>In name order (code points). A standing that did not change is the same object as before.</summary>
    public required IReadOnlyList<JobStanding> Jobs { get; init; }

    /// <summary>The database's clock at the reading behind it; null before the first.</summary>
    public DateTimeOffset? AsOf { get; init; }

    /// <summary>Grows by one with each snapshot of this process; a program that sees a gap asks for the whole again.</summary>
    public long Sequence { get; init; }

    /// <summary>How far back the runs go; see <see cref="RunsSnapshot.Since"/>.</summary>
    public DateTimeOffset? RunsSince { get; init; }

    /// <summary>True when every run of the log was looked at.</summary>
    public bool RunsWhole { get; init; }

    /// <summary>What is not shown and why, one sentence each; empty when all is.</summary>
    public IReadOnlyList<string> Notices { get; init; } = [];

    /// <summary>The runs and the configuration behind it: while they are the same objects nobody looks a job up in them.</summary>
    internal RunsSnapshot? Runs { get; init; }

    internal ScheduleBook? Book { get; init; }

    /// <summary>How many jobs stand so.</summary>
    public int Count(JobState state) => Jobs.Count(standing => standing.State == state);

    /// <summary>The job of that name, or null.</summary>
    public JobStanding? Find(string name) => Jobs.FirstOrDefault(standing => standing.Job.Name == name);

    /// <summary>Nothing read yet.</summary>
    public static StandingsSnapshot Empty(string source) => new() { Source = source, Jobs = [] };
}
