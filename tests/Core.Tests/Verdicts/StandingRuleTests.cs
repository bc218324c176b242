using Dashboard.Core.Dependencies;
using Dashboard.Core.Jobs;
using Dashboard.Core.Runs;
using Dashboard.Core.Verdicts;

namespace Dashboard.Core.Tests.Verdicts;

public sealed class StandingRuleTests
{
    private static readonly DateTimeOffset Now = new(2014, 9, 5, 9, 0, 30, TimeSpan.Zero);
    private static readonly Job Fine = new() { Name = "job", NextRun = Now.AddHours(1), FirstRun = Now.AddDays(-9), LastRun = Now.AddHours(-1) };
    private static readonly JobError Error = new("ValueError", "why", string.Empty);

    [Fact]
    public void A_failing_job_stays_failing_while_it_is_tried_again()
    {
        var standing = For(Fine with { ErrorCount = 3, LastError = Error, Ongoing = Now.AddMinutes(-1) });

        Assert.Equal(JobState.Failing, standing.State);
        Assert.Equal("Its last 3 runs failed. Running again since 2014-09-05 08:59Z.", standing.Because);
    }

    [Theory]
    [InlineData(30, JobState.Running)]
    [InlineData(120, JobState.Running)]
    [InlineData(121, JobState.StuckLock)]
    public void Without_history_a_lock_is_stuck_after_two_hours(int minutes, JobState expected) =>
        Assert.Equal(expected, For(Fine with { Ongoing = Now.AddMinutes(-minutes) }).State);

    [Theory]
    [InlineData(60, 30, JobState.Running)]
    [InlineData(60, 31, JobState.StuckLock)]
    [InlineData(3600, 180, JobState.Running)]
    [InlineData(3600, 181, JobState.StuckLock)]
    public void With_history_a_lock_is_stuck_after_three_times_its_long_runs(int longSeconds, int minutes, JobState expected) =>
        Assert.Equal(expected, StandingRule.For(Fine with { Ongoing = Now.AddMinutes(-minutes) }, JobHistory.None with { LongDuration = TimeSpan.FromSeconds(longSeconds) }, Now).State);

    [Fact]
    public void A_catch_up_that_goes_on_writing_its_slots_is_not_stuck_however_long_it_holds_its_lock()
    {
        var slot = new Run { Id = 7, Job = "job", LogTime = Now.AddMinutes(-20), Duration = TimeSpan.FromMinutes(2), Outcome = RunOutcome.Success, Success = Now.AddDays(-3) };
        var heard = JobHistory.Of([slot]);

        Assert.Equal(JobState.Running, StandingRule.For(Fine with { Ongoing = Now.AddHours(-5) }, heard, Now).State);
        Assert.Equal(JobState.StuckLock, StandingRule.For(Fine with { Ongoing = Now.AddHours(-5) }, heard, Now.AddMinutes(11)).State);
    }

    [Fact]
    public void A_lock_from_the_future_is_running_and_says_that_the_clocks_differ()
    {
        var standing = For(Fine with { Ongoing = Now.AddHours(1) });

        Assert.Equal(JobState.Running, standing.State);
        Assert.Contains("clocks", standing.Because, StringComparison.Ordinal);
    }

    [Fact]
    public void A_row_without_next_run_and_lock_never_runs() => Assert.Equal(JobState.NeverRun, For(new Job { Name = "job" }).State);

    [Fact]
    public void A_next_run_nobody_can_read_is_not_taken_for_none()
    {
        var standing = For(Fine with { NextRun = null, Unreadable = new Dictionary<string, string> { ["next_run"] = "infinity" } });

        Assert.Equal(JobState.Waiting, standing.State);
        Assert.Contains("infinity", standing.Because, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, false, "Its last 2 runs failed, and what with is not recorded.")]
    [InlineData(1, true, "Its last run failed.")]
    [InlineData(0, true, "Its row holds an error although it counts none, so jobs that depend on it wait.")]
    public void The_sentence_says_what_the_row_records(int errors, bool error, string begins) =>
        Assert.StartsWith(begins, For(Fine with { ErrorCount = errors, LastError = error ? Error : null }).Because, StringComparison.Ordinal);

    [Theory]
    [InlineData(1, JobState.Waiting)]
    [InlineData(0, JobState.Waiting)]
    [InlineData(-1, JobState.Due)]
    [InlineData(-600, JobState.Due)]
    [InlineData(-601, JobState.Overdue)]
    public void Two_ticks_after_its_time_a_job_is_overdue(int seconds, JobState expected) =>
        Assert.Equal(expected, For(Fine with { NextRun = Now.AddSeconds(seconds) }).State);

    [Fact]
    public void Nothing_is_judged_again_before_the_clock_can_change_it()
    {
        var rows = JobsSnapshot.Empty("s") with { Jobs = [Fine, Fine with { Name = "other", NextRun = Now.AddMinutes(2) }], AsOf = Now };
        var runs = RunsSnapshot.Empty("s");
        var tick = TickSnapshot.Empty("s") with { Rows = rows, AsOf = Now };
        var first = StandingsFold.Next(StandingsSnapshot.Empty("s"), tick, runs, Now);
        Assert.Equal(Now.AddMinutes(2), StandingsFold.Until(first));
        Assert.Same(first, StandingsFold.Next(first, tick, runs, Now.AddMinutes(2)));

        var second = StandingsFold.Next(first, tick, runs, Now.AddMinutes(2).AddTicks(1));
        Assert.Equal(JobState.Due, second.Find("other")!.State);
        Assert.Same(first.Jobs[0], second.Jobs[0]);
        Assert.Equal(first.Sequence + 1, second.Sequence);
    }

    private static JobStanding For(Job job) => StandingRule.For(job, JobHistory.None, Now);
}
