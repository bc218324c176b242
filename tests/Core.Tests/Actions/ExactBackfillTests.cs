using Dashboard.Core.Actions;
using Dashboard.Core.Backfill;
using Dashboard.Core.Dependencies;
using Dashboard.Core.Runner;
using Dashboard.Core.Runner.Jobs;
using Dashboard.Core.Runner.Requests;

namespace Dashboard.Core.Tests.Actions;

/// <summary>Where the dashboard's own runner makes the ticks, a backfill of chosen slots runs what its plan lists and nothing else.</summary>
public sealed class ExactBackfillTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_the_plan_lists_is_what_the_runner_runs()
    {
        await using var stage = await CommitStage.SetAsync();
        stage.Runner = new TickRunner { IsOwn = true, IsPresent = true };
        var done = await LastSuccessAsync(stage);
        var before = await stage.RowAsync("back");
        var plan = await PlanAsync(stage, done.AddDays(-6), done.AddDays(-2), done.AddDays(2));

        Assert.True(plan.Plan.IsExact);
        Assert.Equal([done.AddDays(-6), done.AddDays(-2)], plan.Plan.Slots.Where(slot => slot.WillRun).Select(slot => slot.Slot));
        Assert.Equal("the job's own next run makes up for it", Assert.Single(plan.Plan.Slots, slot => !slot.WillRun).Because);
        Assert.Empty(plan.Plan.Changes);

        Assert.Equal(ActionOutcome.Done, (await stage.CommitAsync(plan)).Outcome);
        Assert.Equal(before, await stage.RowAsync("back"));
        Assert.Equal(["began backfill back", "done backfill back"], await stage.AuditedAsync());

        // Held still, so that its own run does not come in between.
        await stage.Observed.ExecuteAsync("update crontabber set next_run = now() + interval '1 hour' where app_name = 'back'");
        var ran = new List<DateTimeOffset>();
        using var tick = new RunnerTick(
            (await StateTables.FindAsync(stage.Observed.Source.Database, create: false, Token))!,
            [new RunnerJob(stage.Book.Find("back")!, new Noting(ran))],
            new RunnerOptions { Source = "test" }, TimeProvider.System, new RunnerRecords(stage.Own.Now, "test"), null, new SlotRequests(stage.Own.Now, "test"));
        await tick.RunAsync(Token);
        await tick.RunAsync(Token);

        Assert.Equal([done.AddDays(-6), done.AddDays(-2)], ran);
        Assert.Equal(done, await LastSuccessAsync(stage));
        Assert.Equal("It changed no row. Slots that still wait are cancelled where their progress is shown.", (await stage.Operator.PlanUndoAsync(CommitStage.Ada, plan.Id, Token)).Value!.Plan.Refusal);
    }

    [Fact]
    public async Task Committed_by_many_at_once_the_slots_are_asked_for_once()
    {
        await using var stage = await CommitStage.SetAsync();
        stage.Runner = new TickRunner { IsOwn = true, IsPresent = true };
        var done = await LastSuccessAsync(stage);
        var plan = await PlanAsync(stage, done.AddDays(-6), done.AddDays(-2));

        var results = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => stage.CommitAsync(plan))));

        Assert.All(results, result => Assert.Equal(ActionOutcome.Done, result.Outcome));
        await using var count = stage.Own.Source.CreateCommand("select count(*) from dashboard.operation_slot");
        Assert.Equal(2L, await count.ExecuteScalarAsync(Token));
    }

    [Fact]
    public async Task Crontabber_is_said_to_run_everything_up_to_now()
    {
        await using var stage = await CommitStage.SetAsync();
        var done = await LastSuccessAsync(stage);

        var plan = await PlanAsync(stage, done.AddDays(-6), done.AddDays(-2));

        Assert.False(plan.Plan.IsExact);
        Assert.True(plan.Plan.Runs > 6);
        Assert.Contains(plan.Plan.Warnings, warning => warning.Text.Contains("not chosen", StringComparison.Ordinal) || warning.Text.Contains("run again", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_tail_is_left_to_the_row_whoever_makes_the_ticks()
    {
        await using var stage = await CommitStage.SetAsync();
        stage.Runner = new TickRunner { IsOwn = true, IsPresent = true };
        var done = await LastSuccessAsync(stage);

        var plan = await stage.PlanAsync(ActionKind.Backfill, "back", wish => wish with { Slots = new BackfillChoice(SlotWish.All, done.AddDays(-1), done.AddDays(9)) });

        Assert.False(plan.Plan.IsExact);
        Assert.Contains(plan.Plan.Changes, change => change.Column == "last_success");
    }

    private static Task<KeptAction> PlanAsync(CommitStage stage, params DateTimeOffset[] slots) =>
        stage.PlanAsync(ActionKind.Backfill, "back", wish => wish with { Slots = BackfillChoice.Of(SlotWish.All, slots) });

    private static async Task<DateTimeOffset> LastSuccessAsync(CommitStage stage) =>
        new(await stage.Observed.ScalarAsync<DateTime>("select last_success from crontabber where app_name = 'back'"));

    private sealed class Noting(List<DateTimeOffset> ran) : IJobBody
    {
        public Task RunAsync(JobRun run, CancellationToken cancellationToken)
        {
            ran.Add(run.Slot!.Value);
            return Task.CompletedTask;
        }
    }
}
