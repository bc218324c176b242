using System.Globalization;
using Dashboard.Core.Dependencies;
using Dashboard.Core.Jobs;
using Dashboard.Core.Runs;

namespace Dashboard.Core.Verdicts;

/// <summary>
/// Where a job stands, from its row, its recent runs, what the next tick does with it and the database's clock. The sentences name moments, never
/// ages: they stay the same while nothing happens, and whoever shows them adds the age.
/// </summary>
public static class StandingRule
{
    /// <summary>A job is overdue once two ticks of the usual five minutes have passed it by.</summary>
    public static readonly TimeSpan OverdueAfter = TimeSpan.FromMinutes(10);

    /// <summary>The runner's clock, which writes the row, may be this far ahead of the database's before it is worth a word.</summary>
    public static readonly TimeSpan ClocksMayDiffer = TimeSpan.FromMinutes(1);

    /// <summary>The standing of a job at a moment of the database's clock.</summary>
    /// <param name="job">The row.</param>
    /// <param name="history">Its recent runs.</param>
    /// <param name="now">The database's clock.</param>
    /// <param name="tick">What the next tick does with it; null when that is not known.</param>
    public static JobStanding For(Job job, JobHistory history, DateTimeOffset now, JobTick? tick = null)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(history);
        var standing = tick?.Outcome == TickOutcome.Ghost && job.Ongoing is null ? Ghost(job, history, tick) : Configured(job, history, now, tick);
        return standing with { Tick = tick };
    }

    private static JobStanding Configured(Job job, JobHistory history, DateTimeOffset now, JobTick? tick)
    {
        if (job.Ongoing is { } locked)
        {
            return Locked(job, history, locked, now, tick);
        }

        if (job.Unreadable.TryGetValue("ongoing", out var lockText))
        {
            return new JobStanding(job, history, JobState.Running, $"Its lock reads '{lockText}': when it was taken cannot be told.", null);
        }

        return IsFailing(job) ? Failing(job, history, now, tick) : Idle(job, history, now, tick);
    }

    private static JobStanding Ghost(Job job, JobHistory history, JobTick tick) => new(
        job, history, JobState.Ghost, IsFailing(job) ? $"{tick.Because} {Failures(job)}." : tick.Because, job.NextRun);

    private static JobStanding Locked(Job job, JobHistory history, DateTimeOffset locked, DateTimeOffset now, JobTick? tick)
    {
        var stuckAt = StuckLockRule.From(locked, history);
        if (tick is { ByOwnRunner: true, Holder: not LockHolder.Unknown })
        {
            return Owned(job, history, locked, stuckAt, now, tick);
        }

        if (now > stuckAt)
        {
            var compared = history.LongDuration is { } longest ? $"Its runs last {Words(longest)} or less" : "No earlier run is known";
            var first = job.NextRun is null ? " It is its first run: clear the lock by deleting the row, for without a next run it would never start again." : string.Empty;
            return new JobStanding(job, history, JobState.StuckLock, $"Locked since {At(locked)}. {compared}; the process that took the lock is most likely gone.{first}{AtTheLock(tick)}", locked);
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

    // The owner of the lock is on record, so nothing has to be guessed from its age.
    private static JobStanding Owned(Job job, JobHistory history, DateTimeOffset locked, DateTimeOffset stuckAt, DateTimeOffset now, JobTick tick)
    {
        var failed = IsFailing(job) ? $"{Failures(job)}. " : string.Empty;
        if (tick.Holder == LockHolder.Gone)
        {
            return tick.IsRunnerPresent
                ? new JobStanding(job, history, IsFailing(job) ? JobState.Failing : JobState.Due, $"{failed}The process that ran it, {tick.HeldBy}, is gone; the next tick takes its lock of {At(locked)} over and starts it.", locked)
                : new JobStanding(job, history, JobState.StuckLock, $"{failed}Locked since {At(locked)} by {tick.HeldBy}, which is gone. The runner takes the lock over with its next tick, but it is not heard of: start it again.", locked);
        }

        var late = now > stuckAt && history.LongDuration is { } longest ? $" That is longer than its runs last, {Words(longest)} or less; the process lives." : string.Empty;
        return new JobStanding(job, history, IsFailing(job) ? JobState.Failing : JobState.Running, $"{(failed.Length > 0 ? $"{failed}Running again" : "Running")} since {At(locked)} in {tick.HeldBy}.{late}", failed.Length > 0 ? FailingSince(job, history) : locked)
        {
            Until = now > stuckAt ? DateTimeOffset.MaxValue : stuckAt,
        };
    }

    private static string AtTheLock(JobTick? tick) => tick switch
    {
        { Outcome: TickOutcome.Locked, ByOwnRunner: true, LockTakenOverFrom: { } from } => $" The runner passes it over, and takes it over from {At(from)}.",
        { Outcome: TickOutcome.Locked, LockTakenOverFrom: { } from, Root: not null } => $" Until the scheduler itself takes it over, from {At(from)}, every tick ends here.",
        { Outcome: TickOutcome.Locked } => " The scheduler never takes it over by itself.",
        { Outcome: TickOutcome.Runs } => " The next tick takes it over.",
        _ => string.Empty,
    };

    private static JobStanding Failing(Job job, JobHistory history, DateTimeOffset now, JobTick? tick)
    {
        var since = FailingSince(job, history);
        if (job.NextRun is not { } retry)
        {
            return new JobStanding(job, history, JobState.Failing, $"{Failures(job)}. It has no next run: the runner will not try again.", since);
        }

        if (tick is { IsHeld: true })
        {
            return new JobStanding(job, history, JobState.Failing, $"{Failures(job)}. {tick.Because}", since);
        }

        var late = Later(retry, OverdueAfter);
        return now > late
            ? new JobStanding(job, history, JobState.Failing, $"{Failures(job)}. The next try was due at {At(retry)} and has not started.", since)
            : new JobStanding(job, history, JobState.Failing, $"{Failures(job)}. The next try is due at {At(retry)}.", since) { Until = late };
    }

    private static JobStanding Idle(Job job, JobHistory history, DateTimeOffset now, JobTick? tick)
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

        return tick switch
        {
            { IsHeld: true } => new JobStanding(job, history, JobState.Blocked, tick.Because, next),
            { Outcome: TickOutcome.Queued } => new JobStanding(job, history, JobState.Due, tick.Because, next),
            _ => Passed(job, history, next, now, tick),
        };
    }

    private static JobStanding Passed(Job job, JobHistory history, DateTimeOffset next, DateTimeOffset now, JobTick? tick)
    {
        var late = Later(next, OverdueAfter);
        var free = tick is { Outcome: TickOutcome.Runs } ? " Nothing that is known keeps it: the scheduler may not be running." : string.Empty;
        return now > late
            ? new JobStanding(job, history, JobState.Overdue, $"Was due at {At(next)} and has not started.{free}", next)
            : new JobStanding(job, history, JobState.Due, tick is { Outcome: TickOutcome.Runs } ? tick.Because : $"Due since {At(next)}. The next tick starts it.", next) { Until = late };
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
