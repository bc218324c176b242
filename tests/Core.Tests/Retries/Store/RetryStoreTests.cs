using Dashboard.Core.Database;
using Dashboard.Core.Retries;
using Dashboard.Core.Retries.Store;
using Dashboard.Core.Ticks;
using Dashboard.Kit;
using Microsoft.Extensions.Options;
using Npgsql;
using static Dashboard.Core.Tests.Retries.Store.SampleEvents;

namespace Dashboard.Core.Tests.Retries.Store;

/// <summary>What was told stands in the own database once, and so does what follows from it.</summary>
public sealed class RetryStoreTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Now = new(DateTimeOffset.UnixEpoch.AddSeconds(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() - 3600).Ticks, TimeSpan.Zero);

    private OwnDatabase own = null!;
    private RetryStore store = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        own = new OwnDatabase(await (await TestPostgres.SharedAsync()).NewDatabaseAsync());
        await own.MigrateAsync(Stop);
        store = new RetryStore(own, Options.Create(new RetryOptions()), new RetryWake());
    }

    public async ValueTask DisposeAsync() => await own.DisposeAsync();

    [Fact]
    public async Task A_batch_that_comes_twice_counts_once()
    {
        var batch = new RetryBatch
        {
            Id = Guid.NewGuid(),
            Events = [Told(RetryOutcome.Fail, 1, Now), Told(RetryOutcome.Fail, 2, Now.AddSeconds(10)), Told(RetryOutcome.OkAfterRetry, 3, Now.AddSeconds(20))],
            Counts = [new AttemptCount(Now, "socorro", "sp-admin01", "crontabber/4711", "rabbitmq", "rabbitmq", 7, 2)],
        };
        Assert.Equal(new RetryReceipt(3, 0), await store.KeepAsync(batch, Stop));
        Assert.Equal(new RetryReceipt(0, 3), await store.KeepAsync(batch, Stop));
        Assert.Equal(new RetryReceipt(1, 2), await store.KeepAsync(batch with { Events = [.. batch.Events.Take(2), Told(RetryOutcome.Fail, 1, Now.AddSeconds(60))] }, Stop));

        Assert.Equal(4, await OneAsync<long>("select count(*) from dashboard.retry_event"));
        Assert.Equal(2, await OneAsync<long>("select count(*) from dashboard.retry_streak"));
        Assert.Equal("3 1 7 2", await OneAsync<string>("select concat_ws(' ', sum(failed), sum(recovered), sum(succeeded), sum(dropped)) from dashboard.retry_minute"));
        Assert.Equal("crontabber/4711", await OneAsync<string>("select got_through_by from dashboard.retry_resource where resource = 'rabbitmq'"));
    }

    [Fact]
    public async Task An_event_told_again_with_the_time_of_another_zone_is_the_same_event()
    {
        var told = Told(RetryOutcome.Fail, 1, Now);
        await store.KeepAsync(new RetryBatch { Events = [told] }, Stop);
        Assert.Equal(new RetryReceipt(0, 1), await store.KeepAsync(new RetryBatch { Events = [told with { At = Now.AddHours(-7) }] }, Stop));
    }

    [Fact]
    public async Task The_streaks_kept_are_those_of_the_events_in_one_piece()
    {
        var random = new Random(20140608);
        var events = Any(Enumerable.Range(0, 300).Select(_ => (random.Next(7), random.Next(1, 5), random.Next(100), random.Next(4))), Now.AddDays(-1));
        foreach (var batch in events.Chunk(17))
        {
            await store.KeepAsync(new RetryBatch { Events = batch }, Stop);
        }

        var kept = new List<RetryStreak>();
        await using var command = own.Source.CreateCommand($"select {StreakRows.Columns} from dashboard.retry_streak");
        await using var row = await command.ExecuteReaderAsync(Stop);
        while (await row.ReadAsync(Stop))
        {
            kept.Add(StreakRows.Read(row));
        }

        Assert.Equal(StreakFoldTests.Words(StreakFold.Of(new Dictionary<RetryTeller, RetryStreak>(), events)), StreakFoldTests.Words(kept));
    }

    [Fact]
    public async Task An_event_of_any_day_has_a_place_and_its_day_can_still_be_made()
    {
        var old = Told(RetryOutcome.Fail, 1, new DateTimeOffset(2014, 6, 8, 3, 23, 53, TimeSpan.Zero));
        var ahead = Told(RetryOutcome.Fail, 1, Now.AddDays(20));
        await store.KeepAsync(new RetryBatch { Events = [old, ahead, Told(RetryOutcome.Fail, 1, Now)] }, Stop);
        Assert.Equal(2, await OneAsync<long>("select count(*) from dashboard.retry_event_other"));

        await OneAsync<object>($"select dashboard.make_retry_day('{ahead.At:yyyy-MM-dd}')");
        Assert.Equal(1, await OneAsync<long>("select count(*) from dashboard.retry_event_other"));
        Assert.Equal(3, await OneAsync<long>("select count(*) from dashboard.retry_event"));
        Assert.Equal(new RetryReceipt(0, 2), await store.KeepAsync(new RetryBatch { Events = [old, ahead] }, Stop));
    }

    [Fact]
    public async Task Secrets_and_what_no_text_can_hold_are_not_kept()
    {
        await store.KeepAsync(new RetryBatch { Events = [Told(RetryOutcome.Fail, 1, Now, thread: "a\0b") with { ExceptionValue = "no connection: password=hunter2 \0 \ud800" }] }, Stop);
        var value = await OneAsync<string>("select exc_value from dashboard.retry_event");
        Assert.DoesNotContain("hunter2", value, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", await OneAsync<string>("select exc_value from dashboard.retry_streak"), StringComparison.Ordinal);
        Assert.Equal("a\ufffdb", await OneAsync<string>("select thread from dashboard.retry_event"));
    }

    [Fact]
    public async Task A_tick_is_what_was_heard_of_it_last()
    {
        var tick = new Tick { Id = Guid.NewGuid(), Source = "socorro", Host = "h", Process = "crontabber/1", Runner = "dotnet", StartedAt = Now, HeardAt = Now, Running = "a" };
        var ended = tick with { HeardAt = Now.AddSeconds(9), EndedAt = Now.AddSeconds(9), ExitCode = 3, Running = null, Succeeded = 2 };
        await store.KeepAsync(new RetryBatch { Ticks = [tick] }, Stop);
        await store.KeepAsync(new RetryBatch { Ticks = [ended, tick with { HeardAt = Now.AddSeconds(5), Running = "b" }] }, Stop);
        await store.KeepAsync(new RetryBatch { Ticks = [tick] }, Stop);
        Assert.Equal("3 2", await OneAsync<string>("select concat_ws(' ', exit_code, running, succeeded) from dashboard.tick"));
    }

    [Fact]
    public async Task The_place_in_a_log_is_kept_with_what_was_read_up_to_it()
    {
        Assert.Null(await store.ReadAsync("h:/var/log/crontabber.log", Stop));
        var position = new LogPosition("h:/var/log/crontabber.log", "8:1:abc", 4_000, [1, 2], 40, 2, ["what?"]);
        await store.KeepAsync(new RetryBatch { Position = position }, Stop);
        await store.KeepAsync(new RetryBatch { Position = position }, Stop);
        await store.KeepAsync(new RetryBatch { Position = position with { Offset = 5_000, Lines = 10, Unreadable = 0, Samples = [] } }, Stop);
        var kept = (await store.ReadAsync(position.Log, Stop))!;
        Assert.Equal((5_000L, 50L, 2L), (kept.Offset, kept.Lines, kept.Unreadable));
        Assert.Equal((byte[])[1, 2], kept.State);
        Assert.Equal(["what?"], kept.Samples);

        await Assert.ThrowsAsync<PostgresException>(() => store.KeepAsync(new RetryBatch { Events = [Told(RetryOutcome.Fail, 1, Now) with { Attempt = 1, Delay = null }], Position = position with { Offset = 6_000, File = "no\0name" } }, Stop));
        Assert.Equal(0, await OneAsync<long>("select count(*) from dashboard.retry_event"));
    }

    [Fact]
    public async Task Many_who_deliver_at_once_neither_lose_nor_double_anything()
    {
        var events = Enumerable.Range(0, 400).Select(number => Told(RetryOutcome.Fail, 1 + (number / 4), Now.AddSeconds(number), $"Thread-{number % 4}")).ToArray();
        var batches = events.Chunk(50).Concat(events.Chunk(80)).ToArray();
        var receipts = await Task.WhenAll(batches.Select(batch => store.KeepAsync(new RetryBatch { Events = batch }, Stop)));
        Assert.Equal(400, receipts.Sum(receipt => receipt.Kept));
        Assert.Equal(400, await OneAsync<long>("select count(*) from dashboard.retry_event"));
        Assert.Equal(400, await OneAsync<decimal>("select sum(failed) from dashboard.retry_minute"));
    }

    [Fact]
    public async Task What_two_sources_tell_under_one_id_is_kept_once_whoever_comes_first()
    {
        var events = Enumerable.Range(0, 200).Select(number => Told(RetryOutcome.Fail, 1, Now.AddSeconds(number), $"Thread-{number}")).ToArray();
        var others = events.Select(told => told with { Who = told.Who with { Source = "other" }, At = told.At.AddMinutes(1) }).ToArray();
        var receipts = await Task.WhenAll(events.Chunk(40).Concat(others.Chunk(40)).Select(batch => store.KeepAsync(new RetryBatch { Events = batch }, Stop)));
        Assert.Equal(200, receipts.Sum(receipt => receipt.Kept));
        Assert.Equal(200, await OneAsync<long>("select count(distinct id) from dashboard.retry_event"));
        Assert.Equal(200, await OneAsync<long>("select count(*) from dashboard.retry_event"));
    }

    [Fact]
    public async Task A_streak_that_outlived_its_events_is_written_again_not_beside()
    {
        var told = Told(RetryOutcome.Fail, 1, Now);
        await store.KeepAsync(new RetryBatch { Events = [told] }, Stop);
        await OneAsync<object>($"select dashboard.drop_retry_days('{Now.AddDays(1):yyyy-MM-dd}')");
        await OneAsync<object>("update dashboard.retry_streak set newest = false returning 1");
        Assert.Equal(new RetryReceipt(1, 0), await store.KeepAsync(new RetryBatch { Events = [told] }, Stop));
        Assert.Equal("1 true", await OneAsync<string>("select count(*) || ' ' || bool_and(newest) from dashboard.retry_streak"));
    }

    [Fact]
    public async Task A_streak_of_before_its_marks_were_text_goes_on_with_them()
    {
        await store.KeepAsync(new RetryBatch { Events = [Told(RetryOutcome.Fail, 1, Now)] }, Stop);
        await OneAsync<object>("update dashboard.retry_streak set marks = marks_text::jsonb, marks_text = null returning 1");
        Assert.Equal([1], await MarksAsync());

        await store.KeepAsync(new RetryBatch { Events = [Told(RetryOutcome.Fail, 2, Now.AddSeconds(10))] }, Stop);
        Assert.Equal([1, 2], await MarksAsync());

        async Task<IEnumerable<int>> MarksAsync()
        {
            await using var command = own.Source.CreateCommand($"select {StreakRows.Columns} from dashboard.retry_streak");
            await using var row = await command.ExecuteReaderAsync(Stop);
            Assert.True(await row.ReadAsync(Stop));
            return StreakRows.Read(row).Marks.Select(mark => mark.Attempt);
        }
    }

    [Fact]
    public async Task Days_too_old_go_with_their_table()
    {
        await store.KeepAsync(new RetryBatch { Events = [Told(RetryOutcome.Fail, 1, Now.AddDays(-3)), Told(RetryOutcome.Fail, 1, Now, "Thread-1")] }, Stop);
        Assert.Equal(1, await OneAsync<int>($"select dashboard.drop_retry_days('{Now.AddDays(-2):yyyy-MM-dd}')"));
        Assert.Equal(1, await OneAsync<long>("select count(*) from dashboard.retry_event"));
    }

    private async Task<T> OneAsync<T>(string sql)
    {
        await using var command = own.Source.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync(Stop))!;
    }
}
