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

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Whoever_is_woken_still_reads_what_was_said_last_on_a_phone_whose_dashboard_is_gone_and_that_it_is_not_live(ColorScheme theme)
    {
        var dashboard = await RunningDashboard.StartAsync("crontabber-incident");
        var visit = await OpenAsync(dashboard, "/", new() { ColorScheme = theme, ViewportSize = new() { Width = 360, Height = 740 }, IsMobile = true, HasTouch = true, ReducedMotion = ReducedMotion.Reduce });
        visit.Expect("");
        await Expect(visit.Page.Locator(".first-root h1")).ToBeVisibleAsync();
        string[] parts = [".first-root h1", ".first-root .cause", ".first-root .cost", ".first-root .do"];
        var before = await Task.WhenAll(parts.Select(part => visit.Page.Locator(part).InnerTextAsync()));

        await dashboard.DisposeAsync();

        await Expect(visit.Page.GetByText(new Regex("Offline since", RegexOptions.None, TimeSpan.FromSeconds(1)))).ToBeVisibleAsync();
        Assert.Equal(before, await Task.WhenAll(parts.Select(part => visit.Page.Locator(part).InnerTextAsync())));
        foreach (var part in parts)
        {
            // Nothing lies over it: what is told about the connection leaves it readable.
            Assert.True(await visit.Page.Locator(part).EvaluateAsync<bool>("part => { const box = part.getBoundingClientRect(); const top = document.elementFromPoint(box.left + 8, box.top + 8); return part === top || part.contains(top); }"), $"Something lies over {part}.");
        }

        await PictureAsync(visit.Page, $"now-gone-{theme}");
    }
}
