using Dashboard.Core.Dependencies;
using Dashboard.Core.Jobs;
using Dashboard.Core.Runs;
using Dashboard.Core.Ticks;
using Dashboard.Core.Verdicts;
using Dashboard.Core.Verdicts.Engine;
using static Dashboard.Core.Tests.Verdicts.Engine.OneSource;

namespace Dashboard.Core.Tests.Verdicts.Engine;

/// <summary>Who failed with the same and waits in line has seen the trouble as well, but looks no more.</summary>
public sealed class WhoWaitsHasSeenItTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 25, 3, 0, 30, TimeSpan.Zero);

    // Of an hour's job: the latest moment to call people is just past.
    private static readonly DateTimeOffset Late = Now.AddMinutes(-86);
    private static readonly DateTimeOffset InTime = Now.AddMinutes(-50);
    private static readonly JobError Refused = new("psycopg2.OperationalError", "could not connect to server: Connection refused", "");
    private static readonly JobError Busy = new("psycopg2.extensions.TransactionRollbackError", "deadlock detected", "");

    [Fact]
    public void The_failures_of_a_child_are_a_second_look_at_what_its_parent_fails_with()
    {
        var parent = Failing(Refused, 1, Late, "parent");
        var child = Failing(Refused, 3, Late, "child") with { Tick = new JobTick("child", TickOutcome.Blocked, "") { IsDue = true, Parent = new UnmetParent("parent", ParentTest.Errored), Root = "parent" } };

        Assert.Equal(VerdictState.Watch, Said([parent], null).Jobs[0].State);

        var said = Said([parent, child], null);
        Assert.Equal((VerdictState.Page, VerdictState.Blocked), (said.Jobs[0].State, said.Jobs[1].State));
        Assert.Equal(RootKind.Resource, Assert.Single(said.Roots).Root.Kind);

        // The parent is well again and the child not yet: that is the page that people were called with.
        var after = Said([Fine("parent"), Failing(Refused, 3, Late, "child")], said);
        Assert.Equal(said.Roots[0].Root, Assert.Single(after.Roots).Root);
    }

    [Theory]
    [InlineData(3, VerdictState.Page)]
    [InlineData(1, VerdictState.Blocked)]
    public void Who_waits_behind_a_busy_tick_is_called_for_when_others_have_seen_enough_of_what_it_failed_with(int others, VerdictState expected)
    {
        var waits = Queued(Failing(Refused, 1, Late, "waits"));
        var said = Said([waits, Failing(Refused, others, InTime, "other")], null);

        Assert.Equal(expected, said.Jobs[0].State);
        Assert.Equal(expected == VerdictState.Page, said.Roots.Any(root => root is { State: VerdictState.Page, Root.Kind: RootKind.Resource }));
    }

    [Theory]
    [InlineData(4, VerdictState.Page)]
    [InlineData(-115, VerdictState.Watch)]
    public void The_time_that_passes_is_no_look_while_both_are_kept_from_trying(int nextRun, VerdictState expected)
    {
        JobStanding[] once = [Once("one"), Once("two")];

        Assert.All(Said(once, null).Jobs, verdict => Assert.Equal(expected, verdict.State));

        JobStanding Once(string name) => Failing(Refused, 1, Late, name) is var failing ? failing with { Since = Now.AddMinutes(-12), Job = failing.Job with { NextRun = Now.AddMinutes(nextRun) } } : null!;
    }

    [Fact]
    public void What_fails_with_the_same_in_the_hour_in_which_another_recovers_is_the_same_page()
    {
        var page = Said([Failing(Refused, 4, Late, "one")], null);
        Assert.Equal(VerdictState.Page, Assert.Single(page.Roots).State);

        var recovering = Said([Fine("one")], page);
        Assert.Equal(VerdictState.Recovering, Assert.Single(recovering.Roots).State);

        // Watched for the next, and not resolved meanwhile.
        var watched = Said([Fine("one"), Failing(Refused, 1, InTime, "two")], recovering);
        Assert.Equal((page.Roots[0].Root, VerdictState.Recovering), Assert.Single(watched.Roots) is var root ? (root.Root, root.State) : default);

        var again = Said([Fine("one"), Failing(Refused, 4, Late, "two")], watched);
        Assert.Equal((page.Roots[0].Root, VerdictState.Page), Assert.Single(again.Roots) is var back ? (back.Root, back.State) : default);
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 2)]
    public void For_how_long_a_job_fails_counts_from_when_it_said_what_it_says_now(bool otherWords, int roots)
    {
        var since = Now.AddHours(-5);
        Run[] failures = [.. Enumerable.Range(0, 30).Select(i => Run(100 - i, Now.AddMinutes(-10 * (i + 1)), i < 2 || !otherWords ? Refused : Busy))];
        var long_ = Failing(Refused, 30, Late, "long") with { Since = since, History = JobHistory.Of([.. failures, Run(1, since.AddMinutes(-30), null)]) };

        Assert.Equal(roots, Said([long_, Failing(Refused, 1, InTime, "fresh")], null).Roots.Count);
    }

    [Theory]
    [InlineData(25, true)]
    [InlineData(10, false)]
    public void Ticks_that_do_not_come_are_missed_although_a_lock_keeps_them_from_starting_anything(int silence, bool silent)
    {
        var locked = Fine("lock") with { State = JobState.StuckLock, Job = Fine("lock").Job with { Ongoing = Now.AddHours(-9) }, Tick = new JobTick("lock", TickOutcome.Locked, "") { IsDue = true } };
        var starved = Fine("starved") with
        {
            State = JobState.Blocked, Job = Fine("starved").Job with { NextRun = Now.AddHours(-8) }, History = JobHistory.Of([Run(1, Now.AddHours(-9), null)]), Tick = new JobTick("starved", TickOutcome.Starved, "") { IsDue = true, StarvedBy = "lock", Root = "lock" },
        };
        var ticks = Enumerable.Range(0, 8).Select(i => Now.AddMinutes(-silence - (5 * i))).Select(at => new Tick
        {
            Id = Guid.Empty, Source = "test", Host = "h", Process = "p", Runner = "crontabber", StartedAt = at, HeardAt = at, EndedAt = at.AddSeconds(1), ExitCode = 3,
        }).ToArray();
        var said = VerdictEngine.Evaluate(Facts([locked, starved], Now) with { Ticks = ticks }, new VerdictSettings(), Now);

        Assert.Equal(silent, said.Roots.Any(root => root is { State: VerdictState.Page, Root.Kind: RootKind.Scheduler }));
    }

    private static VerdictSnapshot Said(IReadOnlyList<JobStanding> standings, VerdictSnapshot? before) => VerdictEngine.Evaluate(Facts(standings, Now), new VerdictSettings(), Now, before);

    private static JobStanding Queued(JobStanding failing) => failing with
    {
        Job = failing.Job with { NextRun = Now.AddMinutes(-2) }, Tick = new JobTick(failing.Job.Name, TickOutcome.Queued, "") { IsDue = true, Facts = new TickFacts { Behind = "busy" } },
    };

    private static JobStanding Failing(JobError error, int failures, DateTimeOffset good, string name) =>
        new(new Job { Name = name, NextRun = Now.AddMinutes(4), LastRun = Now.AddMinutes(-1), FirstRun = Now.AddDays(-30), LastSuccess = good, ErrorCount = failures, LastError = error }, JobHistory.Of([Run(1, good, null)]), JobState.Failing, "", Now.AddMinutes(-1));

    private static JobStanding Fine(string name) =>
        new(new Job { Name = name, NextRun = Now.AddHours(1), LastRun = Now.AddSeconds(1), FirstRun = Now.AddDays(-30), LastSuccess = Now.AddSeconds(1) }, JobHistory.Of([Run(200, Now.AddSeconds(1), null)]), JobState.Waiting, "", Now);
}
