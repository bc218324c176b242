using Dashboard.Core.Actions;
using Dashboard.Core.Actions.Operations;
using Dashboard.Core.Actions.Plans;
using Dashboard.Core.Backfill;
using Dashboard.Core.Jobs;
using Dashboard.Core.Runs;

namespace Dashboard.Core.Tests.Actions;

/// <summary>A backfill that the scheduler makes by itself is followed to its end, slot by slot, from its plan and from the records of runs.</summary>
public sealed class FollowedBackfillTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_slot_is_told_of_as_its_run_comes_into_the_log_and_the_last_one_ends_it()
    {
        await using var stage = await CommitStage.SetAsync();
        var plan = await SetBackAsync(stage);
        DateTimeOffset[] slots = [.. plan.Plan.Slots.Where(slot => slot.WillRun).Select(slot => slot.Slot)];
        Assert.InRange(slots.Length, 4, 12);
        Assert.Equal((slots.Length, 0, OperationState.Active), await ProgressAsync(stage, plan));

        // Read before it was set back: of another time.
        await SeenAsync(stage, plan.Plan.Now.AddSeconds(-1), []);
        Assert.Equal((slots.Length, 0, OperationState.Active), await ProgressAsync(stage, plan));

        await stage.Observed.ExecuteAsync($"update crontabber set ongoing = '{plan.Plan.Now:O}' where app_name = 'back'");
        await SeenAsync(stage, plan.Plan.Now.AddMinutes(1), [Succeeded(plan, 1, slots[0])]);
        Assert.Equal(["done", "running", "waiting"], (await PartsAsync(stage, plan)).Take(3).Select(part => part.State));
        Assert.Equal("its run took 2.5 s", (await PartsAsync(stage, plan))[0].Because);

        await stage.Observed.ExecuteAsync("update crontabber set ongoing = null, error_count = 1, last_error = '{\"type\": \"<class ''ValueError''>\", \"value\": \"no\", \"traceback\": \"\"}' where app_name = 'back'");
        await SeenAsync(stage, plan.Plan.Now.AddMinutes(2), [Succeeded(plan, 1, slots[0]), Failed(plan, 2)]);
        var second = (await PartsAsync(stage, plan))[1];
        Assert.Equal(("waiting", "failed once with ValueError; it is tried again before the later ones"), (second.State, second.Because));
        Assert.Contains("failed once", (await FoundAsync(stage, plan)).Because, StringComparison.Ordinal);

        await stage.Observed.ExecuteAsync($"update crontabber set error_count = 0, last_error = '{{}}', last_success = '{slots[^1]:O}' where app_name = 'back'");
        await SeenAsync(stage, plan.Plan.Now.AddMinutes(9), [.. slots.Select((slot, place) => Succeeded(plan, place + 1, slot))]);
        Assert.Equal((0, slots.Length, OperationState.Done), await ProgressAsync(stage, plan));
        await stage.Worker().LookAsync(Token);
        Assert.Equal(["began backfill back", "done backfill back", "ended backfill back"], await stage.AuditedAsync());
    }

    [Fact]
    public async Task A_slot_that_was_passed_over_without_a_run_says_so()
    {
        await using var stage = await CommitStage.SetAsync();
        var plan = await SetBackAsync(stage);
        DateTimeOffset[] slots = [.. plan.Plan.Slots.Where(slot => slot.WillRun).Select(slot => slot.Slot)];

        // Somebody marked it as succeeded meanwhile.
        await stage.Observed.ExecuteAsync("update crontabber set last_success = now(), next_run = now() + interval '1 day' where app_name = 'back'");
        await SeenAsync(stage, plan.Plan.Now.AddMinutes(1), [Succeeded(plan, 1, slots[0])]);

        var parts = await PartsAsync(stage, plan);
        Assert.Equal("done", parts[0].State);
        Assert.All(parts.Skip(1), part => Assert.Equal(("not_run", "the job's last success was set past it without a run"), (part.State, part.Because)));
        Assert.Equal(OperationState.Done, (await FoundAsync(stage, plan)).State);
    }

    [Fact]
    public async Task A_reset_ends_it_with_the_reason_and_before_the_log_was_read_nothing_is_said()
    {
        await using var stage = await CommitStage.SetAsync();
        var plan = await SetBackAsync(stage);
        await stage.Observed.ExecuteAsync("delete from crontabber where app_name = 'back'");

        await SeenAsync(stage, plan.Plan.Now.AddMinutes(5), [], readLog: false);
        Assert.Equal(OperationState.Active, (await FoundAsync(stage, plan)).State);

        await SeenAsync(stage, plan.Plan.Now.AddMinutes(6), []);
        Assert.All(await PartsAsync(stage, plan), part => Assert.StartsWith("the job has no row any more", part.Because, StringComparison.Ordinal));
        Assert.Equal(OperationState.Done, (await FoundAsync(stage, plan)).State);
    }

    [Fact]
    public async Task Nobody_can_pause_what_the_scheduler_does_and_an_undo_before_it_begins_cancels_it()
    {
        await using var stage = await CommitStage.SetAsync();
        var (before, plan) = (await stage.RowAsync("back"), await SetBackAsync(stage));

        Assert.StartsWith("The scheduler makes up", (await stage.Many.PauseAsync(CommitStage.Ada, plan.Id, Token)).Because, StringComparison.Ordinal);
        Assert.StartsWith("The scheduler makes up", (await stage.Many.CancelAsync(CommitStage.Ada, plan.Id, Token)).Because, StringComparison.Ordinal);
        Assert.Equal(plan.Id, (await stage.Operations.LiveAsync("test", Token)).ByJob["back"]);

        var undo = (await stage.Operator.PlanUndoAsync(CommitStage.Ada, plan.Id, Token)).Value!;
        Assert.Equal(ActionOutcome.Done, (await stage.CommitAsync(undo)).Outcome);

        Assert.Equal(before, await stage.RowAsync("back"));
        Assert.Equal((OperationState.Cancelled, "It was undone by ada."), ((await FoundAsync(stage, plan)).State, (await FoundAsync(stage, plan)).Because));
        Assert.All(await PartsAsync(stage, plan), part => Assert.Equal("cancelled", part.State));
    }

    private static async Task<KeptAction> SetBackAsync(CommitStage stage)
    {
        var now = new DateTimeOffset(await stage.Observed.ScalarAsync<DateTime>("select now()"));
        var plan = await stage.PlanAsync(ActionKind.Backfill, "back", wish => wish with { Slots = new BackfillChoice(SlotWish.All, now.AddDays(-6), now) });
        Assert.Equal(ActionOutcome.Done, (await stage.CommitAsync(plan)).Outcome);
        return plan;
    }

    // The feeds say what is in the table now, as of a moment, and that these runs are in the log.
    private static async Task SeenAsync(CommitStage stage, DateTimeOffset at, IReadOnlyList<Run> runs, bool readLog = true)
    {
        await using var connection = await stage.Observed.Source.Database.OpenConnectionAsync(Token);
        var row = (await RowQueries.ReadAsync(connection, stage.Observed.Source.Capabilities.State, "back", Token)).Image;
        stage.Followed.Jobs.Of("test").Publish(JobsSnapshot.Empty("test") with { AsOf = at, Jobs = row is null ? [] : [PlanCompletion.Read("back", row)] });
        stage.Followed.Runs.Of("test").Publish(RunsSnapshot.Empty("test") with
        {
            AsOf = readLog ? at : at.AddHours(-1),
            Whole = true,
            ByJob = new Dictionary<string, JobHistory>(StringComparer.Ordinal) { ["back"] = JobHistory.Of([.. runs.Reverse()]) },
        });
        await stage.Monitor.LookAsync("test", Token);
    }

    private static Run Succeeded(KeptAction plan, int id, DateTimeOffset slot) =>
        new() { Id = id, Job = "back", LogTime = plan.Plan.Now.AddSeconds(id), Duration = TimeSpan.FromSeconds(2.5), Success = slot, Outcome = RunOutcome.Success };

    private static Run Failed(KeptAction plan, int id) =>
        new() { Id = id, Job = "back", LogTime = plan.Plan.Now.AddSeconds(id), Outcome = RunOutcome.Failure, Error = new JobError("ValueError", "no", "") };

    private static async Task<Operation> FoundAsync(CommitStage stage, KeptAction plan) => (await stage.Operations.FindAsync(plan.Id, Token))!;

    private static Task<IReadOnlyList<OperationPart>> PartsAsync(CommitStage stage, KeptAction plan) => stage.Operations.PartsAsync(plan.Id, Token);

    private static async Task<(int Waiting, int Done, OperationState State)> ProgressAsync(CommitStage stage, KeptAction plan)
    {
        var found = await FoundAsync(stage, plan);
        return (found.Progress.Waiting, found.Progress.Done, found.State);
    }
}
