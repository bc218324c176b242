using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Dashboard.Kit;

namespace Dashboard.Web.Tests.Security;

public sealed partial class BrowserHeadersTests(SharedDashboard shared)
{
    private static readonly Dictionary<string, string> OnEverything = new()
    {
        ["X-Content-Type-Options"] = "nosniff",
        ["X-Frame-Options"] = "DENY",
        ["Referrer-Policy"] = "no-referrer",
        ["Cross-Origin-Opener-Policy"] = "same-origin",
        ["Cross-Origin-Resource-Policy"] = "same-origin",
        ["Permissions-Policy"] = "accelerometer=(), camera=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), payment=(), usb=()",
    };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private RunningDashboard Dashboard => shared.Running;

    [Theory]
    [InlineData("GET", "/", 200, "no-store")]
    [InlineData("GET", "/jobs", null, "no-store")]
    [InlineData("GET", "/nothing-here", 404, "no-store")]
    [InlineData("GET", "/login", null, "no-store")]
    [InlineData("GET", "/logout", 200, "no-store")]
    [InlineData("POST", "/logout", 400, "no-store")]
    [InlineData("GET", "/app.css", 200, null)]
    [InlineData("GET", "/_framework/blazor.web.js", 200, null)]
    [InlineData("GET", "/api/v1/jobs", 200, "no-store")]
    [InlineData("GET", "/api/v1/jobs?limit=x", 400, "no-store")]
    [InlineData("GET", "/api/nothing-here", 404, "no-store")]
    [InlineData("DELETE", "/api/v1/jobs", 405, "no-store")]
    [InlineData("GET", "/openapi/v1.json", 200, "no-store")]
    [InlineData("GET", "/__version__", 200, "no-store")]
    [InlineData("GET", "/__heartbeat__", 200, "no-store")]
    [InlineData("POST", "/_blazor/negotiate?negotiateVersion=1", 200, "no-store")]
    [InlineData("POST", "/hubs/live/negotiate?negotiateVersion=1", 200, "no-store")]
    public async Task Every_answer_tells_a_browser_what_to_refuse(string method, string path, int? status, string? cache)
    {
        using var browser = await Dashboard.LoggedInAsync();
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var answer = await browser.SendAsync(request, Stop);

        Assert.Equal(status ?? (int)answer.StatusCode, (int)answer.StatusCode);
        AssertHeaders(answer);
        if (cache is not null)
        {
            Assert.Equal(cache, answer.Headers.CacheControl?.ToString());
        }
    }

    /// <summary>Whatever is mapped, by every method it takes and one it does not, for somebody who may everything and for a stranger.</summary>
    [Fact]
    public async Task Every_address_of_the_route_table_tells_it_to_everybody()
    {
        using var admin = await Dashboard.LoggedInAsync(Core.Access.Role.Admin);
        var asked = 0;
        foreach (var line in RouteLine.Of(Dashboard).DistinctBy(line => (line.Pattern, string.Concat(line.Methods))))
        {
            foreach (var client in (HttpClient[])[admin, Dashboard.Anonymous])
            {
                foreach (var method in line.IsFile ? line.Methods.Take(1) : line.Methods.Append("PATCH").Distinct())
                {
                    using var request = new HttpRequestMessage(new HttpMethod(method), line.Address(Guid.NewGuid()));
                    using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Stop);
                    asked++;
                    AssertHeaders(answer, $"{method} {line.Pattern}: {(int)answer.StatusCode}");

                    // What was said to one is kept for nobody, except files, which are the same for all and carry their own hash.
                    Assert.True(line.IsFile || answer.Headers.CacheControl is { NoStore: true } or { Private: true } || !answer.IsSuccessStatusCode, $"{method} {line.Pattern} may be kept: {answer.Headers.CacheControl}");
                }
            }
        }

        Assert.InRange(asked, 400, int.MaxValue);
    }

    [Fact]
    public async Task Refusals_tell_it_too()
    {
        foreach (var (path, host) in ((string, string)[])[("/", Dashboard.Url.Authority), ("/api/v1/jobs", Dashboard.Url.Authority), ("/", "evil.example"), ("/_blazor", Dashboard.Url.Authority)])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Host = host } };
            using var answer = await Dashboard.Anonymous.SendAsync(request, Stop);
            Assert.NotEqual(HttpStatusCode.OK, answer.StatusCode);
            AssertHeaders(answer);
        }
    }

    [Fact]
    public async Task The_one_script_that_stands_in_a_page_is_the_one_the_policy_names()
    {
        using var browser = await Dashboard.LoggedInAsync();
        using var answer = await browser.GetAsync(new Uri("/", UriKind.Relative), Stop);
        var page = await answer.Content.ReadAsStringAsync(Stop);
        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();

        var inline = InlineScript().Matches(page).Select(match => match.Groups["text"].Value).ToList();
        var hash = $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Assert.Single(inline))))}'";
        Assert.Equal(
            $"default-src 'none'; base-uri 'self'; object-src 'none'; script-src 'self' {hash}; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; frame-ancestors 'none'",
            policy);
        Assert.DoesNotMatch(StyleOrHandler(), page);
    }

    [Fact]
    public async Task Every_file_a_page_asks_for_is_there_for_a_stranger_too()
    {
        using var browser = await Dashboard.LoggedInAsync();
        var page = await browser.GetStringAsync(new Uri("/", UriKind.Relative), Stop);
        var files = Asset().Matches(page).Select(match => match.Groups["file"].Value).ToList();
        Assert.InRange(files.Count, 3, 30);
        foreach (var file in files)
        {
            using var answer = await Dashboard.Anonymous.GetAsync(new Uri("/" + file.TrimStart('/'), UriKind.Relative), Stop);
            Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{file}: {answer.StatusCode}");
            Assert.True(!file.EndsWith(".js", StringComparison.Ordinal) || (await answer.Content.ReadAsByteArrayAsync(Stop)).Length > 100, $"{file} is empty.");
            Assert.NotEqual("no-store", answer.Headers.CacheControl?.ToString());
        }
    }

    private static void AssertHeaders(HttpResponseMessage answer, string where = "")
    {
        foreach (var (name, value) in OnEverything)
        {
            Assert.True(answer.Headers.TryGetValues(name, out var said) && said.SequenceEqual([value]), $"{where}: {name} is not {value}");
        }

        var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.False(answer.Headers.Contains("Server") || answer.Headers.Contains("X-Powered-By") || answer.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [GeneratedRegex("<script(?![^>]*src=)[^>]*>(?<text>.*?)</script>", RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex InlineScript();

    [GeneratedRegex("""<[a-z][^>]*\s(style|on[a-z]+)=""", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex StyleOrHandler();

    [GeneratedRegex("""(href|src)="(?<file>[^"]+\.[a-z0-9]{10}\.(css|js))""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Asset();
}
