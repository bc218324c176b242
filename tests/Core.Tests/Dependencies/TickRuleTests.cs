using Dashboard.Core.Dependencies;
using Dashboard.Core.Jobs;
using Dashboard.Core.Runs;
using Dashboard.Core.Schedules;
using Dashboard.Core.Sources;

namespace Dashboard.Core.Tests.Dependencies;

/// <summary>The recorded experiments with the real crontabber, and the corners they leave open.</summary>
public sealed class TickRuleTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 22, 21, 48, 29, TimeSpan.Zero);
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 21, 48, 32, TimeSpan.Zero);
    private static readonly ScheduleBook Slow = Captured.BookOf([
        Captured.Job("after"), Captured.Job("slow"), Captured.Job("empty-dep"), Captured.Job("z-last"), Captured.Job("child-of-slow", "1h", null, "slow")]);

    private static readonly Job[] Before = [Captured.Row("after", Start.AddHours(1)), Captured.Row("empty-dep", Start.AddHours(1))];

    [Theory]
    [InlineData(25 * 60, TickOutcome.Locked)]
    [InlineData(13 * 60, TickOutcome.Runs)]
    [InlineData(11 * 60, TickOutcome.Locked)]
    public void Exp_01_a_killed_first_run_ends_the_tick_until_its_lock_is_taken_over(int minutes, TickOutcome expected)
    {
        var tick = Captured.Tick(Slow, Now, [.. Before, Captured.Row("slow", null, Now.AddMinutes(-minutes))]);

        Assert.Equal(["after", "empty-dep", "slow", "z-last", "child-of-slow"], tick.Jobs.Select(job => job.Name));
        Assert.Equal(expected, tick.Find("slow")!.Outcome);
        Assert.Equal(expected == TickOutcome.Runs ? null : "slow", tick.EndsAt);
        Assert.Equal(expected == TickOutcome.Runs ? TickOutcome.Runs : TickOutcome.Starved, tick.Find("z-last")!.Outcome);

        // When it was taken over the child ran in the same tick, right after it.
        Assert.Equal(["slow"], tick.Find("child-of-slow")!.After);
        Assert.Equal(TickOutcome.Runs, tick.Find("child-of-slow")!.Otherwise);
    }

    [Fact]
    public void Exp_01_a_lock_of_a_few_seconds_is_a_run_and_the_tick_that_runs_it_goes_on_behind_it()
    {
        var tick = Captured.Tick(Slow, Now, [.. Before, Captured.Row("slow", null, Start)]);

        Assert.Equal(TickOutcome.Running, tick.Find("slow")!.Outcome);
        Assert.Equal(TickOutcome.Queued, tick.Find("z-last")!.Outcome);
        Assert.Equal("It has never run. slow is running; the tick that runs it starts it.", tick.Find("z-last")!.Because);
        Assert.Null(tick.EndsAt);
    }

    [Fact]
    public void Exp_02_a_cleared_lock_without_next_run_is_never_run_again_and_its_child_kills_the_tick()
    {
        var tick = Captured.Tick(Slow, Now, [.. Before, Captured.Row("slow", null)]);

        Assert.Equal(
            ["after: NotDue", "empty-dep: NotDue", "slow: Never", "z-last: Runs", "child-of-slow: Dies, 'slow' hasn't recently run"],
            tick.Jobs.Select(Captured.Line));
        Assert.Equal(("child-of-slow", "slow"), (tick.EndsAt, tick.Find("child-of-slow")!.Root));
        Assert.Contains("its parent slow has no next run (TypeError", tick.Find("child-of-slow")!.Because, StringComparison.Ordinal);
    }

    [Fact]
    public void Exp_05_in_a_circle_no_tick_starts_anything()
    {
        var book = Captured.BookOf([
            Captured.Job("cycle-a", "1h", null, "cycle-c"), Captured.Job("cycle-b", "1h", null, "cycle-a"), Captured.Job("cycle-c", "1h", null, "cycle-b"), Captured.Job("after")]);
        var tick = Captured.Tick(book, Now, []);

        Assert.All(tick.Jobs, job => Assert.Equal(TickOutcome.NoTick, job.Outcome));
        Assert.Equal("cycle-a → cycle-c → cycle-b → cycle-a", tick.Order.Cycle!.ToString());
        Assert.Equal("No tick starts any job. Jobs wait for each other in a circle: cycle-a → cycle-c → cycle-b → cycle-a.", tick.Find("after")!.Because);
    }

    [Fact]
    public void Exp_08_who_waits_for_itself_or_for_nobody_is_passed_over_for_ever()
    {
        var book = Captured.BookOf([
            Captured.Job("<b>&\"bold\"'</b>", "1d"), Captured.Job("résumé-日本-☃", "1d"), Captured.Job(Captured.Spaces, "1d", null, "résumé-日本-☃"),
            Captured.Job("awkward-deps", "1d", null, "<b>&\"bold\"'</b>", Captured.Spaces), Captured.Job("wants-a-parent-nobody-configured", "1h", null, "no-such-job"),
            Captured.Job("self-dep", "1h", null, "self-dep")]);
        var tick = Captured.Tick(book, Now, []);

        // The order and the outcomes are those of the recorded run: all the others ran, each after its parents.
        Assert.Equal(
            [
                "<b>&\"bold\"'</b>: Runs", "résumé-日本-☃: Runs", "self-dep: Blocked, 'self-dep' hasn't been run yet", $"{Captured.Spaces}: Runs",
                "wants-a-parent-nobody-configured: Blocked, 'no-such-job' hasn't been run yet", "awkward-deps: Runs",
            ],
            tick.Jobs.Select(Captured.Line));
        Assert.Equal("It has never run. It depends on itself, so it is passed over for ever.", tick.Find("self-dep")!.Because);
        Assert.Equal("It has never run. Its parent no-such-job is not configured and has no row, so it waits for ever.", tick.Find("wants-a-parent-nobody-configured")!.Because);
        Assert.Equal(["<b>&\"bold\"'</b>", Captured.Spaces], tick.Find("awkward-deps")!.After);
    }

    [Fact]
    public void A_ghost_that_is_past_its_time_blocks_its_children_for_ever()
    {
        var book = Captured.BookOf([Captured.Job("root"), Captured.Job("child", "1h", null, "ghost")]);
        var tick = Captured.Tick(book, Now, Captured.Row("ghost", Now.AddDays(-1)), Captured.Row("root", Now.AddHours(1)), Captured.Row("child", Now.AddHours(-1)));

        Assert.Equal("child: Blocked, 'ghost' hasn't recently run", Captured.Line(tick.Find("child")!));
        Assert.EndsWith("Its parent ghost is not configured any more and is past its own time and has not run, so it waits for ever.", tick.Find("child")!.Because, StringComparison.Ordinal);
        Assert.Equal(["child"], tick.Waiting("ghost").Select(job => job.Name));
    }

    [Fact]
    public void A_parent_that_was_reset_is_no_circle_where_only_rows_are_known()
    {
        var tick = Captured.Tick(ScheduleBook.Empty("test"), Now, Captured.Row("child", Now.AddHours(-1), null, "parent"));

        Assert.Null(tick.Order.Error);
        Assert.Equal("child: Blocked, 'parent' hasn't been run yet", Captured.Line(Assert.Single(tick.Jobs)));
        Assert.Equal(["parent"], tick.Missing);
    }

    [Fact]
    public void A_second_lock_behind_the_first_is_named_too()
    {
        var book = Captured.BookOf([Captured.Job("a"), Captured.Job("b"), Captured.Job("c")]);
        var tick = Captured.Tick(
            book, Now, Captured.Row("a", Now.AddHours(-5), Now.AddHours(-4)), Captured.Row("b", Now.AddHours(-5), Now.AddHours(-3)), Captured.Row("c", Now.AddHours(-1)));

        Assert.Equal(["a", "b"], tick.Ends);
        Assert.Equal(["b", "c"], tick.Waiting("a").Select(job => job.Name));
    }

    [Fact]
    public void In_Socorros_flavour_a_lock_is_in_nobody_elses_way_and_parents_are_not_asked()
    {
        var book = Captured.BookOf([Captured.Job("a"), Captured.Job("b", "1h", null, "a")]) with { Settings = SchedulerSettings.Socorro };
        var tick = Captured.Tick(book, Now, Captured.Row("a", Now.AddHours(-5), Now.AddHours(-25)), Captured.Row("b", Now.AddHours(-1)));

        Assert.Equal(["a: Locked", "b: Runs"], tick.Jobs.Select(Captured.Line));
        Assert.Null(tick.EndsAt);
    }

    [Fact]
    public void A_tick_nothing_changed_for_costs_the_walk_and_no_more()
    {
        var rows = Captured.Rows(Enumerable.Range(0, 1000).Select(i => Captured.Row($"job-{i:0000}", Now.AddHours(1), null, i % 3 == 0 ? [] : [$"job-{i - 1:0000}"])));
        var (book, runs) = (ScheduleBook.Empty("test"), RunsSnapshot.Empty("test"));
        var tick = TickRule.Next(Captured.Unasked, book, rows, runs, Now);
        Assert.Same(tick, TickRule.Next(tick, book, rows, runs, Now.AddMinutes(1)));

        var again = rows with { AsOf = Now.AddMinutes(2) };
        var before = GC.GetAllocatedBytesForCurrentThread();
        var next = TickRule.Next(tick, book, again, runs, Now.AddMinutes(2));
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Same(tick.Jobs, next.Jobs);

        // Two arrays by place, whatever changed: no object and no sentence for a job that stayed the same.
        Assert.True(allocated < 400_000, $"{allocated} bytes for a thousand jobs");
    }
}
