using Dashboard.Core.Dependencies;
using Dashboard.Core.Jobs;
using Dashboard.Core.Runs;
using Dashboard.Core.Schedules;
using Dashboard.Core.Verdicts;

namespace Dashboard.Core.Tests.Dependencies;

/// <summary>What the next tick does where this program's own runner makes it: see the decisions 0013 and 0014.</summary>
public sealed class OwnRunnerTickTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 21, 48, 32, TimeSpan.Zero);
    private static readonly DateTimeOffset Taken = Now.AddHours(-1);
    private static readonly ScheduleBook Book = Captured.BookOf([Captured.Job("slow"), Captured.Job("z-last"), Captured.Job("child", "1h", null, "slow")]);

    [Fact]
    public void The_lock_of_a_process_that_is_gone_is_taken_over_by_the_next_tick()
    {
        var tick = Tick(Held(LockHolder.Gone), Locked());

        Assert.Equal(["slow: Runs", "z-last: Runs", "child: Runs"], tick.Jobs.Select(Captured.Line));
        Assert.Null(tick.EndsAt);
        Assert.Equal("Due since 2026-11-22 20:00Z. The next tick takes over its lock of 2026-11-22 20:48Z, whose owner, process 7 on db1, is gone, and starts it.", Seconds(tick.Find("slow")!.Because));

        var (due, away) = (Standing(tick), Standing(Tick(Held(LockHolder.Gone) with { IsPresent = false }, Locked())));
        Assert.Equal((JobState.Due, "The process that ran it, process 7 on db1, is gone; the next tick takes its lock of 2026-11-22 20:48Z over and starts it."), (due.State, due.Because));
        Assert.Equal(
            (JobState.StuckLock, "Locked since 2026-11-22 20:48Z by process 7 on db1, which is gone. The runner takes the lock over with its next tick, but it is not heard of: start it again."),
            (away.State, away.Because));
    }

    [Fact]
    public void The_lock_of_a_living_process_is_a_run_however_long_it_takes()
    {
        var tick = Tick(Held(LockHolder.Alive), Locked());

        Assert.Equal(["slow: Running", "z-last: Queued", "child: Queued"], tick.Jobs.Select(Captured.Line));
        Assert.Equal("Running since 2026-11-22 20:48Z.", Seconds(tick.Find("slow")!.Because));
        var standing = StandingRule.For(Locked(), JobHistory.None with { LongDuration = TimeSpan.FromSeconds(30) }, Now, tick.Find("slow"));
        Assert.Equal(JobState.Running, standing.State);
        Assert.Equal("Running since 2026-11-22 20:48Z in process 7 on db1. That is longer than its runs last, 30 s or less; the process lives.", standing.Because);
    }

    [Theory]
    [InlineData(11 * 60, TickOutcome.Locked)]
    [InlineData(12 * 60, TickOutcome.Runs)]
    [InlineData(25 * 60, TickOutcome.Runs)]
    public void A_lock_without_a_known_owner_is_passed_over_until_it_is_old_and_stays_old_after_a_day(int minutes, TickOutcome expected)
    {
        var tick = Tick(Own, Locked(Now.AddMinutes(-minutes)));

        Assert.Equal(expected, tick.Find("slow")!.Outcome);
        Assert.Equal(TickOutcome.Runs, tick.Find("z-last")!.Outcome);
        Assert.Equal(expected == TickOutcome.Runs ? TickOutcome.Runs : TickOutcome.Blocked, tick.Find("child")!.Outcome);
        Assert.Empty(tick.Ends);
    }

    [Fact]
    public void What_is_said_of_a_passed_lock_names_the_moment_of_its_end_and_nobody_starves()
    {
        var tick = Tick(Own, Locked(Now.AddHours(-11)));

        Assert.Equal("Due since 2026-11-22 20:00Z. Its lock of 2026-11-22 10:48Z has no known owner, so the runner passes it over and goes on; it takes it over from 2026-11-22 22:48Z.", Seconds(tick.Find("slow")!.Because));
        Assert.Equal(Now.AddHours(1), tick.Find("slow")!.LockTakenOverFrom);
        Assert.Equal(Now.AddHours(1).AddTicks(-1), tick.Until);
        Assert.EndsWith(" The runner passes it over, and takes it over from 2026-11-22 22:48Z.", Standing(tick, Now.AddHours(-11)).Because, StringComparison.Ordinal);
    }

    [Fact]
    public void A_parent_without_a_next_run_holds_back_its_child_and_no_frequency_of_one_ends_the_tick_for_the_others()
    {
        var book = Captured.BookOf([Captured.Job("slow"), Captured.Job("child", "1h", null, "slow"), Captured.Job("odd", "1d", "noon"), Captured.Job("z-last")]);
        var tick = Captured.Tick(book, Now, Own, new Job { Name = "slow" });

        Assert.Equal(["child: Blocked, 'slow' hasn't recently run", "odd: Dies", "slow: Never", "z-last: Runs"], tick.Jobs.Select(Captured.Line).Order(StringComparer.Ordinal));
        Assert.Equal("It has never run. Its parent slow has no next run, for its first run has not ended, so it is passed over.", tick.Find("child")!.Because);
        Assert.Contains(" It cannot be run: ", tick.Find("odd")!.Because, StringComparison.Ordinal);
        Assert.EndsWith(" The runner goes on with the others.", tick.Find("odd")!.Because, StringComparison.Ordinal);
        Assert.Empty(tick.Ends);
    }

    [Fact]
    public void When_only_the_runner_changes_what_it_changes_is_another_object_and_the_rest_is_not()
    {
        var (rows, runs) = (Captured.Rows(Locked()), RunsSnapshot.Empty("test"));
        var before = TickRule.Next(Captured.Unasked, Book, rows, runs, Now, Held(LockHolder.Alive));
        var same = TickRule.Next(before, Book, rows, runs, Now, Held(LockHolder.Alive));
        var after = TickRule.Next(same, Book, rows, runs, Now, Held(LockHolder.Gone));

        Assert.Same(before, same);
        Assert.NotSame(before.Find("slow"), after.Find("slow"));
        Assert.Equal(TickOutcome.Runs, after.Find("slow")!.Outcome);
    }

    private static TickRunner Own { get; } = new() { IsOwn = true, IsPresent = true };

    private static TickRunner Held(LockHolder holder) => Own with { Locks = [new HeldLock("slow", Taken, holder, "process 7 on db1")] };

    private static Job Locked(DateTimeOffset? ongoing = null) => Captured.Row("slow", new DateTimeOffset(2026, 11, 22, 20, 0, 0, TimeSpan.Zero), ongoing ?? Taken) with { LastRun = Now.AddDays(-1), FirstRun = Now.AddDays(-2) };

    private static TickSnapshot Tick(TickRunner runner, Job slow) => Captured.Tick(Book, Now, runner, slow);

    private static JobStanding Standing(TickSnapshot tick, DateTimeOffset? ongoing = null) => StandingRule.For(Locked(ongoing), JobHistory.None, Now, tick.Find("slow"));

    // Sentences of ticks name seconds where there are some.
    private static string Seconds(string text) => System.Text.RegularExpressions.Regex.Replace(text, @"(?<minute>\d\d:\d\d):\d\d", "${minute}", System.Text.RegularExpressions.RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
}
