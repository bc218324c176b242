using System.Net;
using System.Net.Sockets;
using Dashboard.Kit;
using Dashboard.Web.Security;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Dashboard.Web.Tests.Security;

/// <summary>Thousands of sockets that say nothing keep nobody else out, be they of one address or of several.</summary>
public sealed class CrowdTests
{
    private const int Sockets = 2_000;

    private static readonly IPAddress Other = IPAddress.Parse("127.0.0.2");

    // An address of its own: two thousand ports of the one all tests share would be many.
    private static readonly IPAddress Crowded = IPAddress.Parse("127.0.0.6");

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
            await SitAsync(dashboard, Crowded, Sockets, idle);

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

        using var again = From(Crowded, dashboard.Url);
        again.DefaultRequestHeaders.Authorization = new("Bearer", dashboard.Key);
        await UntilAsync(async () =>
        {
            try
            {
                return await StatusAsync(again) == HttpStatusCode.OK;
            }
            catch (HttpRequestException)
            {
                // The server has not seen all of them go yet.
                return false;
            }
        });
    }

    [Fact]
    public async Task Two_addresses_that_fill_the_server_make_room_for_whoever_comes_and_put_nobody_out_who_is_in()
    {
        await using var dashboard = await RunningDashboard.StartAsync("crontabber-healthy", "poll");
        var connections = 0;
        using var inside = From(Other, dashboard.Url, () => connections++);
        inside.DefaultRequestHeaders.Authorization = new("Bearer", dashboard.Key);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(inside));

        var idle = new List<Socket>();
        try
        {
            foreach (var address in (string[])["127.0.0.3", "127.0.0.4"])
            {
                await SitAsync(dashboard, IPAddress.Parse(address), Crowd.MostEach, idle);
            }

            // All there are is taken: whoever comes takes the place of a silent one.
            for (var i = 0; i < 20; i++)
            {
                using var another = From(IPAddress.Parse("127.0.0.5"), dashboard.Url);
                another.DefaultRequestHeaders.Authorization = new("Bearer", dashboard.Key);
                Assert.Equal(HttpStatusCode.OK, await StatusAsync(another));
                Assert.Equal(HttpStatusCode.OK, await StatusAsync(inside));
            }

            await UntilAsync(() => idle.Exists(IsClosed));
            Assert.Equal(1, connections);
        }
        finally
        {
            idle.ForEach(socket => socket.Dispose());
        }
    }

    [Fact]
    public async Task When_all_are_taken_the_largest_crowd_loses_its_oldest_silent_one_and_who_is_known_none()
    {
        var crowd = new Crowd(Options.Create(new AccessOptions()), NullLogger<Crowd>.Instance);
        var (large, small) = (Guest.Sit(crowd, "192.0.2.1", Crowd.MostEach), Guest.Sit(crowd, "192.0.2.2", Crowd.MostEach - 10));
        var known = Guest.Sit(crowd, "192.0.2.3", 10);
        known.ForEach(guest => guest.Place!.Known());
        large[0].Place!.Known();

        var late = Guest.Sit(crowd, "192.0.2.4", 3);
        Assert.All(late, guest => Assert.False(guest.IsClosed));
        Assert.Equal([1, 2, 3], Enumerable.Range(0, large.Count).Where(at => large[at].IsClosed));
        Assert.DoesNotContain(small.Concat(known), guest => guest.IsClosed);

        // Where everybody has shown who they are, nobody is put out for somebody who has not.
        foreach (var guest in large.Concat(small).Concat(late).Where(guest => !guest.IsClosed))
        {
            guest.Place!.Known();
        }

        Assert.True(Guest.Sit(crowd, "192.0.2.5", 1).Single().IsClosed);
        small[0].Go();
        await small[0].Gone;
        Assert.False(Guest.Sit(crowd, "192.0.2.5", 1).Single().IsClosed);
    }

    [Fact]
    public async Task Where_each_comes_from_elsewhere_whoever_comes_is_let_in_for_one_of_the_silent_ones_be_it_their_own()
    {
        var crowd = new Crowd(Options.Create(new AccessOptions()), NullLogger<Crowd>.Instance);
        var all = Enumerable.Range(0, Limits.MostConnections).SelectMany(place => Guest.Sit(crowd, $"10.{place >> 8}.{place & 255}.1", 1)).ToList();
        all.AddRange(Enumerable.Range(0, 2 * Limits.MostConnections).SelectMany(place => Guest.Sit(crowd, $"10.{(place % 50) >> 8}.{place % 50}.1", 1)));
        Assert.Equal(2 * Limits.MostConnections, all.Count(guest => guest.IsClosed));
        Assert.False(all[^1].IsClosed);

        // All leave, those that were put out too; then everybody has room again.
        all.ForEach(guest => guest.Go());
        await Task.WhenAll(all.Select(guest => guest.Gone));
        Assert.DoesNotContain(Guest.Sit(crowd, "192.0.2.1", Crowd.MostEach), guest => guest.IsClosed);
        Assert.DoesNotContain(Guest.Sit(crowd, "192.0.2.2", Crowd.MostEach), guest => guest.IsClosed);
    }

    [Theory]
    [InlineData("192.0.2.7", "192.0.2.7")]
    [InlineData("::ffff:192.0.2.7", "192.0.2.7")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::")]
    [InlineData("2001:db8:1:2:ffff::", "2001:db8:1:2::")]
    [InlineData("2001:db8:1:3::1", "2001:db8:1:3::")]
    public void All_addresses_of_a_subnet_of_IPv6_are_one(string address, string network) => Assert.Equal(IPAddress.Parse(network), Crowd.NetworkOf(IPAddress.Parse(address)));

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

    // So many open sockets of an address that say nothing.
    private static async Task SitAsync(RunningDashboard dashboard, IPAddress from, int count, List<Socket> idle)
    {
        for (var i = 0; i < count; i++)
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            idle.Add(socket);
            socket.Bind(new IPEndPoint(from, 0));
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, dashboard.Url.Port, Stop);
            }
            catch (SocketException)
            {
                // Closed before it was open: one too many.
            }
        }
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

    private static HttpClient From(IPAddress address, Uri url, Action? connected = null) => new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancellationToken) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(address, 0));
            await socket.ConnectAsync(IPAddress.Loopback, url.Port, cancellationToken);
            connected?.Invoke();
            return new NetworkStream(socket, ownsSocket: true);
        },
    }) { BaseAddress = url };

    // A connection as the server sees it, which stays until it is told to go.
    private sealed class Guest : DefaultConnectionContext
    {
        private readonly TaskCompletionSource going = new();

        public bool IsClosed { get; private set; }

        public Crowd.Place? Place => Features.Get<Crowd.Place>();

        public Task Gone { get; private set; } = Task.CompletedTask;

        public static List<Guest> Sit(Crowd crowd, string from, int count) => [.. Enumerable.Range(0, count).Select(_ =>
        {
            var guest = new Guest { RemoteEndPoint = new IPEndPoint(IPAddress.Parse(from), 1) };
            guest.Gone = crowd.InvokeAsync(guest, _ => guest.going.Task);
            return guest;
        })];

        public void Go() => going.SetResult();

        public override void Abort(ConnectionAbortedException abortReason) => IsClosed = true;
    }
}
