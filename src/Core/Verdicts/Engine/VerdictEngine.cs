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

        var silent = SilenceRule.Of(all);
        var old = before?.Jobs.ToDictionary(verdict => verdict.Job, StringComparer.Ordinal) ?? [];
        var cases = new JobCase[facts.Standings.Jobs.Count];
        var judged = new Verdict[cases.Length];
        for (var i = 0; i < cases.Length; i++)
        {
            cases[i] = new JobCase(facts.Standings.Jobs[i], all);
            judged[i] = silent is not null && cases[i].Standing.Tick is { IsDue: true } ? SilenceRule.Behind(cases[i], silent) : JobRules.Judge(cases[i], old.GetValueOrDefault(cases[i].Name));
        }

        StoreCause.Join(judged, cases, facts, old);
        SharedCause.Join(judged, cases, old);
        var jobs = new List<Verdict>(cases.Length);
        for (var i = 0; i < cases.Length; i++)
        {
            var last = old.GetValueOrDefault(cases[i].Name);
            jobs.Add(Kept(last, Latch.Of(judged[i], last, cases[i]) with { Flags = FlagRule.Of(cases[i], last) }, cases[i]));
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
            roots.Add(new RootVerdict(SilenceRule.Scheduler, Held(SilenceRule.Scheduler, silent.State, paged), null, silent.Headline, InOrder(waiting[SilenceRule.Scheduler], all)));
        }

        var troubled = jobs.Where(verdict => verdict.State is not (VerdictState.Ok or VerdictState.Blocked) && verdict.Root is not null).ToLookup(verdict => verdict.Root!);
        var stores = all.Facts.Stores.Select(store => StoreCause.Root(store, [.. troubled[store.Root]], InOrder(waiting[store.Root], all), all.Now)).OfType<RootVerdict>().ToList();
        roots.AddRange(stores.Select(root => root with { State = Held(root.Root, root.State, paged) }));
        roots.AddRange(troubled
            .Where(of => !stores.Exists(store => store.Root == of.Key))
            .Select(of => (Root: of.Key, Worst: of.MaxBy(verdict => verdict.State)!))
            .Select(of => new RootVerdict(of.Root, Held(of.Root, of.Worst.State, paged, troubled[of.Root]), of.Worst.Job, of.Worst.Headline, InOrder(waiting[of.Root], all, of.Root))));
        if (waiting.FirstOrDefault(of => of.Key.Kind == RootKind.Scheduler && of.Key != SilenceRule.Scheduler) is { } dead)
        {
            var first = dead.First();
            roots.Add(new RootVerdict(dead.Key, VerdictState.Page, null, $"A human is needed now. {first.Headline}", InOrder(dead, all)));
        }

        return [.. roots.OrderByDescending(root => root.State).ThenByDescending(root => root.Waiting.Count).ThenBy(root => root.Root.Name, StringComparer.Ordinal)];
    }

    // People who were called for a resource stay called until the last of its jobs is well; and while one of them recovers, what may heal of the others is no new trouble.
    private static VerdictState Held(VerdictRoot root, VerdictState worst, HashSet<VerdictRoot> paged, IEnumerable<Verdict>? members = null) =>
        root.Kind != RootKind.Job && worst is not VerdictState.Recovering && paged.Contains(root) ? VerdictState.Page
        : worst is VerdictState.Watch or VerdictState.Healing && members?.Any(member => member.State == VerdictState.Recovering) == true ? VerdictState.Recovering : worst;

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
