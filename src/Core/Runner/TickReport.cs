namespace Dashboard.Core.Runner;

/// <summary>What became of a job in a tick.</summary>
public enum TurnOutcome
{
    /// <summary>It was not its time.</summary>
    NotDue,

    /// <summary>A parent kept it from running.</summary>
    Waits,

    /// <summary>It is locked, and the lock holds.</summary>
    Locked,

    /// <summary>Somebody held its row.</summary>
    RowLocked,

    /// <summary>It ran, or there was nothing to make up for, and all was well.</summary>
    Succeeded,

    /// <summary>It ran and failed.</summary>
    Failed,

    /// <summary>The runner was asked to quit while it ran; its lock is given back and it is still due.</summary>
    Cancelled,

    /// <summary>Its lock was taken over by somebody else while it ran: what it did is not recorded here.</summary>
    Superseded,

    /// <summary>Its end could not be written: its lock stays.</summary>
    Unwritten,

    /// <summary>What it is configured with, or its row, is such that crontabber dies of it.</summary>
    Dies,

    /// <summary>Somebody keeps it from running, or whether somebody does could not be asked.</summary>
    Held,

    /// <summary>Nobody asked: the tick ended before.</summary>
    NotReached,
}

/// <summary>One job's turn in a tick.</summary>
/// <param name="Job">The job.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Because">Why, in one sentence; for a failure its error.</param>
public sealed record Turn(string Job, TurnOutcome Outcome, string Because)
{
    /// <summary>Runs that succeeded: for a backfill job, slots.</summary>
    public int Succeeded { get; init; }

    /// <summary>The slot that people chose and that this was for; null for the job's own turn.</summary>
    public DateTimeOffset? Requested { get; init; }

    /// <summary>What else is worth saying: a lock taken over, records that could not be kept.</summary>
    public IReadOnlyList<string> Remarks { get; init; } = [];
}

/// <summary>What a tick did.</summary>
/// <param name="Turns">Job by job in the order in which they ended.</param>
/// <param name="ExitCode">0, 1, 2 or 3 as crontabber's.</param>
/// <param name="EndedBecause">Why it ended before its time; null when it did not.</param>
public sealed record TickReport(IReadOnlyList<Turn> Turns, int ExitCode, string? EndedBecause = null);
