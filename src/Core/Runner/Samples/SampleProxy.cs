using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Dashboard.Core.Runner.Samples;

/// <summary>
/// Stands on loopback between the sample's jobs and their database and takes it away when told to: what passes is cut and whoever comes is turned away, as when
/// a network or a server fails. Everything else of the dashboard goes past it.
/// </summary>
internal sealed class SampleProxy : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource over = new();
    private readonly ConcurrentDictionary<Task, Socket> passing = new();
    private readonly int server;
    private readonly Task accepting;
    private volatile bool away;

    private SampleProxy(int server)
    {
        this.server = server;
        listener.Start();
        Port = ((IPEndPoint)listener.LocalEndpoint).Port;
        accepting = AcceptAsync();
    }

    /// <summary>Where it listens on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>Whether nobody gets through.</summary>
    public bool Away
    {
        get => away;
        set
        {
            away = value;
            foreach (var client in value ? passing.Values : [])
            {
                Cut(client);
            }
        }
    }

    /// <summary>Starts one before a server on loopback.</summary>
    public static SampleProxy Before(int server) => new(server);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await over.CancelAsync();
        listener.Dispose();
        await accepting;
        await Task.WhenAll(passing.Keys);
        over.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptSocketAsync(over.Token);
                if (away)
                {
                    Cut(client);
                    continue;
                }

                var pass = Task.Run(() => PassAsync(client), CancellationToken.None);
                passing[pass] = client;
                _ = pass.ContinueWith(passed => passing.TryRemove(passed, out _), TaskScheduler.Default);
            }
        }
        catch (Exception end) when (end is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task PassAsync(Socket client)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(over.Token);
        using var upstream = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            client.NoDelay = true;
            await upstream.ConnectAsync(IPAddress.Loopback, server, end.Token);
            var ways = new[] { CopyAsync(client, upstream, end.Token), CopyAsync(upstream, client, end.Token) };
            await Task.WhenAny(ways);
            await end.CancelAsync();
            await Task.WhenAll(ways);
        }
        catch (Exception gone) when (gone is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // One side is gone, and so is the other then.
        }

        Cut(client);
    }

    private static async Task CopyAsync(Socket from, Socket to, CancellationToken cancellationToken)
    {
        var buffer = new byte[8192];
        try
        {
            for (int read; (read = await from.ReceiveAsync(buffer, cancellationToken)) > 0;)
            {
                for (var sent = 0; sent < read;)
                {
                    sent += await to.SendAsync(buffer.AsMemory(sent, read - sent), cancellationToken);
                }
            }
        }
        catch (Exception gone) when (gone is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Whoever waits for this ends the other way too.
        }
    }

    private static void Cut(Socket socket)
    {
        try
        {
            // At once, without a word, as a machine that went away does.
            socket.LingerState = new LingerOption(true, 0);
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            // It was cut already.
        }

        socket.Dispose();
    }
}
