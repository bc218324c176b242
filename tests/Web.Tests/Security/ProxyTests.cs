using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Dashboard.Core.Access;
using Dashboard.Core.Actions.Audit;
using Dashboard.Core.Database;
using Dashboard.Core.Verdicts;
using Dashboard.Kit;
using Microsoft.Extensions.DependencyInjection;

namespace Dashboard.Web.Tests.Security;

/// <summary>A proxy at 127.0.0.2 says who it is; the rest of this machine comes from 127.0.0.1 and may say what it likes.</summary>
public sealed class ProxyTests : IAsyncLifetime
{
    private const string Proof = "canary-proxy-7be1";
    private static readonly IPAddress ProxyAddress = IPAddress.Parse("127.0.0.2");
    private RunningDashboard? running;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private RunningDashboard Dashboard => running!;

    public async ValueTask InitializeAsync()
    {
        running = await RunningDashboard.StartAsync(
            [new TestSource("demo", await (await TestPostgres.SharedAsync()).NewDatabaseAsync("crontabber-healthy"), "poll")],
            new Dictionary<string, string?>
            {
                ["Access:KnownProxies:0"] = ProxyAddress.ToString(),
                ["Access:Proxy:UserHeader"] = "X-Remote-User",
                ["Access:Proxy:Secret"] = Proof,
                ["Access:Proxy:Operators:0"] = "sre",
                ["Access:Proxy:Viewers:0"] = "support",
            });
        await running.UntilAsync<StandingsSnapshot>("demo", standings => standings.AsOf is not null && standings.Jobs.Count > 0);
    }

    public async ValueTask DisposeAsync() => await Dashboard.DisposeAsync();

    [Fact]
    public async Task Whom_the_proxy_names_is_in_with_the_role_of_their_group_and_from_their_own_address()
    {
        var me = await MeAsync(ProxyAddress, [.. Named("alice", "other, sre"), ("X-Forwarded-For", "192.0.2.7")]);
        Assert.Equal(("alice", "operator", "proxy", "192.0.2.7"), (me.GetProperty("name").GetString(), me.GetProperty("role").GetString(), me.GetProperty("via").GetString(), me.GetProperty("address").GetString()));

        // Requests at once are one person in one session.
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => MeAsync(ProxyAddress, Named("bob", "support"))));
        var sessions = await Dashboard.Services.GetRequiredService<SessionQueries>().LiveAsync(Stop);
        Assert.Equal(["alice", "bob"], sessions.Select(session => session.Name));
    }

    [Fact]
    public async Task A_group_taken_away_at_the_proxy_is_taken_away_with_the_next_request()
    {
        Assert.Equal("operator", (await MeAsync(ProxyAddress, Named("carol", "sre"))).GetProperty("role").GetString());
        Assert.Equal("viewer", (await MeAsync(ProxyAddress, Named("carol", "support"))).GetProperty("role").GetString());
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(ProxyAddress, Named("carol", "none")));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(ProxyAddress, Named("carol", "")));
    }

    [Fact]
    public async Task From_anywhere_else_the_header_is_nothing()
    {
        foreach (var more in ((string, string)[][])[[], [("X-Forwarded-For", "127.0.0.2")], [("Forwarded", "for=127.0.0.2")], [("X-Real-IP", "127.0.0.2")], [("X-Original-For", "127.0.0.2:1")]])
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(IPAddress.Loopback, [.. Named("alice", "sre"), .. more]));
        }
    }

    /// <summary>"From where" in the audit is what a known proxy says, and what anybody else says counts for nothing.</summary>
    [Fact]
    public async Task Where_a_deed_came_from_is_said_by_a_known_proxy_and_by_nobody_else()
    {
        var key = (await Dashboard.Services.GetRequiredService<ApiKeyQueries>().CreateAsync("a deploy script", "viewer", null, "a test", Stop))!.Text;
        (IPAddress From, string Header, string Said, string Expected)[] ways =
        [
            (ProxyAddress, "X-Forwarded-For", "192.0.2.7", "192.0.2.7"),

            // Of a list only what the proxy itself added is believed: the rest was said by whoever came to it.
            (ProxyAddress, "X-Forwarded-For", "203.0.113.9, 192.0.2.7", "192.0.2.7"),
            (ProxyAddress, "X-Real-IP", "203.0.113.9", $"{ProxyAddress}"),
            (ProxyAddress, "X-Forwarded-For", "<b>nobody</b>", $"{ProxyAddress}"),
            (IPAddress.Loopback, "X-Forwarded-For", "203.0.113.9", "127.0.0.1"),
            (IPAddress.Loopback, "X-Forwarded-For", $"203.0.113.9, {ProxyAddress}", "127.0.0.1"),
            (IPAddress.Loopback, "Forwarded", "for=203.0.113.9", "127.0.0.1"),
            (IPAddress.Loopback, "X-Real-IP", "203.0.113.9", "127.0.0.1"),
            (IPAddress.Loopback, "X-Original-For", "203.0.113.9:1", "127.0.0.1"),
            (IPAddress.Parse("127.0.0.3"), "X-Forwarded-For", "203.0.113.9", "127.0.0.3"),
        ];
        foreach (var way in ways)
        {
            using var client = From(way.From);
            client.DefaultRequestHeaders.Authorization = new("Bearer", key);
            client.DefaultRequestHeaders.TryAddWithoutValidation(way.Header, way.Said);
            using var made = await client.PostAsJsonAsync("/api/v1/plans", new { kind = "reset", app_name = "server-status" }, Stop);
            var id = (await made.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("id").GetGuid();
            using var refused = await client.PostAsJsonAsync($"/api/v1/plans/{id}/commit", new { reason = "a test", app_name = "server-status" }, Stop);
            Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
            var line = Assert.Single(await Dashboard.Services.GetRequiredService<AuditQueries>().PageAsync(new AuditFilter { Action = id }, Stop));
            Assert.True((way.Expected, AuditEvents.Denied) == (line.Entry.Who.Address, line.Entry.Event), $"{way.Header}: {way.Said} from {way.From} is {line.Entry.Who.Address}");
        }
    }

    [Fact]
    public async Task From_the_proxy_it_takes_the_secret_and_exactly_one_name()
    {
        (string, string)[][] wrong =
        [
            [("X-Remote-User", "alice"), ("X-Remote-Groups", "sre")],
            [("X-Remote-User", "alice"), ("X-Remote-Groups", "sre"), ("X-Proxy-Secret", "")],
            [("X-Remote-User", "alice"), ("X-Remote-Groups", "sre"), ("X-Proxy-Secret", Proof + "x")],
            [("X-Remote-User", "alice"), ("X-Remote-Groups", "sre"), ("X-Proxy-Secret", Proof), ("X-Proxy-Secret", Proof)],
            [("X-Remote-User", "alice"), ("X-Remote-User", "root"), ("X-Remote-Groups", "sre"), ("X-Proxy-Secret", Proof)],
            [("X-Remote-User", ""), ("X-Remote-Groups", "sre"), ("X-Proxy-Secret", Proof)],
            [("X-Remote-User", new string('a', 201)), ("X-Remote-Groups", "sre"), ("X-Proxy-Secret", Proof)],
            [("X-Remote-Groups", "sre"), ("X-Proxy-Secret", Proof)],
        ];
        foreach (var headers in wrong)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(ProxyAddress, headers));
        }
    }

    [Fact]
    public async Task Who_is_shut_out_stays_out_and_is_told_so_on_a_page()
    {
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(ProxyAddress, Named("dave", "sre")));
        await using (var bar = Dashboard.Services.GetRequiredService<OwnDatabase>().Source.CreateCommand(
            "insert into dashboard.barred (via, subject, name, barred_by) values ('proxy', 'dave', 'dave', 'a test'); update dashboard.session set ended_at = now(), ended_by = 'a test' where subject = 'dave'"))
        {
            await bar.ExecuteNonQueryAsync(Stop);
        }

        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(ProxyAddress, Named("dave", "sre")));
        using var client = From(ProxyAddress);
        using var answer = await SendAsync(client, "/", Named("dave", "sre"));
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Contains("You are <strong>dave</strong>, without a role", await answer.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
    }

    private static (string, string)[] Named(string user, string groups) => [("X-Remote-User", user), ("X-Remote-Groups", groups), ("X-Proxy-Secret", Proof)];

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, string path, (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await client.SendAsync(request, Stop);
    }

    private async Task<JsonElement> MeAsync(IPAddress from, (string, string)[] headers)
    {
        using var client = From(from);
        using var answer = await SendAsync(client, "/api/v1/me", headers);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
    }

    private async Task<HttpStatusCode> StatusAsync(IPAddress from, (string, string)[] headers)
    {
        using var client = From(from);
        using var answer = await SendAsync(client, "/api/v1/jobs", headers);
        return answer.StatusCode;
    }

    private HttpClient From(IPAddress address) => new(new SocketsHttpHandler
    {
        UseCookies = false,
        AllowAutoRedirect = false,
        ConnectCallback = async (_, cancellationToken) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(address, 0));
            await socket.ConnectAsync(IPAddress.Loopback, Dashboard.Url.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        },
    }) { BaseAddress = Dashboard.Url };
}
