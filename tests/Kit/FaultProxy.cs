using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Dashboard.Kit;

/// <summary>What a <see cref="FaultProxy"/> does with a connection.</summary>
public enum Fault
{
    /// <summary>Passes everything on.</summary>
    None,

    /// <summary>Cuts the connection at the next bytes of the client, which the server never sees.</summary>
    CutBeforeServer,

    /// <summary>Passes the next bytes of the client on, waits for the answer, drops it and cuts the connection.</summary>
    CutAfterServer,

    /// <summary>As <see cref="CutBeforeServer"/>, at the COMMIT.</summary>
    CommitNotSent,

    /// <summary>As <see cref="CutAfterServer"/>, at the COMMIT: the server has done it and nobody was told.</summary>
    CommitAnswerLost,

    /// <summary>Passes the COMMIT on and cuts both sides at once: whether the server reads it before it sees the end is chance.</summary>
    CommitRace,

    /// <summary>Passes nothing on any more, and cuts nothing.</summary>
    Hang,

    /// <summary>Takes no new connection: it is cut as soon as it is made.</summary>
    Refuse,

    /// <summary>The server is out of reach: cuts every connection at the next bytes of the client, and takes no new one.</summary>
    Away,
}

/// <summary>Which way something goes that a <see cref="FaultProxy"/> passes on.</summary>
public enum Passing
{
    /// <summary>What the client asks, before the server has seen it.</summary>
    Asked,

    /// <summary>The last of an answer, before the client has seen it: the server has done what was asked.</summary>
    Answered,
}

/// <summary>Stands between a client and PostgreSQL on loopback and breaks what passes through, when told to. Speaks enough of the protocol to know a COMMIT.</summary>
public sealed class FaultProxy : IAsyncDisposable
{
    private static readonly byte[] Commit = Encoding.ASCII.GetBytes("COMMIT");
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource over = new();
    private readonly ConcurrentDictionary<Task, bool> running = new();
    private readonly int server;
    private readonly Task accepting;
    private int fault;
    private int struck;

    private FaultProxy(int server)
    {
        this.server = server;
        listener.Start();
        accepting = AcceptAsync();
    }

    /// <summary>Where it listens on 127.0.0.1.</summary>
    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>How often a fault struck.</summary>
    public int Struck => Volatile.Read(ref struck);

    /// <summary>What to do. All but <see cref="Fault.Hang"/>, <see cref="Fault.Refuse"/> and <see cref="Fault.Away"/> strike once and are then <see cref="Fault.None"/>.</summary>
    public Fault Next
    {
        get => (Fault)Volatile.Read(ref fault);
        set => Volatile.Write(ref fault, (int)value);
    }

    /// <summary>Told of everything that passes once a connection is made, before it is passed on, and may take its time; false cuts the connection instead.</summary>
    public Func<Passing, ReadOnlyMemory<byte>, Task<bool>> LetsAsync { get; private init; } = static (_, _) => Task.FromResult(true);

    /// <summary>Starts one before a server on loopback.</summary>
    public static FaultProxy Before(int port) => new(port);

    /// <summary>The same, telling of everything that passes: see <see cref="LetsAsync"/>.</summary>
    public static FaultProxy Before(int port, Func<Passing, ReadOnlyMemory<byte>, Task<bool>> letsAsync) => new(port) { LetsAsync = letsAsync };

    /// <summary>A direct connection string, through the proxy.</summary>
    public string Through(string direct) => new Npgsql.NpgsqlConnectionStringBuilder(direct) { Port = Port }.ConnectionString;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await over.CancelAsync();
        listener.Dispose();
        await accepting;
        await Task.WhenAll(running.Keys);
        over.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!over.IsCancellationRequested)
        {
            Socket client;
            try
            {
                client = await listener.AcceptSocketAsync(over.Token);
            }
            catch (Exception end) when (end is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }

            if (Next is Fault.Refuse or Fault.Away)
            {
                Interlocked.Increment(ref struck);
                Cut(client);
                continue;
            }

            var passing = PassAsync(client);
            running[passing] = true;
            _ = passing.ContinueWith(passed => running.TryRemove(passed, out _), TaskScheduler.Default);
        }
    }

    private async Task PassAsync(Socket client)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(over.Token);
        using var upstream = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.NoDelay = true;
        try
        {
            await upstream.ConnectAsync(IPAddress.Loopback, server, end.Token);
            var way = new Way();
            await Task.WhenAny(ForthAsync(client, upstream, way, end.Token), BackAsync(upstream, client, way, end.Token));
        }
        catch (Exception gone) when (gone is SocketException or OperationCanceledException)
        {
        }

        await end.CancelAsync();
        Cut(client);
        Cut(upstream);
    }

    private async Task ForthAsync(Socket client, Socket upstream, Way way, CancellationToken cancellationToken)
    {
        var buffer = new byte[16_384];
        try
        {
            for (int read; (read = await client.ReceiveAsync(buffer, cancellationToken)) > 0;)
            {
                var bytes = buffer.AsMemory(0, read);
                if (!IsStartup(bytes.Span) && !await LetsAsync(Passing.Asked, bytes))
                {
                    return;
                }

                switch (Strikes(bytes.Span))
                {
                    case Fault.CutBeforeServer or Fault.CommitNotSent or Fault.Away:
                        return;
                    case Fault.CutAfterServer or Fault.CommitAnswerLost:
                        way.DropsAnswer = true;
                        break;
                    case Fault.CommitRace:
                        await upstream.SendAsync(bytes, cancellationToken);
                        return;
                    case Fault.Hang:
                        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
                        return;
                    default:
                        break;
                }

                await upstream.SendAsync(bytes, cancellationToken);
            }
        }
        catch (Exception gone) when (gone is SocketException or OperationCanceledException)
        {
        }
    }

    private async Task BackAsync(Socket upstream, Socket client, Way way, CancellationToken cancellationToken)
    {
        var buffer = new byte[16_384];
        try
        {
            for (int read; (read = await upstream.ReceiveAsync(buffer, cancellationToken)) > 0 && !way.DropsAnswer;)
            {
                if (IsReady(buffer.AsSpan(0, read)) && !await LetsAsync(Passing.Answered, buffer.AsMemory(0, read)))
                {
                    return;
                }

                await client.SendAsync(buffer.AsMemory(0, read), cancellationToken);
            }
        }
        catch (Exception gone) when (gone is SocketException or OperationCanceledException)
        {
        }
    }

    private Fault Strikes(ReadOnlySpan<byte> bytes)
    {
        var next = Next;
        var now = next switch
        {
            Fault.CommitNotSent or Fault.CommitAnswerLost or Fault.CommitRace => IsCommit(bytes),
            Fault.CutBeforeServer or Fault.CutAfterServer => !IsStartup(bytes),
            Fault.Hang or Fault.Away => true,
            _ => false,
        };
        if (!now || next is not (Fault.Hang or Fault.Away) && Interlocked.CompareExchange(ref fault, (int)Fault.None, (int)next) != (int)next)
        {
            return Fault.None;
        }

        Interlocked.Increment(ref struck);
        return next;
    }

    // Alone, or as the last of a batch.
    private static bool IsCommit(ReadOnlySpan<byte> bytes) => bytes.Length > 5
        && ((bytes[0] == 'Q' && bytes[5..].StartsWith(Commit)) || (bytes[0] == 'P' && bytes.IndexOf(Commit) is > 0 and var at && at + Commit.Length < bytes.Length && bytes[at + Commit.Length] == 0));

    // A startup message has no letter before its length.
    private static bool IsStartup(ReadOnlySpan<byte> bytes) => bytes.Length >= 4 && BinaryPrimitives.ReadInt32BigEndian(bytes) == bytes.Length;

    // ReadyForQuery ends every answer: a letter, its length, and the state of the transaction.
    private static bool IsReady(ReadOnlySpan<byte> bytes) => bytes.Length >= 6 && bytes[^6..^1].SequenceEqual("Z\0\0\0\u0005"u8);

    private static void Cut(Socket socket)
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Dispose();
    }

    private sealed class Way
    {
        public volatile bool DropsAnswer;
    }
}
