namespace Dashboard.Core.Jobs;

/// <summary>
/// One row of the scheduler's state table, as it stands: <c>crontabber</c> (0.18) or <c>cron_job</c> (Socorro). Times are the
/// runner's clock. A column nobody can read is null here and named in <see cref="Unreadable"/>, so that one poison cell never hides a row.
/// </summary>
public sealed record Job
{
    /// <summary><c>app_name</c>: any text at all, quotes, slashes and markup included.</summary>
    public required string Name { get; init; }

    /// <summary>Not before this moment does the runner start it. Null only while or after a first run that never ended.</summary>
    public DateTimeOffset? NextRun { get; init; }

    /// <summary>Start of the first run.</summary>
    public DateTimeOffset? FirstRun { get; init; }

    /// <summary>Start of the latest run that ended.</summary>
    public DateTimeOffset? LastRun { get; init; }

    /// <summary>
    /// For a plain job the moment it last succeeded, for a backfill job the last slot done.
    /// In Socorro's flavour a failure moves it too: believe the log there.
    /// </summary>
    public DateTimeOffset? LastSuccess { get; init; }

    /// <summary>The lock: when the run now under way began; null when none is.</summary>
    public DateTimeOffset? Ongoing { get; init; }

    /// <summary>Consecutive failures; one success makes it 0.</summary>
    public int ErrorCount { get; init; }

    /// <summary>The names of its parents, in the order the runner tests them.</summary>
    public IReadOnlyList<string> DependsOn { get; init; } = [];

    /// <summary>The error of the latest run, or null when it was fine (<c>{}</c>) or never ended.</summary>
    public JobError? LastError { get; init; }

    /// <summary>Column name → the text that stands there, for each column that could not be read.</summary>
    public IReadOnlyDictionary<string, string> Unreadable { get; init; } = NothingUnreadable;

    private static readonly IReadOnlyDictionary<string, string> NothingUnreadable = new Dictionary<string, string>();
}
