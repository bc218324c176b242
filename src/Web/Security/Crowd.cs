using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace Dashboard.Web.Security;

/// <summary>
/// Keeps one address from taking every connection there is: whoever opens thousands and says nothing on them would else keep everybody out, before anybody is asked who
/// they are. A known proxy is many people and has no such limit.
/// </summary>
/// <param name="options">Names the proxies.</param>
/// <param name="log">Told once for each crowd.</param>
internal sealed partial class Crowd(IOptions<AccessOptions> options, ILogger<Crowd> log)
{
    /// <summary>Half of all: others still come in.</summary>
    public const int MostEach = Limits.MostConnections / 2;

    private readonly HashSet<IPAddress> proxies = [.. options.Value.KnownProxies.Select(IPAddress.Parse)];
    private readonly ConcurrentDictionary<IPAddress, int> open = new();

    /// <summary>Passes a connection on, or closes it unread.</summary>
    public async Task InvokeAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        // A socket of the file system has no address; whoever may open it is let in by the system.
        if (connection.RemoteEndPoint is not IPEndPoint { Address: var from } || proxies.Contains(from.IsIPv4MappedToIPv6 ? from.MapToIPv4() : from))
        {
            await next(connection);
            return;
        }

        var count = open.AddOrUpdate(from, 1, static (_, before) => before + 1);
        try
        {
            if (count <= MostEach)
            {
                await next(connection);
                return;
            }

            if (count == MostEach + 1)
            {
                LogCrowd(log, from, MostEach);
            }

            connection.Abort(new ConnectionAbortedException("Too many connections from this address."));
        }
        finally
        {
            Leave(from);
        }
    }

    private void Leave(IPAddress from)
    {
        // Nobody is remembered who is gone; between the two somebody else may have come.
        if (open.AddOrUpdate(from, 0, static (_, before) => before - 1) == 0)
        {
            open.TryRemove(new(from, 0));
        }
    }

    [LoggerMessage(1508, LogLevel.Warning, "{Address} has {Most} connections open; further ones are closed until some of them are gone.")]
    private static partial void LogCrowd(ILogger log, IPAddress address, int most);
}
