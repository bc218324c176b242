using Dashboard.Core.Runner;
using Dashboard.Core.Runner.Jobs;
using static Dashboard.Core.Tests.Runner.RunnerStage;

namespace Dashboard.Core.Tests.Runner;

/// <summary>What this runner does better than its model.</summary>
public sealed class OwnTickTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_lock_of_a_dead_process_is_taken_over_at_once_and_said_so()
    {
        await using var stage = await SetAsync();
        await LockAsync(stage, "stuck", minutes: 1);
        await stage.DoAsync("update dashboard.runner_lock set process = -1");

        var report = await stage.RunAsync(Job("stuck"), Job("z-last"));

        Assert.Equal(0, report.ExitCode);
        Assert.Equal(["stuck 11-22 12:00 -", "z-last 11-22 12:00 -"], await stage.LogAsync());
        Assert.Contains("which is gone", Assert.Single(report.Turns[0].Remarks), StringComparison.Ordinal);
        Assert.Equal(["taken_over"], await stage.TextsAsync("select outcome from dashboard.run_slot"));
        Assert.Empty(await stage.TextsAsync("select app_name from dashboard.runner_lock"));
    }

    [Fact]
    public async Task The_lock_of_a_living_process_holds_whatever_its_age_and_the_tick_goes_on()
    {
        await using var stage = await SetAsync();
        await LockAsync(stage, "slow", minutes: 60 * 30);

        var report = await stage.RunAsync(Job("slow"), Job("z-last"), Job("child", after: "slow"));

        Assert.Equal(0, report.ExitCode);
        Assert.Equal(["z-last 11-22 12:00 -"], await stage.LogAsync());
        Assert.Equal(
            [("slow", TurnOutcome.Locked), ("z-last", TurnOutcome.Succeeded), ("child", TurnOutcome.Waits)],
            report.Turns.Select(turn => (turn.Job, turn.Outcome)));
        Assert.Contains($"in process {Environment.ProcessId} on {Environment.MachineName}", report.Turns[0].Because, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(59, false)]
    [InlineData(61, true)]
    public async Task An_owner_on_another_machine_is_dead_when_it_was_silent_for_a_minute(int seconds, bool taken)
    {
        await using var stage = await SetAsync();
        await LockAsync(stage, "far", minutes: 1);
        await stage.DoAsync($"update dashboard.runner_lock set host = 'elsewhere', heard_at = now() - interval '{seconds} seconds'");

        var report = await stage.RunAsync(Job("far"));

        Assert.Equal(taken ? TurnOutcome.Succeeded : TurnOutcome.Locked, Assert.Single(report.Turns).Outcome);
    }

    [Theory]
    [InlineData(11 * 60 + 59, false)]
    [InlineData(12 * 60, true)]
    [InlineData(25 * 60, true)]
    [InlineData(-1, false)]
    public async Task A_lock_nobody_is_known_to_own_follows_its_age_which_goes_on_after_a_day(int minutes, bool taken)
    {
        await using var stage = await SetAsync();
        await LockAsync(stage, "python", minutes);
        await stage.DoAsync("delete from dashboard.runner_lock");

        var report = await stage.RunAsync(Job("python"), Job("z-last"));

        Assert.Equal([taken ? TurnOutcome.Succeeded : TurnOutcome.Locked, TurnOutcome.Succeeded], report.Turns.Select(turn => turn.Outcome));
    }

    [Fact]
    public async Task A_parent_without_a_next_run_holds_back_its_child_and_nobody_else()
    {
        await using var stage = await SetAsync();
        await stage.DoAsync("insert into crontabber (app_name, error_count, depends_on, last_error) values ('slow', 0, '{}', '{}')");

        var report = await stage.RunAsync(Job("slow"), Job("child", after: "slow"), Job("z-child", after: "z-last"), Job("z-last"));

        Assert.Equal(0, report.ExitCode);
        Assert.Equal(["z-last 11-22 12:00 -", "z-child 11-22 12:00 -"], await stage.LogAsync());
    }

    [Fact]
    public async Task A_row_lock_when_the_job_ends_is_waited_out_and_nothing_is_lost()
    {
        await using var stage = await SetAsync();
        await stage.RunAsync(Job("slow"));
        await stage.DoAsync("update crontabber set next_run = '2020-01-01Z'");
        IAsyncDisposable? held = null;
        var ticking = stage.Tick([Job("slow", async (_, _) => held = await stage.HoldAsync("slow"))]).RunAsync(Token);

        // The runner waits by its clock; each wait is let pass while somebody holds the row, then he lets go.
        while (held is null)
        {
            await Task.Yield();
        }

        for (var wait = 0; wait < 20; wait++)
        {
            stage.Clock.Advance(TimeSpan.FromSeconds(1));
            await stage.RowAsync("slow");
        }

        Assert.False(ticking.IsCompleted);
        await held.DisposeAsync();

        // In small steps: on a busy machine the runner's next look at the row takes as long as many of ours, and it gives up after a minute of its clock.
        while (!ticking.IsCompleted)
        {
            stage.Clock.Advance(TimeSpan.FromMilliseconds(10));
            await stage.RowAsync("slow");
        }

        Assert.Equal(TurnOutcome.Succeeded, Assert.Single((await ticking).Turns).Outcome);
        var row = (await stage.RowAsync("slow"))!;
        Assert.Equal((null, Noon, Noon.AddHours(1)), (row.Ongoing, row.LastSuccess, row.NextRun));
        Assert.Equal(2, (await stage.LogAsync()).Count);
    }

    [Fact]
    public async Task A_run_whose_lock_was_taken_over_meanwhile_records_nothing_and_says_so()
    {
        await using var stage = await SetAsync();
        var report = await stage.RunAsync(Job("slow", (_, _) => stage.DoAsync("update crontabber set ongoing = ongoing + interval '1 minute'")));

        Assert.Equal(TurnOutcome.Superseded, Assert.Single(report.Turns).Outcome);
        Assert.Empty(await stage.LogAsync());
        Assert.Equal(Noon.AddMinutes(1), (await stage.RowAsync("slow"))!.Ongoing);
        Assert.Equal(["superseded"], await stage.TextsAsync("select outcome from dashboard.run_slot"));
    }

    [Fact]
    public async Task The_slot_that_failed_is_on_record_and_those_before_it_are_done()
    {
        await using var stage = await SetAsync();
        await stage.DoAsync("insert into crontabber values ('back', '2026-11-22 11:00Z', '2026-11-01 00:00Z', '2026-11-21 00:00Z', '2026-11-18 00:00Z', null, 0, '{}', '{}')");
        var report = await stage.RunAsync(Job("back", (run, _) => run.Slot!.Value.Day == 21 ? throw new KeyNotFoundException("release") : Task.CompletedTask, "1d", backfills: true));

        Assert.Equal((TurnOutcome.Failed, 2), (report.Turns[0].Outcome, report.Turns[0].Succeeded));
        Assert.Equal(["failed 2026-11-21 System.Collections.Generic.KeyNotFoundException: release"], await stage.TextsAsync("select concat_ws(' ', outcome, (slot at time zone 'UTC')::date, because) from dashboard.run_slot"));
    }

    [Fact]
    public async Task Each_slot_is_on_record_before_the_next_begins()
    {
        await using var stage = await SetAsync();
        await stage.DoAsync("insert into crontabber values ('back', '2026-11-22 11:00Z', '2026-11-01 00:00Z', '2026-11-21 00:00Z', '2026-11-19 00:00Z', null, 0, '{}', '{}')");
        var seen = new List<(int Slot, int LastSuccess, int Logged)>();
        await stage.RunAsync(Job("back", async (run, _) => seen.Add((run.Slot!.Value.Day, (await stage.RowAsync("back"))!.LastSuccess!.Value.Day, (await stage.LogAsync()).Count)), "1d", backfills: true));

        Assert.Equal([(20, 19, 0), (21, 20, 1), (22, 21, 2)], seen);
        Assert.Equal(Noon.AddDays(1), (await stage.RowAsync("back"))!.NextRun);
    }

    [Fact]
    public async Task Asked_to_quit_it_ends_the_running_job_gives_back_the_lock_and_leaves_the_job_due()
    {
        await using var stage = await SetAsync();
        using var quit = new CancellationTokenSource();
        var report = await stage.Tick([Job("first", (_, token) => CancelAndWaitAsync(quit, token)), Job("z-last")]).RunAsync(quit.Token);

        Assert.Equal([TurnOutcome.Cancelled, TurnOutcome.NotReached], report.Turns.Select(turn => turn.Outcome));
        Assert.Null(await stage.RowAsync("first"));
        Assert.Empty(await stage.TextsAsync("select app_name from dashboard.runner_lock"));

        await stage.RunAsync(Job("first"));
        stage.Clock.Advance(TimeSpan.FromHours(2));
        using var again = new CancellationTokenSource();
        await stage.Tick([Job("first", (_, token) => CancelAndWaitAsync(again, token))]).RunAsync(again.Token);
        var row = (await stage.RowAsync("first"))!;
        Assert.Equal((null, Noon, Noon.AddHours(1), 0), (row.Ongoing, row.LastRun, row.NextRun, row.ErrorCount));
        Assert.Equal(["first 11-22 12:00 -"], await stage.LogAsync());
    }

    [Fact]
    public async Task Jobs_that_do_not_wait_for_one_another_run_at_once_and_children_after_their_parents()
    {
        await using var stage = await SetAsync();
        var together = new TaskCompletionSource();
        var begun = 0;
        Task Meet(JobRun run, CancellationToken token)
        {
            if (Interlocked.Increment(ref begun) == 3)
            {
                together.SetResult();
            }

            return together.Task.WaitAsync(token);
        }

        var report = await stage.Tick([Job("a", Meet), Job("b", Meet), Job("c", Meet), Job("child", after: ["a", "b", "c"])], new RunnerOptions { Parallel = 3 }).RunAsync(Token);

        Assert.All(report.Turns, turn => Assert.Equal(TurnOutcome.Succeeded, turn.Outcome));
        Assert.Equal("child", report.Turns[^1].Job);
    }

    [Fact]
    public async Task No_transaction_is_open_while_a_job_runs()
    {
        await using var stage = await SetAsync();
        IReadOnlyList<string> open = ["not asked"];
        await stage.RunAsync(Job("slow", async (_, _) => open = await stage.TextsAsync("select query from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'")));
        Assert.Empty(open);
    }

    [Fact]
    public async Task Without_the_own_records_jobs_run_all_the_same()
    {
        await using var stage = await SetAsync();
        await stage.DoAsync("drop table dashboard.runner_lock, dashboard.run_slot");
        var report = await stage.RunAsync(Job("a"));
        Assert.Equal(TurnOutcome.Succeeded, report.Turns[0].Outcome);
        Assert.NotEmpty(report.Turns[0].Remarks);
        Assert.Single(await stage.LogAsync());
    }

    private static async Task CancelAndWaitAsync(CancellationTokenSource quit, CancellationToken token)
    {
        await quit.CancelAsync();
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
    }

    private static async Task LockAsync(RunnerStage stage, string job, int minutes)
    {
        var ongoing = Noon.AddMinutes(-minutes);
        await stage.Records.OwnAsync(job, ongoing, Token);
        Assert.Equal(RowWrite.Written, await stage.Table.LockAsync(job, null, ongoing, Token));
    }
}
