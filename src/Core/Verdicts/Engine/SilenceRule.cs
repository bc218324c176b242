using Dashboard.Core.Dependencies;

namespace Dashboard.Core.Verdicts.Engine;

/// <summary>R1: nobody starts jobs although one could be started.</summary>
internal static class SilenceRule
{
    /// <summary>The root of whatever waits because no tick comes.</summary>
    public static readonly VerdictRoot Scheduler = new(RootKind.Scheduler, "scheduler");

    private static readonly TimeSpan LeastSilence = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan Jitter = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan LongSilence = TimeSpan.FromHours(1);

    /// <summary>What is said of the scheduler; null while ticks come, or may be held up by a run that is allowed to last.</summary>
    public static Verdict? Of(Case all)
    {
        var now = all.Now;

        // Where ticks are told of, one that does not come is missed whoever would be in its way; else only a job that it should have started shows it.
        var isTold = all.Facts.Ticks.Count > 0;
        var startable = all.Facts.Standings.Jobs.Where(job => job.Tick is { IsDue: true } tick && job.Job.NextRun is not null && (isTold ? tick.Outcome is not (TickOutcome.Dies or TickOutcome.NoTick) : tick is { Outcome: TickOutcome.Runs, Parent: null, After: [] })).ToArray();
        if (startable.Length == 0 || (!all.TicksOverlap && all.Facts.Standings.Jobs.Any(job => job.State is JobState.Running || job.Tick is { Outcome: TickOutcome.Running })))
        {
            return null;
        }

        // Four ticks that did not come, as long as a machine takes to start again, are enough when there is no time to wait for more.
        var (heard, waits) = (all.Heard, startable.Min(job => job.Job.NextRun!.Value));
        var pageBy = all.Facts.Standings.Jobs.Where(job => job.Tick is { IsDue: true }).Select(job => new JobCase(job, all).PageBy.At).Min();
        var allowed = pageBy <= now ? (4 * all.Grid.LongStep) - Jitter : Longer(3 * all.Grid.LongStep, LeastSilence);

        // A tick that is told of counts from its beginning: jobs that it still ran say nothing of the next. Where nobody tells of ticks only a job that waits shows that none came.
        var told = all.Facts.Ticks is [{ } newest, ..] && (pageBy <= now || all.TicksOverlap) ? newest.StartedAt : (DateTimeOffset?)null;
        if ((told ?? heard) is { } last && (now - last <= allowed || (told is null && now - waits <= allowed)))
        {
            return null;
        }

        // It may come back by itself, as after a restart of the machine; what decides is who would be late.
        var since = heard is { } moment ? $"since {VerdictWords.At(moment, now)}" : "since the first row was written";
        var page = pageBy is null || pageBy <= now || now - (heard ?? waits) > LongSilence;
        return new Verdict
        {
            Job = "",
            State = page ? VerdictState.Page : VerdictState.Watch,
            Rule = "R1",
            Since = now,
            Root = Scheduler,
            Headline = $"{(page ? "A human is needed now." : $"Decided at {VerdictWords.At(pageBy!.Value, now)}.")} No tick of the scheduler was seen {since}, and {VerdictWords.Count(startable.Length, "job is", "jobs are")} due.",
            Cause = $"No tick was seen {since}.",
            FirstAction = "See whether crontabber's cron still runs: start it.",
            PageBy = pageBy,
            DecideAt = page ? null : pageBy,
            Facts = [new($"A tick is expected every {all.Grid.Step.TotalMinutes:0.#} min: {all.Grid.Because}.", "reckoned")],
        };
    }

    /// <summary>What is said of a job that waits for it.</summary>
    public static Verdict Behind(JobCase job, Verdict silent) => new()
    {
        Job = job.Name, State = VerdictState.Blocked, Rule = "R1", Since = job.Now, Root = Scheduler, Headline = "Waits for the scheduler: no tick was seen.", Deadline = job.Deadline.Effective, DecideAt = silent.DecideAt,
    };

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
