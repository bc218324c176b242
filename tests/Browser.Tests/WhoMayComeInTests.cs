using System.Net;
using Dashboard.Core.Access;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;

namespace Dashboard.Browser.Tests;

/// <summary>"Who may come in?" — a browser logs in once with a token, and not without one.</summary>
public sealed class WhoMayComeInTests(IncidentDashboard incident) : Journey
{
    [Fact]
    public async Task Somebody_without_a_token_sees_the_login_and_nothing_of_the_jobs()
    {
        var visit = await VisitAsync();
        visit.Expect("401");
        visit.Expect("403");

        await visit.Page.GotoAsync(new Uri(incident.Dashboard.Url, "/jobs").AbsoluteUri);

        await Expect(visit.Page).ToHaveTitleAsync(new System.Text.RegularExpressions.Regex("Log ?in", System.Text.RegularExpressions.RegexOptions.IgnoreCase, TimeSpan.FromSeconds(1)));
        Assert.DoesNotContain("adu-matview", await visit.Page.ContentAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_lets_one_browser_in_for_good_and_a_second_one_not_at_all()
    {
        var link = incident.Dashboard.LoginUrl("/jobs").AbsoluteUri;
        var first = await VisitAsync();
        await first.Page.GotoAsync(link);
        await first.Page.LiveAsync();
        await Expect(first.Page).ToHaveURLAsync(new Uri(incident.Dashboard.Url, "/jobs").AbsoluteUri);
        await first.Page.ReloadAsync();
        await Expect(first.Page.Locator("tr[data-row]")).ToHaveCountAsync(20);

        var second = await VisitAsync();
        second.Expect("401");
        second.Expect("403");
        second.Expect("400");
        await second.Page.GotoAsync(link);

        Assert.DoesNotContain("adu-matview", await second.Page.ContentAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task A_link_on_a_page_of_somebody_else_logs_nobody_in_who_does_not_agree(ColorScheme theme)
    {
        var page = (await OpenAsync(incident.Dashboard, "/jobs", new() { ColorScheme = theme }, Role.Viewer)).Page;
        var link = incident.Dashboard.LoginUrl("/jobs");

        await FollowAsync(page, link);
        await Expect(page.Locator("main")).ToContainTextAsync("Now it is logged in as the viewer.");
        var result = await page.RunAxe(new AxeRunOptions { RunOnly = RunOnlyOptions.Tags("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa") });
        Assert.Empty(result.Violations.SelectMany(violation => violation.Nodes.Select(node => $"{violation.Id}: {node.Html}")));
        await PictureAsync(page, $"login-asked-{theme}");
        await page.GetByRole(AriaRole.Link, new() { Name = "Leave it" }).ClickAsync();
        await page.LiveAsync();
        await Expect(page.Locator(".account .who")).ToHaveTextAsync("the viewer");

        await FollowAsync(page, link);
        await page.GetByRole(AriaRole.Button, new() { Name = "Log in as the operator" }).ClickAsync();
        await page.LiveAsync();
        await Expect(page).ToHaveURLAsync(new Uri(incident.Dashboard.Url, "/jobs").AbsoluteUri);
        await Expect(page.Locator(".account .who")).ToHaveTextAsync("the operator");
    }

    [Fact]
    public async Task A_token_pasted_into_the_form_lets_a_browser_in_and_the_form_to_leave_lets_it_out()
    {
        var visit = await VisitAsync();
        await visit.Page.GotoAsync(new Uri(incident.Dashboard.Url, "/login?to=%2Fbackfill").AbsoluteUri);
        await visit.Page.GetByLabel("Token").FillAsync(incident.Dashboard.LoginUrl("/", Role.Viewer).AbsoluteUri);
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Log in" }).ClickAsync();
        await visit.Page.LiveAsync();
        await Expect(visit.Page).ToHaveURLAsync(new Uri(incident.Dashboard.Url, "/backfill").AbsoluteUri);

        await visit.Page.GotoAsync(new Uri(incident.Dashboard.Url, "/logout").AbsoluteUri);
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Log out", Exact = true }).ClickAsync();
        await Expect(visit.Page.GetByLabel("Token")).ToBeVisibleAsync();
        Assert.DoesNotContain(await visit.Context.CookiesAsync(), cookie => cookie.Name == "dashboard");
    }

    // From a page that is nobody's: to the dashboard it is another site.
    private static async Task FollowAsync(IPage page, Uri link)
    {
        await page.GotoAsync("about:blank");
        await page.SetContentAsync($"<a href=\"{WebUtility.HtmlEncode(link.AbsoluteUri)}\">You have won</a>");
        await page.GetByRole(AriaRole.Link).ClickAsync();
    }
}
