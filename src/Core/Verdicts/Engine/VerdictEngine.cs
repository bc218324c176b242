using Dashboard.Core.Backfill;
using Dashboard.Core.Dependencies;
using Dashboard.Core.Runs;

namespace Dashboard.Core.Verdicts.Engine;

/// <summary>
/// Says of every job and of the source whether a machine puts it right in time or a human must. A pure function: the same facts, settings, moment and earlier verdict give
/// the same answer.
/// </summary>
public static class VerdictEngine
{
    private static readonly TimeSpan LeastBlind = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan LeastSilence = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan Slack = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Jitter = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan LongSilence = TimeSpan.FromHours(1);
    private static readonly TimeSpan Confirmed = TimeSpan.FromHours(1);
    private static readonly VerdictRoot Scheduler = new(RootKind.Scheduler, "scheduler");

    /// <summary>The verdicts at a moment of the source's clock.</summary>
    /// <param name="facts">What is known.</param>
    /// <param name="settings">How long to wait.</param>
    /// <param name="now">The moment.</param>
    /// <param name="before">What was said last; null at the start. It keeps a page a page until a success, and verdicts that did not change the same objects.</param>
    public static VerdictSnapshot Evaluate(VerdictFacts facts, VerdictSettings settings, DateTimeOffset now, VerdictSnapshot? before = null)
    {
        ArgumentNullException.ThrowIfNull(facts);
        return Evaluate(facts, settings, HealModel.From(facts.Standings.Jobs), now, before);
    }

    /// <summary>The verdicts at a moment of the source's clock.</summary>
    /// <param name="facts">What is known.</param>
    /// <param name="settings">How long to wait.</param>
    /// <param name="model">How failures ended so far.</param>
    /// <param name="now">The moment.</param>
    /// <param name="before">What was said last; null at the start. It keeps a page a page until a success, and verdicts that did not change the same objects.</param>
    public static VerdictSnapshot Evaluate(VerdictFacts facts, VerdictSettings settings, HealModel model, DateTimeOffset now, VerdictSnapshot? before = null)
    {
        ArgumentNullException.ThrowIfNull(facts);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(settings);
        if (before?.Made is { } made && made.StillHolds(facts, settings, model, now))
        {
            return before;
        }

        if (facts.Standings.AsOf is null)
        {
            return Same(before, Blind(facts, now, "It was not read yet"));
        }

        var all = new Case(facts, settings, model, now);
        if (facts.Trouble is { } trouble && facts.Age > Longer(3 * all.Grid.Step, LeastBlind))
        {
            return Same(before, Blind(facts, now, trouble));
        }

        var silent = Silence(all);
        var old = before?.Jobs.ToDictionary(verdict => verdict.Job, StringComparer.Ordinal) ?? [];
        var cases = new JobCase[facts.Standings.Jobs.Count];
        var judged = new Verdict[cases.Length];
        for (var i = 0; i < cases.Length; i++)
        {
            cases[i] = new JobCase(facts.Standings.Jobs[i], all);
            judged[i] = silent is not null && cases[i].Standing.Tick is { IsDue: true } ? BehindScheduler(cases[i], silent) : JobRules.Judge(cases[i], old.GetValueOrDefault(cases[i].Name));
        }

        SharedCause.Join(judged, cases, old);
        var jobs = new List<Verdict>(cases.Length);
        for (var i = 0; i < cases.Length; i++)
        {
            var last = old.GetValueOrDefault(cases[i].Name);
            jobs.Add(Kept(last, Latched(judged[i], last, cases[i]) with { Flags = FlagRule.Of(cases[i], last) }, cases[i]));
        }

        var roots = Roots(jobs, all, silent, before);
        var state = roots.Count == 0 ? VerdictState.Ok : roots[0].State;
        var (headline, then) = SystemWords.Of(roots, jobs);
        var snapshot = Same(before, new VerdictSnapshot
        {
            Source = facts.Standings.Source, Jobs = jobs, Roots = roots, State = state, Headline = headline, Then = then, AsOf = now, Sequence = (before?.Sequence ?? 0) + 1,
        });

        // What says the same stays the same object; only until when it does is known anew.
        snapshot.Made = new Judgement(facts, settings, model, now, Judgement.NextMoment(snapshot.Jobs, facts, settings, now));
        return snapshot;
    }

    private static VerdictSnapshot Blind(VerdictFacts facts, DateTimeOffset now, string why) => new()
    {
        Source = facts.Standings.Source,
        Jobs = [],
        State = VerdictState.Blind,
        Headline = "Nothing can be said: the scheduler's tables are not seen.",
        Then = why.EndsWith('.') ? why : why + ".",
        AsOf = now,
    };

    // R1: nobody starts jobs although one could be started. What runs may go on for as long as it is allowed to.
    private static Verdict? Silence(Case all)
    {
        var now = all.Now;
        var startable = all.Facts.Standings.Jobs.Where(job => job.Tick is { IsDue: true, Outcome: TickOutcome.Runs, Parent: null, After: [] } && job.Job.NextRun is not null).ToArray();
        if (startable.Length == 0 || all.Facts.Standings.Jobs.Any(job => job.State is JobState.Running || job.Tick is { Outcome: TickOutcome.Running }))
        {
            return null;
        }

        // Three ticks that did not come are enough when there is no time to wait for more.
        var (heard, waits) = (all.Heard, startable.Min(job => job.Job.NextRun!.Value));
        var pageBy = all.Facts.Standings.Jobs.Where(job => job.Tick is { IsDue: true }).Select(job => new JobCase(job, all).PageBy.At).Min();
        var allowed = pageBy <= now ? (3 * all.Grid.LongStep) - Jitter : Longer(3 * all.Grid.LongStep, LeastSilence);

        // A tick that is told of counts from its beginning: jobs that it still ran say nothing of the next.
        var sign = pageBy <= now && all.Facts.Ticks is [{ } newest, ..] ? newest.StartedAt : heard;
        if (sign is { } last && (now - last <= allowed || now - waits <= allowed))
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

    private static Verdict BehindScheduler(JobCase job, Verdict silent) => new()
    {
        Job = job.Name, State = VerdictState.Blocked, Rule = "R1", Since = job.Now, Root = Scheduler, Headline = "Waits for the scheduler: no tick was seen.", Deadline = job.Deadline.Effective, DecideAt = silent.DecideAt,
    };

    // A page stays one until a run succeeded since; an hour without another failure that leaves nothing owed confirms it.
    private static Verdict Latched(Verdict judged, Verdict? last, JobCase job)
    {
        if (last is not { State: VerdictState.Page or VerdictState.Recovering })
        {
            return judged.State == VerdictState.Page ? judged with { PagedAt = job.Now } : judged;
        }

        var since = last.PagedAt ?? last.Since;
        var newest = job.Standing.History.Runs is [var run, ..] ? run : null;
        var good = !job.IsFailing && (newest is { Outcome: RunOutcome.Success } ? newest.LogTime > since || job.Job.LastRun > since : job.Job.LastRun > since);
        if (!good)
        {
            return judged.State == VerdictState.Page ? judged with { PagedAt = since } : judged with
            {
                State = VerdictState.Page,
                Heal = judged.Heal is { Grade: ForecastGrade.Certain } ? judged.Heal : null,
                PagedAt = since,
                Root = last.Root,
                Class = judged.Class ?? last.Class,
                Cause = judged.Cause.Length > 0 ? judged.Cause : last.Cause,
                FirstAction = judged.FirstAction.Length > 0 ? judged.FirstAction : last.FirstAction,
                Rejected = [.. judged.Rejected, new RejectedRule(judged.Rule, "A page stays one until a run succeeds.")],
                Headline = judged.State == VerdictState.NeedsHumanLater ? judged.Headline : $"A human was asked for and it is not well yet. {judged.Headline}",
            };
        }

        // What no try heals was healed by people, and is; anything else may come back, and is then no new page.
        var permanent = last.Class is Failures.FailureClass.Auth or Failures.FailureClass.Configuration or Failures.FailureClass.Code or Failures.FailureClass.Data;
        var confirmed = job.Backlog is null or { IsBehind: false } && (permanent || (last.State == VerdictState.Recovering && job.Now - last.Since >= Confirmed && !(last.Rule is "R6" or "R8" && StillLong(job.Standing.History, since))));
        return judged.State switch
        {
            VerdictState.Page => judged with { PagedAt = since },
            _ when confirmed => judged,
            _ => judged with
            {
                State = VerdictState.Recovering, PagedAt = since, Rule = last.Rule, Root = last.Root, Class = last.Class, Fingerprint = last.Fingerprint, DecideAt = null, Heal = null,
                Headline = "It ran well after a page: an hour without another failure, and nothing owed, confirms it.",
            },
        };
    }

    // A job that was called for because a run lasted is well when its runs are again as they were before.
    private static bool StillLong(JobHistory history, DateTimeOffset paged)
    {
        TimeSpan[] before = [.. history.Runs.Where(run => run.LogTime < paged && run is { Outcome: RunOutcome.Success, Duration: not null }).Select(run => run.Duration!.Value).Order()];
        return before.Length > 0 && history.Runs[0].Duration > (1.5 * before[before.Length / 2]) + Slack;
    }

    // What says the same keeps its beginning, and is the same object.
    private static Verdict Kept(Verdict? last, Verdict now, JobCase job)
    {
        if (last is null || last.State != now.State || last.Root != now.Root)
        {
            return now with { InputHash = InputHash.Of(job) };
        }

        var kept = now with { Since = last.Since };
        return VerdictSame.Are(last, kept) ? last : kept with { InputHash = InputHash.Of(job) };
    }

    private static List<RootVerdict> Roots(List<Verdict> jobs, Case all, Verdict? silent, VerdictSnapshot? before)
    {
        var waiting = jobs.Where(verdict => verdict is { State: VerdictState.Blocked, Root: not null }).ToLookup(verdict => verdict.Root!);
        var paged = before?.Roots.Where(root => root.State == VerdictState.Page).Select(root => root.Root).ToHashSet() ?? [];
        var roots = new List<RootVerdict>();
        if (silent is not null)
        {
            roots.Add(new RootVerdict(Scheduler, Held(Scheduler, silent.State, paged), null, silent.Headline, InOrder(waiting[Scheduler], all)));
        }

        roots.AddRange(jobs
            .Where(verdict => verdict.State is not (VerdictState.Ok or VerdictState.Blocked) && verdict.Root is not null)
            .GroupBy(verdict => verdict.Root!)
            .Select(of => (Root: of.Key, Worst: of.MaxBy(verdict => verdict.State)!))
            .Select(of => new RootVerdict(of.Root, Held(of.Root, of.Worst.State, paged), of.Worst.Job, of.Worst.Headline, InOrder(waiting[of.Root], all, of.Root))));
        if (waiting.FirstOrDefault(of => of.Key.Kind == RootKind.Scheduler && of.Key != Scheduler) is { } dead)
        {
            var first = dead.First();
            roots.Add(new RootVerdict(dead.Key, VerdictState.Page, null, $"A human is needed now. {first.Headline}", InOrder(dead, all)));
        }

        return [.. roots.OrderByDescending(root => root.State).ThenByDescending(root => root.Waiting.Count).ThenBy(root => root.Root.Name, StringComparer.Ordinal)];
    }

    // People who were called for a resource stay called until the last of its jobs is well.
    private static VerdictState Held(VerdictRoot root, VerdictState worst, HashSet<VerdictRoot> paged) =>
        root.Kind != RootKind.Job && worst is not VerdictState.Recovering && paged.Contains(root) ? VerdictState.Page : worst;

    // Jobs that are configured and never ran have no row, and wait all the same.
    private static IReadOnlyList<string> InOrder(IEnumerable<Verdict> waiting, Case all, VerdictRoot? root = null)
    {
        var unseen = root is { Kind: RootKind.Job } ? all.Facts.Tick.Waiting(root.Name).Select(tick => tick.Name).Where(name => !all.Standings.ContainsKey(name)) : [];
        return
        [.. waiting.Select(verdict => verdict.Job).Concat(unseen).OrderBy(name => all.Standings.GetValueOrDefault(name)?.Tick?.Place ?? int.MaxValue).ThenBy(name => name, StringComparer.Ordinal)];
    }

    private static VerdictSnapshot Same(VerdictSnapshot? before, VerdictSnapshot next) =>
        before is not null && before.AsOf is not null && before.State == next.State && before.Headline == next.Headline && before.Then == next.Then
            && before.Jobs.SequenceEqual(next.Jobs, ReferenceEqualityComparer.Instance) && before.Roots.Count == next.Roots.Count
            && before.Roots.Zip(next.Roots).All(pair => pair.First.Root == pair.Second.Root && pair.First.State == pair.Second.State && pair.First.Job == pair.Second.Job && pair.First.Headline == pair.Second.Headline && pair.First.Waiting.SequenceEqual(pair.Second.Waiting, StringComparer.Ordinal))
            ? before
            : next;

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
