using System.Text.RegularExpressions;

namespace Dashboard.Browser.Tests;

/// <summary>"Is the dashboard still there?" — its server stops under an open page.</summary>
public sealed class IsTheDashboardStillThereTests : Journey
{
    [Fact]
    public async Task A_page_whose_server_is_gone_stays_readable_and_says_since_when_it_is_offline()
    {
        var dashboard = await RunningDashboard.StartAsync("crontabber-incident");
        var visit = await OpenAsync(dashboard, "/jobs");
        visit.Expect("");
        await Expect(visit.Page.Locator("tr[data-row]")).ToHaveCountAsync(20);

        await dashboard.DisposeAsync();

        await Expect(visit.Page.GetByText(new Regex("Offline since", RegexOptions.None, TimeSpan.FromSeconds(1)))).ToBeVisibleAsync();
        await Expect(visit.Page.Locator("tr[data-row]")).ToHaveCountAsync(20);
        await Expect(visit.Page.Job("adu-matview")).ToContainTextAsync("raw_adi not updated");
        await visit.Page.Job("adu-matview").GetByRole(AriaRole.Link, new() { Name = "adu-matview" }).FocusAsync();
    }
}
