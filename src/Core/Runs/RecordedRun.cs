namespace Dashboard.Core.Runs;

/// <summary>A run as the dashboard's own records keep it: found quickly for years, whatever the log has forgotten since.</summary>
/// <param name="Id">The log's id.</param>
/// <param name="Job">The job's name.</param>
/// <param name="LogTime">When the log row was written: the end of the run, by the observed database's clock.</param>
/// <param name="Duration">Its length; null when unreadable.</param>
/// <param name="Success">A backfill job's slot, a plain job's moment of success; null on failure.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Fingerprint">The group of its failure; null when it did not fail.</param>
public sealed record RecordedRun(long Id, string Job, DateTimeOffset LogTime, TimeSpan? Duration, DateTimeOffset? Success, RunOutcome Outcome, string? Fingerprint);

/// <summary>How much of a source's log is in the records.</summary>
/// <param name="Since">The oldest run recorded without a gap up to now; null when none is.</param>
/// <param name="Whole">True when all the log held was recorded.</param>
/// <param name="Progress">From 0 to 1 while older runs are still being recorded.</param>
public sealed record RecordsReach(DateTimeOffset? Since, bool Whole, double Progress);

/// <summary>Asks the dashboard's own records for past runs, bounded and by index, never the observed database.</summary>
public interface IRunRecords
{
    /// <summary>The runs of a job that ended from one moment up to another, newest first, at most so many.</summary>
    Task<IReadOnlyList<RecordedRun>> EndedAsync(string source, string job, DateTimeOffset from, DateTimeOffset until, int most, CancellationToken cancellationToken);

    /// <summary>The successful runs of a backfill job for slots from one moment up to another, oldest slot first, at most so many.</summary>
    Task<IReadOnlyList<RecordedRun>> SucceededAsync(string source, string job, DateTimeOffset from, DateTimeOffset until, int most, CancellationToken cancellationToken);

    /// <summary>How much of the log is recorded.</summary>
    Task<RecordsReach> ReachAsync(string source, CancellationToken cancellationToken);
}
