using Dashboard.Core.Access;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Extensions.DependencyInjection;

namespace Dashboard.Browser.Tests;

/// <summary>"Who may do what, and how does that end?" — keys, sessions, the provider, and the page for whoever may not.</summary>
public sealed class WhoMayDoWhatTests(IncidentDashboard incident) : Journey
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_admin_makes_a_key_which_works_is_shown_once_and_is_revoked()
    {
        var page = (await EnterAsync(incident.Dashboard, Role.Admin, "/settings/access")).Page;
        var name = $"wallboard {Guid.NewGuid():N}";
        await page.GetByLabel("What for").FillAsync(name);
        await page.GetByLabel("Works for").SelectOptionAsync("30 days");
        await page.GetByRole(AriaRole.Button, new() { Name = "Make a key" }).ClickAsync();
        var secret = await page.Locator(".secret code").InnerTextAsync();
        Assert.StartsWith("cdk_", secret, StringComparison.Ordinal);
        Assert.Equal(200, await StatusAsync(secret));

        await page.ReloadAsync();
        await page.LiveAsync();
        Assert.DoesNotContain(secret, await page.ContentAsync(), StringComparison.Ordinal);
        await page.GetByRole(AriaRole.Button, new() { Name = $"Revoke the key {name}" }).ClickAsync();
        await Expect(page.Locator(".outcome")).ToContainTextAsync($"The key '{name}' no longer works.");
        Assert.Equal(401, await StatusAsync(secret));
    }

    [Fact]
    public async Task Who_is_shut_out_finds_the_login_at_the_next_click_and_without_one()
    {
        // Of its own: on the one that is shared, others are working under the same name.
        var dashboard = Keep(await RunningDashboard.StartAsync([new TestSource("demo", await (await TestPostgres.SharedAsync()).NewDatabaseAsync("crontabber-incident"))]));
        var clicking = await EnterAsync(dashboard, Role.Operator, "/jobs");
        var idle = await clicking.Context.NewPageAsync();
        await idle.GotoAsync(new Uri(dashboard.Url, "/").AbsoluteUri);
        await idle.LiveAsync();
        clicking.Expect("401");
        clicking.Expect("WebSocket");
        clicking.Expect("not logged in");
        clicking.Expect("Invocation canceled");
        clicking.Expect("connection");
        clicking.Expect("Connection");

        var cookie = (await clicking.Context.CookiesAsync()).Single(cookie => cookie.Name == "dashboard").Value;
        Assert.NotEmpty(cookie);
        var sessions = dashboard.Services.GetRequiredService<SessionQueries>();
        foreach (var session in (await sessions.LiveAsync(Stop)).Where(session => session.Name == "the operator"))
        {
            await sessions.EndAsync(session.Id, "an admin", Stop);
        }

        await clicking.Page.GetByRole(AriaRole.Link, new() { Name = "Graph", Exact = true }).ClickAsync();
        await Expect(clicking.Page.GetByLabel("Token")).ToBeVisibleAsync(new() { Timeout = 60_000 });
        await Expect(idle.GetByLabel("Token")).ToBeVisibleAsync(new() { Timeout = 60_000 });
    }

    [Fact]
    public async Task The_provider_lets_a_real_browser_in_and_out_of_every_tab()
    {
        await using var provider = await OpenIdProvider.StartAsync();
        var dashboard = Keep(await RunningDashboard.StartAsync(
            [new TestSource("demo", await (await TestPostgres.SharedAsync()).NewDatabaseAsync("crontabber-incident"))],
            new Dictionary<string, string?>
            {
                ["Access:Oidc:Authority"] = provider.Authority,
                ["Access:Oidc:ClientId"] = OpenIdProvider.Client,
                ["Access:Oidc:ClientSecret"] = OpenIdProvider.ClientSecret,
                ["Access:Oidc:Title"] = "Example Ltd",
                ["Access:Oidc:Operators:0"] = "sre",
            }));
        var visit = await VisitAsync();
        visit.Expect("401");
        visit.Expect("WebSocket");
        visit.Expect("connection");
        visit.Expect("Connection");
        await visit.Page.GotoAsync(new Uri(dashboard.Url, "/jobs").AbsoluteUri);
        await visit.Page.GetByRole(AriaRole.Link, new() { Name = "Log in with Example Ltd" }).ClickAsync();
        await visit.Page.LiveAsync();
        await Expect(visit.Page).ToHaveURLAsync(new Uri(dashboard.Url, "/jobs").AbsoluteUri);
        await visit.Page.Locator(".account summary").ClickAsync();
        await Expect(visit.Page.Locator(".account")).ToContainTextAsync("alice");
        await Expect(visit.Page.Locator(".account")).ToContainTextAsync("operator · by the provider");

        await visit.Page.GetByRole(AriaRole.Link, new() { Name = "Log out…" }).ClickAsync();
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Log out everywhere" }).ClickAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Link, new() { Name = "Log in with Example Ltd" })).ToBeVisibleAsync();
        await visit.Page.GotoAsync(new Uri(dashboard.Url, "/jobs").AbsoluteUri);
        await Expect(visit.Page.GetByLabel("Token")).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task The_login_the_way_out_and_access_are_accessible_and_fit_a_phone(ColorScheme theme)
    {
        var folder = Environment.GetEnvironmentVariable("DASHBOARD_SCREENSHOTS");
        await using var provider = await OpenIdProvider.StartAsync();
        var dashboard = Keep(await RunningDashboard.StartAsync(
            [new TestSource("demo", await (await TestPostgres.SharedAsync()).NewDatabaseAsync("crontabber-incident"))],
            new Dictionary<string, string?>
            {
                ["Access:Oidc:Authority"] = provider.Authority,
                ["Access:Oidc:ClientId"] = OpenIdProvider.Client,
                ["Access:Oidc:ClientSecret"] = OpenIdProvider.ClientSecret,
                ["Access:Oidc:Title"] = "Example Ltd",
                ["Access:Oidc:Operators:0"] = "sre",
            }));
        var keys = dashboard.Services.GetRequiredService<ApiKeyQueries>();
        await keys.CreateAsync("wallboard", "viewer", TimeSpan.FromDays(90), "terminal", Stop);
        await keys.CreateAsync("executor", "ingest", null, "terminal", Stop);
        await keys.RevokeAsync("executor", "terminal", Stop);
        var guest = await VisitAsync(new() { ColorScheme = theme });
        await guest.Page.GotoAsync(new Uri(dashboard.Url, "/login/oidc").AbsoluteUri);
        await guest.Page.LiveAsync();

        foreach (var (look, width) in ((string, int)[])[("wide", 1280), ("phone", 360)])
        {
            var visit = await EnterAsync(dashboard, Role.Admin, "/settings/access", new() { ColorScheme = theme, ViewportSize = new() { Width = width, Height = 800 }, ReducedMotion = ReducedMotion.Reduce });
            var stranger = await VisitAsync(new() { ColorScheme = theme, ViewportSize = new() { Width = width, Height = 800 } });
            stranger.Expect("403");
            await stranger.Page.GotoAsync(new Uri(dashboard.Url, "/login").AbsoluteUri);
            await LookAsync(stranger.Page, folder, $"login-{theme}-{look}");
            await stranger.Page.GotoAsync(new Uri(dashboard.Url, "/login?trouble=no-role").AbsoluteUri);
            await LookAsync(stranger.Page, folder, $"login-trouble-{theme}-{look}");
            await LookAsync(visit.Page, folder, $"access-{theme}-{look}");
            await visit.Page.Locator(".account summary").ClickAsync();
            
            // An open menu covers parts of what is below it: it is looked at by itself.
            await LookAsync(visit.Page, folder, $"account-{theme}-{look}", ".account");
            await visit.Page.GotoAsync(new Uri(dashboard.Url, "/logout").AbsoluteUri);
            await LookAsync(visit.Page, folder, $"logout-{theme}-{look}");
        }
    }

    private static async Task LookAsync(IPage page, string? folder, string name, string within = "html")
    {
        await page.ScreenshotAsync(new() { Path = folder is null ? null : Path.Combine(folder, $"{name}.png"), Animations = ScreenshotAnimations.Disabled });
        var (wide, window) = (await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth"), await page.EvaluateAsync<int>("() => document.documentElement.clientWidth"));
        Assert.True(wide <= window, $"{name} is {wide} wide in a window of {window}.");
        var result = await page.Locator(within).RunAxe(new AxeRunOptions { RunOnly = RunOnlyOptions.Tags("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa") });
        Assert.True(result.Violations.Length == 0, $"{name}: {string.Join(" · ", result.Violations.SelectMany(violation => violation.Nodes.Select(node => $"{violation.Id}: {node.Html}")))}");
    }

    private async Task<Visit> EnterAsync(RunningDashboard dashboard, Role role, string address, BrowserNewContextOptions? options = null)
    {
        var visit = await VisitAsync(options);
        await visit.Page.GotoAsync(dashboard.LoginUrl(address, role).AbsoluteUri);
        await visit.Page.LiveAsync();
        return visit;
    }

    private async Task<int> StatusAsync(string key)
    {
        using var client = incident.Dashboard.NewClient();
        client.DefaultRequestHeaders.Add("X-Api-Key", key);
        using var answer = await client.GetAsync(new Uri("/api/v1/me", UriKind.Relative), Stop);
        return (int)answer.StatusCode;
    }
}
