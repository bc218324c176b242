using Dashboard.Core.Actions;
using Dashboard.Core.Backfill;
using Dashboard.Core.Runner.Jobs;
using static Dashboard.Core.Tests.Actions.ActionStage;
using static Dashboard.Core.Tests.Runner.RunnerStage;

namespace Dashboard.Core.Tests.Actions;

/// <summary>What a plan says will happen is what the runner then does, tick by tick, exactly as crontabber 0.18.1 did it in the experiments.</summary>
public sealed class ActionPlansHoldTests
{
    private static RunnerJob Back(string? time = null) => Job("back", frequency: "1d", time: time, backfills: true);

    /// <summary>exp-14: last_success and next_run go back together, and the run makes up for exactly these days.</summary>
    [Fact]
    public async Task A_backfill_runs_the_slots_its_plan_lists_in_the_next_tick()
    {
        await using var stage = await OpenAsync();
        await stage.Runner.DoAsync("insert into crontabber values ('back', '2026-11-23 11:00Z', '2026-11-01 00:00Z', '2026-11-22 11:00Z', '2026-11-22 11:00Z', null, 0, '{}', '{}')");

        var plan = await stage.PlanAsync(Wish(ActionKind.Backfill, "back") with { Slots = new BackfillChoice(SlotWish.All, Noon.AddDays(-3), Noon) }, Back());

        Assert.Null(plan.Refusal);
        Assert.Equal((3, null), (plan.Runs, plan.RunsAt));
        Assert.Equal(["last_success", "next_run"], plan.Changes.Select(change => change.Column).Order());
        Assert.True(await stage.CommitAsync(plan));
        await stage.Runner.CompatAsync(Back());
        Assert.Equal(plan.Slots.Select(slot => slot.Slot), await stage.SucceededAsync("back"));
    }

    [Fact]
    public async Task Chosen_slots_that_do_not_run_say_why()
    {
        await using var stage = await OpenAsync();
        await stage.Runner.DoAsync("insert into crontabber values ('back', '2026-11-23 11:00Z', '2026-11-20 11:00Z', '2026-11-22 11:00Z', '2026-11-22 11:00Z', null, 0, '{}', '{}')");

        var plan = await stage.PlanAsync(Wish(ActionKind.Backfill, "back") with { Slots = new BackfillChoice(SlotWish.All, Noon.AddDays(-1), Noon.AddDays(2)) }, Back());

        Assert.Equal(["runs True", "has not come yet False", "has not come yet False"], plan.Slots.Select(slot => $"{(slot.WillRun ? "runs" : slot.Because)} {slot.WillRun}"));
    }

    /// <summary>exp-13: next_run by hand.</summary>
    [Fact]
    public async Task Run_now_makes_the_next_tick_start_it_and_children_run_in_the_same_tick()
    {
        await using var stage = await OpenAsync();
        RunnerJob[] jobs = [Job("slow"), Job("child", after: "slow"), Job("z-last")];
        await stage.Runner.CompatAsync(jobs);
        stage.Runner.Clock.Advance(TimeSpan.FromMinutes(10));

        var plan = await stage.PlanAsync(Wish(ActionKind.RunNow, "slow"), jobs);
        Assert.True(await stage.CommitAsync(plan));
        await stage.Runner.CompatAsync(jobs);

        Assert.Equal((1, null), (plan.Runs, plan.RunsAt));
        Assert.Equal(2, (await stage.SucceededAsync("slow")).Count);
        Assert.Single(await stage.SucceededAsync("child"));
    }

    [Fact]
    public async Task Run_now_says_that_a_backfill_job_that_owes_nothing_does_nothing()
    {
        await using var stage = await OpenAsync();
        await stage.Runner.CompatAsync(Back());
        stage.Runner.Clock.Advance(TimeSpan.FromMinutes(10));

        var plan = await stage.PlanAsync(Wish(ActionKind.RunNow, "back"), Back());
        await stage.CommitAsync(plan);
        await stage.Runner.CompatAsync(Back());

        Assert.Equal(0, plan.Runs);
        Assert.Contains(plan.Warnings, warning => warning.Text.Contains("owes no slot", StringComparison.Ordinal));
        Assert.Single(await stage.SucceededAsync("back"));
    }

    /// <summary>exp-14: reset of a job five days behind.</summary>
    [Fact]
    public async Task A_reset_of_a_lagging_backfill_job_loses_the_days_its_plan_counts()
    {
        await using var stage = await OpenAsync();
        await stage.Runner.DoAsync("insert into crontabber values ('back', '2026-11-17 11:00Z', '2026-11-01 00:00Z', '2026-11-16 11:00Z', '2026-11-16 11:00Z', null, 3, '{}', '{\"type\": \"x\", \"value\": \"y\", \"traceback\": \"\"}')");

        var plan = await stage.PlanAsync(Wish(ActionKind.Reset, "back"), Back());
        Assert.True(await stage.CommitAsync(plan));
        await stage.Runner.CompatAsync(Back());

        Assert.True(plan.AsksForName);
        Assert.Contains("6 slots", plan.Warnings[0].Text, StringComparison.Ordinal);
        Assert.Equal([Noon], await stage.SucceededAsync("back"));
    }

    [Fact]
    public async Task That_a_reset_job_waits_for_its_parent_is_warned_of_and_why_is_said_once()
    {
        await using var stage = await OpenAsync();
        await stage.Runner.DoAsync("""
            insert into crontabber values
                ('parent', '2026-11-22 13:00Z', '2026-11-01Z', '2026-11-22 11:00Z', '2026-11-21 11:00Z', null, 1, '{}', '{"type": "x", "value": "y", "traceback": ""}'),
                ('child', '2026-11-22 11:30Z', '2026-11-01Z', '2026-11-22 10:00Z', '2026-11-22 10:00Z', null, 0, '{parent}', '{}')
            """);
        RunnerJob[] jobs = [Job("parent"), Job("child", after: "parent")];

        var plan = await stage.PlanAsync(Wish(ActionKind.Reset, "child"), jobs);
        Assert.True(await stage.CommitAsync(plan));
        await stage.Runner.CompatAsync(jobs);

        Assert.Contains(plan.Warnings, warning => warning.Text == "The next tick does not start it.");
        Assert.DoesNotContain(plan.Warnings, warning => warning.Text.Contains("parent", StringComparison.Ordinal));
        Assert.Contains("Its parent parent failed last time, so it is passed over.", plan.Then, StringComparison.Ordinal);
        Assert.Empty(await stage.SucceededAsync("child"));
    }

    /// <summary>exp-02: the lock of a killed first run cleared by hand kills every tick unless next_run is set too.</summary>
    [Fact]
    public async Task Clearing_the_lock_of_a_killed_first_run_gives_it_a_next_run()
    {
        await using var stage = await OpenAsync();
        RunnerJob[] jobs = [Job("after"), Job("slow"), Job("z-last"), Job("child-of-slow", after: "slow")];
        await stage.Runner.DoAsync("insert into crontabber (app_name, ongoing, error_count, depends_on, last_error) values ('slow', '2026-11-22 09:00Z', 0, '{}', '{}')");
        Assert.Equal(3, (await stage.Runner.CompatAsync(jobs)).ExitCode);

        var plan = await stage.PlanAsync(Wish(ActionKind.ClearLock, "slow"), jobs);
        Assert.True(await stage.CommitAsync(plan));
        var report = await stage.Runner.CompatAsync(jobs);

        Assert.Equal(["next_run", "ongoing"], plan.Changes.Select(change => change.Column));
        Assert.Equal(["child-of-slow", "z-last"], plan.Effects.Select(effect => effect.Job).Order(StringComparer.Ordinal));
        Assert.Equal(0, report.ExitCode);
        Assert.Equal(4, (await stage.Runner.LogAsync()).Count);
    }

    /// <summary>exp-03: reset while it runs.</summary>
    [Fact]
    public async Task A_reset_under_a_running_job_warns_of_a_second_run_and_that_is_what_happens()
    {
        await using var stage = await OpenAsync();
        RunnerJob[] second = [Job("slow")];
        ActionPlan? plan = null;
        await stage.Runner.CompatAsync(Job("slow", async (_, _) =>
        {
            plan = await stage.PlanAsync(Wish(ActionKind.Reset, "slow"), second);
            Assert.True(await stage.CommitAsync(plan));
            Assert.Equal(0, (await stage.Runner.CompatAsync(second)).ExitCode);
        }));

        Assert.True(plan!.AsksForName);
        Assert.Contains("a second one beside it", plan.Warnings[0].Text, StringComparison.Ordinal);
        Assert.Equal(2, (await stage.SucceededAsync("slow")).Count);
    }

    /// <summary>exp-09: a reset takes the row and leaves the log; a second one finds nothing; what nobody configured is no job to be reset.</summary>
    [Fact]
    public async Task A_reset_takes_the_row_keeps_the_log_and_is_refused_where_crontabber_refuses_it()
    {
        await using var stage = await OpenAsync();
        await stage.Runner.CompatAsync(Job("z-last"), Failing("calls-sys-exit", new InvalidOperationException("exit")));
        await stage.Runner.DoAsync("insert into crontabber (app_name) values ('a-ghost')");
        var log = await stage.Runner.LogAsync();
        RunnerJob[] jobs = [Job("z-last"), Failing("calls-sys-exit", new InvalidOperationException("exit"))];
        string[] left = ["a-ghost"];

        foreach (var name in jobs.Select(job => job.Definition.Name))
        {
            Assert.True(await stage.CommitAsync(await stage.PlanAsync(Wish(ActionKind.Reset, name), jobs)));
        }

        Assert.Equal("It has no row: it is as it would be after a reset.", (await stage.PlanAsync(Wish(ActionKind.Reset, "z-last"), jobs)).Refusal);
        Assert.NotNull((await stage.PlanAsync(Wish(ActionKind.Reset, "nope"), jobs)).Refusal);
        Assert.Equal("It is not configured, so a reset would not make it run. Prune it instead.", (await stage.PlanAsync(Wish(ActionKind.Reset, "a-ghost"), jobs)).Refusal);
        Assert.Equal(left, await stage.Runner.TextsAsync("select app_name from crontabber"));
        Assert.Equal(log, await stage.Runner.LogAsync());

        // And each starts as if it had never run.
        await stage.Runner.CompatAsync(jobs);
        Assert.Equal(log.Count * 2, (await stage.Runner.LogAsync()).Count);
    }

    /// <summary>exp-12: the row was held when the job ended, so its lock stayed, its next run is old and every tick ends there.</summary>
    [Fact]
    public async Task Clearing_the_lock_of_a_lost_end_lets_the_job_run_again_and_the_plan_says_so()
    {
        await using var stage = await OpenAsync();
        IAsyncDisposable? held = null;
        RunnerJob[] jobs = [Job("slow"), Job("z-last"), Job("child-of-slow", after: "slow")];
        await stage.Runner.CompatAsync(jobs);
        stage.Runner.Clock.Advance(TimeSpan.FromHours(2));
        await stage.Runner.CompatAsync(Job("slow", async (_, _) => held = await stage.Runner.HoldAsync("slow")), Job("z-last"), Job("child-of-slow", after: "slow"));
        await held!.DisposeAsync();
        Assert.Equal(3, (await stage.Runner.CompatAsync(jobs)).ExitCode);
        var before = await stage.SucceededAsync("slow");

        stage.Runner.Clock.Advance(TimeSpan.FromHours(1));
        var plan = await stage.PlanAsync(Wish(ActionKind.ClearLock, "slow"), jobs);
        Assert.True(await stage.CommitAsync(plan));
        var report = await stage.Runner.CompatAsync(jobs);

        Assert.Equal(["ongoing"], plan.Changes.Select(change => change.Column));
        Assert.Equal(["child-of-slow", "z-last"], plan.Effects.Select(effect => effect.Job).Order(StringComparer.Ordinal));
        Assert.Equal(0, report.ExitCode);
        Assert.Equal([stage.Now], await stage.SucceededAsync("slow", before.Count));
    }

    [Fact]
    public async Task Who_starts_because_of_it_is_told_apart_from_who_stays_out_for_another_reason()
    {
        await using var stage = await OpenAsync();
        RunnerJob[] jobs = [Job("a-locked"), Job("b-bad"), Job("z-last"), Job("z-child", after: "b-bad")];
        await stage.Runner.DoAsync("""
            insert into crontabber values
            ('a-locked', '2026-11-22 11:00Z', '2026-11-01Z', '2026-11-22 10:00Z', '2026-11-22 10:00Z', '2026-11-22 09:00Z', 0, '{}', '{}'),
            ('b-bad', '2026-11-22 13:00Z', '2026-11-01Z', '2026-11-22 10:00Z', '2026-11-22 10:00Z', null, 1, '{}', '{"type": "x", "value": "y", "traceback": ""}'),
            ('z-last', '2026-11-22 11:00Z', '2026-11-01Z', '2026-11-22 10:00Z', '2026-11-22 10:00Z', null, 0, '{}', '{}'),
            ('z-child', '2026-11-22 11:00Z', '2026-11-01Z', '2026-11-22 10:00Z', '2026-11-22 10:00Z', null, 0, '{b-bad}', '{}')
            """);

        var plan = await stage.PlanAsync(Wish(ActionKind.ClearLock, "a-locked"), jobs);
        Assert.True(await stage.CommitAsync(plan));
        await stage.Runner.CompatAsync(jobs);

        Assert.Equal([("z-last", false), ("z-child", true)], plan.Effects.Select(effect => (effect.Job, effect.StaysOut)));
        Assert.Single(await stage.SucceededAsync("z-last"));
        Assert.Empty(await stage.SucceededAsync("z-child"));
    }

    [Fact]
    public async Task A_hold_keeps_every_tick_away_until_its_end_and_release_brings_it_back()
    {
        await using var stage = await OpenAsync();
        RunnerJob[] jobs = [Job("slow"), Job("child", after: "slow")];
        await stage.Runner.DoAsync("insert into crontabber values ('slow', '2026-11-22 11:00Z', '2026-11-01Z', '2026-11-22 10:00Z', '2026-11-22 10:00Z', null, 0, '{}', '{}'), ('child', '2026-11-22 11:00Z', '2026-11-01Z', '2026-11-22 10:00Z', '2026-11-22 10:00Z', null, 0, '{slow}', '{}')");

        var plan = await stage.PlanAsync(Wish(ActionKind.Hold, "slow") with { Until = Noon.AddHours(4) }, jobs);
        Assert.True(await stage.CommitAsync(plan));
        await stage.Runner.CompatAsync(jobs);
        Assert.Equal(Noon.AddHours(4), plan.RunsAt);
        Assert.Empty(await stage.SucceededAsync("slow"));

        // exp-13: a child that is due runs beside a parent that was put off; the plan said so.
        Assert.Contains(plan.Warnings, warning => warning.IsGrave && warning.Text.StartsWith("child waited", StringComparison.Ordinal));
        Assert.Single(await stage.SucceededAsync("child"));

        var facts = await stage.FactsAsync("slow", jobs);
        var release = ActionPlan.For(Wish(ActionKind.Release, "slow"), facts with { Hold = new JobHold("slow", Noon.AddHours(4), "ada", "disk full", Noon) { NextRunBefore = Noon.AddHours(-1) } });
        Assert.True(await stage.CommitAsync(release));
        await stage.Runner.CompatAsync(jobs);
        Assert.Single(await stage.SucceededAsync("slow"));
    }

    [Fact]
    public async Task Marked_as_succeeded_it_owes_nothing_and_runs_when_the_plan_says()
    {
        await using var stage = await OpenAsync();
        await stage.Runner.DoAsync("insert into crontabber values ('back', '2026-11-19 07:00Z', '2026-11-01 00:00Z', '2026-11-18 07:00Z', '2026-11-18 07:00Z', null, 3, '{}', '{\"type\": \"x\", \"value\": \"y\", \"traceback\": \"\"}')");

        var plan = await stage.PlanAsync(Wish(ActionKind.MarkSuccess, "back"), Back("07:00"));
        Assert.True(await stage.CommitAsync(plan));
        await stage.Runner.CompatAsync(Back("07:00"));
        Assert.Empty(await stage.SucceededAsync("back"));
        Assert.True(plan.AsksForName);

        stage.Runner.Clock.SetUtcNow(plan.RunsAt!.Value.AddMicroseconds(1));
        await stage.Runner.CompatAsync(Back("07:00"));
        Assert.Equal(plan.Slots.Select(slot => slot.Slot), await stage.SucceededAsync("back"));
    }

    [Fact]
    public async Task A_job_without_a_row_can_be_marked_too()
    {
        await using var stage = await OpenAsync();
        RunnerJob[] jobs = [Job("one"), Job("two \"q\" \\", after: "one")];
        await stage.Runner.CompatAsync(Job("one"));

        var plan = await stage.PlanAsync(Wish(ActionKind.MarkSuccess, "two \"q\" \\"), jobs);
        Assert.True(await stage.CommitAsync(plan));
        Assert.False(await stage.CommitAsync(plan));
        await stage.Runner.CompatAsync(jobs);

        var row = (await stage.Runner.RowAsync("two \"q\" \\"))!;
        Assert.Equal((plan.RunsAt, Noon, 0), (row.NextRun, row.LastSuccess, row.ErrorCount));
        Assert.Equal(["one"], row.DependsOn);
    }

    [Fact]
    public async Task Only_what_is_not_configured_can_be_pruned()
    {
        await using var stage = await OpenAsync();
        await stage.Runner.CompatAsync(Job("one"), Job("ghost"));
        RunnerJob[] jobs = [Job("one"), Job("child", after: "ghost")];

        Assert.NotNull((await stage.PlanAsync(Wish(ActionKind.Prune, "one"), jobs)).Refusal);
        Assert.NotNull((await stage.PlanAsync(Wish(ActionKind.Reset, "ghost"), jobs)).Refusal);
        var plan = await stage.PlanAsync(Wish(ActionKind.Prune, "ghost"), jobs);

        Assert.Contains(plan.Warnings, warning => warning.IsGrave && warning.Text.StartsWith("child depends", StringComparison.Ordinal));
        Assert.True(await stage.CommitAsync(plan));
        Assert.Null(await stage.Runner.RowAsync("ghost"));
    }

    [Fact]
    public async Task Whoever_owns_the_lock_and_lives_is_named_and_only_an_admin_may_go_on()
    {
        await using var stage = await OpenAsync();
        await stage.Runner.DoAsync("insert into crontabber values ('slow', '2026-11-22 11:00Z', '2026-11-01Z', '2026-11-22 10:00Z', '2026-11-22 10:00Z', '2026-11-22 11:59Z', 0, '{}', '{}')");
        var facts = await stage.FactsAsync("slow", Job("slow"));

        var alive = ActionPlan.For(Wish(ActionKind.ClearLock, "slow"), facts with { Lock = new LockEvidence("process 12 on db-1", TimeSpan.FromSeconds(20), null) });
        var dead = ActionPlan.For(Wish(ActionKind.ClearLock, "slow"), facts with { Lock = new LockEvidence("process 12 on db-1", TimeSpan.FromHours(3), false) });

        Assert.Equal("The lock belongs to process 12 on db-1, seen alive 20 s ago.", alive.Warnings[0].Text);
        Assert.True(alive is { AsksForAdmin: true, AsksForName: true });
        Assert.True(dead is { AsksForAdmin: false, AsksForName: false });
    }

    [Fact]
    public async Task An_undo_puts_back_what_the_statement_changed_and_refuses_once_the_runner_has_moved()
    {
        await using var stage = await OpenAsync();
        await stage.Runner.DoAsync("insert into crontabber values ('slow', '2026-11-22 13:00Z', '2026-11-01Z', '2026-11-22 12:00Z', '2026-11-22 12:00Z', null, 2, '{\"a b\",c}', '{\"type\": \"x\", \"value\": \"\\u0000\", \"traceback\": \"\"}')");
        var before = await stage.Runner.TextsAsync("select crontabber::text from crontabber");
        var facts = await stage.FactsAsync("slow", Job("slow"));
        var reset = ActionPlan.For(Wish(ActionKind.Reset, "slow"), facts);
        Assert.True(await stage.CommitAsync(reset));

        var undo = ActionPlan.Undoing(new DoneAction(Guid.NewGuid(), reset, facts.Image, null), await stage.FactsAsync("slow", Job("slow")));
        Assert.True(await stage.CommitAsync(undo));
        Assert.Equal(before, await stage.Runner.TextsAsync("select crontabber::text from crontabber"));

        var late = ActionPlan.Undoing(new DoneAction(Guid.NewGuid(), reset, facts.Image, null), await stage.FactsAsync("slow", Job("slow")));
        Assert.NotNull(late.Refusal);
    }
}
