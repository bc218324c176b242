using System.Globalization;
using Dashboard.Core.Jobs;
using Dashboard.Core.Runs;

namespace Dashboard.Core.Verdicts;

/// <summary>Where a job stands, from its row, its recent runs and the database's clock alone.</summary>
public static class StandingRule
{
    /// <summary>A lock younger than this is never called stuck: short jobs vary.</summary>
    public static readonly TimeSpan ShortestStuckLock = TimeSpan.FromMinutes(30);

    /// <summary>A job is overdue once two ticks of the usual five minutes have passed it by.</summary>
    public static readonly TimeSpan OverdueAfter = TimeSpan.FromMinutes(10);

    /// <summary>The standing of a job at a moment of the database's clock.</summary>
    public static JobStanding For(Job job, JobHistory history, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(history);
        var (state, because, since) = Decide(job, history, now);
        return new JobStanding(job, history, state, because, since);
    }

    private static (JobState State, string Because, DateTimeOffset? Since) Decide(Job job, JobHistory history, DateTimeOffset now)
    {
        if (job.Ongoing is { } locked)
        {
            var allowed = Allowed(history);
            return now - locked > allowed
                ? (JobState.StuckLock, $"Locked since {At(locked)}; its runs end within {Words(allowed)}.", locked)
                : (JobState.Running, history.UsualDuration is { } usual ? $"Running; usually takes {Words(usual)}." : "Running.", locked);
        }

        if (job.LastError is not null || job.ErrorCount > 0)
        {
            var streak = job.ErrorCount == 1 ? "Its last run failed" : string.Create(CultureInfo.InvariantCulture, $"Its last {job.ErrorCount} runs failed");
            return (JobState.Failing, job.NextRun is { } retry ? $"{streak}; tried again from {At(retry)}." : $"{streak}.", job.LastRun);
        }

        if (job.NextRun is not { } next)
        {
            // crontabber's time_to_run answers bool(ongoing) here: false, for ever.
            return (JobState.NeverRun, "No next run and no lock: the runner will never start it again.", null);
        }

        if (next >= now)
        {
            return job.LastRun is null && job.FirstRun is null
                ? (JobState.NeverRun, $"Has not run yet; first due at {At(next)}.", null)
                : (JobState.Waiting, $"Next run at {At(next)}.", job.LastRun);
        }

        return now - next > OverdueAfter
            ? (JobState.Overdue, $"Was due at {At(next)} and has not started.", next)
            : (JobState.Due, $"Due since {At(next)}; the next tick starts it.", next);
    }

    // Three times what 95 of 100 runs keep to, but never less than half an hour.
    private static TimeSpan Allowed(JobHistory history) =>
        history.LongDuration is { } p95 && p95 * 3 > ShortestStuckLock ? p95 * 3 : ShortestStuckLock;

    private static string At(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture);

    private static string Words(TimeSpan length) => length switch
    {
        { TotalHours: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{length.TotalHours:0.#} h"),
        { TotalMinutes: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{length.TotalMinutes:0.#} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{length.TotalSeconds:0.#} s"),
    };
}
