using Dashboard.Core.Backfill;
using Dashboard.Core.Dependencies;
using Dashboard.Core.Failures;
using Dashboard.Core.Jobs;
using Dashboard.Core.Retries;
using Dashboard.Core.Runs;
using Dashboard.Core.Schedules;
using Dashboard.Core.Stores.Health;
using Dashboard.Core.Verdicts;
using Dashboard.Core.Verdicts.Engine;

namespace Dashboard.Core.Tests.Verdicts.Engine;

/// <summary>A crash store in trouble is a root, and jobs hang on it by its resource.</summary>
public sealed class StoreCauseTests
{
    private const string Bucket = "s3 crashes@ceph:7480";
    private static readonly DateTimeOffset Now = new(2026, 11, 25, 3, 0, 30, TimeSpan.Zero);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(30);
    private static readonly StoreHealth Store = new("new", "s3:http://crashes@ceph:7480/crashes") { Resource = Bucket };

    [Fact]
    public void One_probe_that_failed_is_no_root_and_the_second_is()
    {
        Assert.Empty(Facts(Failed(Store, 1, "Not done within 5 s.")).Stores);

        var root = Assert.Single(Said(Facts(Failed(Store, 2, "Not done within 5 s."))).Roots);

        Assert.Equal((new VerdictRoot(RootKind.Resource, "crash store new"), VerdictState.Watch, null), (root.Root, root.State, root.Job));
        Assert.Equal("The crash store new does not work since 03:00Z: saving failed: Not done within 5 s. No job has missed it yet. Decided at 03:30Z.", root.Headline);
        Assert.Equal(Now.AddSeconds(-20) + Patience, root.PageBy);
    }

    [Theory]
    [InlineData("Not done within 5 s.", -31, VerdictState.Page)]
    [InlineData("AmazonS3Exception: InvalidAccessKeyId: The server answered 403 Forbidden.", -5, VerdictState.NeedsHumanLater)]
    [InlineData("StoreMisconfiguredException: new: there is no bucket crashes at http://ceph:7480/", -5, VerdictState.NeedsHumanLater)]
    [InlineData("StoreMisconfiguredException: new: there is no bucket crashes at http://ceph:7480/", -31, VerdictState.Page)]
    public void How_grave_it_is_follows_from_what_it_answers_and_for_how_long(string why, int minutes, VerdictState expected)
    {
        var store = Failed(Store, 2, why) with { FailingSince = Now.AddMinutes(minutes) };

        Assert.Equal(expected, Assert.Single(Said(Facts(store)).Roots).State);
    }

    [Fact]
    public void A_job_that_retries_on_its_resource_hangs_on_it_and_so_does_who_waits_behind_and_nobody_else()
    {
        var retrying = new JobStanding(Row("copies") with { Ongoing = Now.AddMinutes(-2) }, Runs(), JobState.Running, "", Now);
        var waits = new JobStanding(Row("reports"), Runs(), JobState.Blocked, "", Now)
        {
            Tick = new JobTick("reports", TickOutcome.Blocked, "") { IsDue = true, Parent = new UnmetParent("copies", ParentTest.Errored), Root = "copies", ParentRoot = "copies" },
        };
        var other = new JobStanding(Row("other") with { ErrorCount = 2, LastError = new JobError("TypeError", "unsupported", "") }, Runs(), JobState.Failing, "", Now);
        var facts = Facts(Failed(Store, 2, "Not done within 5 s."), retrying, waits, other) with { Open = [Streak("copies", Bucket, StreakState.Open)] };

        var said = Said(facts);

        var root = Assert.Single(said.Roots, one => one.Root.Kind == RootKind.Resource);
        Assert.Equal(["reports"], root.Waiting);
        Assert.Contains("copies hangs on it.", root.Headline, StringComparison.Ordinal);
        Assert.Equal(root.Root, said.Find("copies")!.Root);
        Assert.Contains(said.Find("copies")!.Facts, fact => fact is { From: "probe" } && fact.Text.StartsWith("The crash store new does not work", StringComparison.Ordinal));
        Assert.Equal(new VerdictRoot(RootKind.Job, "other"), said.Find("other")!.Root);
    }

    [Fact]
    public void A_job_whose_run_gave_up_on_it_hangs_on_it_until_its_people_were_called_for_something_else()
    {
        var gave = new JobStanding(Row("copies") with { ErrorCount = 1, LastError = new JobError("AmazonS3Exception", "SlowDown", "") }, Runs(), JobState.Failing, "", Now);
        var facts = Facts(Failed(Store, 2, "Not done within 5 s."), gave) with { Ended = [Streak("copies", Bucket, StreakState.GaveUp), Streak("copies", "another", StreakState.GaveUp) with { EndedAt = Now.AddHours(-1) }] };

        Assert.Equal("crash store new", Said(facts).Find("copies")!.Root!.Name);
        Assert.Equal("copies", Said(facts with { Ended = [Streak("copies", "another", StreakState.GaveUp)] }).Find("copies")!.Root!.Name);
    }

    [Fact]
    public void Operations_that_wait_for_a_store_that_answers_probes_are_a_root_too()
    {
        var waiting = StoreWaiting.For(Bucket, new RetriesSnapshot
        {
            Resources =
            [
                new ResourceLane { Source = "stores", Resource = Bucket, Backend = "s3", Open = [Streak(null, Bucket, StreakState.Open)] },
                new ResourceLane { Source = "main", Resource = "another", Backend = "s3", Open = [Streak("x", "another", StreakState.Open)] },
            ],
        });
        var root = Assert.Single(Said(Facts(Store with { Waiting = waiting })).Roots);

        Assert.Equal((1, "migrate-store/17"), (waiting!.Count, waiting.Who));
        Assert.Equal(VerdictState.Watch, root.State);
        Assert.StartsWith("The crash store new answers probes, and since 02:58Z 1 operation waits for it, the oldest of migrate-store/17: AmazonS3Exception: Reduce your rate.", root.Headline, StringComparison.Ordinal);
    }

    [Fact]
    public void What_says_the_same_is_the_same_object_and_a_store_that_works_again_is_no_root()
    {
        var (settings, memory) = (new VerdictSettings(), new HealMemory());
        var facts = Facts(Failed(Store, 2, "Not done within 5 s."));
        var said = VerdictEngine.Evaluate(facts, settings, memory.Learn(facts, null), Now);
        var again = facts with { Stores = Facts(Failed(Failed(Store, 2, "Not done within 5 s."), 1, "Not done within 5 s.")).Stores };

        Assert.Same(said, VerdictEngine.Evaluate(again, settings, memory.Model, Now.AddSeconds(10), said));
        Assert.Empty(VerdictEngine.Evaluate(facts with { Stores = [] }, settings, memory.Model, Now.AddSeconds(10), said).Roots);
        Assert.Equal(VerdictState.Page, VerdictEngine.Evaluate(facts, settings, memory.Model, Now + Patience, said).Roots[0].State);
    }

    [Fact]
    public void Of_several_sources_one_tells_of_a_store_that_no_job_misses()
    {
        var facts = Facts(Failed(Store, 2, "Not done within 5 s."));

        Assert.Empty(Said(facts with { Stores = [facts.Stores[0] with { Alone = false }] }).Roots);
    }

    private static VerdictSnapshot Said(VerdictFacts facts) => VerdictEngine.Evaluate(facts, new VerdictSettings(), Now);

    private static StoreHealth Failed(StoreHealth store, int times, string why) =>
        Enumerable.Range(0, times).Aggregate(store, (each, probe) => each.After(new StoreProbed(Now.AddSeconds(-20 + probe), [new StoreProbeStep(StoreProbeKind.Put, false, TimeSpan.FromSeconds(5), why)])));

    private static VerdictFacts Facts(StoreHealth store, params JobStanding[] standings) => new()
    {
        Standings = StandingsSnapshot.Empty("test") with { Jobs = standings, AsOf = Now },
        Tick = TickSnapshot.Empty("test") with { Jobs = [.. standings.Select(standing => standing.Tick ?? new JobTick(standing.Job.Name, TickOutcome.NotDue, ""))] },
        Backlogs = BacklogSnapshot.Empty("test"),
        Book = ScheduleBook.Empty("test"),
        Stores = StoreFact.Of([store], Patience, TimeSpan.Zero, alone: true),
    };

    private static Job Row(string name) => new() { Name = name, NextRun = Now.AddMinutes(30), LastRun = Now.AddMinutes(-4), FirstRun = Now.AddDays(-30), LastSuccess = Now.AddMinutes(-30) };

    private static JobHistory Runs() => JobHistory.Of([new Run { Id = 1, Job = "job", LogTime = Now.AddMinutes(-30), Duration = TimeSpan.FromSeconds(5), Success = Now.AddMinutes(-30), Outcome = RunOutcome.Success }]);

    private static RetryStreak Streak(string? job, string resource, StreakState state) => new()
    {
        Id = Guid.NewGuid(), Who = new RetryTeller("test", "h", "migrate-store/17", "t", resource), AppName = job, Backend = "s3", Executor = ExecutorKind.Infinite,
        StartedAt = Now.AddMinutes(-2), State = state, EndedAt = state == StreakState.Open ? null : Now.AddMinutes(-1), Attempts = 3, HeardAt = Now, NextAttemptAt = Now.AddMinutes(5), Class = FailureClass.Busy,
        ExceptionType = "AmazonS3Exception", ExceptionValue = "Reduce your rate.",
    };
}
