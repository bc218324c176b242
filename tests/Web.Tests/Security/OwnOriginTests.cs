using Dashboard.Kit;

namespace Dashboard.Web.Tests.Security;

public sealed class OwnOriginTests(SharedDashboard shared)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private RunningDashboard Dashboard => shared.Running;

    private string Authority => Dashboard.Url.Authority;

    [Theory]
    [InlineData("/_blazor")]
    [InlineData("/hubs/live")]
    public async Task A_browser_opens_a_socket_from_our_own_page_and_from_no_other(string path)
    {
        var cookie = await CookieAsync();
        string[] own = [$"http://{Authority}"];
        string?[] foreign =
        [
            null, "null", "", "http://evil.example", $"http://{Authority}.evil.example", $"http://evil.{Authority}", $"http://127.0.0.1:{Dashboard.Url.Port + 1}", "http://127.0.0.1",
            $"https://{Authority}", $"http://localhost:{Dashboard.Url.Port}", $"http://{Authority}/", $"http://user@{Authority}", $"http://{Authority}, http://{Authority}",
        ];

        foreach (var origin in own)
        {
            Assert.Equal(101, await HandshakeAsync(path, cookie, Authority, origin));
        }

        foreach (var origin in foreign)
        {
            Assert.True(await HandshakeAsync(path, cookie, Authority, origin) == 403, $"Origin '{origin}' was not refused.");
        }
    }

    [Fact]
    public async Task A_host_that_is_not_ours_is_refused_so_that_a_rebound_name_gets_nowhere()
    {
        var cookie = await CookieAsync();
        foreach (var host in (string[])["evil.example", $"evil.example:{Dashboard.Url.Port}", $"127.0.0.1.evil.example:{Dashboard.Url.Port}", $"localhost.evil.example:{Dashboard.Url.Port}", "0.0.0.0"])
        {
            Assert.Equal(400, await HandshakeAsync("/_blazor", cookie, host, $"http://{host}"));
            using var request = new HttpRequestMessage(HttpMethod.Get, "/login") { Headers = { Host = host } };
            using var answer = await Dashboard.Anonymous.SendAsync(request, Stop);
            Assert.Equal(400, (int)answer.StatusCode);
        }
    }

    [Fact]
    public async Task A_program_with_a_key_needs_no_origin_but_may_not_have_a_foreign_one()
    {
        Assert.Equal(101, await HandshakeAsync("/hubs/live", $"Authorization: Bearer {Dashboard.Key}", Authority, null));
        Assert.Equal(101, await HandshakeAsync($"/hubs/live?access_token={Dashboard.Key}", "X-Nothing: 1", Authority, null));
        Assert.Equal(403, await HandshakeAsync("/hubs/live", $"Authorization: Bearer {Dashboard.Key}", Authority, "http://evil.example"));
        Assert.Equal(403, await HandshakeAsync("/hubs/live", "X-Nothing: 1", Authority, null));
        Assert.Equal(401, await HandshakeAsync("/hubs/live", "X-Nothing: 1", Authority, $"http://{Authority}"));
        Assert.Equal(401, await HandshakeAsync("/_blazor", "X-Nothing: 1", Authority, $"http://{Authority}"));
        Assert.Equal(403, await HandshakeAsync($"/_blazor?access_token={Dashboard.Key}", "X-Nothing: 1", Authority, null));
    }

    [Theory]
    [InlineData("cross-site", 403)]
    [InlineData("same-site", 403)]
    [InlineData("same-origin", 200)]
    public async Task What_another_site_makes_a_browser_send_is_refused(string site, int expected)
    {
        using var browser = await Dashboard.LoggedInAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/_blazor/negotiate?negotiateVersion=1");
        request.Headers.Add("Sec-Fetch-Site", site);
        request.Headers.Add("Origin", $"http://{Authority}");
        using var answer = await browser.SendAsync(request, Stop);
        Assert.Equal(expected, (int)answer.StatusCode);
    }

    [Theory]
    [InlineData("null", "same-origin", 400)]
    [InlineData("null", "cross-site", 403)]
    [InlineData("null", "same-site", 403)]
    [InlineData("null", "none", 403)]
    [InlineData("null", null, 403)]
    [InlineData("http://evil.example", "same-origin", 403)]
    public async Task A_form_of_ours_has_no_origin_by_our_own_policy_and_is_known_by_what_no_page_can_say(string origin, string? site, int expected)
    {
        using var browser = await Dashboard.LoggedInAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/logout") { Content = new FormUrlEncodedContent([]) };
        request.Headers.Add("Origin", origin);
        if (site is not null)
        {
            request.Headers.Add("Sec-Fetch-Site", site);
        }

        // Without the form's own token nothing is done, but it is the form that is looked at.
        using var answer = await browser.SendAsync(request, Stop);
        Assert.Equal(expected, (int)answer.StatusCode);
    }

    private async Task<string> CookieAsync()
    {
        using var browser = await Dashboard.LoggedInAsync();
        return $"Cookie: {browser.DefaultRequestHeaders.GetValues("Cookie").Single()}";
    }

    private Task<int> HandshakeAsync(string path, string credential, string host, string? origin) =>
        RawHandshake.StatusAsync(Dashboard.Url, path, origin is null ? [$"Host: {host}", credential] : [$"Host: {host}", credential, $"Origin: {origin}"], Stop);
}
