using System.Net;
using System.Net.WebSockets;
using System.Text;
using Dashboard.Core.Access;
using Dashboard.Kit;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;

namespace Dashboard.Web.Tests.Security;

/// <summary>Somebody is shut out while they are in: at the next request, the next click, and although they do nothing.</summary>
public sealed class RevocationTests : IAsyncLifetime
{
    private RunningDashboard? running;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private RunningDashboard Dashboard => running!;

    private SessionQueries Sessions => Dashboard.Services.GetRequiredService<SessionQueries>();

    private IAuthority Authority => Dashboard.Services.GetRequiredService<IAuthority>();

    public async ValueTask InitializeAsync() => running = await RunningDashboard.StartAsync(
        [new TestSource("demo", await (await TestPostgres.SharedAsync()).NewDatabaseAsync("crontabber-healthy"), "poll")], new Dictionary<string, string?> { ["Access:ConnectionsEach"] = "3" });

    public async ValueTask DisposeAsync() => await Dashboard.DisposeAsync();

    [Fact]
    public async Task The_next_request_is_refused_and_so_is_the_next_deed()
    {
        using var browser = await Dashboard.LoggedInAsync();
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(browser, "/"));
        var session = await OnlySessionAsync();
        var actor = new Actor(session.Name, session.Role, session.Via, session.Address) { Session = session.Id };
        Assert.True((await Authority.AskAsync(actor, Deeds.Backfill, Stop)).Granted);

        // As another node would do it: nothing tells this one.
        Assert.True(await Sessions.EndAsync(session.Id, "an admin", Stop));
        Assert.Equal(HttpStatusCode.Redirect, await StatusAsync(browser, "/"));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(browser, "/api/v1/me"));
        var answer = await Authority.AskAsync(actor, Deeds.Backfill, Stop);
        Assert.Equal((false, "Your session was ended by an admin. Log in again."), (answer.Granted, answer.Because));
    }

    [Fact]
    public async Task A_role_taken_away_is_gone_at_once_whatever_the_circuit_was_opened_with()
    {
        using var browser = await Dashboard.LoggedInAsync(Role.Admin);
        var session = await OnlySessionAsync();
        var actor = new Actor(session.Name, session.Role, session.Via, session.Address) { Session = session.Id };
        Assert.True((await Authority.AskAsync(actor, Deeds.ManageAccess, Stop)).Granted);

        await Sessions.SetRoleAsync(session.Id, Role.Viewer, Stop);
        var answer = await Authority.AskAsync(actor, Deeds.ClearLock, Stop);
        Assert.Equal((false, "You may not clear-lock: that takes the role operator, and you are viewer. Ask an operator.", Role.Viewer), (answer.Granted, answer.Because, answer.Actor.Role));
        Assert.True((await Authority.AskAsync(actor, Deeds.Read, Stop)).Granted);
    }

    [Fact]
    public async Task An_open_circuit_is_cut_at_the_next_message_and_within_a_minute_without_one()
    {
        var cookie = await CookieAsync();
        using var clicking = await CircuitAsync(cookie);
        using var idle = await CircuitAsync(cookie);
        var session = await OnlySessionAsync();
        await Sessions.EndAsync(session.Id, "an admin", Stop);

        // OnLocationChanged("/jobs", null, false), as a browser says it: length, then MessagePack.
        await clicking.SendAsync(Invocation("OnLocationChanged", "/jobs"), WebSocketMessageType.Binary, true, Stop);
        await ClosesAsync(clicking);
        await ClosesAsync(idle);
    }

    [Fact]
    public async Task Logging_out_in_one_tab_cuts_the_others_and_everywhere_means_every_browser()
    {
        var (here, elsewhere) = (await CookieAsync(), await CookieAsync());
        using var tab = await CircuitAsync(here);
        using var other = await CircuitAsync(elsewhere);

        using var browser = Dashboard.NewClient();
        browser.DefaultRequestHeaders.Add("Cookie", here);
        using var page = await browser.GetAsync(new Uri("/logout", UriKind.Relative), Stop);
        var text = await page.Content.ReadAsStringAsync(Stop);
        var token = text.Split("__RequestVerificationToken\" value=\"")[1].Split('"')[0];
        using var request = new HttpRequestMessage(HttpMethod.Post, "/logout")
        {
            Content = new FormUrlEncodedContent(new Dictionary<string, string> { ["__RequestVerificationToken"] = token, ["everywhere"] = "yes" }),
        };
        request.Headers.Add("Cookie", string.Join("; ", [here, .. page.Headers.GetValues("Set-Cookie").Select(value => value.Split(';')[0])]));
        request.Headers.Add("Origin", $"http://{Dashboard.Url.Authority}");
        using var sender = Dashboard.NewClient();
        using var left = await sender.SendAsync(request, Stop);
        Assert.Equal(HttpStatusCode.Redirect, left.StatusCode);

        await ClosesAsync(tab);
        await ClosesAsync(other);
        Assert.Empty(await Sessions.LiveAsync(Stop));
    }

    [Fact]
    public async Task A_connection_of_the_hub_is_cut_too_for_people_and_for_keys()
    {
        var cookie = await CookieAsync();
        await using var person = await HubAsync(options => options.Headers["Cookie"] = cookie);
        var key = (await Dashboard.Services.GetRequiredService<ApiKeyQueries>().CreateAsync("soon revoked", "viewer", null, "a test", Stop))!;
        await using var program = await HubAsync(options => options.AccessTokenProvider = () => Task.FromResult<string?>(key.Text));
        var (personGone, programGone) = (Gone(person), Gone(program));

        await Sessions.EndAsync((await OnlySessionAsync()).Id, "an admin", Stop);
        await Dashboard.Services.GetRequiredService<ApiKeyQueries>().RevokeAsync("soon revoked", "a test", Stop);
        await Task.WhenAll(personGone, programGone).WaitAsync(RunningDashboard.Deadline, Stop);
    }

    [Fact]
    public async Task Nobody_opens_more_connections_than_they_may_and_others_are_not_kept_out()
    {
        var (greedy, modest) = (await CookieAsync(), await CookieAsync());
        var open = new List<ClientWebSocket>();
        for (var i = 0; i < 3; i++)
        {
            var socket = await CircuitAsync(greedy);
            open.Add(socket);
            Assert.True(await IsLetInAsync(socket));
        }

        using var fourth = await CircuitAsync(greedy);
        Assert.False(await IsLetInAsync(fourth));
        using var another = await CircuitAsync(modest);
        Assert.True(await IsLetInAsync(another));
        Assert.All(open, socket => Assert.Equal(WebSocketState.Open, socket.State));

        // One that is closed makes room, as soon as the server has noticed.
        open[0].Dispose();
        await UntilLetInAsync(greedy);
        open.ForEach(socket => socket.Dispose());
    }

    private static Task Gone(HubConnection connection)
    {
        var gone = new TaskCompletionSource();
        connection.Closed += _ =>
        {
            gone.TrySetResult();
            return Task.CompletedTask;
        };
        return gone.Task;
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, string path)
    {
        using var answer = await client.GetAsync(new Uri(path, UriKind.Relative), Stop);
        return answer.StatusCode;
    }

    private static async Task ClosesAsync(ClientWebSocket socket)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        deadline.CancelAfter(RunningDashboard.Deadline);
        var buffer = new byte[4096];
        try
        {
            while ((await socket.ReceiveAsync(buffer, deadline.Token)).MessageType != WebSocketMessageType.Close)
            {
                // Pings come before the end.
            }
        }
        catch (WebSocketException)
        {
            // Cut without a word.
        }
    }

    private static byte[] Invocation(string method, string location)
    {
        List<byte> message = [0x96, 0x01, 0x80, 0xc0, .. Text(method), 0x93, .. Text(location), 0xc0, 0xc2, 0x90];
        return [(byte)message.Count, .. message];

        static byte[] Text(string text) => [(byte)(0xa0 + text.Length), .. Encoding.ASCII.GetBytes(text)];
    }

    private async Task<HubConnection> HubAsync(Action<Microsoft.AspNetCore.Http.Connections.Client.HttpConnectionOptions> options)
    {
        var connection = new HubConnectionBuilder().WithUrl(new Uri(Dashboard.Url, "/hubs/live"), http =>
        {
            http.Transports = HttpTransportType.WebSockets;
            http.SkipNegotiation = true;
            http.Headers["Origin"] = $"http://{Dashboard.Url.Authority}";
            options(http);
        }).Build();
        await connection.StartAsync(Stop);
        return connection;
    }

    private async Task UntilLetInAsync(string cookie)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        deadline.CancelAfter(RunningDashboard.Deadline);
        while (true)
        {
            deadline.Token.ThrowIfCancellationRequested();
            using var socket = await CircuitAsync(cookie);
            if (await IsLetInAsync(socket))
            {
                return;
            }
        }
    }

    // The handshake is answered before anybody is counted, a call only afterwards: one of what there is not, with the number 1, is answered by its completion, which is 3 in MessagePack.
    private static async Task<bool> IsLetInAsync(ClientWebSocket socket)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        deadline.CancelAfter(RunningDashboard.Deadline);
        var buffer = new byte[4096];
        try
        {
            await socket.SendAsync(new byte[] { 11, 0x95, 0x01, 0x80, 0xa1, (byte)'1', 0xa4, (byte)'N', (byte)'o', (byte)'p', (byte)'e', 0x90 }, WebSocketMessageType.Binary, true, deadline.Token);
            while (await socket.ReceiveAsync(buffer, deadline.Token) is { MessageType: not WebSocketMessageType.Close } message)
            {
                if (message.Count > 3 && buffer[2] == 0x03)
                {
                    return true;
                }
            }

            return false;
        }
        catch (WebSocketException)
        {
            return false;
        }
    }

    /// <summary>The socket of a circuit, up to the handshake of its protocol.</summary>
    private async Task<ClientWebSocket> CircuitAsync(string cookie)
    {
        var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Cookie", cookie);
        socket.Options.SetRequestHeader("Origin", $"http://{Dashboard.Url.Authority}");
        await socket.ConnectAsync(new UriBuilder(Dashboard.Url) { Scheme = "ws", Path = "/_blazor" }.Uri, Stop);
        await socket.SendAsync(Encoding.UTF8.GetBytes("{\"protocol\":\"blazorpack\",\"version\":1}\u001e"), WebSocketMessageType.Text, true, Stop);
        return socket;
    }

    private async Task<string> CookieAsync()
    {
        using var browser = await Dashboard.LoggedInAsync();
        return browser.DefaultRequestHeaders.GetValues("Cookie").Single();
    }

    private async Task<Session> OnlySessionAsync() => Assert.Single(await Sessions.LiveAsync(Stop));
}
