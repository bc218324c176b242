using System.Net;
using System.Net.Sockets;
using Dashboard.Kit;
using Dashboard.Web.Security;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Dashboard.Web.Tests.Security;

/// <summary>Thousands of sockets of one address that say nothing keep nobody else out.</summary>
public sealed class CrowdTests
{
    private const int Sockets = 2_000;

    private static readonly IPAddress Other = IPAddress.Parse("127.0.0.2");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_thousand_idle_sockets_of_one_address_leave_room_for_another_and_for_themselves_once_they_are_gone()
    {
        await using var dashboard = await RunningDashboard.StartAsync("crontabber-healthy", "poll");
        using var user = From(Other, dashboard.Url);
        user.DefaultRequestHeaders.Authorization = new("Bearer", dashboard.Key);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(user));

        var idle = new List<Socket>();
        try
        {
            for (var i = 0; i < Sockets; i++)
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                idle.Add(socket);
                try
                {
                    await socket.ConnectAsync(IPAddress.Loopback, dashboard.Url.Port, Stop);
                }
                catch (SocketException)
                {
                    // Closed before it was open: one too many.
                }
            }

            // What was too much is closed by the server; the others stay open and silent.
            await UntilAsync(() => idle.Count(IsClosed) >= Sockets - Crowd.MostEach);
            Assert.True(idle.Count(IsClosed) <= Sockets - Crowd.MostEach + 10, "More were closed than were too many.");

            // A person at another address: pages, the API, and new connections for each.
            for (var i = 0; i < 20; i++)
            {
                using var another = From(Other, dashboard.Url);
                another.DefaultRequestHeaders.Authorization = new("Bearer", dashboard.Key);
                Assert.Equal(HttpStatusCode.OK, await StatusAsync(another));
            }
        }
        finally
        {
            idle.ForEach(socket => socket.Dispose());
        }

        await UntilAsync(async () =>
        {
            try
            {
                return await StatusAsync(dashboard.Client) == HttpStatusCode.OK;
            }
            catch (HttpRequestException)
            {
                // The server has not seen all of them go yet.
                return false;
            }
        });
    }

    [Fact]
    public async Task A_known_proxy_is_many_people_and_whoever_leaves_makes_room()
    {
        var proxy = IPAddress.Parse("192.0.2.1");
        var crowd = new Crowd(Options.Create(new AccessOptions { KnownProxies = [proxy.ToString()] }), NullLogger<Crowd>.Instance);
        Assert.Equal(Crowd.MostEach, await LetInAsync(crowd, IPAddress.Parse("192.0.2.2")));
        Assert.Equal(Crowd.MostEach, await LetInAsync(crowd, IPAddress.Parse("192.0.2.2")));
        Assert.Equal(Crowd.MostEach + 5, await LetInAsync(crowd, proxy));
        Assert.Equal(Crowd.MostEach + 5, await LetInAsync(crowd, proxy.MapToIPv6()));
    }

    // So many are in at once, of five too many.
    private static async Task<int> LetInAsync(Crowd crowd, IPAddress from)
    {
        var (inside, over) = (0, new TaskCompletionSource());
        var all = Enumerable.Range(0, Crowd.MostEach + 5).Select(_ => crowd.InvokeAsync(new DefaultConnectionContext { RemoteEndPoint = new IPEndPoint(from, 1) }, async _ =>
        {
            inside++;
            await over.Task;
        })).ToList();
        over.SetResult();
        await Task.WhenAll(all);
        return inside;
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client)
    {
        using var answer = await client.GetAsync(new Uri("/api/v1/jobs", UriKind.Relative), Stop);
        return answer.StatusCode;
    }

    private static bool IsClosed(Socket socket)
    {
        try
        {
            return !socket.Connected || (socket.Poll(0, SelectMode.SelectRead) && socket.Available == 0);
        }
        catch (SocketException)
        {
            return true;
        }
    }

    private static Task UntilAsync(Func<bool> condition) => UntilAsync(() => Task.FromResult(condition()));

    private static async Task UntilAsync(Func<Task<bool>> conditionAsync)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        deadline.CancelAfter(RunningDashboard.Deadline);
        while (!await conditionAsync())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, deadline.Token);
        }
    }

    private static HttpClient From(IPAddress address, Uri url) => new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancellationToken) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(address, 0));
            await socket.ConnectAsync(IPAddress.Loopback, url.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        },
    }) { BaseAddress = url };
}
