using Dashboard.Core.Actions;
using Dashboard.Core.Ledger;
using Dashboard.Core.Verdicts;
using Dashboard.Core.Verdicts.Engine;
using Dashboard.Kit;

namespace Dashboard.Core.Tests.Ledger;

/// <summary>From verdict to verdict: which troubles begin and end, whom to tell, which promises came true.</summary>
public sealed class LedgerRuleTests
{
    private static readonly DateTimeOffset Now = SampleJobs.Now;
    private readonly List<IncidentMark> marks = [];
    private readonly List<Silence> silences = [];
    private LedgerMemory memory = new();
    private long sequence;

    [Fact]
    public void A_root_is_told_of_once_however_often_the_same_is_said()
    {
        var first = Next(0, SampleVerdicts.Of("a", VerdictState.Page));
        var again = Next(1, SampleVerdicts.Of("a", VerdictState.Page));

        Assert.Equal([NoticeAction.Trigger], first.Notices.Select(notice => notice.Action));
        Assert.NotNull(first.Incidents.Single().PagedAt);
        Assert.Empty(again.Notices);
        Assert.Empty(again.Incidents);
    }

    [Fact]
    public void What_heals_is_never_told_and_is_in_the_ledger_as_a_page_that_was_withheld()
    {
        var healing = Next(0, SampleVerdicts.Of("a", VerdictState.Healing));
        var over = Next(5, SampleVerdicts.Of("a", VerdictState.Ok));

        Assert.Empty(healing.Notices);
        var ended = Assert.Single(over.Incidents);
        Assert.Equal((null, Now.AddMinutes(5), VerdictState.Healing), (ended.PagedAt, ended.ClosedAt, ended.Worst));
        Assert.StartsWith("It succeeded by itself at ", ended.Ended, StringComparison.Ordinal);
        Assert.Empty(over.Notices);
    }

    [Fact]
    public void More_that_is_known_is_an_update_and_the_end_resolves_under_the_same_key()
    {
        var key = Next(0, SampleVerdicts.Of("a", VerdictState.Page)).Notices.Single().Incident.KeyFor("production");
        var update = Next(1, SampleVerdicts.Of("a", VerdictState.Page) with { Blocks = ["b", "c"] });
        var recovering = Next(2, SampleVerdicts.Of("a", VerdictState.Recovering) with { Blocks = ["b", "c"] });
        var end = Next(3, SampleVerdicts.Of("a", VerdictState.Ok));

        Assert.Equal(NoticeAction.Update, Assert.Single(update.Notices).Action);
        Assert.Equal(NoticeAction.Update, Assert.Single(recovering.Notices).Action);
        var (over, action) = Assert.Single(end.Notices);
        Assert.Equal((NoticeAction.Resolve, key), (action, over.KeyFor("production")));
    }

    [Fact]
    public void While_nothing_is_seen_no_trouble_begins_or_ends()
    {
        Next(0, SampleVerdicts.Of("a", VerdictState.Page));
        var blind = Page(SampleVerdicts.Snapshot(Now.AddMinutes(1), ++sequence) with { State = VerdictState.Blind, Headline = "Nothing can be said." }, 1);
        var back = Next(2, SampleVerdicts.Of("a", VerdictState.Page));

        Assert.NotNull(blind.Whole);
        Assert.Empty(blind.Notices);
        Assert.Empty(blind.Incidents);
        Assert.Empty(back.Notices);
    }

    [Fact]
    public void In_a_silence_it_is_judged_and_not_sent_and_sent_when_that_ends()
    {
        silences.Add(new Silence(Guid.NewGuid(), "demo", "a", Now.AddHours(-1), Now.AddMinutes(10), "alice", "Moving the database"));
        var quiet = Next(0, SampleVerdicts.Of("a", VerdictState.Page), SampleVerdicts.Of("b", VerdictState.Page));
        var later = Next(11, SampleVerdicts.Of("a", VerdictState.Page), SampleVerdicts.Of("b", VerdictState.Page));

        Assert.Equal("b", Assert.Single(quiet.Notices).Incident.Job);
        Assert.True(quiet.Incidents.Single(incident => incident.Job == "a").WouldBePage);
        Assert.Equal(("a", NoticeAction.Trigger), (Assert.Single(later.Notices).Incident.Job, later.Notices[0].Action));
    }

    [Fact]
    public void A_silence_of_the_source_keeps_everything_of_it_quiet()
    {
        silences.Add(new Silence(Guid.NewGuid(), "demo", null, Now.AddHours(-1), Now.AddHours(1), "alice", "Moving everything"));
        Assert.Empty(Next(0, SampleVerdicts.Of("a", VerdictState.Page), SampleVerdicts.Of("b", VerdictState.Page)).Notices);
    }

    [Fact]
    public void What_is_on_hold_is_judged_and_not_told_until_that_ends_and_a_resource_that_it_tells_of_is_told()
    {
        silences.Add(new Silence(Guid.NewGuid(), "demo", "a", Now.AddHours(-1), Now.AddMinutes(10), "alice", "The disk is being moved") { IsHold = true });
        var own = Next(0, SampleVerdicts.Of("a", VerdictState.Page) with { Blocks = ["child"] });
        var shared = Next(1, SampleVerdicts.Of("a", VerdictState.Page) with { Root = new VerdictRoot(RootKind.Resource, "postgresql") });
        var later = Next(11, SampleVerdicts.Of("a", VerdictState.Page));

        Assert.Empty(own.Notices);
        Assert.True(Assert.Single(own.Incidents).WouldBePage);
        Assert.Equal("postgresql", Assert.Single(shared.Notices).Incident.Root.Name);
        Assert.Contains(later.Notices, notice => notice is { Action: NoticeAction.Trigger, Incident.Root.Name: "a" });
    }

    [Theory]
    [InlineData(0, 0, 10, true)]
    [InlineData(0, 0, -1, false)] // it is over
    [InlineData(1, 5, 10, false)] // the runner, or somebody, wrote another next run since
    [InlineData(1, -5, 10, true)] // its row was not looked at since
    public void A_hold_keeps_it_quiet_as_long_as_the_runner_keeps_to_it(int off, int lookedAfter, int ends, bool isQuiet)
    {
        var standing = SampleJobs.Standing("a");
        var hold = new JobHold("a", Now.AddMinutes(ends), "alice", "The disk is being moved", Now.AddHours(-1)) { Action = Guid.NewGuid() };
        var rows = SampleJobs.Snapshot([standing with { Job = standing.Job with { NextRun = hold.Until.AddMinutes(off) } }]) with { AsOf = hold.Since.AddMinutes(lookedAfter) };
        var marks = MarksSnapshot.Empty("demo") with { Holds = new Dictionary<string, JobHold> { ["a"] = hold, ["gone"] = hold with { Job = "gone" } } };

        Assert.Equal(isQuiet ? [new Silence(hold.Action, "demo", "a", hold.Since, hold.Until, "alice", "The disk is being moved") { IsHold = true }] : [], Silence.Of(marks, rows, Now));
    }

    [Fact]
    public void Who_knows_before_the_page_is_not_paged_and_who_snoozes_is_paged_when_that_is_over()
    {
        var watched = Next(0, SampleVerdicts.Of("a", VerdictState.Watch), SampleVerdicts.Of("b", VerdictState.Watch)).Incidents;
        marks.Add(new IncidentMark(watched.Single(incident => incident.Job == "a").Id, IncidentMarkKind.Ack, "alice", Now, "On it", null));
        marks.Add(new IncidentMark(watched.Single(incident => incident.Job == "b").Id, IncidentMarkKind.Snooze, "bob", Now, "Later", Now.AddMinutes(10)));
        var pages = Next(1, SampleVerdicts.Of("a", VerdictState.Page), SampleVerdicts.Of("b", VerdictState.Page));
        var later = Next(11, SampleVerdicts.Of("a", VerdictState.Page), SampleVerdicts.Of("b", VerdictState.Page));

        Assert.Empty(pages.Notices);
        Assert.All(pages.Incidents, incident => Assert.True(incident.WouldBePage));
        Assert.Equal("b", Assert.Single(later.Notices).Incident.Job);
    }

    [Fact]
    public void The_next_trouble_of_the_same_root_is_another()
    {
        var first = Next(0, SampleVerdicts.Of("a", VerdictState.Page)).Notices.Single().Incident;
        Next(1, SampleVerdicts.Of("a", VerdictState.Ok));
        var second = Next(2, SampleVerdicts.Of("a", VerdictState.Page)).Notices.Single().Incident;

        Assert.NotEqual(first.KeyFor("production"), second.KeyFor("production"));
    }

    [Fact]
    public void A_trouble_that_turns_out_to_be_anothers_ends_and_says_whose()
    {
        Next(0, SampleVerdicts.Of("a", VerdictState.Page));
        var merged = Next(1, SampleVerdicts.Of("a", VerdictState.Blocked) with { Root = new VerdictRoot(RootKind.Job, "b") }, SampleVerdicts.Of("b", VerdictState.Page));

        Assert.Equal("It waits for b now and is judged with it.", merged.Incidents.Single(incident => incident.ClosedAt is not null).Ended);
        Assert.Equal(["Trigger b", "Resolve a"], merged.Notices.Select(notice => $"{notice.Action} {notice.Incident.Job}"));
    }

    [Theory]
    [InlineData(5, VerdictState.Ok, true)]
    [InlineData(10, VerdictState.Ok, true)]
    [InlineData(11, VerdictState.Ok, false)]
    [InlineData(11, VerdictState.Healing, false)]
    public void A_promise_came_true_when_it_was_well_by_then(int minutes, VerdictState then, bool kept)
    {
        var heal = new HealForecast(ForecastGrade.Measured) { Likely = Now.AddMinutes(5), By80 = Now.AddMinutes(10), AtRisk = 23, Healed = 21 };
        var made = Assert.Single(Next(0, SampleVerdicts.Of("a", VerdictState.Healing) with { Heal = heal }).Promises);
        var still = Next(4, SampleVerdicts.Of("a", VerdictState.Healing) with { Heal = heal with { By80 = Now.AddMinutes(12) } });
        var settled = Next(minutes, SampleVerdicts.Of("a", then) with { Heal = then == VerdictState.Ok ? null : heal });

        Assert.Equal((Now.AddMinutes(10), (bool?)null), (made.By80, made.Kept));
        Assert.Empty(still.Promises);
        Assert.Equal(kept, settled.Promises.Single(promise => promise.Id == made.Id).Kept);
    }

    [Fact]
    public void That_it_is_fine_is_kept_once_and_not_with_every_run()
    {
        var first = Next(0, SampleVerdicts.Of("a", VerdictState.Ok) with { Headline = "On time. Next run at 10:00Z.", NextEventAt = Now.AddHours(1) });
        var second = Next(60, SampleVerdicts.Of("a", VerdictState.Ok) with { Headline = "On time. Next run at 11:00Z.", NextEventAt = Now.AddHours(2), Since = Now.AddHours(1) });

        Assert.Equal("On time.", Assert.Single(first.Verdicts).Now.Headline);
        Assert.Empty(second.Verdicts);
    }

    [Fact]
    public void A_node_that_takes_over_with_what_was_kept_tells_nobody_twice()
    {
        var jobs = new[] { SampleVerdicts.Of("a", VerdictState.Page), SampleVerdicts.Of("b", VerdictState.Healing) with { Heal = new HealForecast(ForecastGrade.Certain) { By80 = Now.AddHours(1) } } };
        Next(0, jobs);
        memory = LedgerJsonRoundTrip(memory);

        Assert.True(Next(1, jobs).IsEmpty);
    }

    private static LedgerMemory LedgerJsonRoundTrip(LedgerMemory memory) => new()
    {
        Said = memory.Said.Values.Select(verdict => LedgerJson.Read<Verdict>(LedgerJson.Text(verdict))).ToDictionary(verdict => verdict.Job),
        Whole = LedgerJson.Read<VerdictSnapshot>(LedgerJson.Text(memory.Whole! with { Jobs = [] })),
        Standings = memory.Standings.Values.Select(standing => LedgerJson.Read<KeptStanding>(LedgerJson.Text(standing))).ToDictionary(standing => standing.Job),
        Open = memory.Open.Values.Select(incident => LedgerJson.Read<Incident>(LedgerJson.Text(incident))).ToDictionary(incident => incident.Root),
        Promises = memory.Promises,
    };

    private LedgerPage Next(int minutes, params Verdict[] jobs) => Page(SampleVerdicts.Snapshot(Now.AddMinutes(minutes), ++sequence, jobs), minutes);

    private LedgerPage Page(VerdictSnapshot said, int minutes)
    {
        var rows = SampleJobs.Snapshot(said.Jobs.Select(verdict => SampleJobs.Standing(verdict.Job)));
        var at = Now.AddMinutes(minutes);
        var page = LedgerRule.Next(memory, said, rows, at, at, marks.ToLookup(mark => mark.Incident), silences, _ => null, Guid.NewGuid);
        memory = page.After;
        return page;
    }
}
