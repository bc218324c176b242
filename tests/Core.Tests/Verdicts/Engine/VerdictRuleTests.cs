using Dashboard.Core.Backfill;
using Dashboard.Core.Dependencies;
using Dashboard.Core.Failures;
using Dashboard.Core.Jobs;
using Dashboard.Core.Retries;
using Dashboard.Core.Runs;
using Dashboard.Core.Schedules;
using Dashboard.Core.Verdicts;
using Dashboard.Core.Verdicts.Engine;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Dashboard.Core.Tests.Verdicts.Engine;

/// <summary>One job, one trouble: what is said, and why not something else.</summary>
public sealed class VerdictRuleTests
{
    // A Wednesday, three in the morning.
    private static readonly DateTimeOffset Now = new(2026, 11, 25, 3, 0, 30, TimeSpan.Zero);
    private static readonly JobError Refused = new("psycopg2.OperationalError", "could not connect to server: Connection refused", "");
    private static readonly JobError Password = new("psycopg2.OperationalError", "FATAL:  password authentication failed for user \"breakpad_rw\"", "");
    private static readonly JobError Coding = new("TypeError", "unsupported operand", "");
    private static readonly JobError Full = new("psycopg2.OperationalError", "could not extend file: No space left on device", "");

    [Fact]
    public void A_refused_password_is_a_page_at_the_first_failure_when_nobody_is_there_before_it_is_late()
    {
        var said = Judge(Failing(Password, 1));

        Assert.Equal((VerdictState.Page, "R9", FailureClass.Auth), (said.State, said.Rule, said.Class));
        Assert.StartsWith("A human is needed by 03:54Z. It is not let in", said.Headline, StringComparison.Ordinal);
        Assert.Contains("password authentication failed", said.Cause, StringComparison.Ordinal);
        Assert.Equal("Renew the credentials or the right that is refused.", said.FirstAction);
    }

    [Fact]
    public void The_same_with_days_of_slack_waits_for_working_hours()
    {
        var said = Judge(Failing(Password, 1, "7d"), "7d");

        Assert.Equal((VerdictState.NeedsHumanLater, "R9"), (said.State, said.Rule));
        Assert.Equal(new DateTimeOffset(2026, 11, 25, 9, 0, 0, TimeSpan.Zero), said.DecideAt);
    }

    [Theory]
    [InlineData(1, VerdictState.Watch, "R12")]
    [InlineData(2, VerdictState.Page, "R9")]
    public void A_fault_of_code_has_one_more_try(int failures, VerdictState state, string rule)
    {
        var said = Judge(Failing(Coding, failures));

        Assert.Equal((state, rule), (said.State, said.Rule));
    }

    [Theory]
    [InlineData(2, "R12")]
    [InlineData(3, "R10")]
    public void Want_of_room_has_two_tries(int failures, string rule) => Assert.Equal(rule, Judge(Failing(Full, failures)).Rule);

    [Fact]
    public void A_refused_connection_that_always_ended_by_itself_heals()
    {
        var said = Judge(Failing(Refused, 1) with { History = Healed(20) });

        Assert.Equal((VerdictState.Healing, "R12", ForecastGrade.Measured), (said.State, said.Rule, said.Heal!.Grade));
        Assert.True(said.Heal.ByDeadline >= 0.9);
        Assert.Contains(said.Facts, fact => fact.Text.StartsWith("20 of 20 times", StringComparison.Ordinal));
        Assert.Contains("Heals by itself", said.Headline, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_history_no_number_is_said()
    {
        var said = Judge(Failing(Refused, 1));

        Assert.Equal((VerdictState.Watch, ForecastGrade.None), (said.State, said.Heal!.Grade));
        Assert.StartsWith("No history for this error: next try 03:05Z", said.Headline, StringComparison.Ordinal);
        Assert.DoesNotContain("of 5 times", said.Headline, StringComparison.Ordinal);
        Assert.Equal(said.PageBy, said.DecideAt);
    }

    [Fact]
    public void What_did_not_heal_until_it_is_late_is_a_page()
    {
        var late = Failing(Refused, 4) with { History = Runs(success: Now.AddHours(-5)), Since = Now.AddHours(-4) };

        Assert.Equal((VerdictState.Page, "R12"), (Judge(late).State, Judge(late).Rule));
    }

    [Fact]
    public void A_page_stays_one_until_a_run_succeeds()
    {
        var page = Said(Failing(Password, 1));
        var network = Said(Failing(Refused, 2) with { History = Healed(20) }, page, Now.AddMinutes(5));
        Assert.Equal(VerdictState.Page, network.Jobs[0].State);
        Assert.Contains(network.Jobs[0].Rejected, rejected => rejected.Because == "A page stays one until a run succeeds.");

        var well = Said(Fine(Now.AddMinutes(9)), network, Now.AddMinutes(10));
        Assert.Equal(VerdictState.Recovering, well.Jobs[0].State);
        Assert.Equal(VerdictState.Ok, Said(Fine(Now.AddMinutes(9)), well, Now.AddMinutes(71)).Jobs[0].State);

        // What fails again before that is the same page.
        var again = Said(Failing(Refused, 1) with { History = Runs(Now.AddMinutes(9)) }, well, Now.AddMinutes(20));
        Assert.Equal((VerdictState.Page, network.Jobs[0].PagedAt), (again.Jobs[0].State, again.Jobs[0].PagedAt));
    }

    [Fact]
    public void A_page_that_came_back_is_not_over_for_the_good_run_before_it_did()
    {
        var page = Said(Failing(Refused, 2), Said(Failing(Password, 1)), Now.AddMinutes(5));
        var well = Said(Fine(Now.AddMinutes(9)), page, Now.AddMinutes(10));
        var again = Said(Failing(Refused, 1) with { History = Runs(Now.AddMinutes(9)) }, well, Now.AddMinutes(20));

        // It tries anew: nothing failed at this moment, and nothing succeeded since it came back either.
        var trying = Said(Fine(Now.AddMinutes(9)), again, Now.AddMinutes(25));
        Assert.Equal((VerdictState.Recovering, VerdictState.Page, VerdictState.Page), (well.Jobs[0].State, again.Jobs[0].State, trying.Jobs[0].State));
        Assert.Equal(VerdictState.Recovering, Said(Fine(Now.AddMinutes(29)), trying, Now.AddMinutes(30)).Jobs[0].State);
    }

    [Fact]
    public void One_slot_that_fails_while_others_that_need_the_same_succeed_needs_a_human_for_that_slot()
    {
        var poisoned = Failing(new("RuntimeError", "no such report", ""), 3);
        poisoned = poisoned with { Job = poisoned.Job with { DependsOn = ["parent"] } };
        var other = Fine(Now.AddMinutes(-1)) with { Job = Row("other") with { DependsOn = ["parent"] } };
        var owed = new Backlog("job", Slots.One(Now.AddHours(-2))) { State = BacklogState.Failing, FailingSlot = Now.AddHours(-2) };

        var said = VerdictEngine.Evaluate(Facts([poisoned, other], "1h", [], owed), new VerdictSettings(), Now).Find("job")!;
        Assert.Equal("R11", said.Rule);
        Assert.StartsWith("The slot 2026-11-25 01:00Z fails again and again while other succeeds.", said.Cause, StringComparison.Ordinal);
        Assert.Equal("R12", VerdictEngine.Evaluate(Facts([poisoned], "1h", [], owed), new VerdictSettings(), Now).Jobs[0].Rule);
    }

    [Theory]
    [InlineData(BacklogState.Behind, 30, VerdictState.CatchingUp)]
    [InlineData(BacklogState.Behind, null, VerdictState.Watch)]
    [InlineData(BacklogState.Endless, null, VerdictState.NeedsHumanLater)]
    public void What_is_owed_is_caught_up_with_or_not(BacklogState state, int? minutes, VerdictState expected)
    {
        var owed = new Backlog("job", Slots.Between(Now.AddDays(-4), TimeSpan.FromDays(1), Now, included: false))
        {
            State = state, Because = "It owes three slots.", Eta = new BacklogEta(minutes is { } soon ? Now.AddMinutes(soon) : null, ""),
        };
        var said = VerdictEngine.Evaluate(Facts([Fine(Now.AddMinutes(-5))], "7d", [], owed), new VerdictSettings(), Now).Jobs[0];

        Assert.Equal((expected, "R14"), (said.State, said.Rule));
    }

    [Fact]
    public void Two_jobs_that_fail_with_the_same_words_are_one_root_and_who_waits_behind_them_waits_for_it()
    {
        var one = Failing(Refused, 4) with { Job = Row("one") with { ErrorCount = 4, LastError = Refused }, History = Runs(Now.AddHours(-5)), Since = Now.AddHours(-2) };
        var two = Failing(Refused, 1) with { Job = Row("two") with { ErrorCount = 1, LastError = Refused } };
        var waits = new JobStanding(Row("waits"), Runs(Now.AddHours(-1)), JobState.Blocked, "", Now)
        {
            Tick = new JobTick("waits", TickOutcome.Blocked, "") { IsDue = true, Parent = new UnmetParent("two", ParentTest.Errored), Root = "two", ParentRoot = "two" },
        };
        var said = VerdictEngine.Evaluate(Facts([one, two, waits], "1h", []), new VerdictSettings(), Now);

        var root = Assert.Single(said.Roots);
        Assert.Equal((RootKind.Resource, VerdictState.Page), (root.Root.Kind, root.State));
        Assert.Equal(["waits"], root.Waiting);
        Assert.Single(VerdictEngine.Evaluate(Facts([one, two with { Job = two.Job with { LastError = Coding, ErrorCount = 3 } }], "1h", []), new VerdictSettings(), Now).Roots, each => each.Root.Name == "two");
    }

    [Fact]
    public void While_nothing_changes_the_snapshot_is_the_same_object()
    {
        var facts = Facts([Failing(Refused, 1), Fine(Now.AddMinutes(-5)) with { Job = Row("fine") }], "1h", []);
        var (settings, memory) = (new VerdictSettings(), new HealMemory());
        var said = VerdictEngine.Evaluate(facts, settings, memory.Learn(facts, null), Now);

        Assert.Same(said, VerdictEngine.Evaluate(facts, settings, memory.Learn(facts, said), Now.AddSeconds(10), said));
        Assert.All(said.Jobs, verdict => Assert.Equal(16, verdict.InputHash.Length));
        Assert.Equal(said.Jobs.Select(verdict => verdict.InputHash), VerdictEngine.Evaluate(facts, settings, memory.Model, Now).Jobs.Select(verdict => verdict.InputHash));
    }

    [Fact]
    public void Retries_that_no_try_heals_are_told_although_the_row_says_nothing()
    {
        var running = new JobStanding(Row() with { Ongoing = Now.AddMinutes(-2) }, Healed(3), JobState.Running, "Running.", null);
        var said = Judge(running, open: Streak(ExecutorKind.Infinite, 3, FailureClass.Auth));

        Assert.Equal((VerdictState.Page, "R7"), (said.State, said.Rule));
        Assert.Contains("This will not show as a failure", said.Headline, StringComparison.Ordinal);
    }

    [Fact]
    public void What_no_try_heals_within_a_run_is_called_for_in_time_for_those_to_which_its_tick_comes_afterwards()
    {
        var running = new JobStanding(Row() with { Ongoing = Now.AddMinutes(-2) }, Runs(Now.AddMinutes(-30)), JobState.Running, "Running.", null);
        var queued = new JobStanding(Row("behind"), Runs(Now.AddMinutes(-90)), JobState.Due, "", Now)
        {
            Tick = new JobTick("behind", TickOutcome.Queued, "") { IsDue = true, Facts = new TickFacts { Behind = "job" } },
        };
        var said = VerdictEngine.Evaluate(Facts([queued, running], "1h", [Streak(ExecutorKind.Infinite, 3, FailureClass.Auth)]), new VerdictSettings(), Now).Find("job")!;

        Assert.Equal(("R7", true), (said.Rule, said.PageBy <= Now));
    }

    [Theory]
    [InlineData(-30, VerdictState.Page)]
    [InlineData(-2, VerdictState.Ok)]
    public void A_run_that_works_off_several_slots_is_heard_of_with_each(int lastSlot, VerdictState expected)
    {
        var history = JobHistory.Of([.. Enumerable.Range(0, 20).Select(i => OneSource.Run(20 - i, Now.AddMinutes(lastSlot - (60 * i)), null))]);
        var running = new JobStanding(Row() with { Ongoing = Now.AddMinutes(lastSlot - 20) }, history, JobState.Running, "Running.", null);
        var queued = new JobStanding(Row("behind"), Runs(Now.AddMinutes(-90)), JobState.Due, "", Now)
        {
            Tick = new JobTick("behind", TickOutcome.Queued, "") { IsDue = true, Facts = new TickFacts { Behind = "job" } },
        };
        var owed = new Backlog("job", Slots.None) { State = BacklogState.CatchingUp, Because = "", Progress = new CatchUp(Now.AddMinutes(lastSlot - 20), Slots.Starting(Now.AddHours(-30), TimeSpan.FromHours(1), Now), 1) };
        var said = VerdictEngine.Evaluate(Facts([queued, running], "1h", [], owed), new VerdictSettings(), Now).Find("job")!;

        Assert.Equal((expected, "R6"), (said.State, said.Rule));
    }

    [Theory]
    [InlineData(1, VerdictState.Healing)]
    [InlineData(-11, VerdictState.Watch)]
    public void A_try_that_should_have_been_made_two_ticks_ago_is_not_promised(int nextRun, VerdictState expected)
    {
        var failing = Failing(Refused, 1) with { History = Healed(20) };

        Assert.Equal(expected, Judge(failing with { Job = failing.Job with { NextRun = Now.AddMinutes(nextRun) } }, "7d").State);
    }

    [Theory]
    [InlineData(0.02, false)]
    [InlineData(0.3, true)]
    public void A_chance_that_leaves_out_tries_of_which_nothing_is_foretold_is_said_only_where_it_is_enough(double each, bool isSaid)
    {
        var tries = Enumerable.Range(1, 100).Select(i => new ComingTry(Now.AddMinutes(5 * i), each));
        var heal = HealRule.For(tries, (TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(9)), Now.AddHours(20), 1, (40, 10));

        Assert.Equal(isSaid, heal.ByDeadline is >= 0.75);
        Assert.Equal(isSaid, heal.ByDeadline is not null);
    }

    [Fact]
    public void The_fifth_of_five_attempts_says_that_the_run_fails_before_it_does()
    {
        var running = new JobStanding(Row() with { Ongoing = Now.AddMinutes(-4) }, Healed(3), JobState.Running, "Running.", null);
        var said = Judge(running, open: Streak(ExecutorKind.Limited, 5, FailureClass.Network));

        Assert.Equal((VerdictState.Watch, "R7", Now.AddMinutes(5)), (said.State, said.Rule, said.NextEventAt));
        Assert.StartsWith("This run fails at 03:05Z, that is certain; it is tried again at 03:10Z.", said.Headline, StringComparison.Ordinal);
    }

    [Fact]
    public void A_young_lock_that_is_taken_over_in_time_heals_for_certain()
    {
        var said = Judge(Stuck(Now.AddHours(-13)), "7d");

        Assert.Equal((VerdictState.Healing, "R8", ForecastGrade.Certain), (said.State, said.Rule, said.Heal!.Grade));
    }

    [Fact]
    public void Silence_of_the_scheduler_is_one_page_for_all_who_are_due()
    {
        var due = Enumerable.Range(0, 5).Select(i => Due($"job-{i}", Now.AddHours(-2))).ToArray();
        var said = VerdictEngine.Evaluate(Facts(due, "1h", []), new VerdictSettings(), Now);

        Assert.Equal((VerdictState.Page, 1, 5), (said.State, said.Roots.Count, said.Roots[0].Waiting.Count));
        Assert.Equal(new VerdictRoot(RootKind.Scheduler, "scheduler"), said.Roots[0].Root);
        Assert.StartsWith("Page: a human is needed now. No tick of the scheduler was seen since", said.Headline, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2026-11-25T03:00:00Z", "2026-11-25T09:00:00Z")]
    [InlineData("2026-11-25T10:00:00Z", "2026-11-25T10:00:00Z")]
    [InlineData("2026-11-25T17:00:00Z", "2026-11-26T09:00:00Z")]
    [InlineData("2026-11-27T18:00:00Z", "2026-11-30T09:00:00Z")]
    [InlineData("2026-11-28T12:00:00Z", "2026-11-30T09:00:00Z")]
    public void People_are_there_on_working_days(string now, string there) =>
        Assert.Equal(DateTimeOffset.Parse(there, System.Globalization.CultureInfo.InvariantCulture), new VerdictSettings().NextStaffed(DateTimeOffset.Parse(now, System.Globalization.CultureInfo.InvariantCulture)));

    [Fact]
    public void Tries_come_at_ticks_strictly_after_their_time()
    {
        var grid = new TickGrid(TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(5), "");
        var tries = HealRule.Tries(Now.AddMinutes(-1), TimeSpan.FromSeconds(300), grid, Now).Take(3);

        // A run that starts on the tick asks for a next one five minutes later: that tick is not strictly past it, and the one after is.
        Assert.Equal(["03:05", "03:15", "03:25"], tries.Select(at => at.ToString("HH:mm", System.Globalization.CultureInfo.InvariantCulture)));
    }

    [Property(MaxTest = 300)]
    public FsCheck.Property More_failures_never_raise_the_chance_of_healing(byte[] lengths, byte kind, bool words) =>
        ((Func<bool>)(() =>
        {
            var model = HealModel.From([Failing(Refused, 1) with { History = History([.. lengths.Take(20).SelectMany(length => Enumerable.Repeat(false, length % 9).Append(true))]) }]);
            var of = (FailureClass)(kind % 10);
            var chances = Enumerable.Range(1, 12).Select(failures => model.Runs.Hazard("job", of, words ? "psycopg2.OperationalError: could not connect to server: Connection refused" : null, failures)).ToArray();
            return chances.Zip(chances.Skip(1)).All(pair => pair.Second <= pair.First) && chances.All(chance => chance is >= 0 and <= 1);
        })).ToProperty();

    [Property(MaxTest = 200)]
    public FsCheck.Property No_verdict_says_a_number_without_the_count_it_rests_on(byte failures, byte healed, byte which) =>
        ((Func<bool>)(() =>
        {
            JobError[] errors = [Refused, Password, Coding, Full];
            var said = Judge(Failing(errors[which % 4], 1 + (failures % 9)) with { History = Healed(healed % 12) });
            return said.Heal is not { Grade: ForecastGrade.None } || !said.Headline.Contains(" of ", StringComparison.Ordinal);
        })).ToProperty();

    private static Verdict Judge(JobStanding standing, string frequency = "1h", RetryStreak? open = null) =>
        Assert.Single(VerdictEngine.Evaluate(Facts([standing], frequency, open is null ? [] : [open]), new VerdictSettings(), Now).Jobs);

    private static VerdictSnapshot Said(JobStanding standing, VerdictSnapshot? before = null, DateTimeOffset? now = null) =>
        VerdictEngine.Evaluate(Facts([standing], "1h", []), new VerdictSettings(), now ?? Now, before);

    private static VerdictFacts Facts(IReadOnlyList<JobStanding> standings, string frequency, IReadOnlyList<RetryStreak> open, params Backlog[] owed) =>
        OneSource.Facts(standings, Now, frequency) with { Backlogs = BacklogSnapshot.Empty("test") with { Jobs = owed }, Open = open };

    private static Job Row(string name = "job") => new() { Name = name, NextRun = Now.AddMinutes(1), LastRun = Now.AddMinutes(-4), FirstRun = Now.AddDays(-30), LastSuccess = Now.AddMinutes(-30) };

    private static JobStanding Failing(JobError error, int failures, string frequency = "1h") =>
        new(Row() with { ErrorCount = failures, LastError = error }, Runs(Now.AddMinutes(frequency == "1h" ? -30 : -60)), JobState.Failing, "Its last run failed.", Now.AddMinutes(-4));

    private static JobStanding Fine(DateTimeOffset at) => new(Row() with { LastRun = at, NextRun = at.AddHours(1) }, Runs(at), JobState.Waiting, "", at);

    private static JobStanding Stuck(DateTimeOffset locked) => new(Row() with { Ongoing = locked }, Runs(locked.AddMinutes(-1)), JobState.StuckLock, "Locked.", locked)
    {
        Tick = new JobTick("job", TickOutcome.Locked, "") { IsDue = true, LockTakenOverFrom = Now },
    };

    private static JobStanding Due(string name, DateTimeOffset since) => new(Row(name) with { NextRun = since, LastRun = since.AddHours(-1) }, JobHistory.None, JobState.Overdue, "", since)
    {
        Tick = new JobTick(name, TickOutcome.Runs, "") { IsDue = true, Root = null },
    };

    private static JobHistory Runs(DateTimeOffset success) => JobHistory.Of([OneSource.Run(1, success, null)]);

    // So many refused connections, each ended by the next try.
    private static JobHistory Healed(int times) => History([.. Enumerable.Repeat(0, times).SelectMany(_ => new[] { false, true }), true]);

    private static JobHistory History(IReadOnlyList<bool> good)
    {
        var runs = good.Take(JobHistory.Kept).Select((well, i) => OneSource.Run(i + 1, Now.AddMinutes(-10 - (10 * (good.Count - i))), well ? null : Refused)).Reverse().ToArray();
        return JobHistory.Of(runs);
    }

    private static RetryStreak Streak(ExecutorKind executor, int attempts, FailureClass kind) => new()
    {
        Id = Guid.Empty, Who = new RetryTeller("test", "h", "p", "t", "postgresql"), AppName = "job", Backend = "postgresql", Executor = executor,
        StartedAt = Now.AddMinutes(-2), State = StreakState.Open, Attempts = attempts, HeardAt = Now, NextAttemptAt = Now.AddMinutes(5), Class = kind, ExceptionType = "OperationalError",
    };
}
