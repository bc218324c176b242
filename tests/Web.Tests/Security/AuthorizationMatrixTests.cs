using System.Net;
using System.Net.Http.Headers;
using Dashboard.Core.Access;
using Dashboard.Kit;
using Microsoft.Extensions.DependencyInjection;

namespace Dashboard.Web.Tests.Security;

/// <summary>Everybody asks for every address of the route table: who gets through is who its policy says, and there is no address without a line in the matrix.</summary>
public sealed class AuthorizationMatrixTests : IAsyncLifetime
{
    /// <summary>Who satisfies which policy. What is not here nobody does.</summary>
    private static readonly IReadOnlyDictionary<string, string[]> Satisfied = new Dictionary<string, string[]>
    {
        ["stranger"] = ["open"],
        ["ingest"] = ["open", "ingest"],
        ["viewer"] = ["open", "viewer"],
        ["operator"] = ["open", "viewer", "operator", "ingest"],
        ["admin"] = ["open", "viewer", "operator", "admin", "ingest"],
    };

    private static readonly string[] ForPrograms = ["/api", "/hubs", "/openapi", "/ping", "/health"];

    private static readonly Guid Nobodys = new("11111111-2222-3333-4444-555555555555");

    private RunningDashboard dashboard = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => dashboard = await RunningDashboard.StartAsync("crontabber-healthy", "poll");

    public ValueTask DisposeAsync() => dashboard.DisposeAsync();

    [Fact]
    public async Task Who_gets_through_is_who_the_policy_of_the_address_says()
    {
        var (asked, wrong, keys) = (0, new List<string>(), new Dictionary<string, string?> { ["stranger"] = null });
        foreach (var who in Satisfied.Keys.Where(who => who != "stranger"))
        {
            // All before the first request: which keys there are is read every two seconds.
            keys[who] = (await dashboard.Services.GetRequiredService<ApiKeyQueries>().CreateAsync($"matrix {who}", who, null, "a test", Stop))!.Text;
        }

        foreach (var (who, policies) in Satisfied)
        {
            var key = keys[who];
            using var program = dashboard.NewClient();
            if (key is not null)
            {
                program.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
            }

            using var browser = Roles.Find(who) is { } role ? await dashboard.LoggedInAsync(role) : null;
            foreach (var line in RouteLine.Of(dashboard))
            {
                if (line.IsFile || line.Policy is not { } policy)
                {
                    continue;
                }

                var path = line.Address(Nobodys).Replace("/ping/x", $"/ping/{key ?? "x"}", StringComparison.Ordinal);
                if (path == "/login/oidc")
                {
                    // No provider is configured here, so there is no such page, and of that only those are told who may read.
                    continue;
                }

                var client = browser is null || ForPrograms.Any(start => path.StartsWith(start, StringComparison.Ordinal)) ? program : browser;
                foreach (var method in line.Methods)
                {
                    using var request = new HttpRequestMessage(new HttpMethod(method), path);
                    request.Headers.Add("Sec-Fetch-Site", "same-origin");
                    using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Stop);
                    asked++;
                    var through = !IsShut(answer);
                    if (through != policies.Contains(policy, StringComparer.Ordinal))
                    {
                        wrong.Add($"{who} {method} {path} ({policy}): {(int)answer.StatusCode}");
                    }
                }
            }
        }

        Assert.Empty(wrong);
        Assert.True(asked > 5 * 80, $"only {asked} were asked");
    }

    [Fact]
    public void Every_address_asks_for_a_policy_of_the_matrix()
    {
        var known = Satisfied.Values.SelectMany(policies => policies).ToHashSet(StringComparer.Ordinal);
        var unknown = RouteLine.Of(dashboard).Where(line => !line.IsFile && (line.Policy is not { } policy || !known.Contains(policy))).Select(line => line.Pattern).Distinct(StringComparer.Ordinal);

        // ASP.NET Core's own, for files that came after the build: it says nothing, and so is shut.
        Assert.Equal(["/{**path:file}"], unknown);
    }

    // Refused for who one is. An action refused for how it is asked for, without a key or a body, is not meant.
    private static bool IsShut(HttpResponseMessage answer) =>
        answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden
        || (answer.StatusCode == HttpStatusCode.Redirect && answer.Headers.Location is { } there && there.ToString().Contains("/login", StringComparison.Ordinal));
}
