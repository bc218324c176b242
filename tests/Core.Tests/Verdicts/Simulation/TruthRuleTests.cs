using System.Globalization;
using Dashboard.Core.Retries;
using Dashboard.Core.Verdicts.Simulation;

namespace Dashboard.Core.Tests.Verdicts.Simulation;

/// <summary>
/// What really was the matter, in worlds so small that it follows by hand. Ticks begin every five minutes and runs do not differ in length; only how many ticks a job loses follows from the seed, so the last good run is
/// read from the history, and every moment is reckoned from its start.
/// </summary>
public sealed class TruthRuleTests
{
    private const string Refused = "psycopg2.OperationalError";
    private static readonly DateTimeOffset Start = new(2026, 11, 23, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Tick = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Response = TimeSpan.FromMinutes(30);

    public static TheoryData<int> Seeds => [1, 2, 3];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void What_fails_once_and_passes_at_the_next_try_needs_nobody(int seed)
    {
        var (history, truth) = Happened(seed, [Hourly("job")], Fails("job", At(3.5), At(30)) with { Runs = 1 });
        var incident = Assert.Single(truth);

        Assert.Equal((FaultEnd.Itself, false, false, null), (incident.EndedBy, incident.Missed, incident.NeededHuman, incident.PageBy));
        Assert.Equal((false, false, false, false), (incident.NeededPage, incident.PassedTheGap, incident.BeyondHelp, incident.Ambiguous));
        Assert.Equal(["job"], incident.Hit);
        Assert.Equal((FirstHarm(history, "job"), Good(history, "job").First(run => run.End > incident.Begin).End), (incident.Begin, incident.Whole));
    }

    // The deadline is twice the interval and a long run after the start of the last good run, and an hour after it at least; people are called half an hour, a long run and a tick before it, once the job is due for two ticks.
    [Theory]
    [InlineData("1h", 20, "01:25:20")] // 2 x (60:00 + 0:20) = 2:00:40; less 35:20
    [InlineData("2h", 600, "03:35:00")] // 2 x (2:00 + 0:10) = 4:20; less 45:00
    [InlineData("4h", 3600, "08:25:00")] // 2 x (4:00 + 1:00) = 10:00; less 1:35
    [InlineData("10m", 20, "00:24:40")] // 2 x (10:00 + 0:20) = 20:40, so an hour; less 35:20
    [InlineData("30m", 20, "00:40:00")] // 2 x (30:00 + 0:20) = 1:00:40; less 35:20 is before it is due for two ticks: 30 + 10
    public void What_only_people_ended_needed_them_half_an_hour_a_long_run_and_a_tick_before_the_deadline(string frequency, double seconds, string afterTheLastGoodRun)
    {
        var (history, truth) = Happened(1, [new SimulatedJob { Name = "job", Frequency = frequency, UsualSeconds = seconds, Spread = 0 }], Fails("job", At(9), At(30)) with { EndedBy = FaultEnd.Human });
        var incident = Assert.Single(truth);
        var last = Good(history, "job").Last(run => run.Start < incident.Begin).Start;

        Assert.Equal((true, true, true), (incident.Missed, incident.NeededHuman, incident.NeededPage));
        Assert.Equal(last + TimeSpan.Parse(afterTheLastGoodRun, CultureInfo.InvariantCulture), incident.PageBy);
        Assert.Equal((false, false, false), (incident.PassedTheGap, incident.BeyondHelp, incident.Ambiguous));

        // Its second try is over by then.
        Assert.Equal(incident.Begin + (2 * Tick) + TimeSpan.FromSeconds(seconds), incident.Seen);
    }

    [Fact]
    public void What_runs_last_counts_as_long_as_95_of_100_keep_to()
    {
        // 600 s with a spread of 0.2: 600 x e^(1.645 x 0.2) = 833.7 s. 2 x (3600 + 833.7) - (1800 + 833.7 + 300) = 5933.7 s.
        var job = Hourly("job") with { UsualSeconds = 600, Spread = 0.2 };
        var (history, truth) = Happened(1, [job], Fails("job", At(9), At(30)) with { EndedBy = FaultEnd.Human });
        var incident = Assert.Single(truth);

        Assert.Equal(5933.7, (incident.PageBy!.Value - Good(history, "job").Last(run => run.Start < incident.Begin).Start).TotalSeconds, 0.1);
    }

    [Fact]
    public void What_people_ended_long_before_any_deadline_is_a_ticket()
    {
        // Due every twelve hours and late after twenty-four: who is there an hour after it failed was in good time.
        var (_, truth) = Happened(1, [new SimulatedJob { Name = "job", Frequency = "12h", UsualSeconds = 20, Spread = 0 }], Fails("job", At(3.5), At(13)) with { EndedBy = FaultEnd.Human });
        var incident = Assert.Single(truth);

        Assert.Equal((FaultEnd.Human, true), (incident.EndedBy, incident.NeededHuman));
        Assert.Equal((false, null, false, false), (incident.Missed, incident.PageBy, incident.NeededPage, incident.BeyondHelp));
    }

    [Theory]
    [InlineData(FaultEnd.Itself, 300)]
    [InlineData(FaultEnd.Human, 40)]
    public void A_lock_that_the_scheduler_took_over_before_people_came_was_not_ended_by_them(FaultEnd end, double hours)
    {
        var (history, truth) = Happened(1, [Hourly("job")], Killed("job", At(4.1), At(hours)) with { EndedBy = end });
        var incident = Assert.Single(truth);
        var last = Good(history, "job").Last(run => run.Start < incident.Begin);
        var next = Good(history, "job").First(run => run.Start > incident.Begin);

        Assert.Equal((FaultEnd.Itself, true, last.Start + Late("01:25:20")), (incident.EndedBy, incident.Missed, incident.PageBy));
        Assert.True(incident.NeededPage);
        Assert.Equal((12, next.End), (Math.Floor((next.Start - incident.Begin).TotalHours), incident.Whole));
    }

    [Fact]
    public void A_lock_that_people_cleared_was_ended_by_them()
    {
        var (history, truth) = Happened(1, [Hourly("job")], Killed("job", At(4.1), At(9)) with { EndedBy = FaultEnd.Human });
        var incident = Assert.Single(truth);

        Assert.Equal((FaultEnd.Human, true), (incident.EndedBy, incident.NeededPage));
        Assert.Equal(Good(history, "job").First(run => run.Start > At(9)).End, incident.Whole);
        Assert.InRange(incident.Whole, At(9), At(9) + (2 * Tick));
    }

    [Fact]
    public void Behind_a_lock_it_is_the_starved_job_that_is_late_and_that_people_are_called_for()
    {
        // The lock of a day's job is taken over in good time for itself, not for who comes after it every hour; who comes before it runs on.
        SimulatedJob[] jobs = [Hourly("a-before"), Hourly("b-locked") with { Frequency = "1d" }, Hourly("c-behind")];
        var (history, truth) = Happened(1, jobs, Killed("b-locked", At(1), At(300)));
        var incident = Assert.Single(truth);
        var last = Good(history, "c-behind").Last(run => run.Start < incident.Begin);

        Assert.Equal(["b-locked"], incident.Hit);
        Assert.Equal(["b-locked", "c-behind"], incident.Affected);
        Assert.Equal((FaultEnd.Itself, true, true), (incident.EndedBy, incident.Missed, incident.NeededPage));
        Assert.Equal(last.Start + Late("01:25:20"), incident.PageBy);
        Assert.InRange(incident.Whole - incident.Begin, TimeSpan.FromHours(12), TimeSpan.FromHours(13));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void What_passed_between_the_latest_moment_to_call_and_the_deadline_needed_nobody_and_could_not_be_known(int seed)
    {
        // The fourth run is at 3:00 to 3:15 and the next one fails: people are called at 4:25 to 4:40 at the latest, and nothing is late before 5:00.
        var (history, truth) = Happened(seed, [Hourly("job")], Fails("job", At(3.5), At(4.7)));
        var incident = Assert.Single(truth);
        var last = Good(history, "job").Last(run => run.Start < incident.Begin);
        Assert.InRange(incident.Whole - last.Start, Late("01:25:20"), Late("02:00:40"));

        Assert.Equal((true, false, null), (incident.PassedTheGap, incident.Missed, incident.PageBy));
        Assert.Equal((false, false, false), (incident.NeededHuman, incident.NeededPage, incident.BeyondHelp));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void What_passed_after_its_deadline_had_needed_people_although_nobody_came(int seed)
    {
        var (history, truth) = Happened(seed, [Hourly("job")], Fails("job", At(3.5), At(6)));
        var incident = Assert.Single(truth);

        Assert.Equal((FaultEnd.Itself, true, true, false), (incident.EndedBy, incident.Missed, incident.NeededPage, incident.PassedTheGap));
        Assert.Equal(Good(history, "job").Last(run => run.Start < incident.Begin).Start + Late("01:25:20"), incident.PageBy);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void What_was_over_before_anybody_could_have_come_is_beyond_help(int seed)
    {
        // Every half hour: the second run fails at 0:30 to 0:35, people were to be called at 0:40, ended it at 0:46, and it is well before 0:57. Who is called at the very beginning is there half an hour after that.
        var (_, truth) = Happened(seed, [Hourly("job") with { Frequency = "30m" }], Fails("job", At(0.1), Start.AddMinutes(46)) with { EndedBy = FaultEnd.Human });
        var incident = Assert.Single(truth);

        Assert.InRange(incident.Whole - incident.Begin, Tick, Response);
        Assert.Equal((true, null, false), (incident.BeyondHelp, incident.PageBy, incident.NeededPage));
    }

    [Fact]
    public void Two_faults_on_one_job_at_once_cannot_be_told_apart_and_one_on_another_job_can()
    {
        var (_, truth) = Happened(
            1,
            [Hourly("both"), Hourly("one")],
            Fails("both", At(3.5), At(6)) with { Id = "first", EndedBy = FaultEnd.Human },
            Fails("both", At(4.5), At(9)) with { Id = "second", EndedBy = FaultEnd.Human },
            Fails("one", At(3.5), At(9)) with { Id = "other", EndedBy = FaultEnd.Human });

        Assert.Equal([("first", true), ("other", false), ("second", true)], truth.Select(incident => (incident.Id, incident.Ambiguous)).Order());
        var other = truth.Single(incident => incident.Id == "other");
        Assert.Equal(["one"], other.Affected);
        Assert.True(other.NeededPage);
    }

    [Fact]
    public void Nothing_is_known_of_what_did_no_harm()
    {
        var (_, truth) = Happened(1, [Hourly("job") with { Frequency = "12h" }], Fails("job", At(3), At(9)));

        Assert.Empty(truth);
    }

    [Fact]
    public void Where_an_executor_tries_for_minutes_the_second_try_is_over_a_tick_later_at_most()
    {
        // 10 + 30 + 60 + 120 + 300 s and five attempts pass in each run: the second ends more than a tick after two ticks and a run.
        var job = Hourly("job") with { Resources = ["postgresql"] };
        var world = World(1, [job]) with { Resources = [new SimulatedResource { Name = "postgresql", Backend = "postgresql", Executor = ExecutorKind.Limited }] };
        var away = new Fault { Id = "away", Kind = FaultKind.Outage, Target = "postgresql", At = At(3.5), Until = At(9), EndedBy = FaultEnd.Human, Retryable = true, ErrorType = Refused, ErrorValue = "could not connect to server: Connection refused" };
        var (history, truth) = SimulatedScheduler.Run(world, [away]);
        var incident = Assert.Single(truth);

        Assert.Equal(history.First(line => line.Attempt is not null).At, incident.Begin);
        Assert.Equal(incident.Begin + (3 * Tick) + TimeSpan.FromSeconds(20), incident.Seen);
        Assert.True(history.Where(line => line.Log is { Success: null }).Skip(1).First().At > incident.Seen);
    }

    [Fact]
    public void A_scheduler_that_is_dead_is_in_the_way_of_everybody_from_the_first_tick_that_does_not_come()
    {
        var dead = new Fault { Id = "dead", Kind = FaultKind.Dead, At = At(3.55), Until = At(9), EndedBy = FaultEnd.Human };
        var (history, truth) = Happened(1, [Hourly("a"), Hourly("b") with { Frequency = "1d" }], dead);
        var incident = Assert.Single(truth);

        // 3:33 is between two ticks; it is whole a tick after it was started.
        Assert.Equal((Start.AddMinutes(215), At(9) + Tick), (incident.Begin, incident.Whole));
        Assert.Empty(incident.Hit);
        Assert.Equal(["a", "b"], incident.Affected.Order());
        Assert.Equal((true, Good(history, "a").Last(run => run.Start < incident.Begin).Start + Late("01:25:20")), (incident.Missed, incident.PageBy));
    }

    // Of a job every hour with runs of twenty seconds: 2:00:40 is its deadline, 1:25:20 the latest moment to call.
    private static TimeSpan Late(string after) => TimeSpan.Parse(after, CultureInfo.InvariantCulture);

    private static DateTimeOffset At(double hours) => Start.AddHours(hours);

    private static SimulatedJob Hourly(string name) => new() { Name = name, Frequency = "1h", UsualSeconds = 20, Spread = 0 };

    private static Fault Fails(string job, DateTimeOffset at, DateTimeOffset until) =>
        new() { Id = "fault", Kind = FaultKind.Failure, Target = job, At = at, Until = until, ErrorType = Refused, ErrorValue = "could not connect to server: Connection refused" };

    private static Fault Killed(string job, DateTimeOffset at, DateTimeOffset until) => new() { Id = "fault", Kind = FaultKind.Killed, Target = job, At = at, Until = until };

    private static SimulatedWorld World(int seed, IReadOnlyList<SimulatedJob> jobs) => new() { Seed = seed, Start = Start, Days = 3, Jobs = jobs };

    private static (IReadOnlyList<HistoryLine> History, IReadOnlyList<Incident> Truth) Happened(int seed, IReadOnlyList<SimulatedJob> jobs, params Fault[] script) => SimulatedScheduler.Run(World(seed, jobs), script);

    private static DateTimeOffset FirstHarm(IReadOnlyList<HistoryLine> history, string job) => history.First(line => line.Job == job && line.Log is { Success: null }).At;

    private static IEnumerable<(DateTimeOffset Start, DateTimeOffset End)> Good(IReadOnlyList<HistoryLine> history, string job) =>
        history.Where(line => line.Job == job && line.Log is { Success: not null }).Select(line => (line.At - TimeSpan.FromSeconds(line.Log!.Seconds), line.At));
}
