using Dashboard.Core.Ledger;
using Dashboard.Core.Sources;
using Dashboard.Core.Verdicts;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;

namespace Dashboard.Browser.Tests;

/// <summary>"Can everybody read it?" — WCAG 2.2 AA on every page, in both themes, filled, empty and stale; on a phone; without scripts.</summary>
public sealed class CanEverybodyReadItTests(IncidentDashboard incident) : Journey
{
    private static readonly string[] Pages = ["/", "/jobs", "/jobs?q=colour:red", "/jobs/adu-matview", "/jobs/ftpscraper", "/jobs/no-such-job", "/backfill", "/backfill?show=all", "/jobs?sort=order", "/failures", "/failures/no-such-group", "/graph", "/graph?focus=adu-matview&hops=1", "/retries", "/retries?window=24h&sources=all", "/retries?resource=none", "/settings/access", "/activity", "/activity?kind=reset", "/operations", "/stores", "/no-such-page"];

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Every_page_of_a_bad_night_is_accessible(ColorScheme theme) => await AccessibleAsync(incident.Dashboard, theme, Pages);

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Pages_as_they_were_are_accessible(ColorScheme theme)
    {
        await incident.Dashboard.UntilAsync<LedgerSnapshot>("demo", ledger => ledger.Incidents.Count > 0);
        var then = TimeProvider.System.GetUtcNow().AddMinutes(1).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);

        await AccessibleAsync(incident.Dashboard, theme, [$"/?at={then}", $"/graph?at={then}", $"/jobs/ftpscraper?at={then}", "/graph?at=1999-01-01"]);
    }

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task An_empty_source_is_accessible(ColorScheme theme)
    {
        var postgres = await TestPostgres.SharedAsync();
        var database = await postgres.NewDatabaseAsync("crontabber-healthy");
        var dashboard = Keep(await RunningDashboard.StartAsync([new TestSource("demo", database)]));
        await dashboard.ExecuteAsync("delete from crontabber; delete from crontabber_log");
        await dashboard.UntilAsync<StandingsSnapshot>("demo", standings => standings is { AsOf: not null, Jobs.Count: 0 });

        await AccessibleAsync(dashboard, theme, ["/", "/jobs", "/graph", "/retries", "/stores"]);
    }

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task A_stale_page_and_an_unreachable_source_are_accessible(ColorScheme theme)
    {
        var server = Keep(await TestPostgres.StartAsync());
        var dashboard = Keep(await RunningDashboard.StartAsync(
            [new TestSource("demo", await server.NewDatabaseAsync("crontabber-incident")), new TestSource("gone", "Host=127.0.0.1;Port=1;Database=gone;Username=nobody")]));
        await dashboard.UntilAsync<StandingsSnapshot>("demo", standings => standings.Jobs.Count == 20);
        await dashboard.UntilAsync<SourceStatus>("demo", status => status.State == SourceState.Live);
        await server.KillAsync();
        await dashboard.UntilAsync<SourceStatus>("demo", status => status.State == SourceState.Stale);

        await AccessibleAsync(dashboard, theme, ["/", "/jobs", "/jobs/adu-matview", "/?source=gone", "/jobs?source=gone", "/?source=unknown"]);
    }

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task A_night_of_retries_is_accessible(ColorScheme theme)
    {
        var database = await (await TestPostgres.SharedAsync()).NewDatabaseAsync("crontabber-incident");
        var dashboard = Keep(await RunningDashboard.StartAsync([new TestSource("demo", database)]));
        await dashboard.UntilAsync<StandingsSnapshot>("demo", standings => standings.Jobs.Count == 20);
        await dashboard.TellAsync(new SampleRetries(TimeProvider.System.GetUtcNow()).Told);

        await AccessibleAsync(dashboard, theme, ["/", "/retries", "/retries?window=24h&sources=all", "/jobs/adu-matview"]);
    }

    [Fact]
    public async Task On_a_phone_nothing_has_to_be_scrolled_sideways()
    {
        var visit = await OpenAsync(incident.Dashboard, "/", new() { ViewportSize = new() { Width = 360, Height = 740 }, IsMobile = true, HasTouch = true });
        foreach (var page in Pages)
        {
            await GoAsync(visit.Page, incident.Dashboard, page);

            var (wide, window) = (await visit.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth"), await visit.Page.EvaluateAsync<int>("() => document.documentElement.clientWidth"));
            Assert.True(wide <= window, $"{page} is {wide} wide in a window of {window}.");
        }

        visit.Expect("404");
    }

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Whoever_is_woken_sees_the_verdict_its_cause_what_waiting_costs_and_what_to_do_first_without_scrolling(ColorScheme theme)
    {
        var page = (await OpenAsync(incident.Dashboard, "/", new() { ColorScheme = theme, ViewportSize = new() { Width = 360, Height = 740 }, IsMobile = true, HasTouch = true, ReducedMotion = ReducedMotion.Reduce })).Page;
        foreach (var part in (string[])[".first-root h1", ".first-root .cause", ".first-root .cost", ".first-root .do"])
        {
            var box = await page.Locator(part).BoundingBoxAsync();
            Assert.True(box is { Y: >= 0, Height: > 0 } && box.Y + box.Height <= 740, $"{part} lies from {box?.Y} to {box?.Y + box?.Height} of 740.");
        }

        await PictureAsync(page, $"now-woken-{theme}");
    }

    [Fact]
    public async Task Without_scripts_the_pages_are_there_with_all_their_rows()
    {
        var visit = await VisitAsync(new() { JavaScriptEnabled = false });
        await visit.Page.GotoAsync(incident.Dashboard.LoginUrl("/jobs").AbsoluteUri);

        await Expect(visit.Page.Locator("tr[data-row]")).ToHaveCountAsync(20);
        await visit.Page.Job("adu-matview").GetByRole(AriaRole.Link, new() { Name = "adu-matview" }).ClickAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Main)).ToContainTextAsync("raw_adi not updated for 2014-09-02");
        await visit.Page.GotoAsync(incident.Dashboard.Url.AbsoluteUri);
        await Expect(visit.Page.GetByRole(AriaRole.Link, new() { Name = "5 failing" }).First).ToBeVisibleAsync();
    }

    [Fact]
    public async Task The_theme_somebody_chose_is_there_again_after_a_reload()
    {
        var page = (await OpenAsync(incident.Dashboard, "/jobs", new() { ColorScheme = ColorScheme.Light })).Page;
        var light = await BackgroundAsync(page);
        for (var press = 0; press < 3 && await BackgroundAsync(page) == light; press++)
        {
            await page.Locator("[data-theme-button]").ClickAsync();
        }

        var dark = await BackgroundAsync(page);
        Assert.NotEqual(light, dark);
        await page.ReloadAsync();
        await page.LiveAsync();

        Assert.Equal(dark, await BackgroundAsync(page));
    }

    private static Task<string> BackgroundAsync(IPage page) => page.EvaluateAsync<string>("() => getComputedStyle(document.body).backgroundColor");

    private async Task AccessibleAsync(RunningDashboard dashboard, ColorScheme theme, IReadOnlyList<string> pages)
    {
        var found = new List<string>();
        var visit = await OpenAsync(dashboard, "/", new() { ColorScheme = theme, ReducedMotion = ReducedMotion.Reduce });

        // An address that leads nowhere answers so, which the console tells.
        visit.Expect("404");
        foreach (var page in pages)
        {
            await GoAsync(visit.Page, dashboard, page);
            var result = await visit.Page.RunAxe(new AxeRunOptions { RunOnly = RunOnlyOptions.Tags("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa") });
            found.AddRange(result.Violations.Select(violation =>
                $"{page}: {violation.Id} ({violation.Impact}): {string.Join(" · ", violation.Nodes.Take(3).Select(node => node.Html))}"));
        }

        Assert.True(found.Count == 0, string.Join('\n', found));
    }

    private static async Task GoAsync(IPage page, RunningDashboard dashboard, string address)
    {
        await page.GotoAsync(new Uri(dashboard.Url, address).AbsoluteUri);
        await page.LiveAsync();
    }
}
