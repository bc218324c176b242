using System.Net;
using System.Net.Sockets;

namespace Dashboard.Kit;

/// <summary>
/// Ports for servers that are started by number, and started again by it. They lie below those the system gives to outgoing connections: of those any client beside may have
/// got one between its choice here and the server's own start, or while a server that was killed is away.
/// </summary>
public static class FreePorts
{
    private const int First = 10_000;
    private const int End = 32_000;
    private static int taken = Environment.ProcessId * 61;

    /// <summary>A port nobody listens on and no other test of this process was given; with <paramref name="several"/> the first of so many in a row.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public static int Take(int several = 1)
    {
        for (var attempt = 0; attempt < End - First; attempt++)
        {
            var last = (int)((uint)Interlocked.Add(ref taken, several) % (End - First));
            if (last >= several && Enumerable.Range(First + last - several, several).All(IsFree))
            {
                return First + last - several;
            }
        }

        throw new InvalidOperationException($"No {several} ports in a row are free between {First} and {End}.");
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
