using System.Net;
using System.Web;
using Dashboard.Core.Access;
using Dashboard.Core.Database;
using Dashboard.Kit;
using Microsoft.Extensions.DependencyInjection;

namespace Dashboard.Web.Tests.Security;

/// <summary>Logging in through a real provider, with the code flow as it goes over the wire.</summary>
public sealed class OpenIdLoginTests : IAsyncLifetime
{
    private OpenIdProvider? provider;
    private RunningDashboard? running;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private OpenIdProvider Provider => provider!;

    private RunningDashboard Dashboard => running!;

    private SessionQueries Sessions => Dashboard.Services.GetRequiredService<SessionQueries>();

    public async ValueTask InitializeAsync()
    {
        provider = await OpenIdProvider.StartAsync();
        running = await StartAsync(provider.Authority, OpenIdProvider.ClientSecret);
    }

    public async ValueTask DisposeAsync()
    {
        await Dashboard.DisposeAsync();
        await Provider.DisposeAsync();
    }

    [Theory]
    [InlineData("sre", Role.Operator)]
    [InlineData("platform", Role.Admin)]
    [InlineData("support", Role.Viewer)]
    public async Task Somebody_comes_in_with_the_role_of_their_group_and_arrives_where_they_wanted_to(string group, Role expected)
    {
        Provider.Person = new KnownPerson($"subject-{group}", $"alice of {group}", "everything-else", group);
        using var visitor = new Visitor();
        var (page, way) = await visitor.FollowAsync(At("/login/oidc?to=%2Fjobs%3Fq%3Dftp"), Stop);

        var asked = HttpUtility.ParseQueryString(way[1].Query);
        Assert.Equal(("code", "S256", null), (asked["response_type"], asked["code_challenge_method"], asked["response_mode"]));
        Assert.All((string[])["code_challenge", "state", "nonce"], name => Assert.InRange(asked[name]!.Length, 40, 2_000));
        Assert.Contains("groups", asked["scope"]!.Split(' '));
        Assert.Equal(("authorization_code", true), Provider.Exchanges.Single());

        Assert.Equal("/login/done", way[^1].AbsolutePath);
        Assert.Contains("content=\"0;url=/jobs?q=ftp\"", await page.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        using var jobs = await visitor.GetAsync(At("/jobs"), Stop);
        Assert.Equal(HttpStatusCode.OK, jobs.StatusCode);

        var session = Assert.Single(await Sessions.LiveAsync(Stop));
        Assert.Equal(($"alice of {group}", expected, ActorVia.OpenId), (session.Name, session.Role, session.Via));
        Assert.EndsWith($" subject-{group}", session.Subject, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_login_offers_it_and_the_cookie_holds_no_token_of_the_provider()
    {
        using var visitor = new Visitor();
        using var login = await visitor.GetAsync(At("/login?to=%2Fjobs"), Stop);
        var text = await login.Content.ReadAsStringAsync(Stop);
        Assert.Contains("href=\"/login/oidc?to=%2Fjobs\"", text, StringComparison.Ordinal);
        Assert.Contains("Log in with Example Ltd", text, StringComparison.Ordinal);

        await visitor.FollowAsync(At("/login/oidc"), Stop);
        var cookies = visitor.Cookies.GetCookies(Dashboard.Url).ToDictionary(cookie => cookie.Name, cookie => cookie.Value);

        // A session's number and its seal; an identity token alone is longer.
        Assert.InRange(cookies["dashboard"].Length, 100, 600);
        Assert.DoesNotContain(cookies.Keys, name => name.StartsWith(".AspNetCore.", StringComparison.Ordinal) && cookies[name].Length > 0);
    }

    [Fact]
    public async Task Somebody_without_a_group_that_counts_is_told_so_and_has_no_session()
    {
        Provider.Person = new KnownPerson("9", "mallory", "SRE", "sre ", "admins", "*");
        await RefusedAsync("no-role", "nothing gives you a role");
    }

    [Fact]
    public async Task Somebody_who_was_shut_out_stays_out_although_the_provider_vouches_for_them()
    {
        await using (var bar = Dashboard.Services.GetRequiredService<OwnDatabase>().Source.CreateCommand(
            $"insert into dashboard.barred (via, subject, name, barred_by) values ('oidc', '{Provider.Authority} 1', 'alice', 'a test')"))
        {
            await bar.ExecuteNonQueryAsync(Stop);
        }

        await RefusedAsync("barred", "You were shut out");
    }

    [Fact]
    public async Task An_answer_that_was_not_asked_for_by_this_browser_or_was_used_before_lets_nobody_in()
    {
        using var visitor = new Visitor();
        var (_, way) = await visitor.FollowAsync(At("/login/oidc"), Stop);
        var answer = way.Single(address => address.AbsolutePath == "/login/oidc/callback");

        using var thief = new Visitor();
        foreach (var (who, address) in ((Visitor, Uri)[])
            [
                (thief, answer),
                (thief, At("/login/oidc/callback")),
                (thief, At("/login/oidc/callback?code=x&state=y")),
                (thief, At("/login/oidc/callback?error=access_denied&error_description=%3Cscript%3Ealert(1)%3C/script%3E")),
            ])
        {
            var (page, path) = await who.FollowAsync(address, Stop);
            Assert.Equal((HttpStatusCode.Forbidden, "/login?trouble=provider"), (page.StatusCode, path[^1].PathAndQuery));
            Assert.DoesNotContain("<script>alert", await page.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        }

        // Who is in stays in, and nobody else came.
        var (again, last) = await visitor.FollowAsync(answer, Stop);
        Assert.Equal((HttpStatusCode.OK, "/"), (again.StatusCode, last[^1].PathAndQuery));
        Assert.Single(await Sessions.LiveAsync(Stop));
    }

    [Theory]
    [InlineData("//evil.example")]
    [InlineData("https://evil.example/")]
    [InlineData("/\\evil.example")]
    [InlineData("/%2f/evil.example")]
    public async Task It_leads_nowhere_else(string to)
    {
        using var visitor = new Visitor();
        var (page, way) = await visitor.FollowAsync(At($"/login/oidc?to={Uri.EscapeDataString(to)}"), Stop);
        Assert.Equal("/login/done?to=%2F", way[^1].PathAndQuery);
        Assert.DoesNotContain("evil", await page.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_secret_and_a_provider_that_is_away_are_told_without_their_reasons()
    {
        await using (var wrong = await StartAsync(Provider.Authority, "not-the-secret"))
        {
            using var visitor = new Visitor();
            var (page, way) = await visitor.FollowAsync(new Uri(wrong.Url, "/login/oidc"), Stop);
            Assert.Equal((HttpStatusCode.Forbidden, "/login?trouble=provider"), (page.StatusCode, way[^1].PathAndQuery));
        }

        await using var alone = await StartAsync("http://127.0.0.1:1", OpenIdProvider.ClientSecret);
        using var other = new Visitor();
        using var answer = await other.GetAsync(new Uri(alone.Url, "/login/oidc"), Stop);
        var text = await answer.Content.ReadAsStringAsync(Stop);
        Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
        Assert.Contains("Logging in through the provider failed", text, StringComparison.Ordinal);
        Assert.DoesNotContain("127.0.0.1:1", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_logs_out_at_the_provider_is_out_here_at_the_next_click_and_others_are_not()
    {
        using var first = await InAsync("login-1");
        using var second = await InAsync("login-2");
        Provider.Person = new KnownPerson("2", "bob", "sre");
        using var other = await InAsync("login-3");

        // Made before they came: it is not them it means, however late it arrives.
        Assert.Equal(HttpStatusCode.OK, await SaidAsync(Provider.LogoutToken(Claims(("sub", "1")), age: TimeSpan.FromMinutes(3))));
        Assert.Equal((true, true, true), (await IsInAsync(first), await IsInAsync(second), await IsInAsync(other)));

        Assert.Equal(HttpStatusCode.OK, await SaidAsync(Provider.LogoutToken(Claims(("sid", "login-1")))));
        Assert.Equal((false, true, true), (await IsInAsync(first), await IsInAsync(second), await IsInAsync(other)));

        Assert.Equal(HttpStatusCode.OK, await SaidAsync(Provider.LogoutToken(Claims(("sub", "1")))));
        Assert.Equal((false, true), (await IsInAsync(second), await IsInAsync(other)));
        Assert.Equal("bob", Assert.Single(await Sessions.LiveAsync(Stop)).Name);
    }

    [Fact]
    public async Task A_logout_that_is_not_the_providers_ends_nothing()
    {
        using var visitor = await InAsync("login-1");
        await using var elsewhere = await OpenIdProvider.StartAsync();
        var right = Provider.LogoutToken(Claims(("sub", "1")));
        var parts = right.Split('.');
        string[] wrong =
        [
            "", "x", "a.b.c", $"{parts[0]}.{parts[1]}.", $"{parts[0]}.{parts[1]}.{new string('A', parts[2].Length)}", $"eyJhbGciOiJub25lIn0.{parts[1]}.",
            elsewhere.LogoutToken(Claims(("sub", "1"))),
            Provider.LogoutToken(Claims(("sub", "1")), audience: "another-client"),
            Provider.LogoutToken(Claims(("sub", "1"), ("nonce", "n"))),
            Provider.LogoutToken(Claims()),
            Provider.LogoutToken(new Dictionary<string, object> { ["sub"] = "1" }),
            Provider.LogoutToken(new Dictionary<string, object> { ["sub"] = "1", ["events"] = new Dictionary<string, object> { ["something-else"] = new Dictionary<string, object>() } }),
        ];

        foreach (var token in wrong)
        {
            Assert.True(await SaidAsync(token) == HttpStatusCode.BadRequest, token);
        }

        Assert.True(await IsInAsync(visitor));
    }

    private static Dictionary<string, object> Claims(params (string Name, string Value)[] claims)
    {
        var all = claims.ToDictionary(claim => claim.Name, claim => (object)claim.Value, StringComparer.Ordinal);
        all["events"] = new Dictionary<string, object> { ["http://schemas.openid.net/event/backchannel-logout"] = new Dictionary<string, object>() };
        return all;
    }

    private async Task<Visitor> InAsync(string login)
    {
        Provider.Login = login;
        var visitor = new Visitor();
        var (page, _) = await visitor.FollowAsync(At("/login/oidc"), Stop);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        return visitor;
    }

    private async Task<bool> IsInAsync(Visitor visitor)
    {
        using var answer = await visitor.GetAsync(At("/jobs"), Stop);
        return answer.StatusCode == HttpStatusCode.OK;
    }

    private async Task<HttpStatusCode> SaidAsync(string token)
    {
        using var content = new FormUrlEncodedContent([new("logout_token", token)]);
        using var answer = await Dashboard.Anonymous.PostAsync(At("/login/oidc/logout"), content, Stop);
        return answer.StatusCode;
    }

    private static async Task<RunningDashboard> StartAsync(string authority, string secret) => await RunningDashboard.StartAsync(
        [new TestSource("demo", await (await TestPostgres.SharedAsync()).NewDatabaseAsync("crontabber-healthy"), "poll")],
        new Dictionary<string, string?>
        {
            ["Access:Oidc:Authority"] = authority,
            ["Access:Oidc:ClientId"] = OpenIdProvider.Client,
            ["Access:Oidc:ClientSecret"] = secret,
            ["Access:Oidc:Title"] = "Example Ltd",
            ["Access:Oidc:Scopes:0"] = "groups",
            ["Access:Oidc:Admins:0"] = "platform",
            ["Access:Oidc:Operators:0"] = "sre",
            ["Access:Oidc:Viewers:0"] = "support",
        });

    private async Task RefusedAsync(string trouble, string words)
    {
        using var visitor = new Visitor();
        var (page, way) = await visitor.FollowAsync(At("/login/oidc"), Stop);
        Assert.Equal((HttpStatusCode.Forbidden, $"/login?trouble={trouble}"), (page.StatusCode, way[^1].PathAndQuery));
        Assert.Contains(words, await page.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        Assert.Empty(await Sessions.LiveAsync(Stop));
        Assert.Null(visitor.Cookies.GetCookies(Dashboard.Url)["dashboard"]);
    }

    private Uri At(string path) => new(Dashboard.Url, path);
}
