using Dashboard.Core.Database;
using Dashboard.Core.Feeds;
using Dashboard.Core.Retries;
using Dashboard.Core.Retries.Store;
using Dashboard.Kit;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using static Dashboard.Core.Tests.Retries.Store.SampleEvents;

namespace Dashboard.Core.Tests.Retries.Store;

/// <summary>What everybody is shown of what executors told, and how what is told comes there.</summary>
public sealed class RetriesMonitorTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds());

    private readonly Feed<RetriesSnapshot> feed = new(RetriesSnapshot.Empty);
    private readonly RetryWake wake = new();
    private OwnDatabase own = null!;
    private RetryStore store = null!;
    private RetriesMonitor monitor = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        own = new OwnDatabase(await (await TestPostgres.SharedAsync()).NewDatabaseAsync());
        await own.MigrateAsync(Stop);
        store = new RetryStore(own, Options.Create(new RetryOptions()), wake);
        monitor = new RetriesMonitor(new RetryQueries(own), feed, wake, Options.Create(new RetryOptions()), TimeProvider.System, NullLogger<RetriesMonitor>.Instance);
    }

    public async ValueTask DisposeAsync()
    {
        await monitor.StopAsync(CancellationToken.None);
        monitor.Dispose();
        await own.DisposeAsync();
    }

    [Fact]
    public async Task A_lane_shows_who_waits_who_recovered_and_who_fell_silent()
    {
        await store.KeepAsync(
            new RetryBatch
            {
                Events =
                [
                    Told(RetryOutcome.Fail, 1, Now.AddSeconds(-40)), Told(RetryOutcome.Fail, 2, Now.AddSeconds(-30), delay: 30),
                    Told(RetryOutcome.Fail, 1, Now.AddSeconds(-60), "Thread-1"), Told(RetryOutcome.OkAfterRetry, 2, Now.AddSeconds(-45), "Thread-1"),
                    Told(RetryOutcome.Fail, 1, Now.AddSeconds(-300), "Thread-2"),
                ],
            },
            Stop);
        await monitor.OnceAsync(Stop);

        var lane = Assert.Single(feed.Newest.Resources);
        Assert.Equal("MainThread", Assert.Single(lane.Open).Thread);
        Assert.Equal([("Thread-1", StreakState.Recovered), ("Thread-2", StreakState.Lost)], lane.Ended.Select(streak => (streak.Thread, streak.State)));
        Assert.Equal(Now.AddSeconds(-300 + 10 + 60), lane.Ended[1].EndedAt);
        Assert.Equal([TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(30)], lane.Ladder);
        Assert.Equal((Now.AddSeconds(-45), "reports-clean"), (lane.GotThroughAt, lane.GotThroughBy));
        Assert.Equal((1, TimeSpan.FromSeconds(15), 9), (lane.Recovery.Count, lane.Recovery.Median, lane.Recovery.Buckets.Count));
        Assert.Equal(1, lane.Recovery.Buckets[1]);
        Assert.Equal(4, lane.Minutes.Sum(minute => minute.Failed));
    }

    [Fact]
    public async Task What_did_not_change_stays_the_same_object()
    {
        await store.KeepAsync(new RetryBatch { Events = [Told(RetryOutcome.Fail, 1, Now), Told(RetryOutcome.Fail, 1, Now, resource: "rabbitmq")] }, Stop);
        await monitor.OnceAsync(Stop);
        var before = feed.Newest;
        await monitor.OnceAsync(Stop);
        Assert.Same(before, feed.Newest);

        await store.KeepAsync(new RetryBatch { Events = [Told(RetryOutcome.Fail, 2, Now, resource: "rabbitmq")] }, Stop);
        await monitor.OnceAsync(Stop);
        Assert.Same(before.Resources[0], feed.Newest.Resources[0]);
        Assert.NotSame(before.Resources[1], feed.Newest.Resources[1]);
    }

    [Fact]
    public async Task A_day_too_old_is_dropped_by_the_duty()
    {
        await store.KeepAsync(new RetryBatch { Events = [Told(RetryOutcome.Fail, 1, Now.AddDays(-20)), Told(RetryOutcome.Fail, 1, Now, "Thread-1")] }, Stop);
        await new RetryQueries(own).PruneAsync(7, Stop);
        await using var left = own.Source.CreateCommand("select count(*) from dashboard.retry_event");
        Assert.Equal(1L, await left.ExecuteScalarAsync(Stop));
    }

    [Fact]
    public async Task What_an_executor_tells_is_shown_without_anybody_waiting_for_it()
    {
        await monitor.StartAsync(Stop);
        using var telemetry = new RetryTelemetry(store, RetryTeller.Own, TimeProvider.System, NullLogger<RetryTelemetry>.Instance);
        await telemetry.StartAsync(Stop);
        telemetry.Tell(Told(RetryOutcome.Fail, 1, Now));
        telemetry.Count("postgres dashboard", "postgres");
        telemetry.Count("postgres dashboard", "postgres");
        var shown = await feed.WatchAsync(Stop).FirstAsync(snapshot => snapshot.Resources.Count == 2, Stop);
        Assert.Equal(2, shown.Resources[0].Minutes.Sum(minute => minute.Succeeded));
        Assert.Single(shown.Resources[1].Open);

        telemetry.Tell(Told(RetryOutcome.OkAfterRetry, 2, Now.AddSeconds(1)));
        await telemetry.StopAsync(Stop);
        await monitor.OnceAsync(Stop);
        Assert.Empty(feed.Newest.Resources[1].Open);
    }

    [Fact]
    public async Task What_cannot_be_kept_waits_and_what_finds_no_place_is_counted()
    {
        var away = new Away(store);
        using var telemetry = new RetryTelemetry(away, RetryTeller.Own, TimeProvider.System, NullLogger<RetryTelemetry>.Instance);
        for (var number = 0; number < RetryTelemetry.Most + 5; number++)
        {
            telemetry.Tell(Told(RetryOutcome.Fail, 1 + number, Now));
        }

        await telemetry.StartAsync(Stop);
        await away.Refused.Task.WaitAsync(Stop);
        away.Back = true;
        await away.KeptAll(RetryTelemetry.Most).WaitAsync(Stop);
        await telemetry.StopAsync(Stop);
        await monitor.OnceAsync(Stop);
        Assert.Equal(5, feed.Newest.Dropped);
        await using var kept = own.Source.CreateCommand("select count(*) from dashboard.retry_event");
        Assert.Equal((long)RetryTelemetry.Most, await kept.ExecuteScalarAsync(Stop));
    }

    [Fact]
    public void Counting_allocates_nothing()
    {
        using var telemetry = new RetryTelemetry(store, RetryTeller.Own, TimeProvider.System, NullLogger<RetryTelemetry>.Instance);
        telemetry.Count("postgres dashboard", "postgres");
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var number = 0; number < 1_000; number++)
        {
            telemetry.Count("postgres dashboard", "postgres");
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private sealed class Away(RetryStore store) : IRetryStore
    {
        private readonly TaskCompletionSource all = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int kept;
        private int wanted = int.MaxValue;

        public TaskCompletionSource Refused { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool Back { get; set; }

        public Task KeptAll(int count)
        {
            wanted = count;
            if (Volatile.Read(ref kept) >= count)
            {
                all.TrySetResult();
            }

            return all.Task;
        }

        public async Task<RetryReceipt> KeepAsync(RetryBatch batch, CancellationToken cancellationToken)
        {
            if (!Back)
            {
                Refused.TrySetResult();
                throw new NpgsqlException("The own database is away.");
            }

            var receipt = await store.KeepAsync(batch, cancellationToken);
            if (Interlocked.Add(ref kept, receipt.Kept) >= wanted)
            {
                all.TrySetResult();
            }

            return receipt;
        }
    }
}
