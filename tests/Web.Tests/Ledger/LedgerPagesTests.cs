using Bunit;
using Dashboard.Core.Dependencies;
using Dashboard.Core.Jobs;
using Dashboard.Core.Ledger;
using Dashboard.Core.Runs;
using Dashboard.Core.Schedules;
using Dashboard.Core.Verdicts;
using Dashboard.Core.Verdicts.Engine;
using Dashboard.Kit;
using Dashboard.Web.Dependencies;
using Dashboard.Web.Jobs;
using Dashboard.Web.Ledger;
using Dashboard.Web.Now;
using Dashboard.Web.Tests.Layout;
using Npgsql;

namespace Dashboard.Web.Tests.Ledger;

/// <summary>What people said, what was sent, and pages as they were.</summary>
public sealed class LedgerPagesTests : PageTest
{
    private static readonly DateTimeOffset Now = SampleJobs.Now;
    private static readonly DateTimeOffset Then = new(2014, 9, 4, 9, 7, 0, TimeSpan.Zero);
    private static readonly VerdictRoot Root = new(RootKind.Job, "a");

    private static readonly Incident Trouble = new()
    {
        Id = Guid.NewGuid(), Source = "demo", Root = Root, Job = "a", OpenedAt = Now.AddHours(-1), State = VerdictState.Page, Worst = VerdictState.Page, Headline = "A human is needed now.", PagedAt = Now.AddMinutes(-50),
    };

    [Fact]
    public void A_trouble_shows_who_knows_whether_it_was_sent_and_forms_that_need_no_connection()
    {
        Keep(new IncidentEntry(Trouble, [new IncidentMark(Trouble.Id, IncidentMarkKind.Ack, "alice", Now.AddMinutes(-40), "<b>On it</b>", null)], [new SentEntry("oncall", NoticeAction.Trigger, "sent", Now, null), new SentEntry("hook", NoticeAction.Trigger, "waiting", Now, "HTTP 503")]));
        var marks = On<RootMarks>(each => each.Add(one => one.Root, Root).Add(one => one.Shown, Shown));

        Assert.Contains("alice knows since", marks.Markup, StringComparison.Ordinal);
        Assert.Empty(marks.FindAll("b"));
        Assert.Contains("Paged", marks.Markup, StringComparison.Ordinal);
        Assert.Equal("hook did not take it yet: HTTP 503", marks.Find(".trouble").TextContent);
        Assert.Equal([$"said/{Trouble.Id:D}/snooze"], marks.FindAll("form").Select(form => form.GetAttribute("action")));
        Assert.All(marks.FindAll("form"), form => Assert.NotNull(form.QuerySelector("input[name=__RequestVerificationToken]")));
    }

    [Fact]
    public void In_a_silence_it_says_what_would_be_a_page()
    {
        Ledgers.Of("demo").Publish(new LedgerSnapshot
        {
            Source = "demo",
            Incidents = [new IncidentEntry(Trouble with { PagedAt = null, WouldBePage = true }, [], [])],
            Silences = [new Silence(Guid.NewGuid(), "demo", null, Now.AddHours(-1), Now.AddHours(1), "bob", "Moving the database")],
        });
        var marks = On<RootMarks>(each => each.Add(one => one.Root, Root).Add(one => one.Shown, Shown));

        Assert.Contains("It would be a page.", marks.Markup, StringComparison.Ordinal);
        Assert.Contains("by bob: Moving the database", marks.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void The_ledger_says_of_each_trouble_whether_somebody_was_paged_and_how_it_ended_and_asks_whether_that_was_needed()
    {
        var withheld = Trouble with { Id = Guid.NewGuid(), PagedAt = null, Worst = VerdictState.Healing, State = VerdictState.Healing, ClosedAt = Now, Ended = "It succeeded by itself at 09:05Z." };
        Ledgers.Of("demo").Publish(new LedgerSnapshot
        {
            Source = "demo",
            Incidents = [new IncidentEntry(Trouble, [], [new SentEntry("oncall", NoticeAction.Trigger, "sent", Now, null)]), new IncidentEntry(withheld, [], [])],
            Promises = [Promise(true), Promise(true), Promise(false)],
        });
        var section = On<LedgerSection>(each => each.Add(one => one.Shown, Shown));

        Assert.Contains("Of the last 3 moments of healing that were told, 2 came true.", section.Markup, StringComparison.Ordinal);
        Assert.Equal(["paged", "page withheld"], section.FindAll("strong").Select(each => each.TextContent));
        Assert.Contains("It succeeded by itself at 09:05Z.", section.Markup, StringComparison.Ordinal);
        Assert.Equal([$"said/{withheld.Id:D}/needed", $"said/{withheld.Id:D}/not-needed"], section.FindAll(".label form").Select(form => form.GetAttribute("action")));
    }

    [Fact]
    public void A_page_as_of_a_moment_shows_what_was_said_then_and_leads_back()
    {
        Publish(SampleJobs.Standing("a"));
        Kept.Past = new PastMoment(Now.AddDays(-1), Now.AddDays(-9), SampleVerdicts.Snapshot(Now.AddDays(-1), 1, SampleVerdicts.Of("a", VerdictState.Page)), new Dictionary<string, KeptStanding> { ["a"] = KeptStanding.Of(SampleJobs.Standing("a", JobState.Failing)) });
        Navigation.NavigateTo("?at=2014-09-04T09:07:00Z");
        var now = On<NowPage>();

        Assert.Equal("demo, as of 2014-09-04 09:07:00Z", now.Find("h1").TextContent);
        Assert.Equal("a is Page.", now.Find(".said h2 span:last-child").TextContent);
        Assert.Equal("", now.Find("header a").GetAttribute("href"));
        Assert.EndsWith("jobs/a?at=2014-09-04T09:07:00Z", now.Find("a.job-name").GetAttribute("href"), StringComparison.Ordinal);

        Navigation.NavigateTo("jobs/a?at=2014-09-04T09:07:00Z");
        var job = On<JobPage>(page => page.Add(each => each.Address, "a"));
        Assert.Equal("a, as of 2014-09-04 09:07:00Z", job.Find("h1").TextContent);
        Assert.Contains("ValueError: bad number", job.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void The_graph_as_of_a_moment_shows_where_jobs_stood_then_and_its_links_stay_there()
    {
        Ticks.Of("demo").Publish(TickRule.Next(
            TickSnapshot.Empty("demo"), ScheduleBook.Empty("demo"), JobsSnapshot.Empty("demo") with { Jobs = [Row("parent"), Row("child", "parent")], AsOf = Now }, RunsSnapshot.Empty("demo"), Now));
        Kept.Past = new PastMoment(Then, Now.AddDays(-9), SampleVerdicts.Snapshot(Then, 1, SampleVerdicts.Of("parent", VerdictState.Page)), new Dictionary<string, KeptStanding>
        {
            ["parent"] = new() { Job = "parent", State = JobState.StuckLock, Because = "Locked since yesterday.", NextRun = Then.AddHours(-3), LastRun = Then.AddHours(-4), Ongoing = Then.AddHours(-3) },
            ["child"] = new() { Job = "child", State = JobState.Blocked, Because = "Waits for parent.", NextRun = Then.AddHours(-2), LastRun = Then.AddHours(-4) },
        });
        Navigation.NavigateTo("graph?at=2014-09-04T09:07:00Z");
        var page = On<GraphPage>();

        Assert.Equal("Graph, as of 2014-09-04 09:07:00Z", page.Find("h1").TextContent);
        Assert.Equal("graph", page.Find("header a").GetAttribute("href"));
        Assert.Equal(["Stuck lock · tick ends here", "Blocked"], page.FindAll("[data-node] .word").Select(word => word.TextContent));
        Assert.Contains("The tick ends at parent", page.Find(".tick-sentence").TextContent, StringComparison.Ordinal);
        Assert.Single(page.FindAll(".edge"));
        Assert.All(page.FindAll("[data-node]"), node => Assert.EndsWith("?at=2014-09-04T09:07:00Z", node.GetAttribute("href"), StringComparison.Ordinal));
        Assert.Equal("2014-09-04T09:07:00Z", page.Find("form input[name=at]").GetAttribute("value"));

        // Whatever the present does, that moment stays as it was.
        Ticks.Of("demo").Publish(TickRule.Next(Ticks.Of("demo").Newest, ScheduleBook.Empty("demo"), JobsSnapshot.Empty("demo") with { Jobs = [Row("parent"), Row("child", "parent")], AsOf = Now.AddMinutes(1) }, RunsSnapshot.Empty("demo"), Now));
        Assert.Equal(["Stuck lock · tick ends here", "Blocked"], page.FindAll("[data-node] .word").Select(word => word.TextContent));
    }

    [Fact]
    public void A_job_that_waited_was_not_due_although_its_row_was_kept_when_it_last_stood_elsewhere()
    {
        var kept = new KeptStanding { Job = "a", State = JobState.Waiting, Because = "", NextRun = Then.AddHours(-5), LastRun = Then.AddHours(-6) };
        var graph = PastGraph.Of(new PastMoment(Then, Now.AddDays(-9), null, new Dictionary<string, KeptStanding> { ["a"] = kept }), ScheduleBook.Empty("demo"), TickSnapshot.Empty("demo"));

        Assert.Equal(TickOutcome.NotDue, Assert.Single(graph.Tick.Jobs).Outcome);
    }

    [Fact]
    public void A_moment_that_was_not_kept_is_said_to_be_so_and_records_that_are_away_too()
    {
        Publish(SampleJobs.Standing("a"));
        Kept.Past = new PastMoment(Now.AddDays(-10), Now.AddDays(-9), null, new Dictionary<string, KeptStanding>());
        Navigation.NavigateTo("?at=2014-08-26");
        Assert.Contains("What was said is kept since 2014-08-27 09:07:00Z.", On<NowPage>().Markup, StringComparison.Ordinal);

        Kept.Trouble = new NpgsqlException("gone");
        Navigation.NavigateTo("?at=2014-08-25");
        Assert.Contains("out of reach", On<NowPage>().Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void A_job_shows_what_was_said_of_it_and_each_moment_leads_to_the_page_as_it_was()
    {
        Kept.Events = [new VerdictEvent(Guid.NewGuid(), "a", Now, VerdictState.Ok, VerdictState.Page, "On time."), new VerdictEvent(Guid.NewGuid(), "a", Now.AddHours(-1), VerdictState.Page, null, "A human is needed now.")];
        var history = On<VerdictHistory>(each => each.Add(one => one.Job, "a").Add(one => one.Shown, Shown));

        Assert.Equal(["On time", "Page"], history.FindAll(".mark").Select(mark => mark.TextContent));
        Assert.EndsWith("jobs/a?at=2014-09-05T08:07:00Z", history.FindAll("a")[1].GetAttribute("href"), StringComparison.Ordinal);
    }

    private static Job Row(string name, params string[] parents) => new() { Name = name, NextRun = Now.AddMinutes(55), FirstRun = Now.AddDays(-9), LastRun = Now.AddHours(-1), DependsOn = parents };

    private void Keep(params IncidentEntry[] incidents) => Ledgers.Of("demo").Publish(new LedgerSnapshot { Source = "demo", Incidents = incidents });

    private static Promise Promise(bool kept) => new() { Id = Guid.NewGuid(), Source = "demo", Job = "a", MadeAt = Now, By80 = Now, Grade = ForecastGrade.Measured, SettledAt = Now, Kept = kept };
}
