using System.Globalization;
using Dashboard.Core.Actions;
using Npgsql;

namespace Dashboard.Core.Tests.Actions;

/// <summary>
/// Fifty at once, round after round: operators with the same plan and with plans of their own, while the scheduler ends runs on the same row. Each round has exactly one
/// winner among the operators or, where the scheduler was first, none; and no end of a run is lost.
/// </summary>
public sealed class ActionRaceTests
{
    /// <summary>As many as the suite has time for; <c>./run bench races</c> asks for a thousand by this variable.</summary>
    private static int Rounds => Environment.GetEnvironmentVariable("DASHBOARD_RACE_ROUNDS") is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : 6;

    private const int Racers = 50;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_fifty_with_plans_for_one_row_one_wins_each_round()
    {
        await using var stage = await CountingAsync();
        for (var round = 0; round < Rounds; round++)
        {
            // Ten plans, five who commit each.
            var plans = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => stage.PlanAsync(ActionKind.MarkSuccess)));
            var results = await RaceAsync(stage, plans);
            for (var again = 0; again < 10 && results.All(result => result.Outcome == ActionOutcome.Busy); again++)
            {
                // Nobody reached the database in time: nothing was done, and all may try again.
                results = await RaceAsync(stage, plans);
            }

            Assert.Single(results.Where(result => result.Outcome == ActionOutcome.Done).Select(result => result.Action).Distinct());
            Assert.Single(results, result => result is { Outcome: ActionOutcome.Done, IsReplay: false });
            Assert.Equal(round + 1, await stage.Observed.ScalarAsync<long>("select count(*) from writes"));
        }

        Assert.Equal(Rounds, await DoneAsync(stage));
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Rounds} rounds of {Racers}: {Rounds} winners, one in each."));
    }

    [Fact]
    public async Task A_scheduler_that_hammers_the_row_loses_no_end_of_a_run()
    {
        await using var stage = await CountingAsync();
        var (ended, done) = (0, 0);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var scheduler = Task.Run(async () =>
        {
            while (!over.IsCancellationRequested)
            {
                try
                {
                    await stage.Observed.ExecuteAsync("begin; select 1 from crontabber where app_name = 'slow' for update nowait; update crontabber set last_run = clock_timestamp() where app_name = 'slow'; commit");
                    ended++;
                }
                catch (PostgresException cause) when (cause.SqlState == PostgresErrorCodes.LockNotAvailable)
                {
                    // A statement of ours was on its way; the scheduler tries again, as it does.
                }
            }
        }, Token);
        for (var round = 0; round < Rounds; round++)
        {
            done += await OutcomeAsync(stage) == ActionOutcome.Done ? 1 : 0;
        }

        await over.CancelAsync();
        await scheduler;

        // Left alone, the same action is done at once; and everything that was written was written by one of the two.
        Assert.Equal(ActionOutcome.Done, await OutcomeAsync(stage));
        Assert.Equal(ended + done + 1, await stage.Observed.ScalarAsync<long>("select count(*) from writes"));
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Rounds} plans against a scheduler that ended {ended} runs: {done} done, no end lost."));
    }

    private static async Task<long> DoneAsync(CommitStage stage)
    {
        await using var command = stage.Own.Source.CreateCommand("select count(*) from dashboard.audit where event = 'done'");
        return (long)(await command.ExecuteScalarAsync(Token))!;
    }

    private static async Task<ActionOutcome> OutcomeAsync(CommitStage stage) => (await stage.CommitAsync(await stage.PlanAsync(ActionKind.MarkSuccess))).Outcome;

    private static Task<ActionResult[]> RaceAsync(CommitStage stage, KeptAction[] plans) => Task.WhenAll(Enumerable.Range(0, Racers).Select(racer => Task.Run(
        () => stage.CommitAsync(plans[racer % plans.Length], CommitStage.Ada with { Name = string.Create(CultureInfo.InvariantCulture, $"operator {racer}") }))));

    private static async Task<CommitStage> CountingAsync()
    {
        var stage = await CommitStage.SetAsync();
        await stage.Observed.ExecuteAsync("create table writes (at timestamptz default now()); create function note() returns trigger language plpgsql as 'begin insert into writes default values; return new; end'; create trigger t after update on crontabber for each row execute function note()");
        return stage;
    }
}
