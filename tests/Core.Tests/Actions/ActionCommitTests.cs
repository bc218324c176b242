using Dashboard.Core.Access;
using Dashboard.Core.Actions;
using Dashboard.Core.Actions.Audit;
using Dashboard.Core.Sources;
using Dashboard.Kit;
using Npgsql;

namespace Dashboard.Core.Tests.Actions;

public sealed class ActionCommitTests
{
    [Theory]
    [InlineData(Flavour.Crontabber)]
    [InlineData(Flavour.Socorro)]
    public async Task Every_action_of_both_flavours_does_what_its_plan_says_and_is_undone_again(Flavour flavour)
    {
        await using var stage = await CommitStage.SetAsync(flavour: flavour);
        foreach (var kind in (ActionKind[])[ActionKind.RunNow, ActionKind.MarkSuccess, ActionKind.Hold, ActionKind.Reset])
        {
            var before = await stage.RowAsync();
            var plan = await stage.PlanAsync(kind, more: wish => wish with { Until = TimeProvider.System.GetUtcNow().AddHours(5) });

            Assert.Equal(ActionOutcome.Done, (await stage.CommitAsync(plan)).Outcome);
            Assert.NotEqual(before, await stage.RowAsync());

            var undo = (await stage.Operator.PlanUndoAsync(CommitStage.Ada, plan.Id, TestContext.Current.CancellationToken)).Value!;
            Assert.Equal(ActionOutcome.Done, (await stage.CommitAsync(undo)).Outcome);
            Assert.Equal(flavour == Flavour.Socorro ? before[before.IndexOf(',', StringComparison.Ordinal)..] : before, flavour == Flavour.Socorro ? (await stage.RowAsync())[before.IndexOf(',', StringComparison.Ordinal)..] : await stage.RowAsync());
            Assert.Equal("It was undone already.", (await stage.Operator.PlanUndoAsync(CommitStage.Ada, plan.Id, TestContext.Current.CancellationToken)).Because);
        }

        Assert.Empty(stage.Marks.Of("test").Newest.Holds);
        Assert.Equal(16, (await stage.AuditedAsync()).Count);
    }

    [Fact]
    public async Task Fifty_who_commit_the_same_plan_make_one_change_and_all_hear_of_it()
    {
        await using var stage = await CommitStage.SetAsync();
        await stage.Observed.ExecuteAsync("create table writes (at timestamptz default now()); create function note() returns trigger language plpgsql as 'begin insert into writes default values; return new; end'; create trigger t after update on crontabber for each row execute function note()");
        var plan = await stage.PlanAsync(ActionKind.RunNow);

        var results = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => stage.CommitAsync(plan))));

        Assert.All(results, result => Assert.Equal(ActionOutcome.Done, result.Outcome));
        Assert.Single(results, result => !result.IsReplay);
        Assert.Equal(1, await stage.Observed.ScalarAsync<long>("select count(*) from writes"));
        Assert.Equal(["began run-now slow", "done run-now slow"], await stage.AuditedAsync());
    }

    [Fact]
    public async Task Of_many_plans_for_the_same_row_one_is_done_and_the_others_find_another_row()
    {
        await using var stage = await CommitStage.SetAsync();
        for (var round = 0; round < 5; round++)
        {
            var plans = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => stage.PlanAsync(ActionKind.MarkSuccess)));

            var results = await Task.WhenAll(plans.Select((plan, one) => Task.Run(() => stage.CommitAsync(plan, CommitStage.Ada with { Name = $"operator {one}" }))));

            Assert.Single(results, result => result.Outcome == ActionOutcome.Done);
            Assert.All(results.Where(result => result.Outcome != ActionOutcome.Done), result => Assert.True(result.Outcome is ActionOutcome.Stale or ActionOutcome.Busy));
        }
    }

    [Fact]
    public async Task A_row_that_changed_since_the_plan_is_left_alone_and_the_difference_shown()
    {
        await using var stage = await CommitStage.SetAsync();
        var plan = await stage.PlanAsync(ActionKind.Reset);
        await stage.Observed.ExecuteAsync("update crontabber set error_count = 3 where app_name = 'slow'");

        var result = await stage.CommitAsync(plan);

        Assert.Equal(ActionOutcome.Stale, result.Outcome);
        Assert.Equal([new CellChange("error_count", "2", "3")], result.Difference);
        Assert.NotEqual("gone", await stage.RowAsync());
        Assert.Equal(["began reset slow", "stale reset slow"], await stage.AuditedAsync());
        Assert.Equal(ActionOutcome.Stale, (await stage.CommitAsync(plan)).Outcome);
    }

    [Fact]
    public async Task A_row_that_is_gone_is_stale_too()
    {
        await using var stage = await CommitStage.SetAsync();
        var plan = await stage.PlanAsync(ActionKind.RunNow);
        await stage.Observed.ExecuteAsync("delete from crontabber where app_name = 'slow'");

        Assert.Equal(ActionOutcome.Stale, (await stage.CommitAsync(plan)).Outcome);
    }

    [Theory]
    [InlineData("for update")]
    [InlineData("for share")]
    public async Task A_row_the_scheduler_holds_is_not_waited_for_and_the_plan_can_be_tried_again(string how)
    {
        await using var stage = await CommitStage.SetAsync();
        var plan = await stage.PlanAsync(ActionKind.RunNow);
        await using (var holder = await stage.Observed.Source.Database.OpenConnectionAsync(TestContext.Current.CancellationToken))
        {
            await using var hold = new NpgsqlCommand($"begin; select 1 from crontabber where app_name = 'slow' {how}", holder);
            await hold.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

            Assert.Equal(ActionOutcome.Busy, (await stage.CommitAsync(plan)).Outcome);

            // And the holder was not disturbed: his own write goes through.
            await using var write = new NpgsqlCommand("commit", holder);
            await write.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        Assert.Equal(ActionOutcome.Done, (await stage.CommitAsync(plan)).Outcome);
        Assert.Equal(["began run-now slow", "busy run-now slow", "began run-now slow", "done run-now slow"], await stage.AuditedAsync());
    }

    [Fact]
    public async Task A_role_that_may_only_read_is_refused_with_what_it_needs()
    {
        await using var stage = await CommitStage.SetAsync();
        await stage.Observed.ExecuteAsync("do $$ begin create role only_reads login; exception when duplicate_object then null; end $$; grant select on crontabber to only_reads");
        var plan = await stage.PlanAsync(ActionKind.RunNow);
        await using var reader = new ActionPools();
        var source = stage.Source with { ConnectionString = new NpgsqlConnectionStringBuilder(stage.Source.ConnectionString) { Username = "only_reads" }.ConnectionString };
        var commit = new ActionCommit(stage.Actions, reader, stage.Facts, TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger<ActionCommit>.Instance);

        var result = await commit.CarryOutAsync(plan, source, CommitStage.Ada, "because", TestContext.Current.CancellationToken);

        Assert.Equal(ActionOutcome.Refused, result.Outcome);
        Assert.Contains("grant select, update", result.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_may_not_changes_nothing_and_leaves_a_line()
    {
        await using var stage = await CommitStage.SetAsync();
        var (plan, before) = (await stage.PlanAsync(ActionKind.Reset), await stage.RowAsync());
        stage.Authority.Denied.Add(Deeds.Reset);

        var answer = await stage.Operator.CommitAsync(CommitStage.Ada, plan.Id, "please", "slow", TestContext.Current.CancellationToken);

        Assert.True(answer.IsDenied);
        Assert.Equal(before, await stage.RowAsync());
        Assert.Equal(["denied reset slow"], await stage.AuditedAsync());
    }

    [Theory]
    [InlineData(null, "back", "Say why")]
    [InlineData("  ", "back", "Say why")]
    [InlineData("because", null, "Type the job's name")]
    [InlineData("because", "slow", "Type the job's name")]
    public async Task Without_a_reason_or_the_typed_name_nothing_is_done(string? reason, string? name, string because)
    {
        await using var stage = await CommitStage.SetAsync();
        var plan = await stage.PlanAsync(ActionKind.Reset, "back");

        var answer = await stage.Operator.CommitAsync(CommitStage.Ada, plan.Id, reason, name, TestContext.Current.CancellationToken);

        Assert.StartsWith(because, answer.Because, StringComparison.Ordinal);
        Assert.Empty(await stage.AuditedAsync());
    }

    [Fact]
    public async Task The_row_as_it_was_is_forgotten_when_no_undo_can_come_any_more()
    {
        await using var stage = await CommitStage.SetAsync();
        var (done, stale) = (await stage.PlanAsync(ActionKind.Reset), await stage.PlanAsync(ActionKind.RunNow));
        await stage.CommitAsync(done);
        await stage.CommitAsync(stale);

        Assert.Equal(1, await stage.Actions.ForgetAsync(TestContext.Current.CancellationToken));
        Assert.NotNull((await stage.Actions.FindAsync(done.Id, TestContext.Current.CancellationToken))!.Before);
        await using (var older = stage.Own.Source.CreateCommand("update dashboard.action set made_at = now() - interval '8 days'"))
        {
            await older.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        Assert.Equal(1, await stage.Actions.ForgetAsync(TestContext.Current.CancellationToken));
        Assert.Null((await stage.Actions.FindAsync(done.Id, TestContext.Current.CancellationToken))!.Before);
        Assert.StartsWith("The row as it was is kept for 7 days", (await stage.Operator.PlanUndoAsync(CommitStage.Ada, done.Id, TestContext.Current.CancellationToken)).Value!.Plan.Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hold_and_an_acknowledgement_are_seen_and_end()
    {
        await using var stage = await CommitStage.SetAsync();
        var marks = stage.Marks.Of("test");
        var until = TimeProvider.System.GetUtcNow().AddHours(2);
        await stage.CommitAsync(await stage.PlanAsync(ActionKind.Acknowledge));
        await stage.CommitAsync(await stage.PlanAsync(ActionKind.Hold, more: wish => wish with { Until = until }));

        var hold = Assert.Single(marks.Newest.Holds).Value;
        Assert.Equal(("slow", "ada", "because of the test"), (hold.Job, hold.By, hold.Reason));
        Assert.Single(marks.Newest.Acknowledged);

        await stage.CommitAsync(await stage.PlanAsync(ActionKind.Release));
        Assert.Empty(marks.Newest.Holds);
        Assert.NotNull((await stage.Operator.PlanAsync(CommitStage.Ada, new ActionWish(ActionKind.Release, "test", "slow"), null, TestContext.Current.CancellationToken)).Value!.Plan.Refusal);
    }

    [Fact]
    public async Task No_secret_of_an_error_reaches_plan_or_audit_and_an_undo_brings_the_whole_row_back()
    {
        await using var stage = await CommitStage.SetAsync();
        var plan = await stage.PlanAsync(ActionKind.Reset);
        await stage.CommitAsync(plan);

        var lines = await stage.Audit.OnwardAsync(0, 10, TestContext.Current.CancellationToken);
        Assert.DoesNotContain("hunter2", string.Concat(lines.Select(line => line.Entry.Before + line.Entry.After)), StringComparison.Ordinal);
        Assert.DoesNotContain(plan.Plan.Changes, change => change.Before?.Contains("hunter2", StringComparison.Ordinal) == true);
        Assert.Contains("last_error", lines[0].Entry.Before, StringComparison.Ordinal);
    }
}
