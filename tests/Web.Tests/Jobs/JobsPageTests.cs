using AngleSharp.Dom;
using Bunit;
using Dashboard.Core.Verdicts;
using Dashboard.Kit;
using Dashboard.Web.Jobs;
using Dashboard.Web.Tests.Layout;
using Microsoft.AspNetCore.Components.Web;

namespace Dashboard.Web.Tests.Jobs;

public sealed class JobsPageTests : PageTest
{
    [Fact]
    public void A_job_that_changes_is_drawn_anew_while_one_watches()
    {
        Publish(SampleJobs.Standing("a"), SampleJobs.Standing("b"));
        var page = On<JobsPage>();
        Publish(SampleJobs.Standing("a"), SampleJobs.Standing("b", JobState.Failing));
        page.WaitForAssertion(() => Assert.Equal(["b Failing", "a Waiting"], Rows(page)));
    }

    [Fact]
    public void The_url_says_what_is_shown()
    {
        Standings.Of("demo").Publish(SampleJobs.OneOfEach());
        Navigation.NavigateTo("jobs?q=job:a-&state=failing,waiting&sort=-name");
        var page = On<JobsPage>();
        Assert.Equal(["a-Waiting Waiting", "a-Failing Failing"], Rows(page));
        Assert.Equal(["Failing 1", "Waiting 1"], page.FindAll(".chips a[aria-current]").Select(chip => Words(chip)));
        Assert.Equal("descending", page.Find("th.c-name").GetAttribute("aria-sort"));
    }

    [Fact]
    public void Typing_searches_and_lives_in_the_url_without_filling_the_way_back()
    {
        Publish(SampleJobs.Standing("a"), SampleJobs.Standing("b"));
        var page = On<JobsPage>();
        page.Find("[type=search]").Input("job:b");
        Assert.EndsWith("/jobs?q=job:b", Navigation.Uri, StringComparison.Ordinal);
        Assert.True(Navigation.History.First().Options.ReplaceHistoryEntry);
        page.WaitForAssertion(() => Assert.Equal(["b Waiting"], Rows(page)));
    }

    [Fact]
    public void A_token_nobody_understands_is_explained_beside_the_line()
    {
        Publish(SampleJobs.Standing("a"));
        Navigation.NavigateTo("jobs?q=state:nope");
        var page = On<JobsPage>();
        Assert.Contains("“nope” is no state", page.Find("#search-problems").TextContent, StringComparison.Ordinal);
        Assert.Single(Rows(page));
    }

    [Fact]
    public void A_selection_holds_the_list_counts_what_changed_and_shows_it_when_asked()
    {
        Publish(SampleJobs.Standing("a"), SampleJobs.Standing("b"), SampleJobs.Standing("c"));
        var page = On<JobsPage>();
        page.FindAll("[data-pick]")[0].Click();
        Publish(SampleJobs.Standing("a"), SampleJobs.Standing("b", JobState.Failing));
        page.WaitForAssertion(() => Assert.Contains("List held at 09:07:00Z · 3 newer changes", Words(page.Find(".held")), StringComparison.Ordinal));
        Assert.Equal(["a Waiting", "b Waiting", "c Waiting"], Rows(page));
        Assert.Contains("1 selected", page.Find(".selection").TextContent, StringComparison.Ordinal);
        page.Find(".held button").Click();
        page.WaitForAssertion(() => Assert.Equal(["b Failing", "a Waiting"], Rows(page)));
        Assert.Equal("true", page.FindAll("tr.row")[1].GetAttribute("aria-selected"));
    }

    [Fact]
    public void Shift_selects_the_rows_between()
    {
        Publish(Enumerable.Range(0, 6).Select(i => SampleJobs.Standing($"job-{i}")));
        var page = On<JobsPage>();
        page.FindAll("[data-pick]")[1].Click();
        page.FindAll("[data-pick]")[4].Click(new MouseEventArgs { ShiftKey = true });
        Assert.Equal(["job-1", "job-2", "job-3", "job-4"], page.FindAll("tr.picked .job-name").Select(name => name.TextContent));
        page.Find("[data-escape]").Click();
        page.WaitForAssertion(() => Assert.Empty(page.FindAll("tr.picked")));
        Assert.Empty(page.FindAll(".selection"));
    }

    [Fact]
    public async Task Of_a_long_list_only_what_is_in_sight_is_drawn()
    {
        Publish(Enumerable.Range(0, 1000).Select(i => SampleJobs.Standing($"job-{i:0000}")));
        var page = On<JobsPage>();
        Assert.Equal(100, page.FindAll("tr.row").Count);
        await page.InvokeAsync(() => page.FindComponent<JobTable>().Instance.InSight(500, 40, 36));
        Assert.Equal(40, page.FindAll("tr.row").Count);
        Assert.Equal("job-0500", page.Find("tr.row .job-name").TextContent);
        Assert.Equal(["18000", "16560"], page.FindAll("tr.spacer svg").Select(space => space.GetAttribute("height")));
    }

    [Fact]
    public void Names_and_unreadable_cells_are_shown_as_they_are()
    {
        var odd = SampleJobs.Standing("résumé-日本-☃ <i>\"'&");
        Publish(odd with { Job = odd.Job with { Unreadable = new Dictionary<string, string> { ["last_error"] = "{not json", ["next_run"] = "infinity" } } });
        var row = On<JobsPage>().Find("tr.row");
        Assert.Equal("résumé-日本-☃ <i>\"'&", row.QuerySelector(".job-name")!.TextContent);
        Assert.Equal(["{not json", "infinity"], row.QuerySelectorAll(".unreadable").Select(cell => cell.GetAttribute("title")));
    }

    private static string[] Rows(IRenderedComponent<JobsPage> page) =>
        [.. page.FindAll("tr.row").Select(row => $"{row.QuerySelector(".job-name")!.TextContent} {row.QuerySelector(".word")!.TextContent}")];

    private static string Words(INode element) => string.Join(' ', element.TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
