namespace Dashboard.Core.Verdicts.Simulation;

/// <summary>What goes wrong in a simulated world.</summary>
public enum FaultKind
{
    /// <summary>A resource is away all the time: every attempt to use it fails.</summary>
    Outage,

    /// <summary>A resource is away and back by turns.</summary>
    Flapping,

    /// <summary>A job fails.</summary>
    Failure,

    /// <summary>A backfill job fails for one slot, and so for all after it.</summary>
    Poison,

    /// <summary>A job's runs grow longer by the day.</summary>
    Slow,

    /// <summary>The process is killed in the middle of the job's next run, and leaves its lock.</summary>
    Killed,

    /// <summary>Cron begins no tick.</summary>
    Dead,
}

/// <summary>Who ends a fault.</summary>
public enum FaultEnd
{
    /// <summary>Nobody: it passes, or the scheduler itself gets over it.</summary>
    Itself,

    /// <summary>People: a deploy, a new password, a lock cleared, a scheduler started.</summary>
    Human,
}

/// <summary>One fault of a script. In a file: an array of these, <c>faults.json</c>.</summary>
public sealed record Fault
{
    /// <summary>Its name, for the truth to refer to.</summary>
    public required string Id { get; init; }

    /// <summary>What goes wrong.</summary>
    public required FaultKind Kind { get; init; }

    /// <summary>The job or the resource; empty for the scheduler.</summary>
    public string Target { get; init; } = "";

    /// <summary>When it begins, UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>When it is over: when it passed, or when people ended it. Of a lock: when people clear it, if it is still held then.</summary>
    public required DateTimeOffset Until { get; init; }

    /// <summary>Who ends it.</summary>
    public FaultEnd EndedBy { get; init; }

    /// <summary>The class of the exception: <c>psycopg2.OperationalError</c>.</summary>
    public string ErrorType { get; init; } = "";

    /// <summary>Its message.</summary>
    public string ErrorValue { get; init; } = "";

    /// <summary>Whether an executor takes the error for one that another attempt may heal.</summary>
    public bool Retryable { get; init; }

    /// <summary>Of a job that fails: how many of its runs fail; 0 for all that come before it is over.</summary>
    public int Runs { get; init; }

    /// <summary>Of flapping: for how long it is away each time, in seconds.</summary>
    public double DownSeconds { get; init; }

    /// <summary>Of flapping: for how long it is back each time, in seconds.</summary>
    public double UpSeconds { get; init; }

    /// <summary>Of slow growth: by how many times its usual length a run grows in a day.</summary>
    public double GrowthPerDay { get; init; }
}
