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
        var jobs = new List<Verdict>(facts.Standings.Jobs.Count);
        foreach (var standing in facts.Standings.Jobs)
        {
            var job = new JobCase(standing, all);
            var last = old.GetValueOrDefault(standing.Job.Name);
            var judged = silent is not null && standing.Tick is { IsDue: true } ? BehindScheduler(job) : JobRules.Judge(job, last);
            jobs.Add(Kept(last, Latched(judged, last, job)));
        }

        var roots = Roots(jobs, all, silent);
        var state = roots.Count == 0 ? VerdictState.Ok : roots[0].State;
        var (headline, then) = SystemWords.Of(roots, jobs);
        return Same(before, new VerdictSnapshot
        {
            Source = facts.Standings.Source, Jobs = jobs, Roots = roots, State = state, Headline = headline, Then = then, AsOf = now, Sequence = (before?.Sequence ?? 0) + 1,
        });
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

        var allowed = Longer(3 * all.Grid.LongStep, LeastSilence);
        var heard = all.Facts.Standings.Jobs.SelectMany(job => new[] { job.Job.LastRun, job.Job.Ongoing, job.History.Runs is [var newest, ..] ? newest.LogTime : null })
            .Concat(all.Facts.Ticks.Take(1).Select(tick => (DateTimeOffset?)tick.HeardAt)).Where(at => at <= now).Max();
        var waits = startable.Min(job => job.Job.NextRun!.Value);
        if (heard is { } last && (now - last <= allowed || now - waits <= allowed))
        {
            return null;
        }

        var since = heard is { } sign ? $"since {VerdictWords.At(sign, now)}" : "since the first row was written";
        return new Verdict
        {
            Job = "",
            State = VerdictState.Page,
            Rule = "R1",
            Since = now,
            Root = Scheduler,
            Headline = $"A human is needed now. No tick of the scheduler was seen {since}, and {VerdictWords.Count(startable.Length, "job is", "jobs are")} due.",
            Cause = $"No tick was seen {since}.",
            FirstAction = "See whether crontabber's cron still runs: start it.",
            Facts = [new($"A tick is expected every {all.Grid.Step.TotalMinutes:0.#} min: {all.Grid.Because}.", "reckoned")],
        };
    }

    private static Verdict BehindScheduler(JobCase job) => new()
    {
        Job = job.Name, State = VerdictState.Blocked, Rule = "R1", Since = job.Now, Root = Scheduler, Headline = "Waits for the scheduler: no tick was seen.", Deadline = job.Deadline.Effective,
    };

    // A page stays one until a run succeeded; a second good run, or a first that leaves nothing owed, confirms it.
    private static Verdict Latched(Verdict judged, Verdict? last, JobCase job)
    {
        if (last is not { State: VerdictState.Page or VerdictState.Recovering })
        {
            return judged;
        }

        var good = !job.IsFailing && (job.Standing.History.Streak > 0 || job.Job.LastRun > last.Since);
        if (last.State == VerdictState.Page && !good && judged.State is VerdictState.Healing or VerdictState.Watch or VerdictState.NeedsHumanLater or VerdictState.CatchingUp)
        {
            return judged with
            {
                State = VerdictState.Page,
                Rejected = [.. judged.Rejected, new RejectedRule(judged.Rule, "A page stays one until a run succeeds.")],
                Headline = judged.State == VerdictState.NeedsHumanLater ? judged.Headline : $"A human was asked for and it is not well yet. {judged.Headline}",
            };
        }

        var permanent = last.Class is Failures.FailureClass.Auth or Failures.FailureClass.Configuration or Failures.FailureClass.Code or Failures.FailureClass.Data;
        var confirmed = permanent || job.Standing.History.Streak >= 2 || job.Backlog is null or { IsBehind: false };
        return judged.State == VerdictState.Ok && !confirmed
            ? judged with { State = VerdictState.Recovering, Rule = last.Rule, Root = last.Root, Class = last.Class, Headline = "The first good run after a page: one more, or nothing owed, confirms it." }
            : judged;
    }

    // What says the same keeps its beginning, and is the same object.
    private static Verdict Kept(Verdict? last, Verdict now)
    {
        if (last is null || last.State != now.State || last.Root != now.Root)
        {
            return now;
        }

        var kept = now with { Since = last.Since };
        return VerdictSame.Are(last, kept) ? last : kept;
    }

    private static List<RootVerdict> Roots(List<Verdict> jobs, Case all, Verdict? silent)
    {
        var waiting = jobs.Where(verdict => verdict is { State: VerdictState.Blocked, Root: not null }).ToLookup(verdict => verdict.Root!);
        var roots = new List<RootVerdict>();
        if (silent is not null)
        {
            roots.Add(new RootVerdict(Scheduler, VerdictState.Page, null, silent.Headline, InOrder(waiting[Scheduler], all)));
        }

        roots.AddRange(jobs
            .Where(verdict => verdict.State is not (VerdictState.Ok or VerdictState.Blocked) && verdict.Root is not null)
            .GroupBy(verdict => verdict.Root!)
            .Select(of => (Root: of.Key, Worst: of.MaxBy(verdict => verdict.State)!))
            .Select(of => new RootVerdict(of.Root, of.Worst.State, of.Worst.Job, of.Worst.Headline, InOrder(waiting[of.Root], all, of.Root))));
        if (waiting.FirstOrDefault(of => of.Key.Kind == RootKind.Scheduler && of.Key != Scheduler) is { } dead)
        {
            var first = dead.First();
            roots.Add(new RootVerdict(dead.Key, VerdictState.Page, null, $"A human is needed now. {first.Headline}", InOrder(dead, all)));
        }

        return [.. roots.OrderByDescending(root => root.State).ThenByDescending(root => root.Waiting.Count).ThenBy(root => root.Root.Name, StringComparer.Ordinal)];
    }

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
            && before.Roots.Zip(next.Roots).All(pair => (pair.First with { Waiting = [] }) == (pair.Second with { Waiting = [] }) && pair.First.Waiting.SequenceEqual(pair.Second.Waiting, StringComparer.Ordinal))
            ? before
            : next;

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
