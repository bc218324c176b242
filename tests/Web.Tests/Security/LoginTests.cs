using System.Net;
using System.Text.RegularExpressions;
using Dashboard.Core.Access;
using Dashboard.Kit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Dashboard.Web.Tests.Security;

public sealed partial class LoginTests(SharedDashboard shared)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private RunningDashboard Dashboard => shared.Running;

    [Fact]
    public async Task A_link_logs_one_browser_in_once_and_leads_to_its_page()
    {
        var link = Dashboard.LoginUrl("/jobs?state=failing");

        using var first = await Dashboard.OpenedAsync(link, Stop);
        Assert.Equal((HttpStatusCode.Redirect, "/jobs?state=failing"), (first.StatusCode, first.Headers.Location?.OriginalString));
        var cookie = first.Headers.GetValues("Set-Cookie").Single();
        Assert.StartsWith("dashboard=", cookie, StringComparison.Ordinal);
        Assert.Contains("; path=/; samesite=strict; httponly", cookie, StringComparison.Ordinal);
        using var browser = Dashboard.NewClient();
        browser.DefaultRequestHeaders.Add("Cookie", cookie.Split(';')[0]);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(browser, "/"));

        using var second = await Dashboard.OpenedAsync(link, Stop);
        Assert.Equal(HttpStatusCode.Unauthorized, second.StatusCode);
        Assert.False(second.Headers.Contains("Set-Cookie") && second.Headers.GetValues("Set-Cookie").Any(value => value.StartsWith("dashboard=", StringComparison.Ordinal)));
        Assert.Contains("was used before", await second.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_many_who_come_with_one_link_at_once_one_is_let_in()
    {
        await using var calm = await FreshAsync();
        var link = calm.LoginUrl();
        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(async _ =>
        {
            using var answer = await calm.OpenedAsync(link, Stop);
            return answer.StatusCode;
        }));
        Assert.Single(answers, HttpStatusCode.Redirect);
    }

    [Fact]
    public async Task A_link_that_is_only_looked_at_is_not_used_up()
    {
        var link = Dashboard.LoginUrl();
        using (var head = new HttpRequestMessage(HttpMethod.Head, link))
        using (var answer = await Dashboard.Anonymous.SendAsync(head, Stop))
        {
            Assert.NotEqual(HttpStatusCode.Redirect, answer.StatusCode);
        }

        using (var prefetch = new HttpRequestMessage(HttpMethod.Get, link) { Headers = { { "Sec-Purpose", "prefetch;prerender" } } })
        using (var answer = await Dashboard.Anonymous.SendAsync(prefetch, Stop))
        {
            Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        }

        using var opened = await Dashboard.OpenedAsync(link, Stop);
        Assert.Equal(HttpStatusCode.Redirect, opened.StatusCode);
    }

    [Theory]
    [InlineData("cross-site")]
    [InlineData("same-site")]
    [InlineData("same-origin")]
    [InlineData("none, cross-site")]
    [InlineData("")]
    [InlineData(null)]
    public async Task A_link_that_nobody_is_known_to_have_opened_themselves_is_asked_about_first(string? site)
    {
        var link = Dashboard.LoginUrl("/jobs?state=failing");
        using var request = new HttpRequestMessage(HttpMethod.Get, link);
        if (site is not null)
        {
            request.Headers.TryAddWithoutValidation("Sec-Fetch-Site", site);
        }

        using var first = await Dashboard.Anonymous.SendAsync(request, Stop);
        var arrived = await AskedAsync(first);

        // From another site it comes once more, with the cookies that stay at home else.
        var goesOn = GoesOn().Match(arrived);
        Assert.Equal(site is "cross-site" or "same-site", goesOn.Success);
        using var again = new HttpRequestMessage(HttpMethod.Get, WebUtility.HtmlDecode(goesOn.Success ? goesOn.Groups["address"].Value : link.PathAndQuery)) { Headers = { { "Sec-Fetch-Site", "same-origin" } } };
        using var asked = await Dashboard.Anonymous.SendAsync(again, Stop);
        var html = await AskedAsync(asked);
        Assert.Contains("as <strong>the operator</strong>, with the role <strong>operator</strong>.", html, StringComparison.Ordinal);
        Assert.DoesNotContain("Now it is", html, StringComparison.Ordinal);

        // The form of that page, and no other, goes on.
        var token = Token(link);
        using var forged = await PostAsync(asked, "", new() { ["token"] = token, ["to"] = "/jobs?state=failing" });
        Assert.Equal(HttpStatusCode.BadRequest, forged.StatusCode);
        using var entered = await PostAsync(asked, html, new() { ["token"] = token, ["to"] = "/jobs?state=failing" });
        Assert.Equal((HttpStatusCode.Redirect, "/jobs?state=failing"), (entered.StatusCode, entered.Headers.Location?.OriginalString));
    }

    [Fact]
    public async Task Whoever_is_logged_in_is_asked_before_a_link_makes_them_somebody_else()
    {
        using var browser = await Dashboard.LoggedInAsync(Role.Viewer);
        using var request = new HttpRequestMessage(HttpMethod.Get, Dashboard.LoginUrl("/jobs", Role.Admin)) { Headers = { { "Sec-Fetch-Site", "none" } } };
        using var asked = await browser.SendAsync(request, Stop);
        var html = await AskedAsync(asked);
        Assert.Contains("as <strong>the admin</strong>, with the role <strong>admin</strong>.", html, StringComparison.Ordinal);
        Assert.Contains("Now it is logged in as <strong>the viewer</strong>.", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Asking_about_links_that_do_not_work_counts_like_using_them_and_keeps_nobody_out_whose_link_works()
    {
        await using var calm = await FreshAsync();
        var link = calm.LoginUrl();
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(calm.Anonymous, $"/login?token={Secret.Create("").Text}"));
        }

        // Those that are wrong, in whatever shape, whether they are asked about or used.
        foreach (var wrong in (string[])["wrong", Secret.Create("").Text])
        {
            Assert.Equal(HttpStatusCode.TooManyRequests, await StatusAsync(calm.Anonymous, $"/login?token={wrong}"));
            using var used = await calm.OpenedAsync(new Uri($"/login?token={wrong}", UriKind.Relative), Stop);
            Assert.Equal((HttpStatusCode.TooManyRequests, TimeSpan.FromMinutes(1)), (used.StatusCode, used.Headers.RetryAfter?.Delta));
            Assert.Contains("One that works is let in at once", await used.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        }

        // Whoever was woken sits behind the same address.
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(calm.Anonymous, link.PathAndQuery));
        using var opened = await calm.OpenedAsync(link, Stop);
        Assert.Equal(HttpStatusCode.Redirect, opened.StatusCode);
    }

    [Fact]
    public async Task A_page_leads_a_stranger_to_the_login_and_a_pasted_token_back_to_it()
    {
        using var sent = await Dashboard.Anonymous.GetAsync(new Uri("/jobs?q=a%20b", UriKind.Relative), Stop);
        Assert.Equal("/login?to=%2Fjobs%3Fq%3Da%2520b", sent.Headers.Location?.PathAndQuery);

        using var page = await Dashboard.Anonymous.GetAsync(sent.Headers.Location, Stop);
        var html = await page.Content.ReadAsStringAsync(Stop);
        Assert.DoesNotContain("blazor", html, StringComparison.OrdinalIgnoreCase);
        var token = Token(Dashboard.LoginUrl());

        using var entered = await PostAsync(page, html, new() { ["token"] = $" {Dashboard.Url}login?token={token} ", ["to"] = "/jobs?q=a%20b" });
        Assert.Equal((HttpStatusCode.Redirect, "/jobs?q=a%20b"), (entered.StatusCode, entered.Headers.Location?.OriginalString));

        using var elsewhere = await PostAsync(page, "", new() { ["token"] = token, ["to"] = "//evil.example" });
        Assert.Equal(HttpStatusCode.BadRequest, elsewhere.StatusCode);
    }

    [Fact]
    public async Task After_five_wrong_tokens_an_address_waits()
    {
        await using var calm = await FreshAsync();
        for (var i = 0; i < 5; i++)
        {
            using var wrong = await calm.OpenedAsync(new Uri($"/login?token=wrong{i}", UriKind.Relative), Stop);
            Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        }

        using var sixth = await calm.OpenedAsync(new Uri("/login?token=wrong", UriKind.Relative), Stop);
        Assert.Equal((HttpStatusCode.TooManyRequests, TimeSpan.FromMinutes(1)), (sixth.StatusCode, sixth.Headers.RetryAfter?.Delta));
    }

    [Fact]
    public async Task A_cookie_that_is_changed_anywhere_is_no_cookie()
    {
        using var browser = await Dashboard.LoggedInAsync();
        var cookie = browser.DefaultRequestHeaders.GetValues("Cookie").Single();
        var start = cookie.IndexOf('=', StringComparison.Ordinal) + 1;
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(browser, "/api/v1/sources"));

        // The last character may carry bits that base64 ignores.
        for (var i = start; i < cookie.Length - 1; i++)
        {
            using var forger = Dashboard.NewClient();
            forger.DefaultRequestHeaders.Add("Cookie", $"{cookie[..i]}{(cookie[i] == 'A' ? 'B' : 'A')}{cookie[(i + 1)..]}");
            Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(forger, "/api/v1/sources"));
        }
    }

    [Fact]
    public async Task A_login_outlives_a_restart_but_holds_nowhere_else()
    {
        var own = await (await TestPostgres.SharedAsync()).NewDatabaseAsync();
        string cookie;
        await using (var before = await FreshAsync(own))
        {
            using var browser = await before.LoggedInAsync();
            cookie = browser.DefaultRequestHeaders.GetValues("Cookie").Single();
        }

        await using var after = await FreshAsync(own);
        using var same = after.NewClient();
        same.DefaultRequestHeaders.Add("Cookie", cookie);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(same, "/"));

        using var stranger = Dashboard.NewClient();
        stranger.DefaultRequestHeaders.Add("Cookie", cookie);
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(stranger, "/api/v1/sources"));
    }

    [Fact]
    public async Task Logging_out_takes_a_form_of_our_own_and_the_cookie()
    {
        using var browser = await Dashboard.LoggedInAsync();
        using var forged = await browser.PostAsync(new Uri("/logout", UriKind.Relative), new FormUrlEncodedContent([]), Stop);
        Assert.Equal(HttpStatusCode.BadRequest, forged.StatusCode);

        using var page = await browser.GetAsync(new Uri("/logout", UriKind.Relative), Stop);
        var login = browser.DefaultRequestHeaders.GetValues("Cookie").Single();
        using var left = await PostAsync(page, await page.Content.ReadAsStringAsync(Stop), [], "/logout", login);
        Assert.Equal((HttpStatusCode.Redirect, "/login"), (left.StatusCode, left.Headers.Location?.OriginalString));
        Assert.Contains(left.Headers.GetValues("Set-Cookie"), value => value.StartsWith("dashboard=; expires=Thu, 01 Jan 1970", StringComparison.Ordinal));
    }

    [Fact]
    public async Task No_secret_is_ever_logged()
    {
        var log = new CapturedLog();
        var terminal = new StringWriter();
        var postgres = await TestPostgres.SharedAsync();
        await using var talkative = await RunningDashboard.StartAsync(
            [new TestSource("demo", await postgres.NewDatabaseAsync("crontabber-healthy"), "poll")],
            new Dictionary<string, string?> { ["Access:PrintLogin"] = "true", ["Logging:LogLevel:Default"] = "Trace", ["Logging:LogLevel:Microsoft.AspNetCore"] = "Trace", ["Logging:LogLevel:Microsoft.AspNetCore.Hosting.Diagnostics"] = "Trace" },
            services => services.AddSingleton<ILoggerProvider>(log).AddSingleton<TextWriter>(TextWriter.Synchronized(terminal)));

        // Whoever stands before the login makes the terminal say a link that works.
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(talkative.Anonymous, "/login"));
        var link = new Uri(Link().Match(terminal.ToString()).Value);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(talkative.Anonymous, link.PathAndQuery));
        using (var opened = await talkative.OpenedAsync(link, Stop))
        {
            Assert.Equal(HttpStatusCode.Redirect, opened.StatusCode);
        }

        await StatusAsync(talkative.Client, "/api/v1/jobs");
        await StatusAsync(talkative.Anonymous, $"/hubs/live?access_token={talkative.Key}");

        var token = Token(link);
        Assert.InRange(log.Lines.Count, 20, int.MaxValue);
        Assert.DoesNotContain(log.Lines, line => line.Contains(token, StringComparison.Ordinal) || line.Contains(talkative.Key, StringComparison.Ordinal));
    }

    private static async Task<RunningDashboard> FreshAsync(string? own = null)
    {
        var postgres = await TestPostgres.SharedAsync();
        return await RunningDashboard.StartAsync(
            [new TestSource("demo", await postgres.NewDatabaseAsync("crontabber-healthy"), "poll")], new Dictionary<string, string?> { ["ConnectionStrings:Dashboard"] = own ?? await postgres.NewDatabaseAsync() });
    }

    private static string Token(Uri link) => link.Query.Split("token=")[1].Split('&')[0];

    // The page that asks, which has let nobody in.
    private static async Task<string> AskedAsync(HttpResponseMessage asked)
    {
        Assert.Equal(HttpStatusCode.OK, asked.StatusCode);
        Assert.True(asked.Headers.CacheControl?.NoStore);
        Assert.DoesNotContain(asked.Headers.TryGetValues("Set-Cookie", out var set) ? set : [], value => value.StartsWith("dashboard=", StringComparison.Ordinal));
        return await asked.Content.ReadAsStringAsync(Stop);
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, string path)
    {
        using var answer = await client.GetAsync(new Uri(path, UriKind.Relative), Stop);
        return answer.StatusCode;
    }

    private async Task<HttpResponseMessage> PostAsync(HttpResponseMessage page, string html, Dictionary<string, string> fields, string path = "/login", string? cookie = null)
    {
        fields["__RequestVerificationToken"] = FormToken().Match(html).Groups["token"].Value;
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new FormUrlEncodedContent(fields) };
        var cookies = page.Headers.TryGetValues("Set-Cookie", out var set) ? set.Select(value => value.Split(';')[0]) : [];
        request.Headers.Add("Cookie", string.Join("; ", cookie is null ? cookies : cookies.Append(cookie)));
        request.Headers.Add("Origin", $"http://{Dashboard.Url.Authority}");
        return await Dashboard.Anonymous.SendAsync(request, Stop);
    }

    [GeneratedRegex("""name="__RequestVerificationToken" value="(?<token>[^"]+)""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex FormToken();

    [GeneratedRegex("http-equiv=\"refresh\" content=\"0;url=(?<address>[^\"]+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex GoesOn();

    [GeneratedRegex(@"http://\S+token=\S+", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Link();
}
