using Dashboard.Core.Retries;
using Dashboard.Core.Sources;
using Dashboard.Kit;
using static Dashboard.Core.Tests.Sources.SourceWatchTests;

namespace Dashboard.Core.Tests.Sources;

/// <summary>A server that goes away, hangs or stands behind a pooler; each test has a server of its own.</summary>
public sealed class LossTests
{
    [Theory]
    [InlineData(CaptureMode.Poll)]
    [InlineData(CaptureMode.Logical)]
    public async Task A_restarted_server_is_stale_with_the_reason_then_live_again_with_everything_read_anew(CaptureMode mode)
    {
        await using var postgres = await TestPostgres.StartAsync();
        await using var bench = await WatchBench.LiveAsync(await postgres.NewDatabaseAsync("crontabber-incident"), mode);
        var lastRead = bench.Status.ReadAt;

        await postgres.StopAsync();
        var stale = await bench.UntilAsync(status => status.State == SourceState.Stale);
        Assert.NotNull(stale.Trouble);
        Assert.NotNull(stale.TroubleSince);
        Assert.True(stale.ReadAt >= lastRead);
        Assert.NotNull(stale.Capabilities);
        var before = bench.Newest;

        await postgres.StartAgainAsync();
        await bench.ReadingAsync(before, SourceChange.Everything);
        var live = await bench.UntilAsync(status => status.State == SourceState.Live && status.Mode == mode);
        Assert.Equal((null, null, null), (live.Trouble, live.TroubleSince, live.NextAttempt));

        // One streak, from the loss to the visit that read everything again.
        Assert.Equal((1, RetryOutcome.Fail), (bench.Told.First().Attempt, bench.Told.First().Outcome));
        await bench.UntilToldAsync(RetryOutcome.OkAfterRetry);
        Assert.Single(bench.Told.Select(told => told.Who).Distinct());
    }

    [Theory]
    [InlineData(CaptureMode.Poll)]
    [InlineData(CaptureMode.Logical)]
    [InlineData(CaptureMode.Notify)]
    public async Task A_server_that_hangs_is_stale_within_ten_seconds_and_live_when_it_goes_on(CaptureMode mode)
    {
        await using var postgres = await TestPostgres.StartAsync();
        var database = await postgres.NewDatabaseAsync("crontabber-incident");
        if (mode == CaptureMode.Notify)
        {
            await InstallTests.InstallAsync(database, InstallWish.Notify);
        }

        // The pace of every day: the age of the last reading at the moment of the verdict is what the ten seconds are about.
        await using var bench = await WatchBench.LiveAsync(database, mode, pace: new WatchPace());
        Assert.Equal(mode, bench.Status.Mode);

        await postgres.SignalAllAsync("STOP");
        try
        {
            var stale = await bench.UntilAsync(status => status.State == SourceState.Stale);
            Assert.Contains("in time", stale.Trouble, StringComparison.Ordinal);
            Assert.InRange(stale.TroubleSince!.Value - stale.ReadAt!.Value, TimeSpan.Zero, TimeSpan.FromSeconds(10));
        }
        finally
        {
            await postgres.SignalAllAsync("CONT");
        }

        await bench.UntilAsync(status => status.State == SourceState.Live && status.Mode == mode);
    }

    [Fact]
    public async Task Through_a_pooler_by_the_transaction_notify_and_logical_are_polled_with_the_reason()
    {
        var postgres = await TestPostgres.SharedAsync();
        var database = await postgres.NewDatabaseAsync("crontabber-incident");
        await InstallTests.InstallAsync(database, InstallWish.Notify);
        await using var pooler = await PgBouncer.StartAsync(postgres, "transaction");
        foreach (var (mode, reason) in ((CaptureMode, string)[])[(CaptureMode.Notify, "A pooler swallows notifications"), (CaptureMode.Logical, "Through a pooler")])
        {
            await using var bench = await WatchBench.LiveAsync(pooler.Through(database), mode);
            Assert.Equal(CaptureMode.Poll, bench.Status.Mode);
            Assert.StartsWith(reason, bench.Status.ModeReason, StringComparison.Ordinal);
            Assert.Contains("A connection pooler stands in front of this database.", bench.Status.Capabilities!.Notices);
            await bench.SettleAsync();
            var before = bench.Newest;

            await ExecuteAsync(database, "update crontabber set ongoing = now()");

            await bench.ReadingAsync(before, SourceChange.Jobs);
        }
    }

    [Fact]
    public async Task Through_a_pooler_by_the_session_notifications_arrive()
    {
        var postgres = await TestPostgres.SharedAsync();
        var database = await postgres.NewDatabaseAsync("crontabber-incident");
        await InstallTests.InstallAsync(database, InstallWish.Notify);
        await using var pooler = await PgBouncer.StartAsync(postgres, "session");
        await using var bench = await WatchBench.LiveAsync(pooler.Through(database), CaptureMode.Notify);
        Assert.Equal((CaptureMode.Notify, null), (bench.Status.Mode, bench.Status.ModeReason));
    }

    [Fact]
    public async Task A_role_with_nothing_but_select_is_polled_and_told_what_logical_needs()
    {
        var database = await CaptureTests.NewDatabaseAsync();
        await InstallTests.RoleAsync(database, "reader_watch", "grant select on crontabber, crontabber_log to reader_watch");
        await using var bench = await WatchBench.LiveAsync(database + ";Username=reader_watch", CaptureMode.Logical);
        Assert.Equal(CaptureMode.Poll, bench.Status.Mode);
        Assert.StartsWith("logical needs the attribute REPLICATION for role reader_watch", bench.Status.ModeReason, StringComparison.Ordinal);
        Assert.Empty(bench.Status.Capabilities!.Notices);
    }

    [Fact]
    public async Task One_source_out_of_reach_does_not_keep_another_from_being_read()
    {
        var database = await CaptureTests.NewDatabaseAsync();
        await using var lost = await WatchBench.StartAsync("Host=127.0.0.1;Port=1;Database=nowhere;Username=nobody;Password=secret-canary");
        await using var found = await WatchBench.LiveAsync(database);
        var unreachable = await lost.UntilAsync(status => status.State == SourceState.Unreachable);
        Assert.Equal("Nothing listens at 127.0.0.1:1/nowhere.", unreachable.Trouble);
        Assert.NotNull(unreachable.NextAttempt);
    }
}
