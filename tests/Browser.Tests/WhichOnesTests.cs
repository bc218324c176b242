using Dashboard.Core.Verdicts;

namespace Dashboard.Browser.Tests;

/// <summary>"Which ones did I choose?" — a selection holds the list while the night goes on.</summary>
public sealed class WhichOnesTests : Journey
{
    [Fact]
    public async Task The_first_selection_holds_the_list_still_counts_what_came_since_and_shows_it_when_asked()
    {
        var dashboard = Keep(await RunningDashboard.StartAsync("crontabber-healthy"));
        await dashboard.UntilAsync<StandingsSnapshot>("demo", standings => standings.Jobs.Count > 10);
        var page = (await OpenAsync(dashboard, "/jobs")).Page;
        var before = await page.Locator("tr[data-row] th a").AllTextContentsAsync();
        await page.GetByRole(AriaRole.Checkbox, new() { Name = "Select ftpscraper" }).CheckAsync();
        await page.GetByRole(AriaRole.Checkbox, new() { Name = "Select server-status" }).CheckAsync();

        await dashboard.FailAsync("duplicates", "while somebody chooses");
        var bar = page.GetByRole(AriaRole.Region, new() { Name = "Selection" });
        await Expect(bar).ToContainTextAsync("2 selected");
        await Expect(bar).ToContainTextAsync("newer change");
        Assert.Equal(before, await page.Locator("tr[data-row] th a").AllTextContentsAsync());
        await Expect(page.Job("duplicates")).Not.ToContainTextAsync("while somebody chooses");

        await bar.GetByRole(AriaRole.Button, new() { Name = "Show" }).ClickAsync();
        await Expect(page.Job("duplicates")).ToContainTextAsync("while somebody chooses");
        await Expect(page.GetByRole(AriaRole.Checkbox, new() { Name = "Select ftpscraper" })).ToBeCheckedAsync();
        await Expect(page.GetByRole(AriaRole.Checkbox, new() { Name = "Select server-status" })).ToBeCheckedAsync();

        await bar.GetByRole(AriaRole.Button, new() { Name = "Unselect" }).ClickAsync();
        await Expect(bar).ToHaveCountAsync(0);
    }
}
