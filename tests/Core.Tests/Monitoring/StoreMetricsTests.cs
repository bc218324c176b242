using Dashboard.Core.Monitoring.Metrics;
using Dashboard.Core.Stores.Crashes;
using Dashboard.Core.Stores.Health;
using Dashboard.Core.Stores.Parity;
using Dashboard.Kit;

namespace Dashboard.Core.Tests.Monitoring;

/// <summary>Crash stores in figures, checked by Prometheus' own tool.</summary>
public sealed class StoreMetricsTests
{
    /// <summary>What is promised to whoever writes rules.</summary>
    internal static readonly string[] Names =
    [
        "crontabber_store_up", "crontabber_store_last_probe_timestamp_seconds", "crontabber_store_failing_since_timestamp_seconds", "crontabber_store_probe_step_seconds",
        "crontabber_store_waiting_operations", "crontabber_store_oldest_waiting_since_timestamp_seconds", "crontabber_store_ability", "crontabber_store_operations_total",
        "crontabber_store_operation_seconds_total", "crontabber_store_operations_dropped_total", "crontabber_store_parity_things", "crontabber_store_parity_differing_upper_ratio",
        "crontabber_store_parity_timestamp_seconds",
    ];

    private static readonly DateTimeOffset At = DateTimeOffset.UnixEpoch.AddSeconds(1_427_803_200);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Stores_in_figures_have_the_promised_names_and_promtool_finds_nothing_wrong(bool openMetrics)
    {
        var text = MetricText.Write(StoreMetrics.Of(Bad(), [new StoreTotal("s3 crashes@ceph", StoreOperation.GetRaw, 7, 2, 1, 3.5)], 4), openMetrics);
        if (!openMetrics)
        {
            var (code, said) = await Tool.RunAsync("promtool", ["check", "metrics"], text);
            Assert.True(code == 0, said);
            Assert.Equal(Names, text.Split('\n').Where(line => line.StartsWith("# TYPE ", StringComparison.Ordinal)).Select(line => line.Split(' ')[2]));
        }

        Assert.Contains("crontabber_store_up{store=\"new\"} 0\n", text, StringComparison.Ordinal);
        Assert.Contains("crontabber_store_failing_since_timestamp_seconds{store=\"new\"} 1427803200\n", text, StringComparison.Ordinal);
        Assert.Contains("crontabber_store_waiting_operations{store=\"new\"} 3\n", text, StringComparison.Ordinal);
        Assert.Contains("crontabber_store_ability{store=\"new\",ability=\"conditional_create\",declared=\"true\"} 0\n", text, StringComparison.Ordinal);
        Assert.Contains("crontabber_store_operations_total{store=\"new\",operation=\"get_raw\",outcome=\"failed\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("crontabber_store_parity_things{from_store=\"old\",to_store=\"new\",result=\"missing\"} 2\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_stores_the_names_are_there_and_nothing_is_said() => Assert.Equal(1, StoreMetrics.Of(StoresSnapshot.Empty, [], 0).Sum(metric => metric.Samples.Count));

    private static StoresSnapshot Bad() => new()
    {
        Stores =
        [
            new StoreHealth("new", "s3:http://ceph/crashes")
            {
                Resource = "s3 crashes@ceph",
                Waiting = new StoreWaiting(3, At, 4, null, "copies", null, "away"),
                Abilities = [new StoreAbility(StoreAbilityKind.ConditionalCreate, true, false, "It overwrote."), new StoreAbility(StoreAbilityKind.Listing, true, null, "away")],
            }.After(new StoreProbed(At, [new StoreProbeStep(StoreProbeKind.Put, false, TimeSpan.FromSeconds(5), "Not done within 5 s.")])),
        ],
        Compared = [new KeptParity(1, "old", "new", new(2015, 3, 31), new(2015, 3, 31), [], [new(new(2015, 3, 31), CrashItemKind.RawCrash, 5, 2, 0, 1, 0, 0)], ParitySample.Of(10, 0), 3, [], At, At)],
    };
}
