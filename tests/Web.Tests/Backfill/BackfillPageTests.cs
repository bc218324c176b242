using Bunit;
using Dashboard.Core.Actions;
using Dashboard.Core.Backfill;
using Dashboard.Core.Runs;
using Dashboard.Kit;
using Dashboard.Web.Backfill;
using Dashboard.Web.Tests.Layout;

namespace Dashboard.Web.Tests.Backfill;

public sealed class BackfillPageTests : PageTest
{
    private static readonly DateTimeOffset Since = new(2014, 9, 5, 8, 0, 0, TimeSpan.Zero);

    public BackfillPageTests() => Publish(SampleBacklogs.Standing(), SampleJobs.Standing("other"));

    [Fact]
    public void With_nothing_owed_it_says_so_and_what_is_watched()
    {
        Publish([new Backlog("daily", Slots.None), new Backlog("other", Slots.None)], plain: 3);
        var page = On<BackfillPage>();

        Assert.Equal("Nothing is owed.", page.Find("h1").TextContent);
        Assert.Equal("2 jobs make up for missed slots and are watched. 3 others run once when they are late, whatever they missed.", page.Find(".watched").TextContent);
        Assert.Empty(page.FindAll("tbody tr"));
    }

    [Fact]
    public void A_failing_backlog_names_its_slots_its_failing_slot_and_its_error()
    {
        Publish([Failing()]);
        var page = On<BackfillPage>();

        Assert.Equal("1 job owes 2 slots.", page.Find("h1").TextContent);
        var row = page.Find("tbody tr");
        Assert.Equal("jobs/daily#slots", row.QuerySelector(".job-name")!.GetAttribute("href"));
        Assert.Contains("2014-09-04 05:00Z", row.QuerySelector(".c-owed")!.TextContent, StringComparison.Ordinal);
        Assert.Contains("fails at 2014-09-04 05:00Z", row.TextContent, StringComparison.Ordinal);
        Assert.Equal("IOError", row.QuerySelector(".error-type")!.TextContent);
        Assert.Contains("Not before it stops.", row.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void A_hold_stands_beside_what_it_keeps_from_being_made_up_for()
    {
        Publish([Failing()]);
        var page = On<BackfillPage>();
        Assert.Empty(page.FindAll(".held"));

        var hold = new JobHold("daily", SampleJobs.Now.AddHours(2), "ada", "the disk is full", SampleJobs.Now.AddHours(-1));
        Marks.Of("demo").Publish(MarksSnapshot.Empty("demo") with { Holds = new Dictionary<string, JobHold> { ["daily"] = hold } });
        page.WaitForAssertion(() => Assert.Contains("by ada: the disk is full", page.Find("tbody tr .held").TextContent, StringComparison.Ordinal));
    }

    [Fact]
    public void A_catch_up_moves_slot_by_slot_while_somebody_looks_on()
    {
        var running = Failing() with { State = BacklogState.CatchingUp, FailingSlot = null, Progress = new CatchUp(Since, Failing().Owed, 0) };
        Publish([running]);
        var page = On<BackfillPage>();
        Assert.Contains("0 of 2 done", page.Find(".progress").TextContent, StringComparison.Ordinal);

        Publish([running with { Owed = running.Owed.Window(1, 1), Progress = running.Progress with { Done = 1 } }]);

        page.WaitForAssertion(() => Assert.Contains("1 of 2 done", page.Find(".progress").TextContent, StringComparison.Ordinal));
        Assert.Equal("1", page.Find("progress").GetAttribute("value"));
    }

    [Fact]
    public void Lost_slots_lead_to_their_plan_and_unknown_jobs_are_listed()
    {
        var lost = new Backlog("daily", Slots.None) { Lost = [SampleBacklogs.Day(1), SampleBacklogs.Day(2)] };
        Backlogs.Of("demo").Publish(new BacklogSnapshot { Source = "demo", Jobs = [lost], Unknown = [new UnknownBacklog("other", "When it runs is not known.")], AsOf = SampleJobs.Now });
        var page = On<BackfillPage>();

        Assert.Equal("jobs/daily?from=2014-09-01T05:00:00Z&until=2014-09-02T05:00:00Z&choice=missing_and_failed", page.Find(".lost a").GetAttribute("href"));
        Assert.Contains("2 slots", page.Find(".lost").TextContent, StringComparison.Ordinal);
        Assert.Contains("When it runs is not known.", page.Find(".unknown").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void All_that_backfill_are_shown_when_asked_for_in_the_order_asked_for()
    {
        Publish([Failing(), new Backlog("other", Slots.None)]);
        Navigation.NavigateTo("backfill?show=all&sort=job");
        var page = On<BackfillPage>();

        Assert.Equal(["daily", "other"], page.FindAll("tbody .job-name").Select(name => name.TextContent));
    }

    private static Backlog Failing() => new("daily", Slots.Between(SampleBacklogs.LastDone, TimeSpan.FromDays(1), SampleJobs.Now, included: false))
    {
        State = BacklogState.Failing,
        Because = "Its last 3 runs failed.",
        FailingSlot = SampleBacklogs.Day(4),
        Eta = new BacklogEta(null, "Not before it stops."),
        Schedule = SampleBacklogs.Definition.Schedule,
        Lengths = new RunLengths(3, TimeSpan.FromMinutes(3), TimeSpan.FromMinutes(4)),
    };

    private void Publish(IReadOnlyList<Backlog> jobs, int plain = 0) =>
        Backlogs.Of("demo").Publish(new BacklogSnapshot { Source = "demo", Jobs = jobs, Plain = plain, AsOf = SampleJobs.Now });
}
