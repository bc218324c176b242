using System.Net.Sockets;
using System.Text;

namespace Dashboard.Kit.Stores;

/// <summary>A real haproxy in front of a gateway that speaks S3: it refuses so many of a hundred requests as it is told, in the words of a store that has too much to do.</summary>
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
            var port = FreePorts(1);
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

    /// <summary>From now on so many of a hundred requests are answered with 503 SlowDown.</summary>
    public async Task RefuseAsync(int percent)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path.Combine(Folder, "ctl")));
        await socket.SendAsync(Encoding.ASCII.GetBytes($"set map {Folder}/faults percent {Text(percent)}\n"));
        var answer = new byte[1_024];
        var length = await socket.ReceiveAsync(answer);
        var said = Encoding.ASCII.GetString(answer, 0, length).Trim();
        if (said.Length > 0)
        {
            throw new InvalidOperationException($"haproxy said: {said}");
        }
    }
}
