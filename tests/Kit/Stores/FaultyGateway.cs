using System.Net.Sockets;
using System.Text;

namespace Dashboard.Kit.Stores;

/// <summary>A real haproxy in front of a gateway that speaks S3: to so many of a hundred requests as it is told it does what networks and busy stores do.</summary>
public sealed class FaultyGateway : StoreServer
{
    private FaultyGateway()
        : base("haproxy")
    {
    }

    /// <summary>Where it listens.</summary>
    public Uri Endpoint { get; private set; } = new("http://127.0.0.1");

    /// <summary>Starts one that passes everything on.</summary>
    public static async Task<FaultyGateway> StartAsync(Uri gateway)
    {
        ArgumentNullException.ThrowIfNull(gateway);
        var faulty = new FaultyGateway();
        try
        {
            var port = FreePorts.Take();
            await faulty.ScriptAsync(["up", faulty.Folder, Text(port), Text(gateway.Port)]);
            faulty.Endpoint = new Uri($"http://127.0.0.1:{port}");
            return faulty;
        }
        catch
        {
            await faulty.DisposeAsync();
            throw;
        }
    }

    /// <summary>From now on so many of a hundred requests meet a fault; 0 for none.</summary>
    public async Task BreakAsync(GatewayFault fault, int percent)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path.Combine(Folder, "ctl")));
        await socket.SendAsync(Encoding.ASCII.GetBytes($"set map {Folder}/faults {fault.ToString().ToLowerInvariant()} {Text(percent)}\n"));
        var answer = new byte[1_024];
        var length = await socket.ReceiveAsync(answer);
        var said = Encoding.ASCII.GetString(answer, 0, length).Trim();
        if (said.Length > 0)
        {
            throw new InvalidOperationException($"haproxy said: {said}");
        }
    }
}

/// <summary>What a <see cref="FaultyGateway"/> does to a request.</summary>
public enum GatewayFault
{
    /// <summary>Answers 503 SlowDown, as a store that has too much to do.</summary>
    SlowDown,

    /// <summary>Takes it and never answers.</summary>
    Stall,

    /// <summary>Forgets the connection without a word: whoever sends on is answered by nobody. It needs CAP_NET_ADMIN.</summary>
    Drop,

    /// <summary>Reads a piece of it and resets the connection.</summary>
    Cut,
}
