using Dashboard.Core.Ticks;

namespace Dashboard.Core.Retries.Store;

/// <summary>Makes the snapshot of a reading; what did not change stays the same object.</summary>
internal sealed class RetriesFold
{
    private Dictionary<Guid, (RetryStreak Streak, DateTimeOffset ChangedAt)> streaks = [];
    private Dictionary<(string, string), ResourceLane> lanes = [];
    private Dictionary<Guid, Tick> ticks = [];

    /// <summary>The next snapshot; the one before when nothing but its age changed.</summary>
    public RetriesSnapshot Of(RetriesSnapshot before, RetryReading reading, IReadOnlyDictionary<(string Source, string Resource), RecoveryTimes> recoveries)
    {
        streaks = reading.Streaks.DistinctBy(pair => pair.Streak.Id)
            .ToDictionary(pair => pair.Streak.Id, pair => streaks.TryGetValue(pair.Streak.Id, out var known) && known.ChangedAt == pair.ChangedAt ? known : pair);
        var byLane = streaks.Values.Select(pair => pair.Streak).ToLookup(streak => (streak.Who.Source, streak.Who.Resource));
        lanes = reading.Resources.ToDictionary(resource => (resource.Source, resource.Name), resource => Lane(resource, byLane, reading, recoveries));
        ticks = reading.Ticks.ToDictionary(tick => tick.Id, tick => ticks.TryGetValue(tick.Id, out var known) && known == tick ? known : tick);

        var next = before with
        {
            StaleSince = null,
            Resources = Same(before.Resources, [.. reading.Resources.Select(resource => lanes[(resource.Source, resource.Name)])]),
            Ticks = Ticks(before.Ticks),
            Dropped = reading.Dropped,
            Unreadable = reading.Unreadable,
            Heard = reading.Heard,
        };
        return next == before && reading.AsOf - before.AsOf < TimeSpan.FromSeconds(30) ? before : next with { AsOf = reading.AsOf };
    }

    private ResourceLane Lane(
        RetryReading.Resource resource,
        ILookup<(string Source, string Resource), RetryStreak> byLane,
        RetryReading reading,
        IReadOnlyDictionary<(string Source, string Resource), RecoveryTimes> recoveries)
    {
        var key = (resource.Source, resource.Name);
        var known = lanes.GetValueOrDefault(key) ?? new ResourceLane { Source = resource.Source, Resource = resource.Name, Backend = resource.Backend };
        var open = byLane[key].Where(streak => streak.State == StreakState.Open).OrderBy(streak => streak.StartedAt).ThenBy(streak => streak.Id).ToArray();
        var ended = byLane[key].Where(streak => streak.State != StreakState.Open).OrderByDescending(streak => streak.EndedAt).ThenBy(streak => streak.Id).ToArray();
        var lane = known with
        {
            Backend = resource.Backend,
            Open = Same(known.Open, open),
            Ended = Same(known.Ended, ended),
            Ladder = Same(known.Ladder, Ladder(open.Concat(ended))),
            GotThroughAt = resource.GotThroughAt,
            GotThroughBy = resource.GotThroughBy,
            Recovery = Same(known.Recovery, recoveries.GetValueOrDefault(key, RecoveryTimes.None)),
            Minutes = Same(known.Minutes, [.. reading.Minutes[key]]),
        };
        return lane == known ? known : lane;
    }

    private IReadOnlyDictionary<string, IReadOnlyList<Tick>> Ticks(IReadOnlyDictionary<string, IReadOnlyList<Tick>> before)
    {
        var next = ticks.Values.GroupBy(tick => tick.Source, StringComparer.Ordinal).ToDictionary(
            group => group.Key,
            group => Same(before.GetValueOrDefault(group.Key, []), [.. group.OrderByDescending(tick => tick.StartedAt).ThenBy(tick => tick.Id)]),
            StringComparer.Ordinal);
        return next.Count == before.Count && next.All(pair => before.TryGetValue(pair.Key, out var known) && ReferenceEquals(known, pair.Value)) ? before : next;
    }

    // The delays that were told, attempt by attempt from the first, as far as each is known; the last one repeats and is named once.
    private static TimeSpan[] Ladder(IEnumerable<RetryStreak> heard)
    {
        var delays = new SortedDictionary<int, TimeSpan>();
        foreach (var mark in heard.OrderBy(streak => streak.StartedAt).SelectMany(streak => streak.Marks))
        {
            if (mark.Delay is { } delay)
            {
                delays[mark.Attempt] = delay;
            }
        }

        var ladder = delays.TakeWhile((pair, place) => pair.Key == place + 1).Select(pair => pair.Value).ToList();
        while (ladder.Count > 1 && ladder[^1] == ladder[^2])
        {
            ladder.RemoveAt(ladder.Count - 1);
        }

        return [.. ladder];
    }

    private static IReadOnlyList<T> Same<T>(IReadOnlyList<T> before, T[] next) => before.SequenceEqual(next) ? before : next;

    private static RecoveryTimes Same(RecoveryTimes before, RecoveryTimes next) =>
        before.Buckets.SequenceEqual(next.Buckets) && before with { Buckets = next.Buckets } == next ? before : next;
}
