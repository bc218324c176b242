using System.Net;
using System.Text.RegularExpressions;
using Dashboard.Core.Access;
using Dashboard.Kit;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.StaticAssets;
using Microsoft.Extensions.DependencyInjection;

namespace Dashboard.Web.Tests.Security;

public sealed partial class EndpointInventoryTests(SharedDashboard shared)
{
    /// <summary>What a stranger may ask for, beside static files. Anything else that appears here has to be argued for.</summary>
    private static readonly string[] Open = ["GET /login", "POST /login", "GET /login/done", "GET /__version__", "GET /__heartbeat__", "GET /__lbheartbeat__", "GET /health/live", "GET /health/ready"];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private RunningDashboard Dashboard => shared.Running;

    [Fact]
    public async Task A_stranger_gets_nothing_but_the_login_and_the_health_of_the_dashboard()
    {
        var (asked, open) = (0, new SortedSet<string>(StringComparer.Ordinal));
        foreach (var endpoint in Dashboard.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>())
        {
            if (endpoint.Metadata.GetMetadata<StaticAssetDescriptor>() is not null)
            {
                continue;
            }

            var pattern = "/" + endpoint.RoutePattern.RawText?.TrimStart('/');
            var path = Parameter().Replace(pattern, "x");
            foreach (var method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET", "POST", "PUT", "DELETE"])
            {
                using var request = new HttpRequestMessage(new HttpMethod(method), path);
                using var answer = await Dashboard.Anonymous.SendAsync(request, Stop);
                asked++;
                var shut = answer.StatusCode == HttpStatusCode.Unauthorized
                    || (answer.StatusCode == HttpStatusCode.Redirect && answer.Headers.Location!.AbsolutePath == "/login");
                if (!shut)
                {
                    open.Add($"{method} {pattern}");
                }
            }
        }

        Assert.InRange(asked, 20, int.MaxValue);
        Assert.Equal(Open.Order(StringComparer.Ordinal), open);
    }

    /// <summary>Every address there is, with what it asks for: one that is new, or asks for something else, is argued for in this list.</summary>
    [Fact]
    public void Every_address_says_what_it_asks_for_and_the_list_of_them_is_kept()
    {
        var said = Dashboard.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<StaticAssetDescriptor>() is null)
            .Select(Line)
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)
            .ToList();

        var kept = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Security", "endpoints.txt"));

        // ASP.NET Core's own, for files that came after the build: shut, and needed by nobody.
        Assert.Equal(["NOTHING  GET,HEAD /{**path:file}"], said.Where(line => line.StartsWith("NOTHING", StringComparison.Ordinal)));
        Assert.True(kept.SequenceEqual(said, StringComparer.Ordinal), "tests/Web.Tests/Security/endpoints.txt should be:\n" + string.Join('\n', said));
    }

    [Fact]
    public async Task An_address_that_forgot_to_say_is_shut_to_everybody()
    {
        var postgres = await TestPostgres.SharedAsync();
        await using var forgetful = await RunningDashboard.StartAsync(
            [new TestSource("demo", await postgres.NewDatabaseAsync("crontabber-healthy"), "poll")], null, services => services.AddSingleton<IStartupFilter, Forgotten>());
        foreach (var role in Enum.GetValues<Role>())
        {
            using var browser = await forgetful.LoggedInAsync(role);
            using var answer = await browser.GetAsync(new Uri("/forgotten", UriKind.Relative), Stop);
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        }

        using var stranger = await forgetful.Anonymous.GetAsync(new Uri("/forgotten", UriKind.Relative), Stop);
        Assert.Equal(HttpStatusCode.Redirect, stranger.StatusCode);
    }

    [Theory]
    [InlineData("/nothing-here")]
    [InlineData("/api/nothing-here")]
    [InlineData("/../../etc/passwd")]
    [InlineData("/%2e%2e/%2e%2e/etc/passwd")]
    [InlineData("/..%2f..%2fappsettings.json")]
    [InlineData("/appsettings.json")]
    [InlineData("/Dashboard.Web.dll")]
    public async Task A_stranger_cannot_even_tell_what_does_not_exist(string path)
    {
        using var answer = await Dashboard.Anonymous.GetAsync(new Uri(path, UriKind.Relative), Stop);
        Assert.Contains(answer.StatusCode, (HttpStatusCode[])[HttpStatusCode.Unauthorized, HttpStatusCode.Redirect]);
        Assert.Empty(await answer.Content.ReadAsStringAsync(Stop) is { Length: > 0 } text && text[0] != '{' ? text : "");
    }

    [Theory]
    [InlineData("Forwarded", "for=127.0.0.1")]
    [InlineData("X-Forwarded-For", "127.0.0.1")]
    [InlineData("X-Forwarded-Host", "localhost")]
    [InlineData("X-Forwarded-Proto", "https")]
    [InlineData("X-Real-IP", "127.0.0.1")]
    [InlineData("X-Original-URL", "/login")]
    [InlineData("X-Rewrite-URL", "/login")]
    [InlineData("X-Original-For", "127.0.0.1")]
    [InlineData("X-Remote-User", "admin")]
    [InlineData("X-Forwarded-User", "admin")]
    public async Task No_forwarding_header_grants_anything(string name, string value)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/jobs");
        request.Headers.Add(name, value);
        using var answer = await Dashboard.Anonymous.SendAsync(request, Stop);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    private static string Line(RouteEndpoint endpoint)
    {
        var policies = endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>().Select(data => data.Policy ?? "anybody logged in").Distinct(StringComparer.Ordinal).ToList();
        var asks = endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null ? "open" : policies.Count == 0 ? "NOTHING" : string.Join('+', policies);
        var methods = string.Join(',', endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["*"]);
        return $"{asks,-8} {methods} /{endpoint.RoutePattern.RawText?.TrimStart('/')}";
    }

    /// <summary>Adds an address as somebody might who has never read how it is done here.</summary>
    private sealed class Forgotten : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            next(app);
            app.UseEndpoints(routes => routes.MapGet("/forgotten", () => "seen"));
        };
    }

    [GeneratedRegex(@"\{[^}]*\}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Parameter();
}
