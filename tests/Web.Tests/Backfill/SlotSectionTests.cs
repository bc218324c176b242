using AngleSharp.Dom;
using Bunit;
using Dashboard.Web.Jobs;
using Dashboard.Web.Layout;
using Dashboard.Web.Tests.Layout;
using Microsoft.AspNetCore.Components.Web;

namespace Dashboard.Web.Tests.Backfill;

public sealed class SlotSectionTests : PageTest
{
    public SlotSectionTests()
    {
        Schedules.Of("demo").Publish(SampleBacklogs.Book);
        Publish(SampleBacklogs.Standing());
    }

    [Fact]
    public void Every_slot_says_what_became_of_it()
    {
        var page = Open();

        Assert.Equal(
            [
                "2014-08-31 05:00Z · before its first run",
                "2014-09-01 05:00Z · succeeded · 3 min 12 s",
                "2014-09-02 05:00Z · succeeded · 3 min 12 s",
                "2014-09-03 05:00Z · succeeded · 3 min 12 s",
                "2014-09-04 05:00Z · failed 3 times · 3 min 12 s · IOError",
                "2014-09-05 05:00Z · owed",
                "2014-09-06 05:00Z · not yet",
                "2014-09-07 05:00Z · not yet",
            ],
            page.FindAll("[data-slot]").Select(cell => cell.GetAttribute("aria-label")!).Where(said => string.CompareOrdinal(said, "2014-08-31") >= 0));
        Assert.Equal(["succeeded", "failed", "owed", "not yet", "before its first run"], page.FindAll(".legend strong").Select(word => word.TextContent));
        Assert.Contains("Runs every day at 05:00 UTC. Times are UTC", page.Find(".scope").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stretch_chosen_with_the_mouse_is_planned_slot_by_slot_and_lives_in_the_address()
    {
        var page = Open();

        Cell(page, 2).Click();
        Cell(page, 5).Click(new MouseEventArgs { ShiftKey = true });

        Assert.EndsWith("jobs/daily?from=2014-09-02T05:00:00Z&until=2014-09-05T05:00:00Z", Navigation.Uri, StringComparison.Ordinal);
        Assert.Equal("Will run 1 of 4 slots; 2 already succeeded, 1 left out.", page.Find(".plan .summary").TextContent);
        Assert.Equal(["already succeeded", "already succeeded", "failed, and failed slots are not chosen", "runs"], page.FindAll(".planned .what").Select(what => what.TextContent));
        Assert.Equal(4, page.FindAll("[aria-selected=true]").Count);
        Assert.Equal(
            "It takes setting next_run to 2014-09-05 09:06Z. The scheduler then runs 2 slots in order: 2014-09-04 05:00Z, 2014-09-05 05:00Z.",
            page.Find(".plan .does").TextContent);

        page.FindAll(".plan input[type=radio]")[1].Change(true);

        Assert.EndsWith("&choice=missing_and_failed", Navigation.Uri, StringComparison.Ordinal);
        Assert.Equal("Will run 2 of 4 slots; 2 already succeeded.", page.Find(".plan .summary").TextContent);
    }

    [Fact]
    public void The_same_is_done_with_the_keyboard_from_the_one_cell_in_the_tab_order()
    {
        var page = Open();
        Assert.Equal("2014-09-05T05:00:00Z", page.Find("[data-slot][tabindex='0']").GetAttribute("data-slot"));

        Press(page, "ArrowLeft");
        Press(page, "ArrowLeft", shift: true);
        Press(page, "ArrowUp", shift: true);

        Assert.EndsWith("?from=2014-08-27T05:00:00Z&until=2014-09-04T05:00:00Z", Navigation.Uri, StringComparison.Ordinal);
        Assert.Equal("2014-08-27T05:00:00Z", page.Find("[data-slot][tabindex='0']").GetAttribute("data-slot"));

        Press(page, "Escape");

        Assert.EndsWith("jobs/daily", Navigation.Uri, StringComparison.Ordinal);
        Assert.Empty(page.FindAll(".plan"));
    }

    [Fact]
    public void What_comes_in_live_does_not_take_the_choice_away()
    {
        var page = Open("?from=2014-09-04T05:00:00Z&until=2014-09-05T05:00:00Z&choice=missing_and_failed");
        Assert.Equal("Will run 2 of 2 slots.", page.Find(".plan .summary").TextContent);

        Publish(SampleBacklogs.Standing(doneUpTo: 4, failing: false));

        page.WaitForAssertion(() => Assert.Equal("Will run 1 of 2 slots; 1 already succeeded.", page.Find(".plan .summary").TextContent));
        Assert.Equal(2, page.FindAll("[aria-selected=true]").Count);
    }

    [Fact]
    public void A_job_whose_schedule_nobody_knows_says_so()
    {
        Schedules.Of("demo").Publish(SampleBacklogs.Book with { Jobs = [SampleBacklogs.Definition with { Schedule = null, CadenceEvidence = "only 1 run is known" }] });

        Assert.Equal("When it runs is not known: only 1 run is known.", Open().Find(".slots .none").TextContent);
    }

    private static IElement Cell(IRenderedComponent<JobPage> page, int day) => page.Find($"[data-slot='2014-09-0{day}T05:00:00Z']");

    private static void Press(IRenderedComponent<JobPage> page, string key, bool shift = false) => page.Find("[data-slot-grid]").KeyDown(new KeyboardEventArgs { Key = key, ShiftKey = shift });

    private IRenderedComponent<JobPage> Open(string query = "")
    {
        Navigation.NavigateTo($"{Shown.Links.Job("daily")}{query}");
        return On<JobPage>(page => page.Add(p => p.Address, "daily"));
    }
}
