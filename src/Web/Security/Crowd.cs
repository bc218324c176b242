using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace Dashboard.Web.Security;

/// <summary>
/// Shares the connections out among those who want them: whoever opens thousands and says nothing on them would else keep everybody out, before anybody is asked who they are.
/// One network has half of them at most. When all are taken, whoever comes is let in and the network with the most silent ones loses its oldest; who has shown who they are
/// loses none. A known proxy is many people and is not counted.
/// </summary>
/// <param name="options">Names the proxies.</param>
/// <param name="log">Told once for each crowd.</param>
internal sealed partial class Crowd(IOptions<AccessOptions> options, ILogger<Crowd> log)
{
    /// <summary>Half of all: others still come in.</summary>
    public const int MostEach = Limits.MostConnections / 2;

    private const int PrefixBytes = 8;

    private readonly HashSet<IPAddress> proxies = [.. options.Value.KnownProxies.Select(IPAddress.Parse)];
    private readonly Lock turn = new();
    private readonly Dictionary<IPAddress, Network> networks = [];
    private int open;
    private bool full;

    /// <summary>Passes a connection on, or closes it unread.</summary>
    public async Task InvokeAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        // A socket of the file system has no address; whoever may open it is let in by the system.
        if (connection.RemoteEndPoint is not IPEndPoint { Address: var from } || proxies.Contains(Plain(from)))
        {
            await next(connection);
            return;
        }

        var place = new Place(this, connection, NetworkOf(from));
        if (!Enter(place))
        {
            connection.Abort(new ConnectionAbortedException("Too many connections from this network."));
            return;
        }

        connection.Features.Set(place);
        try
        {
            await next(connection);
        }
        finally
        {
            Leave(place);
        }
    }

    /// <summary>Where an address belongs to: whoever has one of the 2⁶⁴ of a subnet of IPv6 has all of them.</summary>
    internal static IPAddress NetworkOf(IPAddress address)
    {
        var plain = Plain(address);
        if (plain.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return plain;
        }

        var bytes = plain.GetAddressBytes();
        Array.Clear(bytes, PrefixBytes, bytes.Length - PrefixBytes);
        return new IPAddress(bytes);
    }

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private bool Enter(Place place)
    {
        Place? loses = null;
        lock (turn)
        {
            var network = networks.TryGetValue(place.From, out var known) ? known : networks[place.From] = new Network();
            if (network.Open == MostEach)
            {
                if (!network.Told)
                {
                    network.Told = true;
                    LogCrowd(log, place.From, MostEach);
                }

                return false;
            }

            // Counted before: it may be its own network that loses one.
            network.Open++;
            if (open == Limits.MostConnections && !TryPutOut(out loses))
            {
                network.Open--;
                Forget(place.From, network);
                return false;
            }

            open++;
            place.Silent = network.Silent.AddLast(place);
        }

        loses?.Connection.Abort(new ConnectionAbortedException("Somebody else needs the room."));
        return true;
    }

    // Only who says nothing loses a connection, and of them the network that has the most such.
    private bool TryPutOut(out Place? loses)
    {
        var (from, most) = networks.MaxBy(pair => pair.Value.Silent.Count);
        loses = most.Silent.First?.Value;
        if (!full)
        {
            full = true;
            LogFull(log, Limits.MostConnections, most.Silent.Count, from);
        }

        if (loses is null)
        {
            return false;
        }

        Remove(loses);
        return true;
    }

    private void Leave(Place place)
    {
        lock (turn)
        {
            if (!place.Gone)
            {
                Remove(place);
            }
        }
    }

    private void Remove(Place place)
    {
        var network = networks[place.From];
        place.Gone = true;
        place.Speak();
        network.Open--;
        open--;
        full &= open >= MostEach;
        Forget(place.From, network);
    }

    // Nobody is remembered who is gone.
    private void Forget(IPAddress from, Network network)
    {
        if (network.Open == 0)
        {
            networks.Remove(from);
        }
    }

    [LoggerMessage(1508, LogLevel.Warning, "{Network} has {Most} connections open; further ones are closed until some of them are gone.")]
    private static partial void LogCrowd(ILogger log, IPAddress network, int most);

    [LoggerMessage(1509, LogLevel.Warning, "All {Most} connections are taken; who comes takes the place of a silent one, as long as there are such: {Silent} of {Network} are the most.")]
    private static partial void LogFull(ILogger log, int most, int silent, IPAddress network);

    /// <summary>One connection among the others.</summary>
    internal sealed class Place(Crowd crowd, ConnectionContext connection, IPAddress from)
    {
        /// <summary>The connection.</summary>
        public ConnectionContext Connection => connection;

        /// <summary>The network it comes from.</summary>
        public IPAddress From => from;

        /// <summary>Where it stands among the silent ones of its network, oldest first; null once it has shown whose it is.</summary>
        public LinkedListNode<Place>? Silent { get; set; }

        /// <summary>Whether it is not counted any more.</summary>
        public bool Gone { get; set; }

        /// <summary>Somebody who may come in has shown themselves on it: it is not closed for others.</summary>
        public void Known()
        {
            // Asked with each request, and answered once.
            if (Silent is null)
            {
                return;
            }

            lock (crowd.turn)
            {
                Speak();
            }
        }

        /// <summary>Takes it out of the silent ones; in its turn.</summary>
        public void Speak()
        {
            Silent?.List?.Remove(Silent);
            Silent = null;
        }
    }

    /// <summary>Those of one network.</summary>
    private sealed class Network
    {
        /// <summary>Those nobody has shown themselves on, oldest first.</summary>
        public LinkedList<Place> Silent { get; } = [];

        /// <summary>All of them.</summary>
        public int Open { get; set; }

        /// <summary>Whether the log knows that they are as many as may be.</summary>
        public bool Told { get; set; }
    }
}

/// <summary>Tells the <see cref="Crowd"/> on which connections somebody has shown who they are.</summary>
internal sealed class CrowdIntroduction(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (context.User.Identity?.IsAuthenticated == true)
        {
            context.Features.Get<Crowd.Place>()?.Known();
        }

        return next(context);
    }
}
