using Dashboard.Core.Stores.Health;
using Dashboard.Core.Stores.Parity;

namespace Dashboard.Core.Monitoring.Metrics;

/// <summary>Crash stores in figures. Moments are told, not ages, and nothing is left out because it is zero.</summary>
public static class StoreMetrics
{
    /// <summary>Every metric of stores, in a fixed order.</summary>
    /// <param name="snapshot">The stores that are looked after, copies and comparisons.</param>
    /// <param name="totals">What this process asked of stores since it began.</param>
    /// <param name="dropped">How many operations it counted and could not keep.</param>
    public static IReadOnlyList<Metric> Of(StoresSnapshot snapshot, IReadOnlyList<StoreTotal> totals, long dropped)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        ArgumentNullException.ThrowIfNull(totals);

        // One that is looked after has a name people know; one that is only configured is known by what it talks to, and by its place when it is made of others.
        var names = snapshot.Stores.Where(store => store.Resource is not null).GroupBy(store => store.Resource!, StringComparer.Ordinal).ToDictionary(of => of.Key, of => of.First().Name, StringComparer.Ordinal);
        return
        [
            Gauge("crontabber_store_up", "Whether the newest probe of a crash store went well: it saved, read back and listed, or published and was confirmed.",
                snapshot.Stores.Where(store => store.Newest is not null).Select(store => new MetricSample(Store(store), store.FailingSince is null ? 1 : 0))),
            Gauge("crontabber_store_last_probe_timestamp_seconds", "When the newest probe of a crash store ended.", Each(store => store.Newest?.At)),
            Gauge("crontabber_store_failing_since_timestamp_seconds", "Since when every probe failed.", Each(store => store.FailingSince)),
            Gauge("crontabber_store_probe_step_seconds", "How long a step of the newest probe took.",
                snapshot.Stores.SelectMany(store => (store.Newest?.Steps ?? []).Select(step => new MetricSample([.. Store(store), ("step", Slug(step.Kind))], step.Took.TotalSeconds)))),
            Gauge("crontabber_store_waiting_operations", "How many operations wait for a crash store after a failed attempt, in all programs that tell of it.",
                snapshot.Stores.Select(store => new MetricSample(Store(store), store.Waiting?.Count ?? 0))),
            Gauge("crontabber_store_oldest_waiting_since_timestamp_seconds", "When the oldest of those failed first.", Each(store => store.Waiting?.Since)),
            Gauge("crontabber_store_ability", "Whether a crash store was found to do something; left out while that is not known.",
                snapshot.Stores.SelectMany(store => store.Abilities.Where(ability => ability.Found is not null).Select(ability =>
                    new MetricSample([.. Store(store), ("ability", Slug(ability.Kind)), ("declared", ability.Declared ? "true" : "false")], ability.Found == true ? 1 : 0)))),
            new("crontabber_store_operations", MetricKind.Counter, "What this process asked of crash stores, by how it ended.",
            [
                .. totals.SelectMany(total => (MetricSample[])
                [
                    new([.. Operation(total, names), ("outcome", "ok")], total.Succeeded),
                    new([.. Operation(total, names), ("outcome", "not_found")], total.NotFound),
                    new([.. Operation(total, names), ("outcome", "failed")], total.Failed),
                ]),
            ]),
            new("crontabber_store_operation_seconds", MetricKind.Counter, "How long that took, waits between attempts included.", [.. totals.Select(total => new MetricSample(Operation(total, names), total.Seconds))]),
            new("crontabber_store_operations_dropped", MetricKind.Counter, "Operations whose minutes could not be kept in time.", [new MetricSample([], dropped)]),
            Gauge("crontabber_store_parity_things", "What the newest complete comparison of two crash stores found.", snapshot.Compared.SelectMany(Parity)),
            Gauge("crontabber_store_parity_differing_upper_ratio", "Not more than this part of what both have differs inside, by a random sample of it, at that confidence.",
                snapshot.Compared.SelectMany(found => (MetricSample[])
                [
                    new([.. Pair(found), ("confidence", "0.95")], found.Sample.Upper95),
                    new([.. Pair(found), ("confidence", "0.99")], found.Sample.Upper99),
                ])),
            Gauge("crontabber_store_parity_timestamp_seconds", "When that comparison ended.", snapshot.Compared.SelectMany(found => Moment(Pair(found), found.EndedAt))),
        ];

        IEnumerable<MetricSample> Each(Func<StoreHealth, DateTimeOffset?> of) => snapshot.Stores.SelectMany(store => Moment(Store(store), of(store)));
    }

    private static IEnumerable<MetricSample> Parity(KeptParity found) =>
    [
        new([.. Pair(found), ("result", "same")], found.Cells.Sum(cell => cell.Same)),
        new([.. Pair(found), ("result", "missing")], found.Cells.Sum(cell => cell.OnlySource)),
        new([.. Pair(found), ("result", "different")], found.Cells.Sum(cell => cell.Differs)),
        new([.. Pair(found), ("result", "only_in_target")], found.Cells.Sum(cell => cell.OnlyTarget)),
        new([.. Pair(found), ("result", "unread")], found.Cells.Sum(cell => cell.Unread)),
    ];

    private static Metric Gauge(string name, string help, IEnumerable<MetricSample> samples) => new(name, MetricKind.Gauge, help, [.. samples]);

    private static IEnumerable<MetricSample> Moment((string, string)[] labels, DateTimeOffset? at) => at is { } moment ? [new(labels, (moment - DateTimeOffset.UnixEpoch).TotalSeconds)] : [];

    private static (string, string)[] Store(StoreHealth store) => [("store", store.Name)];

    private static (string, string)[] Operation(StoreTotal total, Dictionary<string, string> names) => [("store", names.GetValueOrDefault(total.Store, total.Store)), ("operation", total.Operation.NameOf())];

    private static (string, string)[] Pair(KeptParity found) => [("from_store", found.Source), ("to_store", found.Target)];

    private static string Slug<T>(T word)
        where T : struct, Enum => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(word.ToString());
}
