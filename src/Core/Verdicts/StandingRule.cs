using System.Globalization;
using Dashboard.Core.Jobs;
using Dashboard.Core.Runs;

namespace Dashboard.Core.Verdicts;

/// <summary>
/// Where a job stands, from its row, its recent runs and the database's clock alone. The sentences name moments, never ages: they stay the
/// same while nothing happens, and whoever shows them adds the age.
/// </summary>
public static class StandingRule
{
    /// <summary>A job is overdue once two ticks of the usual five minutes have passed it by.</summary>
    public static readonly TimeSpan OverdueAfter = TimeSpan.FromMinutes(10);

    /// <summary>The runner's clock, which writes the row, may be this far ahead of the database's before it is worth a word.</summary>
    public static readonly TimeSpan ClocksMayDiffer = TimeSpan.FromMinutes(1);

    /// <summary>The standing of a job at a moment of the database's clock.</summary>
    public static JobStanding For(Job job, JobHistory history, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(history);
        if (job.Ongoing is { } locked)
        {
            return Locked(job, history, locked, now);
        }

        if (job.Unreadable.TryGetValue("ongoing", out var lockText))
        {
            return new JobStanding(job, history, JobState.Running, $"Its lock reads '{lockText}': when it was taken cannot be told.", null);
        }

        return IsFailing(job) ? Failing(job, history, now) : Idle(job, history, now);
    }

    private static JobStanding Locked(Job job, JobHistory history, DateTimeOffset locked, DateTimeOffset now)
    {
        var stuckAt = StuckLockRule.From(locked, history);
        if (now > stuckAt)
        {
            var compared = history.LongDuration is { } longest ? $"Its runs last {Words(longest)} or less" : "No earlier run is known";
            var first = job.NextRun is null ? " It is its first run: clear the lock by deleting the row, for without a next run it would never start again." : string.Empty;
            return new JobStanding(job, history, JobState.StuckLock, $"Locked since {At(locked)}. {compared}; the process that took the lock is most likely gone.{first}", locked);
        }

        if (IsFailing(job))
        {
            return new JobStanding(job, history, JobState.Failing, $"{Failures(job)}. Running again since {At(locked)}.", FailingSince(job, history)) { Until = stuckAt };
        }

        if (locked > Later(now, ClocksMayDiffer))
        {
            return new JobStanding(job, history, JobState.Running, $"Locked since {At(locked)}, a moment still to come: the clocks of runner and database differ, and crontabber takes such a lock over at once.", locked)
            {
                Until = locked - ClocksMayDiffer,
            };
        }

        var usual = history.UsualDuration is { } length ? $"; a run usually takes {Words(length)}" : string.Empty;
        return new JobStanding(job, history, JobState.Running, $"Running since {At(locked)}{usual}.", locked) { Until = stuckAt };
    }

    private static JobStanding Failing(Job job, JobHistory history, DateTimeOffset now)
    {
        var since = FailingSince(job, history);
        if (job.NextRun is not { } retry)
        {
            return new JobStanding(job, history, JobState.Failing, $"{Failures(job)}. It has no next run: the runner will not try again.", since);
        }

        var late = Later(retry, OverdueAfter);
        return now > late
            ? new JobStanding(job, history, JobState.Failing, $"{Failures(job)}. The next try was due at {At(retry)} and has not started.", since)
            : new JobStanding(job, history, JobState.Failing, $"{Failures(job)}. The next try is due at {At(retry)}.", since) { Until = late };
    }

    private static JobStanding Idle(Job job, JobHistory history, DateTimeOffset now)
    {
        if (job.NextRun is not { } next)
        {
            return job.Unreadable.TryGetValue("next_run", out var text)
                ? new JobStanding(job, history, JobState.Waiting, $"Its next run reads '{text}': when it comes cannot be told.", job.LastRun)

                // crontabber's time_to_run answers bool(ongoing) here: false, for ever.
                : new JobStanding(job, history, JobState.NeverRun, "It has no next run and no lock: crontabber will never start it. Delete the row, or give it a next run in the past.", null);
        }

        if (next >= now)
        {
            return job.LastRun is null && job.FirstRun is null
                ? new JobStanding(job, history, JobState.NeverRun, $"It has not run yet. First due at {At(next)}.", null) { Until = next }
                : new JobStanding(job, history, JobState.Waiting, $"Next run at {At(next)}.", job.LastRun) { Until = next };
        }

        var late = Later(next, OverdueAfter);
        return now > late
            ? new JobStanding(job, history, JobState.Overdue, $"Was due at {At(next)} and has not started.", next)
            : new JobStanding(job, history, JobState.Due, $"Due since {At(next)}. The next tick starts it.", next) { Until = late };
    }

    private static bool IsFailing(Job job) => job.LastError is not null || job.ErrorCount > 0;

    private static string Failures(Job job) => (job.ErrorCount, job.LastError) switch
    {
        ( <= 0, _) => "Its row holds an error although it counts none, so jobs that depend on it wait",
        (1, null) => "Its last run failed, and what with is not recorded",
        (1, _) => "Its last run failed",
        (_, null) => string.Create(CultureInfo.InvariantCulture, $"Its last {job.ErrorCount} runs failed, and what with is not recorded"),
        _ => string.Create(CultureInfo.InvariantCulture, $"Its last {job.ErrorCount} runs failed"),
    };

    // The first failure of the streak, if the run before it is known; the row itself tells of the last run only.
    private static DateTimeOffset? FailingSince(Job job, JobHistory history) =>
        history.Streak < 0 && -history.Streak < history.Runs.Count ? history.Runs[-history.Streak - 1].LogTime : job.ErrorCount <= 1 ? job.LastRun : null;

    private static DateTimeOffset Later(DateTimeOffset moment, TimeSpan length) =>
        DateTimeOffset.MaxValue - moment > length ? moment + length : DateTimeOffset.MaxValue;

    private static string At(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture);

    private static string Words(TimeSpan length) => length switch
    {
        { TotalHours: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{length.TotalHours:0.#} h"),
        { TotalMinutes: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{length.TotalMinutes:0.#} min"),
        { TotalSeconds: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{length.TotalSeconds:0.#} s"),
        _ => "a second",
    };
}
