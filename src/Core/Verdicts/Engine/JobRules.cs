using System.Globalization;
using Dashboard.Core.Backfill;
using Dashboard.Core.Dependencies;
using Dashboard.Core.Failures;
using Dashboard.Core.Retries;
using Dashboard.Core.Runs;

namespace Dashboard.Core.Verdicts.Engine;

/// <summary>The rules for one job; the first that holds says the verdict. Their numbers are those of docs/verdict.md.</summary>
internal static class JobRules
{
    private const double Sure = 0.90;
    private const double StillSure = 0.75;
    private const double Hopeless = 0.10;
    private const int FullTries = 2;
    private const int PoisonTries = 3;
    private const int MostAttempts = 500;

    // crontabber's backoff_delays, as they are unless somebody set others.
    private static readonly TimeSpan[] Ladder = [TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(120), TimeSpan.FromSeconds(300)];

    private static readonly Func<JobCase, Verdict?, Verdict?>[] InOrder =
    [
        (job, _) => Ghost(job), (job, _) => HeldByParent(job), (job, _) => HeldByOrder(job), (job, _) => Queued(job), (job, _) => Never(job), Retrying, (job, _) => Locked(job), (job, _) => Running(job),
        (job, _) => Permanent(job), (job, _) => Full(job), (job, _) => Poison(job), Failing, Late, (job, _) => Behind(job),
    ];

    /// <summary>What is said of a job, before it is held against what was said last.</summary>
    public static Verdict Judge(JobCase job, Verdict? before)
    {
        foreach (var rule in InOrder)
        {
            if (rule(job, before) is { } verdict)
            {
                return verdict;
            }
        }

        var next = job.Job.NextRun;
        return Plain(job, VerdictState.Ok, "R17", next is { } at && at > job.Now ? $"On time. Next run at {At(job, at)}." : "On time. The next tick starts it.") with { NextEventAt = next };
    }

    private static Verdict? Ghost(JobCase job) => job.Standing.State == JobState.Ghost
        ? Plain(job, VerdictState.Ok, "R3", "Not configured any more: nobody starts it, nobody waits for it to be well.") with { Facts = [new(job.Standing.Because, "configuration")] }
        : null;

    private static Verdict? HeldByParent(JobCase job)
    {
        if (job.Tick is not { IsHeld: true, Outcome: not TickOutcome.Starved, Parent: { } parent } tick)
        {
            return null;
        }

        var root = tick.Root ?? tick.ParentRoot ?? parent.Parent;
        return root == job.Name || job.Facts.Standings.Find(root) is null
            ? Human(job, "R4", $"It waits for {root}, and {(root == job.Name ? "that is itself" : "there is no such job")}.", $"Take {root} out of what it depends on, or give {root} a row.", tick.Because)
            : Plain(job, VerdictState.Blocked, "R4", $"Waits for {root}.") with { Root = Of(root), Cause = tick.Because, Facts = [new(tick.Because, "crontabber")] };
    }

    private static Verdict? HeldByOrder(JobCase job) => job.Tick switch
    {
        { IsHeld: true, Outcome: TickOutcome.Starved } tick when (tick.Root ?? tick.StarvedBy) is { } root && root != job.Name =>
            Plain(job, VerdictState.Blocked, "R5", $"Waits behind {root}: the tick ends there.") with { Root = Of(root), Cause = tick.Because, Facts = [new(tick.Because, "crontabber")] },
        { Outcome: TickOutcome.NoTick } tick => Plain(job, VerdictState.Blocked, "R5", "No tick does anything: the configuration has no order to run in.") with
        {
            Root = new VerdictRoot(RootKind.Scheduler, "configuration"), Cause = tick.Because, Facts = [new(tick.Because, "configuration")],
        },
        { Outcome: TickOutcome.Dies } tick => Human(job, "R5", "The tick dies here, and with it everything that comes after.", "Give the parent a next run, or mend the configured time.", tick.Because),
        _ => null,
    };

    // The tick under way comes to it: nothing is wrong until it would be late, and then with what the tick is busy with.
    private static Verdict? Queued(JobCase job) => job is { IsFailing: false, QueuedBehind: { } busy, IsOverdue: true } && busy != job.Name
        ? Plain(job, VerdictState.Blocked, "R5", $"Waits behind {busy}: the tick is busy with it.") with { Root = Of(busy), Cause = job.Tick!.Because, Facts = [new(job.Tick.Because, "crontabber")] }
        : null;

    private static Verdict? Never(JobCase job) => job.Tick is { Outcome: TickOutcome.Never } tick
        ? Human(job, "R13", "It never runs again: it has neither a next run nor a lock.", "Delete the row, or give it a next run in the past.", tick.Because)
        : null;

    // Inside a run the executor's own timers are exact.
    private static Verdict? Retrying(JobCase job, Verdict? before)
    {
        if (job.Retrying is not { State: StreakState.Open } streak)
        {
            return null;
        }

        var kind = streak.Class ?? FailureClass.Unknown;
        var what = $"{streak.Resource} failed {VerdictWords.Count(streak.Attempts, "time", "times")} in this run{(streak.Code is { } code ? $", {code}" : "")}";
        var fact = new VerdictFact($"{what}; {(streak.NextAttemptAt is { } at ? $"next try at {At(job, at)}" : "a try is under way")}.", "telemetry");
        if (kind is FailureClass.Auth or FailureClass.Configuration or FailureClass.Code or FailureClass.Data && streak.Attempts >= 2)
        {
            var silent = streak.Executor == ExecutorKind.Infinite ? " This will not show as a failure: it is tried for ever." : "";
            return Human(job, "R7", $"{what}, and no try heals that.{silent}", $"Put right what {streak.Resource} refuses: {streak.ExceptionType}.", fact.Text) with { Class = kind, Facts = [fact] };
        }

        // While it waits, so does everything after it.
        var call = job.CallFor(job.Job.Ongoing!.Value);
        var overdue = job.IsOverdue || call <= job.Now;
        call = job.PageBy.At is { } own && (call is null || own < call) ? own : call;
        var last = streak is { Executor: ExecutorKind.Limited, Attempts: >= 5 };
        if (last && !overdue && streak.NextAttemptAt is { } ends)
        {
            var after = job.Grid.After((job.Job.Ongoing ?? job.Now) + job.Facts.Book.Settings.ErrorRetry, ends);
            return Plain(job, VerdictState.Watch, "R7", $"This run fails at {At(job, ends)}, that is certain; it is tried again at {At(job, after)}.") with
            {
                Root = Of(job.Name), Cause = what, Class = kind, NextEventAt = ends, DecideAt = call, PageBy = call, Facts = [fact],
            };
        }

        var next = streak.NextAttemptAt ?? job.Now;
        if (overdue)
        {
            return Human(job, "R7", $"{what}, and it did not heal in time.", Remedy(kind), fact.Text, call) with { Class = kind, Facts = [fact] };
        }

        var heal = HealRule.For(Attempts(job, streak, kind, next), (job.Usual, job.Long), call, streak.Attempts, job.Model.Attempts.Known(streak.Resource, kind, streak.Attempts));
        return MayHeal(job, "R7", what, kind, heal, before, next) with { DecideAt = call, PageBy = call, Facts = [fact, .. Past(heal)] };
    }

    // Its executor's own timers; when those are at their end the run fails, and the job is tried again at a tick.
    private static IEnumerable<ComingTry> Attempts(JobCase job, RetryStreak streak, FailureClass kind, DateTimeOffset next)
    {
        var (at, failures) = (next, streak.Attempts);
        for (; failures < (streak.Executor == ExecutorKind.Limited ? Ladder.Length : MostAttempts); failures++)
        {
            yield return new ComingTry(at, job.Model.Attempts.Hazard(streak.Resource, kind, failures));
            at += Ladder[Math.Min(failures, Ladder.Length - 1)];
        }

        foreach (var then in HealRule.With(HealRule.Tries(at, TimeSpan.Zero, job.Grid, at), job.Model.Runs, job.Name, kind, job.Failures + 1))
        {
            yield return then;
        }
    }

    private static Verdict? Locked(JobCase job)
    {
        if (job.Standing.State != JobState.StuckLock || job.Job.Ongoing is not { } locked)
        {
            return null;
        }

        var cause = $"Its lock has been held since {At(job, locked)} and its process is most likely gone.";
        var facts = new List<VerdictFact> { new(job.Standing.Because, "crontabber") };
        if (job.Tick?.LockTakenOverFrom is not { } from)
        {
            return Human(job, "R8", $"{cause} The scheduler never takes it over.", "Clear its lock.", null) with { Facts = facts };
        }

        var well = job.Grid.After(from, job.Now) + job.Usual;
        facts.Add(new($"The scheduler takes a lock over from {At(job, from)} on: it looks at its age without whole days.", "reckoned"));
        var heal = new HealForecast(ForecastGrade.Certain) { Likely = well, By80 = well, ByDeadline = job.PageBy.At is { } by && well > by ? 0 : 1 };
        return job.PageBy.At is not { } pageBy || well <= pageBy
            ? Plain(job, VerdictState.Healing, "R8", $"Heals by itself: the scheduler takes the lock over, well by {At(job, well)}.") with
            {
                Root = Of(job.Name), Cause = cause, NextEventAt = job.Grid.After(from, job.Now), Heal = heal, PageBy = job.PageBy.At, DecideAt = job.PageBy.At, Facts = facts,
                WouldChangeIf = [$"the lock is still held after {At(job, well)}"],
            }
            : Human(job, "R8", $"{cause} The scheduler takes it over from {At(job, from)}: too late.", "Clear its lock.", null) with { NextEventAt = job.Grid.After(from, job.Now), Heal = heal, Facts = facts };
    }

    // A run that lasts is waited for; of one that should have ended nobody knows when it will, and people are called when it makes somebody late.
    private static Verdict? Running(JobCase job)
    {
        if (job.Job.Ongoing is not { } since || job.Standing.State is not (JobState.Running or JobState.Failing))
        {
            return null;
        }

        var (usual, ends) = (job.Standing.History.UsualDuration, since + job.Allowed);
        var call = job.CallFor(since);
        if (usual is not null && (job.Now > ends || RunFlags.IsSlow(job.Standing.History)) && call <= job.Now && job.Backlog is not { State: BacklogState.CatchingUp, Progress.Done: > 0 })
        {
            return Human(job, "R6", $"It has been running since {At(job, since)}, and most of its runs are done after {Words(Deadlines.LongRun(job.Standing.History))}.", "See what it is doing; if its process is gone, clear its lock.", job.Standing.Because, call);
        }

        if (job.IsFailing)
        {
            return null;
        }

        var decide = call is { } at ? (at > ends ? at : ends.AddSeconds(1)) : (DateTimeOffset?)null;
        return usual is null || job.Now <= ends || job.Backlog is { State: BacklogState.CatchingUp }
            ? Plain(job, VerdictState.Ok, "R6", $"Running since {At(job, since)}{(usual is { } length ? $", done by about {At(job, since + length)}" : "")}.") with { NextEventAt = since + job.Usual, DecideAt = decide }
            : Plain(job, VerdictState.Watch, "R6", $"Running since {At(job, since)}, longer than it should{(decide is { } by ? $"; decided at {At(job, by)}" : "")}.") with
            {
                Root = Of(job.Name), Cause = job.Standing.Because, DecideAt = decide, PageBy = job.PageBy.At, Facts = [new(job.Standing.Because, "crontabber")], WouldChangeIf = ["it ends", "its process is seen to live"],
            };
    }

    private static Verdict? Permanent(JobCase job)
    {
        if (!job.IsFailing)
        {
            return null;
        }

        var kind = job.Kind;
        var enough = kind.Class switch
        {
            FailureClass.Auth or FailureClass.Configuration => 1,
            FailureClass.Code or FailureClass.Data => 2,
            _ => int.MaxValue,
        };
        return job.Failures >= enough
            ? Human(job, "R9", $"{VerdictWords.Cause(job.Job.LastError, kind)}, {VerdictWords.Count(job.Failures, "time", "times")}: no try heals that.", Remedy(kind.Class), $"Told by {kind.Because}.") with { Class = kind.Class }
            : null;
    }

    private static Verdict? Full(JobCase job) => job.IsFailing && job.Failures > FullTries && job.Kind is { Class: FailureClass.Full } kind
        ? Human(job, "R10", $"{VerdictWords.Cause(job.Job.LastError, kind)}, {VerdictWords.Count(job.Failures, "time", "times")}: somebody has to make room.", Remedy(kind.Class), $"Told by {kind.Because}.") with { Class = kind.Class }
        : null;

    private static Verdict? Poison(JobCase job)
    {
        if (job.Failures < PoisonTries || job.Backlog is not { State: BacklogState.Failing, FailingSlot: { } slot } || job.Standing.Since is not { } since)
        {
            return null;
        }

        var other = job.Facts.Standings.Jobs.FirstOrDefault(standing => standing.Job.Name != job.Name && !ReferenceEquals(standing, job.Standing)
            && standing.Job.LastError is null && standing.History.Runs is [{ Outcome: RunOutcome.Success } newest, ..] && newest.LogTime > since && Shares(standing, job));
        return other is null ? null : Human(
            job, "R11", $"The slot {slot.UtcDateTime.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture)} fails again and again while {other.Job.Name} succeeds.", "Put that slot's data right, or mark it done.", VerdictWords.Cause(job.Job.LastError, job.Kind) + ".") with { Class = job.Kind.Class };
    }

    // Without a list of what each job needs, only jobs that need the same parents are taken to need the same.
    private static bool Shares(JobStanding other, JobCase job) => job.Job.DependsOn.Count > 0 && other.Job.DependsOn.Intersect(job.Job.DependsOn, StringComparer.Ordinal).Any();

    private static Verdict? Failing(JobCase job, Verdict? before)
    {
        if (!job.IsFailing)
        {
            return null;
        }

        if (job.Job.NextRun is null && job.Job.Ongoing is null)
        {
            return Human(job, "R12", "It failed and has no next run: it is not tried again.", "Give it a next run.", job.Standing.Because);
        }

        var kind = job.Kind;
        var tries = job.Job.Ongoing is { } now ? job.Tries.Prepend(now) : job.Tries;
        var heal = HealRule.For(HealRule.With(tries, job.Model.Runs, job.Name, kind.Class, job.Failures), (job.Usual, job.Long), job.PageBy.At, job.Failures, job.Model.Runs.Known(job.Name, kind.Class, job.Failures));
        var next = job.Job.Ongoing ?? job.Tries.FirstOrDefault();
        var cause = $"{VerdictWords.Cause(job.Job.LastError, kind)}, {VerdictWords.Count(job.Failures, "time", "times")}";
        // One failure of a kind that may heal is weak evidence: its next try is waited for.
        var overdue = job.IsOverdue && (job.Failures >= 2 || job.WasRetried || kind.Class == FailureClass.Full || !HealCounts.MayHeal(kind.Class));
        var hopeless = heal is { ByDeadline: <= Hopeless, Grade: not ForecastGrade.None } && heal.AtRisk >= 5 && job.Failures >= 3;
        var verdict = overdue || hopeless
            ? Human(job, "R12", $"{cause}, and it did not heal in time.", Remedy(kind.Class), null)
            : MayHeal(job, "R12", cause, kind.Class, heal, before, next);
        return verdict with
        {
            Class = kind.Class,
            Heal = overdue || hopeless ? null : heal,
            NextEventAt = next,
            Facts = [new($"Told by {kind.Because}.", "crontabber"), .. Past(heal), new($"Tried again at {At(job, next)}: {job.Grid.Because}.", "reckoned")],
            Rejected = [new("R9", $"{Words(kind.Class)} may end by itself."), new("R8", job.Job.Ongoing is null ? "It holds no lock." : "Its lock is young.")],
        };
    }

    private static Verdict MayHeal(JobCase job, string rule, string cause, FailureClass kind, HealForecast heal, Verdict? before, DateTimeOffset next)
    {
        var known = heal.Grade is not ForecastGrade.None;
        var sure = heal.ByDeadline >= Sure || (heal.ByDeadline >= StillSure && before is { State: VerdictState.Healing } && before.Rule == rule);
        var broken = before is { State: VerdictState.Healing, Heal.By80: { } promised } && job.Now > promised;
        var by = heal is { By80: { } at, By80Chance: { } chance } ? string.Create(CultureInfo.InvariantCulture, $", {Math.Floor(chance * 100):0} % by {At(job, at)} (from {heal.AtRisk} like it)") : "";
        var decide = Later(job, next);
        return known && sure && !broken
            ? Plain(job, VerdictState.Healing, rule, $"Heals by itself: next try {At(job, next)}{by}.") with
            {
                Root = Of(job.Name), Cause = cause, Class = kind, Heal = heal, NextEventAt = next, PageBy = job.PageBy.At, DecideAt = decide, WouldChangeIf = Changes(job),
            }
            : Plain(job, VerdictState.Watch, rule, $"{(known ? "May heal" : "No history for this error")}: next try {At(job, next)}{(known ? by : "")}{(decide is { } then ? $"; decided at {At(job, then)}" : "")}.") with
            {
                Root = Of(job.Name), Cause = cause, Class = kind, Heal = heal, NextEventAt = next, PageBy = job.PageBy.At, DecideAt = decide, WouldChangeIf = Changes(job),
            };
    }

    private static IReadOnlyList<string> Changes(JobCase job) =>
        job.PageBy.At is { } by ? [$"a further failure after {At(job, by)}", "any error of authentication or configuration"] : ["any error of authentication or configuration"];

    private static Verdict? Late(JobCase job, Verdict? before)
    {
        if (job.Standing.State is not JobState.Overdue || job.Job.NextRun is not { } due)
        {
            return null;
        }

        // It waits as long as something is in its way; what counts is what happens from the moment on at which nothing was seen to be. A tick that began then, came to every job and left it says
        // for certain that it is skipped; where nobody tells of ticks, six of them have to pass.
        var free = before is { Rule: "R13", State: VerdictState.Watch or VerdictState.Page } ? before.Since : job.Now;
        var decide = (free > due ? free : due) + (6 * job.Grid.Step);
        return job.WholeTickSince(free) is { } passed ? passed && job.IsOverdue && job.Now - free >= 2 * job.Grid.Step ? Skipped() : Waits() : job.Now > due + (6 * job.Grid.Step) && (before is null || job.Now > decide || free == job.Now) && job.Heard > due ? Skipped() : Waits();

        Verdict Skipped() => Human(job, "R13", $"It was due at {At(job, due)} and no tick has started it.", "See why the scheduler skips it: run it by hand with --job.", job.Standing.Because);

        Verdict Waits() => Plain(job, VerdictState.Watch, "R13", $"It was due at {At(job, due)} and has not started.") with
        {
            Root = Of(job.Name), Cause = job.Standing.Because, DecideAt = decide, PageBy = job.PageBy.At, Facts = [new(job.Standing.Because, "crontabber")],
        };
    }

    private static Verdict? Behind(JobCase job)
    {
        if (job.Backlog is not { } backlog)
        {
            return null;
        }

        var fact = new VerdictFact(backlog.Because, "reckoned");
        return backlog.State switch
        {
            BacklogState.Endless or BacklogState.Unreckonable => Human(job, "R14", backlog.Because, "Mend its frequency.", null) with { Facts = [fact] },
            BacklogState.Behind when backlog.Owed.Count > 1 && job.IsOverdue => Human(job, "R14", $"It owes {Slots(backlog)} and is not done in time.", "See why it does not work them off.", null) with { Facts = [fact] },
            BacklogState.Behind when backlog.Owed.Count > 1 => backlog.Eta is { At: { } by } && (job.PageBy.At is not { } limit || by <= limit)
                ? CatchingUp(job, backlog, by, fact)
                : Plain(job, VerdictState.Watch, "R14", $"It owes {Slots(backlog)} and nobody can say when they are done.") with { Root = Of(job.Name), Cause = backlog.Because, PageBy = job.PageBy.At, DecideAt = job.PageBy.At, Facts = [fact] },
            BacklogState.CatchingUp => CatchingUp(job, backlog, backlog.Eta?.At, fact),
            _ => null,
        };
    }

    private static Verdict CatchingUp(JobCase job, Backlog backlog, DateTimeOffset? by, VerdictFact fact) =>
        Plain(job, VerdictState.CatchingUp, "R14", $"Catching up: {Slots(backlog)} owed{(by is { } at ? $", done by {At(job, at)}" : "")}.") with { Root = Of(job.Name), Cause = backlog.Because, NextEventAt = by, PageBy = job.PageBy.At, Facts = [fact] };

    /// <summary>A failure that more than one job shows did not heal in time: what one of them alone could not say after a single try.</summary>
    public static Verdict SharedOverdue(JobCase job, Verdict judged) =>
        Human(job, judged.Rule, $"{judged.Cause}, and others fail with the same; it did not heal in time.", Remedy(judged.Class ?? FailureClass.Unknown), null) with { Class = judged.Class, NextEventAt = judged.NextEventAt, Facts = judged.Facts };

    /// <summary>R15: nobody but a human helps; whether at once is a matter of how much time is left and when people are there.</summary>
    private static Verdict Human(JobCase job, string rule, string cause, string action, string? fact, DateTimeOffset? call = null)
    {
        var (by, whose) = job.PageBy;
        (by, whose) = call is { } earlier && (by is null || earlier < by) ? (earlier, "whoever waits behind it") : (by, whose);
        var staffed = job.Settings.NextStaffed(job.Now);
        var page = by is { } limit && (limit <= job.Now || limit < staffed);
        var lateFor = whose == job.Name ? "its own data" : whose;
        var headline = page
            ? by <= job.Now ? $"A human is needed now. {cause}" : $"A human is needed by {At(job, by!.Value)}. {cause}"
            : by is { } then ? $"A human is needed by {At(job, then)}, in working hours. {cause}" : $"A human is needed in working hours. {cause}";
        List<VerdictFact> facts = fact is null ? [] : [new(fact, "crontabber")];
        if (job.Deadline.Own is { } own)
        {
            facts.Add(new($"{Capital(lateFor)} decides how long it may wait; its own data is older than promised from {At(job, own)}.", "reckoned"));
        }

        facts.Add(new(job.Settings.Words, "configuration"));
        return new Verdict
        {
            Job = job.Name,
            State = page ? VerdictState.Page : VerdictState.NeedsHumanLater,
            Rule = rule,
            Since = job.Now,
            Root = Of(job.Name),
            Headline = headline,
            Cause = cause,
            FirstAction = action,
            Deadline = job.Deadline.Effective,
            PageBy = by,
            DecideAt = page ? null : by is { } later ? (staffed > job.Now && staffed < later ? staffed : later) : staffed > job.Now ? staffed : null,
            Blocks = [.. job.Waiting.Select(waiting => waiting.Name)],
            Facts = facts,
            WouldChangeIf = ["it succeeds"],
        };
    }

    private static Verdict Plain(JobCase job, VerdictState state, string rule, string headline) => new()
    {
        Job = job.Name,
        State = state,
        Rule = rule,
        Since = job.Now,
        Headline = headline,
        Deadline = job.Deadline.Effective,
        Blocks = state is VerdictState.Ok or VerdictState.Blocked ? [] : [.. job.Waiting.Select(waiting => waiting.Name)],
    };

    private static VerdictFact[] Past(HealForecast heal) => VerdictWords.Past(heal) is { Length: > 0 } words ? [new(words + ".", "crontabber_log")] : [];

    private static string Remedy(FailureClass kind) => kind switch
    {
        FailureClass.Auth => "Renew the credentials or the right that is refused.",
        FailureClass.Configuration => "Put the configuration right, or what it names back in place.",
        FailureClass.Code => "Mend the code and deploy, or roll back.",
        FailureClass.Data => "Put the data right, or teach the code.",
        FailureClass.Full => "Make room.",
        FailureClass.Network or FailureClass.Busy => "See what the other end is doing.",
        _ => "Read its error.",
    };

    private static string Words(TimeSpan length) => length.TotalMinutes >= 100 ? string.Create(CultureInfo.InvariantCulture, $"{length.TotalHours:0.#} h") : string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(length.TotalMinutes):0} min");

    private static string Words(FailureClass kind) => kind switch
    {
        FailureClass.Network => "Trouble of the network",
        FailureClass.Busy => "Another's being busy",
        FailureClass.Full => "Want of room",
        FailureClass.Killed => "The end of a process",
        FailureClass.Lock => "A lock",
        _ => "What is not known",
    };

    private static string Slots(Backlog backlog) => backlog.Owed.IsEndless ? "slots without end" : VerdictWords.Count((int)Math.Min(backlog.Owed.Count, int.MaxValue), "slot", "slots");

    private static string Capital(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];

    private static VerdictRoot Of(string job) => new(RootKind.Job, job);

    private static string At(JobCase job, DateTimeOffset moment) => VerdictWords.At(moment, job.Now);

    // When it is too late already the next try decides.
    private static DateTimeOffset? Later(JobCase job, DateTimeOffset next) => job.PageBy.At is { } at && at < job.Now ? next : job.PageBy.At;
}
