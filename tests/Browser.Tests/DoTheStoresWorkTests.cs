using Dashboard.Core.Access;
using Dashboard.Core.Feeds;
using Dashboard.Core.Stores.Health;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Extensions.DependencyInjection;

namespace Dashboard.Browser.Tests;

/// <summary>
/// "Do the crash stores keep crashes and give them back?" — in the middle of a move, on every kind of screen. <c>DASHBOARD_SCREENSHOTS</c> names a folder that pictures are kept in.
/// </summary>
public sealed class DoTheStoresWorkTests(StoresDashboard stores) : Journey, IClassFixture<StoresDashboard>
{
    private static readonly (string Look, ColorScheme Theme, int Width, int Height)[] Looks = [("light", ColorScheme.Light, 1280, 800), ("dark", ColorScheme.Dark, 1280, 800), ("phone", ColorScheme.Light, 360, 780), ("phone-dark", ColorScheme.Dark, 360, 780)];

    [Fact]
    public async Task The_store_that_is_away_is_the_first_sentence_with_why_and_what_waits_for_it()
    {
        var page = (await OpenAsync(stores.Dashboard, "/stores")).Page;

        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToContainTextAsync("new does not work since");
        var row = page.Locator("li.store").First;
        await Expect(row).ToContainTextAsync("1 operation waits for it, the oldest of migrate-store/4711: failed 3 times");
        await Expect(row).ToContainTextAsync("AmazonS3Exception: Please reduce your request rate.");
        await Expect(page.Locator("li.store").Nth(1)).ToContainTextAsync("creates only what is not there");

        // A month in which something is missing is open, a whole one is one line.
        await Expect(page.Locator("details.month[open] tr.bad")).ToHaveCountAsync(1);
        await Expect(page.Locator("details.month[open] tr.bad")).ToContainTextAsync("2 missing, 1 different");
        await Expect(page.Locator("details.month:not([open])")).ToContainTextAsync("2014-08: 31 days, nothing missing, nothing different");
    }

    [Fact]
    public async Task The_configured_stores_say_at_each_level_what_was_asked_of_them_and_what_reached_one_only()
    {
        var page = (await OpenAsync(stores.Dashboard, "/stores")).Page;

        var tree = page.GetByRole(AriaRole.Region, new() { Name = "Configured stores" });
        await Expect(tree).ToContainTextAsync("destination PolyStore");
        await Expect(tree.Locator("summary").First).ToHaveTextAsync("3 operations in the last hour, 3 failed");
        await tree.Locator("summary").First.ClickAsync();
        await Expect(tree.GetByRole(AriaRole.Region, new() { Name = "Operations on destination", Exact = true })).ToContainTextAsync("save raw");
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Saves that reached one store only" })).ToContainTextAsync("3 to be repaired");
    }

    [Theory]
    [InlineData("stores-failing", "/stores")]
    [InlineData("settings", "/settings")]
    public async Task A_page_is_accessible_and_no_wider_than_its_window_on_every_screen(string name, string address)
    {
        foreach (var (look, theme, width, height) in Looks)
        {
            await LookAsync(stores.Dashboard, name, address, look, theme, width, height);
        }
    }

    [Fact]
    public async Task Stores_that_work_and_none_at_all_are_calm()
    {
        var folder = Directory.CreateTempSubdirectory("dashboard-test-stores-");
        foreach (var (name, settings) in ((string, Dictionary<string, string?>)[])[("stores-empty", []), ("stores-working", new() { ["Stores:Watched:old"] = $"files:{folder.FullName}", ["Stores:ProbeSeconds"] = "1" })])
        {
            var dashboard = Keep(await RunningDashboard.StartAsync([new TestSource("demo", await (await TestPostgres.SharedAsync()).NewDatabaseAsync("crontabber-healthy"))], settings));
            await dashboard.Services.GetRequiredService<Feed<StoresSnapshot>>().WatchAsync(TestContext.Current.CancellationToken)
                .FirstAsync(snapshot => snapshot.Stores.Count == settings.Count / 2 && snapshot.Stores.All(store => store.Abilities.Count > 0), TestContext.Current.CancellationToken);
            foreach (var (look, theme, width, height) in Looks)
            {
                await LookAsync(dashboard, name, "/stores", look, theme, width, height);
            }
        }
    }

    private async Task LookAsync(RunningDashboard dashboard, string name, string address, string look, ColorScheme theme, int width, int height)
    {
        var visit = await OpenAsync(dashboard, address, new() { ColorScheme = theme, ViewportSize = new() { Width = width, Height = height }, ReducedMotion = ReducedMotion.Reduce }, Role.Admin);
        var file = Environment.GetEnvironmentVariable("DASHBOARD_SCREENSHOTS") is { } folder ? Path.Combine(folder, $"{name}-{look}.png") : null;
        var picture = await visit.Page.ScreenshotAsync(new() { Path = file, FullPage = file is not null, Animations = ScreenshotAnimations.Disabled });
        var wide = await visit.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth");
        var axe = await visit.Page.RunAxe(new AxeRunOptions { RunOnly = RunOnlyOptions.Tags("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa") });

        // An empty page compresses to next to nothing.
        Assert.InRange(picture.Length, 8_000, 4_000_000);
        Assert.True(wide <= width, $"{address} is {wide} wide in a window of {width}.");
        Assert.Empty(axe.Violations.Select(violation => $"{name} {look}: {violation.Id}: {string.Join(" · ", violation.Nodes.Take(3).Select(node => node.Html))}"));
    }
}
