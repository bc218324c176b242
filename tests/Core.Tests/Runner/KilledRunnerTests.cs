using System.Diagnostics;
using Dashboard.Core.Runner;
using static Dashboard.Core.Tests.Runner.RunnerStage;

namespace Dashboard.Core.Tests.Runner;

/// <summary>Runners in processes of their own, killed with SIGKILL wherever they happen to be.</summary>
public sealed class KilledRunnerTests
{
    private const int Rounds = 12;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_slot_is_lost_and_none_recorded_twice_when_the_runner_is_killed_again_and_again()
    {
        await using var stage = await SetAsync();
        await PrepareAsync(stage, minutes: 400);
        var random = new Random(20261122);
        var killed = 0;
        for (var round = 0; round < Rounds; round++)
        {
            using var child = Child(stage);
            for (var lines = random.Next(1, 15); lines > 0 && await child.StandardOutput.ReadLineAsync(Token) is { } line && !line.StartsWith("over", StringComparison.Ordinal); lines--)
            {
                // Killed after some slots, at whatever it does then.
            }

            killed += child.HasExited ? 0 : 1;
            child.Kill();
            await child.WaitForExitAsync(Token);
        }

        var report = await stage.Tick([RunnerChild.Job(stage.Data)], clock: TimeProvider.System).RunAsync(Token);

        Assert.Equal(TurnOutcome.Succeeded, report.Turns[0].Outcome);
        Assert.Equal(Rounds, killed);
        Assert.Equal(["0"], await stage.TextsAsync("select (count(*) - count(distinct success))::text from crontabber_log"));
        await WholeAsync(stage);

        // A slot in whose end the kill fell is worked on again; each take-over is on record.
        Assert.Equal(["true"], await stage.TextsAsync($"select (count(*) - count(distinct slot) <= {Rounds})::text from worked"));
        Assert.InRange(int.Parse((await stage.TextsAsync("select count(*)::text from dashboard.run_slot where outcome = 'taken_over'"))[0]), 1, Rounds);
        Assert.Empty(await stage.TextsAsync("select app_name from crontabber where ongoing is not null"));
    }

    [Fact]
    public async Task Two_runners_at_once_and_somebody_who_holds_rows_run_nothing_twice_and_lose_nothing()
    {
        await using var stage = await SetAsync();
        await PrepareAsync(stage, minutes: 150);
        using var one = Child(stage);
        using var other = Child(stage);
        using var over = new CancellationTokenSource();
        var holding = HoldNowAndThenAsync(stage, over.Token);
        string[] said = await Task.WhenAll(one.StandardOutput.ReadToEndAsync(Token), other.StandardOutput.ReadToEndAsync(Token));
        await over.CancelAsync();
        await holding;

        // Whoever came second found the lock, or the row held; what was left then is left for the next tick.
        await stage.Tick([RunnerChild.Job(stage.Data)], clock: TimeProvider.System).RunAsync(Token);
        Assert.Contains(said, text => text.Contains("over: Succeeded", StringComparison.Ordinal) || text.Contains("over: RowLocked", StringComparison.Ordinal));
        Assert.Equal(["0 0"], await stage.TextsAsync("select concat_ws(' ', (select count(*) - count(distinct slot) from worked), (select count(*) - count(distinct success) from crontabber_log))"));
        await WholeAsync(stage);
    }

    // Every minute from the first to the last success stands in the log, and the row agrees with its end.
    private static async Task WholeAsync(RunnerStage stage)
    {
        Assert.Equal(["true true"], await stage.TextsAsync("""
            select concat_ws(' ', case when count(distinct success) = 1 + extract(epoch from max(success) - min(success)) / 60 then 'true' else 'false' end,
                             case when max(success) = (select last_success from crontabber) and min(success) = (select first from prepared) + interval '1 minute' then 'true' else 'false' end)
              from crontabber_log
            """));
    }

    private static async Task PrepareAsync(RunnerStage stage, int minutes)
    {
        await stage.DoAsync($$"""
            create table worked (slot timestamptz not null);
            create table prepared as select date_trunc('second', now() - interval '{{minutes}} minutes') as first;
            insert into crontabber select 'minutes', first, first, first, first, null, 0, '{}', '{}' from prepared
            """);
    }

    private static async Task HoldNowAndThenAsync(RunnerStage stage, CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            await using (await stage.HoldAsync("minutes"))
            {
                await stage.RowAsync("minutes");
            }

            await stage.RowAsync("minutes");
            await Task.Yield();
        }
    }

    private static Process Child(RunnerStage stage)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(RunnerChild).Assembly.Location]) { RedirectStandardOutput = true };
        start.Environment[RunnerChild.Database] = stage.Data.ConnectionString;
        start.Environment["DOTNET_STARTUP_HOOKS"] = typeof(RunnerChild).Assembly.Location;
        return Process.Start(start)!;
    }
}
