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

    [Fact]
    public async Task A_token_pasted_into_the_form_lets_a_browser_in_and_the_form_to_leave_lets_it_out()
    {
        var visit = await VisitAsync();
        await visit.Page.GotoAsync(new Uri(incident.Dashboard.Url, "/login?to=%2Fbackfill").AbsoluteUri);
        await visit.Page.GetByLabel("Token").FillAsync(incident.Dashboard.LoginUrl("/", Core.Access.Role.Viewer).AbsoluteUri);
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Log in" }).ClickAsync();
        await visit.Page.LiveAsync();
        await Expect(visit.Page).ToHaveURLAsync(new Uri(incident.Dashboard.Url, "/backfill").AbsoluteUri);

        await visit.Page.GotoAsync(new Uri(incident.Dashboard.Url, "/logout").AbsoluteUri);
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Log out", Exact = true }).ClickAsync();
        await Expect(visit.Page.GetByLabel("Token")).ToBeVisibleAsync();
        Assert.DoesNotContain(await visit.Context.CookiesAsync(), cookie => cookie.Name == "dashboard");
    }
}
