using Dashboard.Core.Dependencies;
using Dashboard.Core.Jobs;
using Dashboard.Core.Runs;
using Dashboard.Core.Ticks;
using Dashboard.Core.Verdicts;
using Dashboard.Core.Verdicts.Engine;
using static Dashboard.Core.Tests.Verdicts.Engine.OneSource;

namespace Dashboard.Core.Tests.Verdicts.Engine;

/// <summary>What was said is not taken back, and not said twice, before anything became better.</summary>
public sealed class ChangesOfMindTests
{
    // A Wednesday, three in the morning.
    private static readonly DateTimeOffset Now = new(2026, 11, 25, 3, 0, 30, TimeSpan.Zero);

    // Of an hour's job: the latest moment to call people is just past, and who is called now is there before its deadline.
    private static readonly DateTimeOffset Late = Now.AddMinutes(-86);
    private static readonly JobError Refused = new("psycopg2.OperationalError", "could not connect to server: Connection refused", "");
    private static readonly JobError Busy = new("psycopg2.extensions.TransactionRollbackError", "deadlock detected", "");
    private static readonly JobError Coding = new("TypeError", "unsupported operand", "");

    [Fact]
    public void A_run_that_was_called_for_because_it_lasted_is_well_when_runs_take_as_long_as_before_although_those_before_are_forgotten()
    {
        // An hour's job of a minute, whose run now lasts two.
        var running = Standing(JobState.Running, Now.AddHours(-2), Lasting(60, 20, Now.AddHours(-2.1)), row => row with { Ongoing = Now.AddHours(-2) });
        var page = Said(running, null, Now);
        Assert.Equal((VerdictState.Page, "R6"), (page.Jobs[0].State, page.Jobs[0].Rule));

        // Two days later every run that is kept takes an hour: it is still the same page.
        var long_ = Standing(JobState.Waiting, Now.AddHours(48), Lasting(3000, JobHistory.Kept, Now.AddHours(48), first: 100), row => row);
        var recovering = Said(long_, page, Now.AddHours(48));
        var later = Said(long_, recovering, Now.AddHours(50));
        Assert.Equal((VerdictState.Recovering, VerdictState.Recovering), (recovering.Jobs[0].State, later.Jobs[0].State));

        var short_ = Standing(JobState.Waiting, Now.AddHours(51), Lasting(61, JobHistory.Kept, Now.AddHours(51), first: 200), row => row);
        Assert.Equal(VerdictState.Ok, Said(short_, later, Now.AddHours(51.1)).Jobs[0].State);
    }

    [Fact]
    public void What_needs_people_in_working_hours_is_not_said_to_heal_between_two_tries()
    {
        var failing = Failing(Coding, 2, Now.AddMinutes(-30));
        var later = Said(failing, null, Now, "7d");
        Assert.Equal(VerdictState.NeedsHumanLater, later.Jobs[0].State);

        var busy = Said(Failing(Busy, 3, Now.AddMinutes(-30)), later, Now.AddMinutes(5), "7d");
        Assert.Equal((VerdictState.NeedsHumanLater, later.Jobs[0].Since), (busy.Jobs[0].State, busy.Jobs[0].Since));
        Assert.Equal(VerdictState.Ok, Said(Standing(JobState.Waiting, Now.AddMinutes(9), Lasting(5, 3, Now.AddMinutes(9)), row => row), busy, Now.AddMinutes(10), "7d").Jobs[0].State);
    }

    [Fact]
    public void A_failure_of_another_kind_before_any_success_is_no_second_root()
    {
        var (one, two) = (Failing(Refused, 4, Late, "one"), Failing(Refused, 4, Late, "two"));
        var page = Said([one, two], null, Now);
        Assert.Equal(RootKind.Resource, Assert.Single(page.Roots).Root.Kind);

        var after = Said([one, Failing(Busy, 5, Late, "two")], page, Now.AddMinutes(5));
        Assert.Equal(page.Roots[0].Root, Assert.Single(after.Roots).Root);

        // One that no try heals is another trouble.
        Assert.Equal(2, Said([one, Failing(Coding, 5, Late, "two")], page, Now.AddMinutes(5)).Roots.Count);
    }

    [Fact]
    public void One_failure_whose_next_try_the_tick_keeps_from_being_made_waits_for_what_the_tick_is_busy_with()
    {
        var queued = new JobTick("job", TickOutcome.Queued, "") { IsDue = true, Facts = new TickFacts { Behind = "busy" } };
        var once = Failing(Refused, 1, Late) with { Tick = queued, Job = Failing(Refused, 1, Late).Job with { NextRun = Now.AddMinutes(-20) } };

        Assert.Equal((VerdictState.Blocked, "busy"), (Said(once, null, Now).Jobs[0].State, Said(once, null, Now).Jobs[0].Root!.Name));
        Assert.Equal((VerdictState.Page, "R12"), Said(once with { Job = once.Job with { ErrorCount = 2 }, Since = Now.AddMinutes(-25) }, null, Now).Jobs[0] is var said ? (said.State, said.Rule) : default);
    }

    [Fact]
    public void Jobs_that_fail_with_the_same_words_in_one_tick_are_one_look_at_it()
    {
        JobStanding[] once = [Failing(Refused, 1, Late, "one"), Failing(Refused, 1, Late, "two")];
        var said = Said(once, null, Now);

        Assert.All(said.Jobs, verdict => Assert.Equal(VerdictState.Watch, verdict.State));
        Assert.Equal(VerdictState.Page, Assert.Single(Said(once, said, Now.AddMinutes(12)).Roots).State);
    }

    [Theory]
    [InlineData(9, VerdictState.Watch)]
    [InlineData(11, VerdictState.Page)]
    public void Two_failures_of_what_may_heal_are_two_looks_when_two_ticks_and_a_run_are_past(int minutes, VerdictState expected)
    {
        // The latest moment to call people is past: only how much was seen of it decides, and a third try may be about to tell.
        var twice = Failing(Refused, 2, Late) with { Since = Now.AddMinutes(-minutes) };
        var said = Said(twice, null, Now).Jobs[0];

        Assert.Equal((expected, "R12"), (said.State, said.Rule));
        Assert.Equal(expected is VerdictState.Watch ? Now.AddMinutes(10 - minutes).AddSeconds(3.5) : null, said.DecideAt);
        Assert.Equal(VerdictState.Page, Said(twice with { Job = twice.Job with { ErrorCount = 3 } }, null, Now).Jobs[0].State);
    }

    [Theory]
    [InlineData(2, 4, VerdictState.Watch)]
    [InlineData(2, -11, VerdictState.Page)]
    [InlineData(3, 4, VerdictState.Page)]
    public void What_a_third_try_heals_three_times_of_four_is_waited_for_as_long_as_that_try_is_to_come(int failures, int nextRun, VerdictState expected)
    {
        var busy = Failing(Busy, failures, Late) with { Since = Now.AddMinutes(-25) };

        Assert.Equal(expected, Said(busy with { Job = busy.Job with { NextRun = Now.AddMinutes(nextRun) } }, null, Now).Jobs[0].State);
    }

    [Theory]
    [InlineData(15, VerdictState.Watch)]
    [InlineData(31, VerdictState.Page)]
    public void What_was_too_late_to_be_saved_when_it_failed_is_called_for_when_people_called_then_would_be_there(int minutes, VerdictState expected)
    {
        // Late for hours for another's sake, and then it fails by itself, three times by now.
        var failing = Failing(Refused, 3, Now.AddHours(-9)) with { Since = Now.AddMinutes(-minutes) };
        var said = Said(failing, null, Now).Jobs[0];

        Assert.Equal((expected, "R12"), (said.State, said.Rule));
        Assert.Equal(VerdictState.Page, Said(failing with { History = JobHistory.Of([Run(1, Late, null)]) }, null, Now).Jobs[0].State);
    }

    [Fact]
    public void A_lock_is_no_page_at_once_for_who_was_late_before_it_was_taken()
    {
        var locked = Standing(JobState.StuckLock, Now.AddMinutes(-20), Lasting(5, 20, Now.AddHours(-12)), row => row with { Ongoing = Now.AddMinutes(-20) }) with
        {
            Tick = new JobTick("job", TickOutcome.Locked, "") { IsDue = true, LockTakenOverFrom = Now.AddHours(11) },
        };
        var said = Said(locked, null, Now).Jobs[0];

        Assert.Equal(("R8", true), (said.Rule, said.PageBy > Now));
    }

    [Theory]
    [InlineData(-60, 1)]
    [InlineData(-300, 2)]
    public void What_has_failed_for_hours_while_another_ran_well_has_another_cause_whatever_the_words(int since, int roots)
    {
        var one = Failing(Refused, 9, Now.AddHours(-9), "one") with { Since = Now.AddMinutes(since) };

        // The other ran well half an hour ago.
        var other = Failing(Refused, 1, Now.AddMinutes(-30), "other");

        Assert.Equal(roots, Said([one, other], null, Now).Roots.Count);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public void A_run_that_goes_on_excuses_a_silent_scheduler_only_where_ticks_never_overlap(bool overlapping, bool silent)
    {
        var due = Standing(JobState.Overdue, Now.AddHours(-3), Lasting(5, 3, Now.AddHours(-3)), row => row with { NextRun = Now.AddHours(-2) }, "due") with
        {
            Tick = new JobTick("due", TickOutcome.Runs, "") { IsDue = true },
        };
        var running = Standing(JobState.Running, Now.AddMinutes(-50), Lasting(3600, 20, Now.AddHours(-1)), row => row with { Ongoing = Now.AddMinutes(-50) }, "running");
        var ticks = Enumerable.Range(0, 8).Select(i => Now.AddMinutes(-50 - (5 * i))).Select(at => new Tick
        {
            Id = Guid.Empty, Source = "test", Host = "h", Process = "p", Runner = "crontabber", StartedAt = at, HeardAt = at, EndedAt = at.AddMinutes(overlapping ? 7 : 1), ExitCode = 0,
        }).ToArray();
        var said = VerdictEngine.Evaluate(Facts([due, running], Now) with { Ticks = ticks }, new VerdictSettings(), Now);

        Assert.Equal(silent, said.Roots.Any(root => root is { State: VerdictState.Page, Root.Kind: RootKind.Scheduler }));
    }

    [Fact]
    public void Ticks_that_begin_some_seconds_after_the_minute_are_foretold_on_the_minute()
    {
        double[] late = [1.4, 0.3, 2.2, 0.9, 1.1, 2.4, 0.2, 1.8];
        var midnight = new DateTimeOffset(2026, 11, 25, 0, 0, 0, TimeSpan.Zero);
        var ticks = late.Select((seconds, i) => new Tick
        {
            Id = Guid.Empty, Source = "test", Host = "h", Process = "p", Runner = "crontabber", StartedAt = midnight.AddMinutes(5 * i).AddSeconds(seconds), HeardAt = midnight.AddMinutes(5 * i).AddSeconds(seconds),
        }).Reverse().ToArray();
        var grid = TickGrid.Of(ticks, []);

        Assert.Equal((TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(5)), (grid.Step, grid.LongStep));
        Assert.Equal("01:00", grid.After(midnight.AddMinutes(57), midnight).ToString("HH:mm", System.Globalization.CultureInfo.InvariantCulture));
    }

    private static VerdictSnapshot Said(JobStanding standing, VerdictSnapshot? before, DateTimeOffset now, string frequency = "1h") => VerdictEngine.Evaluate(Facts([standing], Now, frequency), new VerdictSettings(), now, before);

    private static VerdictSnapshot Said(IReadOnlyList<JobStanding> standings, VerdictSnapshot? before, DateTimeOffset now) => VerdictEngine.Evaluate(Facts(standings, Now), new VerdictSettings(), now, before);

    private static JobStanding Failing(JobError error, int failures, DateTimeOffset good, string name = "job") =>
        Standing(JobState.Failing, Now.AddMinutes(-1), JobHistory.Of([Run(1, good, null)]), row => row with { ErrorCount = failures, LastError = error, NextRun = Now.AddMinutes(4) }, name);

    private static JobStanding Standing(JobState state, DateTimeOffset since, JobHistory history, Func<Job, Job> row, string name = "job") =>
        new(row(new Job { Name = name, NextRun = since.AddHours(1), LastRun = since, FirstRun = Now.AddDays(-30), LastSuccess = since }), history, state, "", since);

    private static JobHistory Lasting(double seconds, int runs, DateTimeOffset last, long first = 1) => JobHistory.Of([.. Enumerable.Range(0, runs).Select(i => Run(first + runs - i, last.AddHours(-i), null, seconds))]);
}
