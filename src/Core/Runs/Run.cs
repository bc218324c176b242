using Dashboard.Core.Jobs;

namespace Dashboard.Core.Runs;

/// <summary>How a run ended.</summary>
public enum RunOutcome
{
    /// <summary>The row has a <c>success</c> date.</summary>
    Success,

    /// <summary>The row has an exception.</summary>
    Failure,

    /// <summary>The row has neither; no runner writes that.</summary>
    Unknown,
}

/// <summary>One row of the scheduler's log. It is written when a run ends, so a run under way has none.</summary>
public sealed record Run
{
    /// <summary>The log's serial; grows with time but has gaps, and may be seen out of order with concurrent writers.</summary>
    public required long Id { get; init; }

    /// <summary><c>app_name</c>.</summary>
    public required string Job { get; init; }

    /// <summary>
    /// When the row was written: the end of the run, by the database's clock. What our calendar lacks (infinity, BC) is its first or last moment.
    /// </summary>
    public required DateTimeOffset LogTime { get; init; }

    /// <summary>The length of the run; null when unreadable.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>A backfill job's slot, a plain job's moment of success; null on failure.</summary>
    public DateTimeOffset? Success { get; init; }

    /// <summary>How it ended.</summary>
    public required RunOutcome Outcome { get; init; }

    /// <summary>What it failed with; in lists without its traceback and with a shortened message.</summary>
    public JobError? Error { get; init; }

    /// <summary>Where the row lies in the log, so that it is found again without a search; null where rows have no place.</summary>
    public RunPlace? Place { get; init; }
}

/// <summary>Where a row lies in a table. Good until the table is rewritten, which gives it another file.</summary>
/// <param name="File">The table's file node.</param>
/// <param name="Block">The page.</param>
/// <param name="Offset">The row's number on the page.</param>
public sealed record RunPlace(uint File, uint Block, ushort Offset);
