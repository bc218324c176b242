using Dashboard.Core.Failures;
using Dashboard.Core.Retries;

namespace Dashboard.Core.Verdicts.Engine;

/// <summary>
/// A crash store in trouble is a root: jobs that retry on its resource now, or whose last run gave up on one, hang on it, and so do those that wait behind them. Whoever was called for one of
/// them already stays called for that.
/// </summary>
internal static class StoreCause
{
    private const int MostNamed = 3;

    /// <summary>Gives jobs that hang on a store that root, in place.</summary>
    public static void Join(Verdict[] judged, JobCase[] cases, VerdictFacts facts, Dictionary<string, Verdict> old)
    {
        Dictionary<string, VerdictRoot>? moved = null;
        foreach (var store in facts.Stores)
        {
            for (var i = 0; i < judged.Length; i++)
            {
                if (judged[i] is not { State: VerdictState.Ok or VerdictState.Blocked } and { Root.Kind: RootKind.Job } && HangsOn(cases[i], store, facts)
                    && !(old.GetValueOrDefault(judged[i].Job) is { State: VerdictState.Page, Root: { } called } && called != store.Root))
                {
                    (moved ??= new(StringComparer.Ordinal))[judged[i].Job] = store.Root;
                    judged[i] = judged[i] with { Root = store.Root, Facts = [.. judged[i].Facts, new(Sentence(store, facts.Standings.AsOf ?? store.Since), store.Works ? "telemetry" : "probe")] };
                }
            }
        }

        for (var i = 0; moved is not null && i < judged.Length; i++)
        {
            if (judged[i] is { State: VerdictState.Blocked, Root: { Kind: RootKind.Job } behind } && moved.TryGetValue(behind.Name, out var root))
            {
                judged[i] = judged[i] with { Root = root };
            }
        }
    }

    /// <summary>The root of a store, graver by what hangs on it; null when nobody is to be told of it here.</summary>
    /// <param name="store">The store.</param>
    /// <param name="hanging">The verdicts of the jobs that hang on it.</param>
    /// <param name="waiting">The jobs that wait behind those, in run order.</param>
    /// <param name="now">The moment.</param>
    public static RootVerdict? Root(StoreFact store, IReadOnlyList<Verdict> hanging, IReadOnlyList<string> waiting, DateTimeOffset now)
    {
        if (hanging.Count == 0 && !store.Alone)
        {
            return null;
        }

        var mends = store.Class is not (FailureClass.Auth or FailureClass.Configuration);
        var own = now >= store.CallFrom ? store.Works ? VerdictState.NeedsHumanLater : VerdictState.Page : mends ? VerdictState.Watch : VerdictState.NeedsHumanLater;
        var worst = hanging.Count > 0 ? hanging.Max(verdict => verdict.State) : VerdictState.Ok;
        var state = worst > own ? worst : own;
        var hangs = hanging.Count switch
        {
            0 => "No job has missed it yet.",
            1 => $"{hanging[0].Job} hangs on it.",
            _ => $"{hanging.Count} jobs hang on it: {string.Join(", ", hanging.Take(MostNamed).Select(verdict => verdict.Job))}{(hanging.Count > MostNamed ? " and others" : "")}.",
        };
        var decide = state == VerdictState.Watch ? $" Decided at {VerdictWords.At(store.CallFrom, now)}." : "";
        return new RootVerdict(store.Root, state, null, $"{(state == VerdictState.Page ? "A human is needed now. " : "")}{Sentence(store, now)} {hangs}{decide}", waiting)
        {
            FirstAction = mends ? "Look at the store itself: /stores says what it answered." : "Put right what the store refuses: its address, its key, its bucket.",
            PageBy = store.CallFrom,
            DecideAt = state == VerdictState.Watch ? store.CallFrom : null,
        };
    }

    private static string Sentence(StoreFact store, DateTimeOffset now) => store.Works
        ? $"The crash store {store.Name} answers probes, and since {VerdictWords.At(store.Since, now)} {char.ToLowerInvariant(store.Why[0])}{store.Why[1..]}"
        : $"The crash store {store.Name} does not work since {VerdictWords.At(store.Since, now)}: {store.Why}";

    private static bool HangsOn(JobCase job, StoreFact store, VerdictFacts facts)
    {
        if (job.Retrying is { State: StreakState.Open } now)
        {
            return now.Who.Resource == store.Resource;
        }

        // The newest streak of its own: what the last run ended with.
        RetryStreak? last = null;
        for (var i = 0; job.IsFailing && i < facts.Ended.Count; i++)
        {
            var streak = facts.Ended[i];
            last = streak.AppName == job.Name && (last is null || streak.EndedAt > last.EndedAt) ? streak : last;
        }

        return last is { State: StreakState.GaveUp or StreakState.Lost } && last.Who.Resource == store.Resource;
    }
}
