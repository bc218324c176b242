using Dashboard.Core.Verdicts;

namespace Dashboard.Browser.Tests;

/// <summary>"Why does this silent job not run?" — nothing failed, nothing is logged, and yet for days it has not started.</summary>
public sealed class WhyDoesItNotRunTests : Journey
{
    [Fact]
    public async Task From_the_first_page_to_the_job_at_the_end_of_the_chain()
    {
        var visit = await OpenAsync(await TheBadNightAsync(), "/");

        var status = visit.Page.GetByRole(AriaRole.Status);
        await Expect(status.GetByRole(AriaRole.Link, new() { Name = "blocked by them" })).ToBeVisibleAsync();
        await visit.Page.GetByRole(AriaRole.Region, new() { Name = "Blocked by them" }).GetByRole(AriaRole.Link, new() { Name = "home-page-graph-matview" }).ClickAsync();
        await Expect(visit.Page.Locator(".job-head")).ToContainTextAsync("Blocked");

        var next = visit.Page.GetByRole(AriaRole.Region, new() { Name = "At the next tick" });
        await Expect(next).ToContainTextAsync("The tick ends at the lock of ftpscraper");
        await Expect(next).ToContainTextAsync("Even then: its parent adu-matview failed last time");
        var chain = next.GetByRole(AriaRole.List, new() { Name = "What is in its way" }).GetByRole(AriaRole.Link);
        await Expect(chain).ToHaveTextAsync(["adu-matview", "reports-clean", "duplicates"]);

        await next.GetByRole(AriaRole.Link, new() { Name = "ftpscraper" }).First.ClickAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Name = "ftpscraper", Level = 1 })).ToBeVisibleAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Region, new() { Name = "At the next tick" })).ToContainTextAsync("home-page-graph-matview");
    }

    [Fact]
    public async Task The_run_order_shows_where_the_tick_ends()
    {
        var visit = await OpenAsync(await TheBadNightAsync(), "/jobs");

        await visit.Page.GetByRole(AriaRole.Link, new() { Name = "Run order" }).ClickAsync();

        await Expect(visit.Page.Locator("tr.tick-ends")).ToContainTextAsync("ftpscraper");
        var names = (await visit.Page.Locator("tr[data-row] th a").AllTextContentsAsync()).ToList();
        Assert.True(names.IndexOf("duplicates") < names.IndexOf("ftpscraper") && names.IndexOf("ftpscraper") < names.IndexOf("reports-clean"));
    }

    [Fact]
    public async Task The_graph_is_walked_by_keyboard_alone()
    {
        var visit = await OpenAsync(await TheBadNightAsync(), "/");
        var page = visit.Page;

        await page.Keyboard.PressAsync("g");
        await page.Keyboard.PressAsync("g");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Graph", Level = 1 })).ToBeVisibleAsync();
        await page.Locator("[data-node][tabindex='0']").FocusAsync();
        for (var step = 0; step < 30 && !await NameInFocusAsync(page, "duplicates"); step++)
        {
            await page.Keyboard.PressAsync(step == 0 ? "Home" : "ArrowDown");
        }

        await page.Keyboard.PressAsync("ArrowRight");
        Assert.True(await NameInFocusAsync(page, "reports-clean"));
        await Expect(page.Locator("[data-node][data-lit='down']").Filter(new() { HasText = "home-page-graph" })).ToHaveCountAsync(1);
        await Expect(page.Locator("[data-node][data-lit='up']")).ToHaveCountAsync(1);
        await page.Keyboard.PressAsync("ArrowLeft");
        Assert.True(await NameInFocusAsync(page, "duplicates"));
        await page.Keyboard.PressAsync("Enter");

        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "duplicates", Level = 1 })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task States_change_in_the_graph_and_nothing_moves()
    {
        var dashboard = await TheBadNightAsync();
        var visit = await OpenAsync(dashboard, "/graph");
        var node = visit.Page.Locator("[data-node]").Filter(new() { HasText = "server-status" });
        await Expect(node).ToContainTextAsync("Blocked");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Larger" }).ClickAsync();
        const string places = "() => JSON.stringify([document.querySelector('svg.graph').getAttribute('width'), ...[...document.querySelectorAll('[data-node] .box')].map(box => [box.getAttribute('x'), box.getAttribute('y')])])";
        var before = await visit.Page.EvaluateAsync<string>(places);

        await dashboard.SucceedAsync("ftpscraper");
        await dashboard.SucceedAsync("server-status");

        await Expect(node).ToContainTextAsync("Waiting");
        await Expect(visit.Page.Locator(".tick-sentence")).Not.ToContainTextAsync("The tick ends at ftpscraper");
        Assert.Equal(before, await visit.Page.EvaluateAsync<string>(places));
    }

    private static async Task<bool> NameInFocusAsync(IPage page, string name) =>
        (await page.EvaluateAsync<string>("() => document.activeElement?.getAttribute('aria-label') ?? ''")).StartsWith($"{name}:", StringComparison.Ordinal);

    // The captured night, with its lock as old as it was then and its retries still to come: both by the clock of today.
    private async Task<RunningDashboard> TheBadNightAsync()
    {
        var database = await (await TestPostgres.SharedAsync()).NewDatabaseAsync("crontabber-incident");
        var dashboard = Keep(await RunningDashboard.StartAsync([new TestSource("demo", database)]));
        await dashboard.ExecuteAsync("update crontabber set ongoing = now() - interval '11 hours' where app_name = 'ftpscraper'");
        await dashboard.ExecuteAsync("update crontabber set next_run = now() + interval '1 hour' where app_name in ('duplicates', 'bugzilla-associations', 'android-devices-matview', 'fetch-adi-from-hive', '<b>&\"bold\"''</b>')");
        await dashboard.UntilAsync<StandingsSnapshot>("demo", standings => standings.Find("server-status")?.State is JobState.Blocked && standings.Find("bugzilla-associations")?.Job.NextRun > standings.AsOf);
        return dashboard;
    }
}
