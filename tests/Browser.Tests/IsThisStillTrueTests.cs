using Dashboard.Core.Sources;
using Dashboard.Core.Verdicts;

namespace Dashboard.Browser.Tests;

/// <summary>"Is what I see still true?" — the database dies, hangs and comes back while somebody looks. How fast the page says so is measured by <c>./run bench outage</c>.</summary>
public sealed class IsThisStillTrueTests : Journey
{
    // Every row as it is drawn, at each change of the document: what a person could have read at any moment.
    private const string WatchScript = """
        () => {
          window.shown = new Set();
          const note = () => {
            const rows = [...document.querySelectorAll('tr[data-row]')].map(row => [row.querySelector('th').textContent, row.querySelector('.c-state').textContent, row.querySelector('.below').textContent].join('|'));
            window.shown.add(rows.sort().join('\n'));
          };
          note();
          new MutationObserver(note).observe(document.body, { subtree: true, childList: true, characterData: true });
        }
        """;

    private TestPostgres server = null!;
    private RunningDashboard dashboard = null!;

    /// <inheritdoc/>
    public override async ValueTask InitializeAsync()
    {
        server = Keep(await TestPostgres.StartAsync());
        dashboard = Keep(await RunningDashboard.StartAsync([new TestSource("demo", await server.NewDatabaseAsync("crontabber-incident"))]));
        await dashboard.UntilAsync<StandingsSnapshot>("demo", standings => standings.Jobs.Count == 20);
        await dashboard.UntilAsync<SourceStatus>("demo", status => status.State == SourceState.Live);
    }

    [Fact]
    public async Task A_killed_server_leaves_the_last_truth_with_its_age_and_a_restarted_one_is_live_again()
    {
        var page = await WatchedAsync();

        await server.KillAsync();
        await Expect(page.GetByRole(AriaRole.Banner)).ToContainTextAsync("stale", new() { IgnoreCase = true });
        await Expect(page.GetByRole(AriaRole.Banner)).ToContainTextAsync("What you see is old");
        await Expect(page.Locator("tr[data-row]")).ToHaveCountAsync(20);

        await server.StartAgainAsync();
        await Expect(page.Locator(".stamp")).ToContainTextAsync("live");
        await OnlyOneTruthWasShownAsync(page);
        await SeesTheNextChangeAsync(page);
    }

    [Fact]
    public async Task A_server_that_hangs_is_called_stale_too_and_live_again_when_it_goes_on()
    {
        var page = await WatchedAsync();

        await server.SignalAllAsync("STOP");
        try
        {
            await Expect(page.GetByRole(AriaRole.Banner)).ToContainTextAsync("What you see is old");
            await Expect(page.Locator("tr[data-row]")).ToHaveCountAsync(20);
        }
        finally
        {
            await server.SignalAllAsync("CONT");
        }

        await Expect(page.Locator(".stamp")).ToContainTextAsync("live");
        await OnlyOneTruthWasShownAsync(page);
        await SeesTheNextChangeAsync(page);
    }

    [Fact]
    public async Task Somebody_who_arrives_during_the_outage_sees_the_last_truth_and_that_it_is_old()
    {
        await server.KillAsync();
        await dashboard.UntilAsync<SourceStatus>("demo", status => status.State == SourceState.Stale);

        var visit = await OpenAsync(dashboard, "/jobs");

        await Expect(visit.Page.Locator("tr[data-row]")).ToHaveCountAsync(20);
        await Expect(visit.Page.GetByRole(AriaRole.Banner)).ToContainTextAsync("What you see is old");
    }

    private async Task<IPage> WatchedAsync()
    {
        var visit = await OpenAsync(dashboard, "/jobs");
        await Expect(visit.Page.Locator(".stamp")).ToContainTextAsync("live");
        await visit.Page.EvaluateAsync(WatchScript);
        return visit.Page;
    }

    private static async Task OnlyOneTruthWasShownAsync(IPage page) =>
        Assert.Single(await page.EvaluateAsync<string[]>("() => [...window.shown]"));

    private async Task SeesTheNextChangeAsync(IPage page)
    {
        await dashboard.FailAsync("server-status", "after the outage");
        await Expect(page.Job("server-status")).ToContainTextAsync("after the outage");
    }
}
