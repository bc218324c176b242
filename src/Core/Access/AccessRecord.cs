using System.Net.Sockets;
using Dashboard.Core.Actions.Audit;
using Dashboard.Core.Retries.Executor;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Dashboard.Core.Access;

/// <summary>
/// Tells the audit who came in, and what was changed about who may: keys, sessions, roles, who is shut out. Told when it has happened; a line that cannot be added stands
/// in the log, for nobody is kept out because of it and nobody stays in.
/// </summary>
public sealed partial class AccessRecord(AuditQueries audit, ILogger<AccessRecord> log)
{
    /// <summary>Somebody came in.</summary>
    public Task CameInAsync(Session session, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(session);
        return AddAsync(new AuditEntry(AuditEvents.Login, Of(session), $"{session.Name} came in as {session.Role.Name()}.") { Kind = "login" }, cancellationToken);
    }

    /// <summary>Whom a proxy vouches for has another role by now.</summary>
    public Task RoleAsync(Session session, Role before, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(session);
        return AddAsync(new AuditEntry(AuditEvents.Access, Of(session), $"{session.Name} was {before.Name()} and is {session.Role.Name()} now, as the proxy says.") { Kind = "role" }, cancellationToken);
    }

    /// <summary>Somebody changed who may come in, or what they may.</summary>
    /// <param name="who">Who.</param>
    /// <param name="kind">What, as a slug: <c>make-key</c>.</param>
    /// <param name="summary">In one sentence.</param>
    /// <param name="cancellationToken">To stop.</param>
    public Task ChangedAsync(Actor who, string kind, string summary, CancellationToken cancellationToken) => AddAsync(new AuditEntry(AuditEvents.Access, who, summary) { Kind = kind }, cancellationToken);

    /// <summary>Somebody asked for what they may not.</summary>
    /// <param name="refused">The refusal, with who they are.</param>
    /// <param name="deed">What.</param>
    /// <param name="cancellationToken">To stop.</param>
    public Task DeniedAsync(Permission refused, Deed deed, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(refused);
        ArgumentNullException.ThrowIfNull(deed);
        return AddAsync(new AuditEntry(AuditEvents.Denied, refused.Actor, refused.Because) { Kind = deed.Name }, cancellationToken);
    }

    private static Actor Of(Session session) => new(session.Name, session.Role, session.Via, session.Address);

    private async Task AddAsync(AuditEntry entry, CancellationToken cancellationToken)
    {
        try
        {
            await audit.AddAsync(entry, cancellationToken);
        }
        catch (Exception cause) when (cause is NpgsqlException or TimeoutException or SocketException or CommitInDoubtException)
        {
            LogNotAdded(log, entry.Who.Name, entry.Summary, cause);
        }
    }

    [LoggerMessage(1516, LogLevel.Error, "The audit has no line of it: {Name}, {Summary}")]
    private static partial void LogNotAdded(ILogger log, string name, string summary, Exception cause);
}
