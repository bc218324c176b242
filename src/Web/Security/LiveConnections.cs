using System.Collections.Concurrent;
using System.Security.Claims;
using Microsoft.AspNetCore.SignalR;

namespace Dashboard.Web.Security;

/// <summary>Every open circuit and every open connection of the hub, by who is behind it, so that it can be cut.</summary>
internal sealed class LiveConnections
{
    private readonly ConcurrentDictionary<string, HubCallerContext> open = new(StringComparer.Ordinal);

    /// <summary>Sessions with a connection.</summary>
    public IReadOnlyCollection<Guid> Sessions => [.. open.Values.Select(connection => connection.User.SessionId()).OfType<Guid>().Distinct()];

    /// <summary>Keys with a connection.</summary>
    public IReadOnlyCollection<long> Keys => [.. open.Values.Select(connection => connection.User.KeyId()).OfType<long>().Distinct()];

    public void Add(HubCallerContext connection) => open[connection.ConnectionId] = connection;

    public void Remove(HubCallerContext connection) => open.TryRemove(connection.ConnectionId, out _);

    /// <summary>How many of somebody are open.</summary>
    public int Count(ClaimsPrincipal? user)
    {
        var (session, key) = (user.SessionId(), user.KeyId());
        return open.Values.Count(connection => connection.User.SessionId() == session && connection.User.KeyId() == key);
    }

    /// <summary>Cuts every connection of a session.</summary>
    public void Cut(Guid session) => Cut(user => user.SessionId() == session);

    /// <summary>Cuts every connection of a key.</summary>
    public void Cut(long key) => Cut(user => user.KeyId() == key);

    private void Cut(Predicate<ClaimsPrincipal?> whose)
    {
        foreach (var connection in open.Values)
        {
            if (whose(connection.User))
            {
                connection.Abort();
            }
        }
    }
}
