using Dashboard.Core.Jobs;
using Dashboard.Core.Runs;
using Dashboard.Core.Verdicts;
using Dashboard.Web.Api;
using Dashboard.Web.Dependencies;
using Dashboard.Web.Schedules;

namespace Dashboard.Web.Jobs;

/// <summary>One job for other programs, with crontabber's own field names.</summary>
public sealed record JobWire
{
    private const int LongestMessage = 1_000;

    /// <summary>The job's name, any text at all.</summary>
    public required string AppName { get; init; }

    /// <summary>Where it stands.</summary>
    public required JobState State { get; init; }

    /// <summary>Why, in one sentence.</summary>
    public required string Because { get; init; }

    /// <summary>Since when it stands so; null when the row does not say.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Not before this moment does the runner start it; null only while or after a first run that never ended.</summary>
    public DateTimeOffset? NextRun { get; init; }

    /// <summary>Start of the first run.</summary>
    public DateTimeOffset? FirstRun { get; init; }

    /// <summary>Start of the latest run that ended.</summary>
    public DateTimeOffset? LastRun { get; init; }

    /// <summary>For a plain job when it last succeeded, for a backfill job the last slot done. In Socorro's flavour a failure moves it too.</summary>
    public DateTimeOffset? LastSuccess { get; init; }

    /// <summary>The lock: when the run now under way began; null when none is.</summary>
    public DateTimeOffset? Ongoing { get; init; }

    /// <summary>Consecutive failures.</summary>
    public required int ErrorCount { get; init; }

    /// <summary>Its direct parents, in the order the runner tests them.</summary>
    public required IReadOnlyList<string> DependsOn { get; init; }

    /// <summary>What its latest run failed with; null when it was fine.</summary>
    public ErrorWire? LastError { get; init; }

    /// <summary>Column name → the text that stands there, for each column that could not be read; null when all could.</summary>
    public IReadOnlyDictionary<string, string>? Unreadable { get; init; }

    /// <summary>What the next tick of the scheduler does with it; null when that is not known.</summary>
    public TickWire? Tick { get; init; }

    /// <summary>When it runs and how that is known; null when nothing is known of it.</summary>
    public ScheduleWire? Schedule { get; init; }

    /// <summary>Its recent runs in short.</summary>
    public required RecentRunsWire Runs { get; init; }

    /// <summary>The address of this job.</summary>
    public required string Url { get; init; }

    /// <summary>The address of its runs.</summary>
    public required string RunsUrl { get; init; }

    /// <summary>As it stands in lists and on the hub: long texts shortened.</summary>
    public static JobWire InList(string source, JobStanding standing) => Of(source, standing, whole: false);

    /// <summary>As it stands at its own address: every text whole.</summary>
    public static JobWire Whole(string source, JobStanding standing) => Of(source, standing, whole: true);

    private static JobWire Of(string source, JobStanding standing, bool whole)
    {
        ArgumentNullException.ThrowIfNull(standing);
        var job = standing.Job;
        var (path, query) = ($"/api/v1/jobs/{PathName.Segment(job.Name)}", $"?source={PathName.Segment(source)}");
        return new JobWire
        {
            AppName = job.Name,
            State = standing.State,
            Because = standing.Because,
            Since = standing.Since,
            NextRun = job.NextRun,
            FirstRun = job.FirstRun,
            LastRun = job.LastRun,
            LastSuccess = job.LastSuccess,
            Ongoing = job.Ongoing,
            ErrorCount = job.ErrorCount,
            DependsOn = job.DependsOn,
            LastError = job.LastError is { } error ? ErrorWire.Of(error, whole ? int.MaxValue : LongestMessage, whole) : null,
            Unreadable = job.Unreadable.Count == 0 ? null : job.Unreadable,
            Tick = standing.Tick is { } tick ? TickWire.Of(tick) : null,
            Schedule = standing.Definition is { } definition ? ScheduleWire.Of(definition) : null,
            Runs = RecentRunsWire.Of(standing.History),
            Url = path + query,
            RunsUrl = $"{path}/runs{query}",
        };
    }
}

/// <summary>What a run failed with.</summary>
/// <param name="Type">The exception's class; empty when unknown.</param>
/// <param name="Value">Its message.</param>
/// <param name="Traceback">Its frames, oldest first; absent in lists.</param>
/// <param name="Shortened">True when the message was cut for a list: the job's own address has it whole.</param>
/// <param name="Readable">False when the column had no shape we know; then value is its text.</param>
public sealed record ErrorWire(string Type, string Value, string? Traceback, bool Shortened, bool Readable)
{
    /// <summary>The error with a message of at most so many characters.</summary>
    public static ErrorWire Of(JobError error, int longest, bool traceback)
    {
        ArgumentNullException.ThrowIfNull(error);
        return new ErrorWire(error.Type, Cut(error.Value, longest), traceback ? error.Traceback : null, error.Value.Length > longest, error.Readable);
    }

    // Never through the middle of a surrogate pair.
    private static string Cut(string text, int longest) =>
        text.Length <= longest ? text : text[..(char.IsHighSurrogate(text[longest - 1]) ? longest - 1 : longest)];
}

/// <summary>The recent runs of a job in short.</summary>
/// <param name="Known">How many of its newest runs are known here, at most 60.</param>
/// <param name="Streak">How many of the newest ended the same way; failures count below zero.</param>
/// <param name="UsualDuration">The median length of the successful ones in seconds; null when there are none.</param>
/// <param name="LongDuration">What 95 of 100 successful ones kept to, in seconds; null when there are none.</param>
/// <param name="Latest">The newest one; null when none is known.</param>
public sealed record RecentRunsWire(int Known, int Streak, TimeSpan? UsualDuration, TimeSpan? LongDuration, RunWire? Latest)
{
    /// <summary>A history in short.</summary>
    public static RecentRunsWire Of(JobHistory history)
    {
        ArgumentNullException.ThrowIfNull(history);
        return new RecentRunsWire(history.Runs.Count, history.Streak, history.UsualDuration, history.LongDuration, history.Runs.Count > 0 ? RunWire.Of(history.Runs[0]) : null);
    }
}

/// <summary>One row of the scheduler's log.</summary>
/// <param name="Id">The log's serial; it has gaps.</param>
/// <param name="Outcome">How the run ended.</param>
/// <param name="LogTime">When it ended, by the database's clock.</param>
/// <param name="Duration">Its length in seconds; null when unreadable.</param>
/// <param name="Success">A backfill job's slot, a plain job's moment of success; null on failure.</param>
/// <param name="ExcType">The exception's class; null on success.</param>
/// <param name="ExcValue">The message, shortened; null on success.</param>
public sealed record RunWire(long Id, RunOutcome Outcome, DateTimeOffset LogTime, TimeSpan? Duration, DateTimeOffset? Success, string? ExcType, string? ExcValue)
{
    /// <summary>A run of a list.</summary>
    public static RunWire Of(Run run)
    {
        ArgumentNullException.ThrowIfNull(run);
        var error = run.Error is { } cause ? ErrorWire.Of(cause, 500, traceback: false) : null;
        return new RunWire(run.Id, run.Outcome, run.LogTime, run.Duration, run.Success, error?.Type, error?.Value);
    }
}
