using System.Threading.Channels;
using Dashboard.Core.Retries;
using Dashboard.Core.Retries.Store;
using Dashboard.Core.Runner;
using Dashboard.Core.Database;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using static Dashboard.Core.Tests.Runner.RunnerStage;

namespace Dashboard.Core.Tests.Runner;

/// <summary>Tick after tick in one process, and what it tells of them.</summary>
public sealed class RunnerLoopTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_tick_begins_at_once_and_then_with_each_whole_interval_and_none_begins_while_one_runs()
    {
        var clock = new FakeTimeProvider(Noon);
        var began = Channel.CreateUnbounded<double>();
        var may = Channel.CreateUnbounded<bool>();
        using var quit = new CancellationTokenSource();
        var running = RunnerLoop.RunAsync(
            async token =>
            {
                await began.Writer.WriteAsync((clock.GetUtcNow() - Noon).TotalSeconds, token);
                await may.Reader.ReadAsync(token);
            },
            TimeSpan.FromSeconds(60),
            clock,
            quit.Token);
        Assert.Equal(0, await began.Reader.ReadAsync(Token));

        // The first one takes two and a half intervals: what it slept through is one tick, not two.
        clock.Advance(TimeSpan.FromSeconds(60));
        clock.Advance(TimeSpan.FromSeconds(60));
        clock.Advance(TimeSpan.FromSeconds(30));
        Assert.False(began.Reader.TryRead(out _));
        await may.Writer.WriteAsync(true, Token);
        Assert.Equal(150, await began.Reader.ReadAsync(Token));
        await may.Writer.WriteAsync(true, Token);

        clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(180, await began.Reader.ReadAsync(Token));

        // Asked to quit while a tick runs: that one is asked, and no further one begins.
        await quit.CancelAsync();
        await running;
        Assert.False(began.Reader.TryRead(out _));
    }

    [Fact]
    public async Task A_tick_that_dies_ends_the_loop_for_its_keeper_to_tell_and_begin_again()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(
            () => RunnerLoop.RunAsync(_ => throw new InvalidOperationException(), TimeSpan.FromSeconds(1), new FakeTimeProvider(), Token));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => RunnerLoop.RunAsync(_ => Task.CompletedTask, TimeSpan.Zero, new FakeTimeProvider(), Token));
    }

    [Fact]
    public async Task A_loop_over_real_tables_runs_each_slot_once_and_its_ticks_stand_in_the_records()
    {
        await using var stage = await SetAsync();
        await using var own = new OwnDatabase(stage.Data.ConnectionString);
        var store = new RetryStore(own, Options.Create(new RetryOptions()), new RetryWake());
        var ran = Channel.CreateUnbounded<DateTimeOffset>();
        var job = Job("minutes", async (run, token) => await ran.Writer.WriteAsync(run.Slot!.Value, token), "1m", backfills: true);
        var failing = Failing("failing", new InvalidOperationException("bad luck"));
        var tick = new RunnerTick(stage.Table, [job, failing], new RunnerOptions { Source = "looped" }, stage.Clock, stage.Records, new StoredTicks(store));
        using var quit = new CancellationTokenSource();
        var ended = Channel.CreateUnbounded<TickReport>();
        var running = RunnerLoop.RunAsync(async token => await ended.Writer.WriteAsync(await tick.RunAsync(token), CancellationToken.None), TimeSpan.FromMinutes(1), stage.Clock, quit.Token);
        for (var minute = 0; minute < 3; minute++)
        {
            Assert.Equal(0, (await ended.Reader.ReadAsync(Token)).ExitCode);
            stage.Clock.Advance(TimeSpan.FromMinutes(1) + TimeSpan.FromMilliseconds(1));
        }

        await ended.Reader.ReadAsync(Token);
        await quit.CancelAsync();
        await running;

        Assert.Equal(["failing - InvalidOperationException('bad luck')", "minutes 11-22 12:00 -", "minutes 11-22 12:01 -", "minutes 11-22 12:02 -", "minutes 11-22 12:03 -"], await stage.LogAsync());
        Assert.Equal(4, ran.Reader.Count);
        Assert.Equal(
            ["looped dotnet 0 1 1", "looped dotnet 0 1 0", "looped dotnet 0 1 0", "looped dotnet 0 1 0"],
            await stage.TextsAsync("select concat_ws(' ', source, runner, exit_code, succeeded, failed) from dashboard.tick where ended_at is not null and running is null order by started_at"));
    }

    [Fact]
    public async Task While_the_records_are_away_jobs_run_and_the_tick_is_told_when_they_are_back()
    {
        await using var stage = await SetAsync();
        await using var own = new OwnDatabase(stage.Data.ConnectionString);
        var store = new RetryStore(own, Options.Create(new RetryOptions()), new RetryWake());
        var job = Job("away", (_, _) => stage.DoAsync("alter table dashboard.tick rename to hidden"));
        var tick = new RunnerTick(stage.Table, [job, Job("z-last", (_, _) => stage.DoAsync("alter table dashboard.hidden rename to tick"))], new RunnerOptions(), stage.Clock, stage.Records, new StoredTicks(store));

        var report = await tick.RunAsync(Token);

        Assert.Equal([TurnOutcome.Succeeded, TurnOutcome.Succeeded], report.Turns.Select(turn => turn.Outcome));
        Assert.Equal(["2 0"], await stage.TextsAsync("select concat_ws(' ', succeeded, exit_code) from dashboard.tick"));
    }
}
