using Dashboard.Core.Schedules;

namespace Dashboard.Core.Dependencies;

/// <summary>What the next tick of the scheduler will do with a job.</summary>
public enum TickOutcome
{
    /// <summary>It starts it, or takes over its old lock and starts it.</summary>
    Runs,

    /// <summary>Its time has not come.</summary>
    NotDue,

    /// <summary>It is running now; the tick that started it is not over.</summary>
    Running,

    /// <summary>A parent is in the way: it is passed over in silence.</summary>
    Blocked,

    /// <summary>Its own lock is in the way, and ends crontabber's whole tick here.</summary>
    Locked,

    /// <summary>The tick ends before it comes to this one: at the lock of another, or because the run dies.</summary>
    Starved,

    /// <summary>The tick dies here: a parent has no next run.</summary>
    Dies,

    /// <summary>No next run and no lock: never again.</summary>
    Never,

    /// <summary>It has a row and is not configured: nobody starts it.</summary>
    Ghost,

    /// <summary>The configuration is such that no tick does anything: a cycle, no root.</summary>
    NoTick,
}

/// <summary>What the next tick does with one job, and why.</summary>
/// <param name="Name">The job.</param>
/// <param name="Outcome">What becomes of it.</param>
/// <param name="Because">Why, in one sentence without markup and without ages.</param>
public sealed record JobTick(string Name, TickOutcome Outcome, string Because)
{
    /// <summary>Its place in run order, from 0; null when it has none.</summary>
    public int? Place { get; init; }

    /// <summary>Whether its time has come.</summary>
    public bool IsDue { get; init; }

    /// <summary>The direct parent in the way and the test it failed; null when none is.</summary>
    public UnmetParent? Parent { get; init; }

    /// <summary>The job whose lock, or whose death, keeps the tick from coming this far; null when nothing does.</summary>
    public string? StarvedBy { get; init; }

    /// <summary>The job at the end of the chain of what is in the way: where a remedy helps. Null when nothing is.</summary>
    public string? Root { get; init; }

    /// <summary>The first moment from which crontabber itself takes the lock in the way over; null when no lock is, or it never does.</summary>
    public DateTimeOffset? LockTakenOverFrom { get; init; }
}

/// <summary>What the next tick of one source's scheduler will do. A job's part that did not change is the same object as before.</summary>
public sealed record TickSnapshot
{
    /// <summary>The source.</summary>
    public required string Source { get; init; }

    /// <summary>Every configured job and every row, in run order; what has no place comes last, by name.</summary>
    public required IReadOnlyList<JobTick> Jobs { get; init; }

    /// <summary>The run order, or why there is none.</summary>
    public RunOrder Order { get; init; } = new([]);

    /// <summary>What the order was made of: configured jobs, or rows where nothing is configured.</summary>
    public IReadOnlyList<JobNode> Nodes { get; init; } = [];

    /// <summary>The job at which the tick ends early; null when it comes to its end.</summary>
    public string? EndsAt { get; init; }

    /// <summary>The database's clock at the reading behind it; null before the first.</summary>
    public DateTimeOffset? AsOf { get; init; }

    /// <summary>The job of that name, or null.</summary>
    public JobTick? Find(string name) => Jobs.FirstOrDefault(job => job.Name == name);

    /// <summary>Nothing known yet.</summary>
    public static TickSnapshot Empty(string source) => new() { Source = source, Jobs = [] };
}
