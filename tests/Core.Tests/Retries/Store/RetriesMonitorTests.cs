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
        monitor = new RetriesMonitor(own, feed, wake, Options.Create(new RetryOptions()), TimeProvider.System, NullLogger<RetriesMonitor>.Instance);
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
        Assert.Equal("MainThread", Assert.Single(lane.Open).Who.Thread);
        Assert.Equal([("Thread-1", StreakState.Recovered), ("Thread-2", StreakState.Lost)], lane.Ended.Select(streak => (streak.Who.Thread, streak.State)));
        Assert.Equal(Now.AddSeconds(-300 + 10 + 60), lane.Ended[1].EndedAt);
        Assert.Equal([TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(30)], lane.Ladder);
        Assert.Equal((Now.AddSeconds(-45), "reports-clean"), (lane.GotThroughAt, lane.GotThroughBy));
        Assert.Equal((1, TimeSpan.FromSeconds(15), 9), (lane.Recovery.Count, lane.Recovery.Median, lane.Recovery.Buckets.Count));
        Assert.Equal(1, lane.Recovery.Buckets[1]);
        Assert.Equal(4, lane.Minutes.Sum(minute => minute.Failed));
    }

    [Fact]
    public async Task Of_more_resources_than_can_be_shown_those_somebody_waits_for_are_never_left_out()
    {
        var events = Enumerable.Range(0, 230).SelectMany(number => (RetryEvent[])
        [
            Told(RetryOutcome.Fail, 1, Now.AddSeconds(number - 400), resource: $"resource {number:000}") with { NextAttemptAt = Now.AddMinutes(5) },
            .. number is 0 or 229 ? (RetryEvent[])[] : [Told(RetryOutcome.OkAfterRetry, 2, Now.AddSeconds(number - 390), resource: $"resource {number:000}")],
        ]);
        await store.KeepAsync(new RetryBatch { Events = [.. events] }, Stop);
        await monitor.OnceAsync(Stop);

        Assert.Equal((200, 230L), (feed.Newest.Resources.Count, feed.Newest.Heard));
        Assert.Equal(["resource 000", "resource 229"], feed.Newest.Resources.Where(lane => lane.Open.Count > 0).Select(lane => lane.Resource));
        Assert.Equal(feed.Newest.Resources.Select(lane => lane.Resource).Order(StringComparer.Ordinal), feed.Newest.Resources.Select(lane => lane.Resource));
    }

    [Fact]
    public async Task An_open_streak_that_fell_silent_is_ended_in_the_records_a_minute_after_its_attempt_was_due()
    {
        var (silent, waiting) = (Told(RetryOutcome.Fail, 1, Now.AddMinutes(-30)), Told(RetryOutcome.Fail, 1, Now.AddMinutes(-30), "Thread-1") with { NextAttemptAt = Now.AddMinutes(30) });
        await store.KeepAsync(new RetryBatch { Events = [silent, waiting] }, Stop);
        await monitor.OnceAsync(Stop);

        await using var kept = own.Source.CreateCommand("select string_agg(concat_ws(' ', thread, state, extract(epoch from ended_at - started_at)::int, next_attempt_at is null), ', ' order by thread) from dashboard.retry_streak");
        Assert.Equal("MainThread lost 70 t, Thread-1 open f", await kept.ExecuteScalarAsync(Stop));

        // It was alive after all.
        await store.KeepAsync(new RetryBatch { Events = [Told(RetryOutcome.OkAfterRetry, 2, Now.AddMinutes(-1))] }, Stop);
        Assert.Equal("MainThread recovered 1740 t, Thread-1 open f", await kept.ExecuteScalarAsync(Stop));
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
        await using (var connection = await own.Source.OpenConnectionAsync(Stop))
        {
            await RetryQueries.PruneAsync(connection, 7, Stop);
        }

        await using var left = own.Source.CreateCommand("select count(*) from dashboard.retry_event");
        Assert.Equal(1L, await left.ExecuteScalarAsync(Stop));
    }

    [Fact]
    public async Task What_an_executor_tells_is_shown_without_anybody_waiting_for_it()
    {
        await monitor.StartAsync(Stop);
        var queue = new RetryQueue();
        using var telemetry = new RetryTelemetry(queue, store, TimeProvider.System, NullLogger<RetryTelemetry>.Instance);
        await telemetry.StartAsync(Stop);
        queue.Count(OwnDatabase.Identity, "postgres dashboard", "postgres");
        queue.Count(OwnDatabase.Identity, "postgres dashboard", "postgres");
        queue.Tell(Told(RetryOutcome.Fail, 1, Now));
        var shown = await feed.WatchAsync(Stop).FirstAsync(snapshot => snapshot.Resources.Count == 2, Stop);
        Assert.Equal(2, shown.Resources[0].Minutes.Sum(minute => minute.Succeeded));
        Assert.Single(shown.Resources[1].Open);

        queue.Tell(Told(RetryOutcome.OkAfterRetry, 2, Now.AddSeconds(1)));
        await telemetry.StopAsync(Stop);
        await monitor.OnceAsync(Stop);
        Assert.Empty(feed.Newest.Resources[1].Open);
    }

    [Fact]
    public async Task What_cannot_be_kept_waits_and_what_finds_no_place_is_counted()
    {
        var direct = await (await TestPostgres.SharedAsync()).NewDatabaseAsync();
        await using var proxy = FaultProxy.Before(new NpgsqlConnectionStringBuilder(direct).Port);
        var queue = new RetryQueue();
        await using var away = new OwnDatabase(proxy.Through(direct), queue);
        await away.MigrateAsync(Stop);
        proxy.Next = Fault.Refuse;
        away.Source.Clear();
        for (var number = 0; number < RetryQueue.Most + 5; number++)
        {
            queue.Tell(Told(RetryOutcome.GaveUp, 1 + number, Now, $"Thread-{number}"));
        }

        using var telemetry = new RetryTelemetry(queue, new RetryStore(away, Options.Create(new RetryOptions()), wake), TimeProvider.System, NullLogger<RetryTelemetry>.Instance);
        await telemetry.StartAsync(Stop);
        while (proxy.Struck == 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, Stop);
        }

        proxy.Next = Fault.None;
        while (queue.Waiting > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, Stop);
        }

        await telemetry.StopAsync(Stop);
        Assert.Equal(new long[] { RetryQueue.Most, 5 }, await NumbersAsync(away, """
            select array[(select count(*) from dashboard.retry_event where source = 'socorro'), (select sum(dropped) from dashboard.retry_minute where source = 'socorro')::bigint]
            """));

        // What kept them tells of its own trouble too, and ends with it.
        Assert.Equal(new long[] { 1 }, await NumbersAsync(away, "select array_agg(n) from (select count(*) n from dashboard.retry_streak where source = 'dashboard' and state = 'recovered') own"));
    }

    [Fact]
    public void An_outage_of_the_store_itself_is_told_by_its_first_failures_and_its_end()
    {
        var queue = new RetryQueue();
        var own = new StoreTelemetry(queue);
        for (var outage = 0; outage < 2; outage++)
        {
            for (var attempt = 1; attempt <= 1_000; attempt++)
            {
                own.Tell(Told(RetryOutcome.Fail, attempt, Now));
                own.Tell(Told(RetryOutcome.Waiting, attempt, Now));
            }

            own.Tell(Told(RetryOutcome.OkAfterRetry, 1_001, Now));
            own.Count(OwnDatabase.Identity, "postgres dashboard", "postgres");
        }

        Assert.Equal(2 * (StoreTelemetry.Most + 1), queue.Waiting);
        Assert.Empty(queue.Take(int.MaxValue, Now, counting: true)!.Counts);
    }

    [Fact]
    public void When_the_queue_is_nearly_full_the_ends_of_streaks_still_find_a_place_and_signs_of_life_go_first()
    {
        var queue = new RetryQueue();
        for (var number = 0; number < RetryQueue.Most; number++)
        {
            queue.Tell(Told(RetryOutcome.Waiting, 1, Now));
        }

        Assert.Equal(RetryQueue.Most / 2, queue.Waiting);
        for (var number = 0; number < RetryQueue.Most; number++)
        {
            queue.Tell(Told(RetryOutcome.Fail, 1, Now));
        }

        var full = queue.Waiting;
        queue.Tell(Told(RetryOutcome.OkAfterRetry, 2, Now));
        Assert.Equal(full + 1, queue.Waiting);
    }

    [Fact]
    public void Counting_allocates_nothing()
    {
        var telemetry = new RetryQueue();
        telemetry.Count(OwnDatabase.Identity, "postgres dashboard", "postgres");
        Assert.Equal(0, Enumerable.Range(0, 5).Min(_ => Allocated()));

        // The runtime itself may allocate on this thread while it compiles anew: what every round allocates is ours.
        long Allocated()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var number = 0; number < 1_000; number++)
            {
                telemetry.Count(OwnDatabase.Identity, "postgres dashboard", "postgres");
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    private static async Task<long[]> NumbersAsync(OwnDatabase database, string sql)
    {
        await using var command = database.Source.CreateCommand(sql);
        return (long[])(await command.ExecuteScalarAsync(Stop))!;
    }
}
