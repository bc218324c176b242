using Dashboard.Core.Actions;
using Dashboard.Kit;

namespace Dashboard.Core.Tests.Actions;

/// <summary>Wherever a commit is cut off, its action has no effect or one, and one last word in the audit that is true.</summary>
public sealed class ActionFaultTests
{
    private sealed class DiedException : Exception;

    [Theory]
    [InlineData(CommitStep.Claimed, false)]
    [InlineData(CommitStep.Begun, false)]
    [InlineData(CommitStep.Noted, false)]
    [InlineData(CommitStep.Answered, true)]
    internal async Task A_dashboard_that_dies_at_a_step_is_cleared_up_after(CommitStep step, bool done)
    {
        await using var stage = await CommitStage.SetAsync(at: reached => reached == step ? throw new DiedException() : Task.CompletedTask);
        var (plan, before) = (await stage.PlanAsync(ActionKind.RunNow), await stage.RowAsync());
        await Assert.ThrowsAsync<DiedException>(() => stage.CommitAsync(plan));
        Assert.Equal(ActionState.Committing, (await FindAsync(stage, plan)).State);

        await stage.Resolver.LookAsync(TimeSpan.Zero, TimeSpan.Zero, TestContext.Current.CancellationToken);

        var found = await FindAsync(stage, plan);
        Assert.Equal(done ? ActionState.Done : ActionState.Nothing, found.State);
        Assert.Equal(done, before != await stage.RowAsync());
        Assert.Equal(["began run-now slow", done ? "done run-now slow" : "nothing run-now slow"], await stage.AuditedAsync());
        if (done)
        {
            var undo = (await stage.Operator.PlanUndoAsync(CommitStage.Ada, plan.Id, TestContext.Current.CancellationToken)).Value!;
            Assert.Null(undo.Plan.Refusal);
        }
    }

    [Fact]
    public async Task One_that_was_given_up_while_it_was_slow_does_not_come_back()
    {
        CommitStage? stage = null;
        await using var own = stage = await CommitStage.SetAsync(at: reached => reached == CommitStep.Begun ? stage!.Resolver.LookAsync(TimeSpan.Zero, TimeSpan.Zero, TestContext.Current.CancellationToken) : Task.CompletedTask);
        var (plan, before) = (await stage.PlanAsync(ActionKind.RunNow), await stage.RowAsync());

        var result = await stage.CommitAsync(plan);

        Assert.Equal(ActionOutcome.Refused, result.Outcome);
        Assert.Equal(before, await stage.RowAsync());
        Assert.Equal(["began run-now slow", "nothing run-now slow"], await stage.AuditedAsync());
    }

    [Theory]
    [InlineData(Fault.CommitAnswerLost, true)]
    [InlineData(Fault.CommitNotSent, false)]
    public async Task A_commit_that_got_no_answer_is_found_out_whether_it_arrived_or_not(Fault fault, bool arrived)
    {
        await using var proxy = FaultProxy.Before((await TestPostgres.SharedAsync()).Port);
        await using var stage = await CommitStage.SetAsync(observedThrough: proxy);
        var (plan, before) = (await stage.PlanAsync(ActionKind.RunNow), await stage.RowAsync());
        proxy.Next = fault;

        var result = await stage.CommitAsync(plan);

        Assert.Equal(1, proxy.Struck);
        Assert.Equal(arrived ? ActionOutcome.Done : ActionOutcome.Refused, result.Outcome);
        Assert.Equal(arrived, before != await stage.RowAsync());
        Assert.Equal(["began run-now slow", arrived ? "done run-now slow" : "nothing run-now slow"], await stage.AuditedAsync());
    }

    [Fact]
    public async Task A_database_out_of_reach_leaves_the_plan_to_be_tried_again()
    {
        await using var proxy = FaultProxy.Before((await TestPostgres.SharedAsync()).Port);
        var refusing = false;
        await using var stage = await CommitStage.SetAsync(observedThrough: proxy, at: step =>
        {
            proxy.Next = refusing && step == CommitStep.Claimed ? Fault.Away : proxy.Next;
            return Task.CompletedTask;
        });
        var plan = await stage.PlanAsync(ActionKind.RunNow);
        refusing = true;
        Assert.Equal(ActionOutcome.Busy, (await stage.CommitAsync(plan)).Outcome);

        (refusing, proxy.Next) = (false, Fault.None);
        Assert.Equal(ActionOutcome.Done, (await stage.CommitAsync(plan)).Outcome);
    }

    [Theory]
    [InlineData(CommitStep.Claimed)]
    [InlineData(CommitStep.Noted)]
    [InlineData(CommitStep.Answered)]
    internal async Task Own_records_that_go_away_on_the_way_leave_it_to_be_found_out(CommitStep step)
    {
        await using var proxy = FaultProxy.Before((await TestPostgres.SharedAsync()).Port);
        await using var stage = await CommitStage.SetAsync(ownThrough: proxy, at: reached =>
        {
            proxy.Next = reached == step ? Fault.Away : proxy.Next;
            return Task.CompletedTask;
        });
        var (plan, before) = (await stage.PlanAsync(ActionKind.RunNow), await stage.RowAsync());

        var result = await stage.CommitAsync(plan);
        proxy.Next = Fault.None;
        await stage.Resolver.LookAsync(TimeSpan.Zero, TimeSpan.Zero, TestContext.Current.CancellationToken);

        var found = await FindAsync(stage, plan);
        Assert.Equal(found.State == ActionState.Done, before != await stage.RowAsync());
        Assert.True(found.State is ActionState.Done or ActionState.Nothing, $"{found.State}");
        Assert.True(result.Outcome is ActionOutcome.Unknown, result.Sentence);
        Assert.Equal(2, (await stage.AuditedAsync()).Count);
    }

    [Theory]
    [InlineData(CommitStep.Claimed)]
    [InlineData(CommitStep.Begun)]
    [InlineData(CommitStep.Noted)]
    [InlineData(CommitStep.Answered)]
    internal async Task A_connection_to_the_own_records_that_breaks_on_the_way_is_made_again_and_the_action_goes_on(CommitStep step)
    {
        await using var proxy = FaultProxy.Before((await TestPostgres.SharedAsync()).Port);
        await using var stage = await CommitStage.SetAsync(ownThrough: proxy, at: reached =>
        {
            proxy.Next = reached == step ? Fault.CutBeforeServer : proxy.Next;
            return Task.CompletedTask;
        });
        var (plan, before) = (await stage.PlanAsync(ActionKind.RunNow), await stage.RowAsync());

        var result = await stage.CommitAsync(plan);

        Assert.Equal(1, proxy.Struck);
        Assert.Equal(ActionOutcome.Done, result.Outcome);
        Assert.NotEqual(before, await stage.RowAsync());
        Assert.Equal(["began run-now slow", "done run-now slow"], await stage.AuditedAsync());
    }

    [Fact]
    public async Task A_connection_to_the_scheduler_that_broke_meanwhile_is_made_again_before_anything_is_sent()
    {
        await using var proxy = FaultProxy.Before((await TestPostgres.SharedAsync()).Port);
        await using var stage = await CommitStage.SetAsync(observedThrough: proxy, at: reached =>
        {
            proxy.Next = reached == CommitStep.Claimed ? Fault.CutBeforeServer : proxy.Next;
            return Task.CompletedTask;
        });
        var plan = await stage.PlanAsync(ActionKind.RunNow);

        Assert.Equal(ActionOutcome.Done, (await stage.CommitAsync(plan)).Outcome);
        Assert.Equal(1, proxy.Struck);
    }

    [Fact]
    public async Task The_scheduler_that_ends_a_run_never_finds_the_row_held_by_us()
    {
        CommitStage? stage = null;
        await using var own = stage = await CommitStage.SetAsync(at: step => step == CommitStep.Noted ? HammeredAsync() : Task.CompletedTask);
        var plan = await stage.PlanAsync(ActionKind.RunNow);

        // The scheduler takes and changes its row while our transaction is open: nothing of ours is in its way, and the plan is stale.
        var result = await stage.CommitAsync(plan);

        Assert.Equal(ActionOutcome.Stale, result.Outcome);

        async Task HammeredAsync() => await stage!.Observed.ExecuteAsync("begin; select 1 from crontabber where app_name = 'slow' for update nowait; update crontabber set error_count = error_count + 1 where app_name = 'slow'; commit");
    }

    private static async Task<KeptAction> FindAsync(CommitStage stage, KeptAction plan) => (await stage.Actions.FindAsync(plan.Id, TestContext.Current.CancellationToken))!;
}
