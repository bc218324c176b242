using System.Collections.Concurrent;
using Dashboard.Core.Access;

namespace Dashboard.Web.Security;

/// <summary>
/// Whether a session lasts, asked of the records with each request and each message of a circuit: one row by its key. While the own database is out of
/// reach, those who were in may go on reading; whoever acts asks <see cref="IAuthority"/>, which then says no.
/// </summary>
internal sealed partial class SessionGuard(SessionQueries queries, TimeProvider clock, ILogger<SessionGuard> log)
{
    private const int MostKnown = 10_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan SeenNoted = TimeSpan.FromMinutes(1);
    private readonly ConcurrentDictionary<Guid, Session> known = [];
    private DateTimeOffset askAgain = DateTimeOffset.MinValue;

    /// <summary>The session, if it lasts.</summary>
    public async Task<Session?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        if (clock.GetUtcNow() < askAgain)
        {
            return Known(id);
        }

        using var patience = new CancellationTokenSource(Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            var session = await queries.FindAsync(id, either.Token);
            await RememberAsync(id, session, either.Token);
            return session;
        }
        catch (Exception cause) when (RecordsAway.Is(cause) || (cause is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // Not every click has to wait for the same database.
            askAgain = clock.GetUtcNow() + Patience;
            LogUnread(log, cause.Message);
            return Known(id);
        }
    }

    private async Task RememberAsync(Guid id, Session? session, CancellationToken cancellationToken)
    {
        if (session is null)
        {
            known.TryRemove(id, out _);
            return;
        }

        if (known.Count >= MostKnown)
        {
            known.Clear();
        }

        known[id] = session;
        if (clock.GetUtcNow() - session.SeenAt >= SeenNoted)
        {
            await queries.SeenAsync(id, cancellationToken);
        }
    }

    private Session? Known(Guid id) => known.TryGetValue(id, out var session) && session.EndsAt > clock.GetUtcNow() ? session : null;

    [LoggerMessage(1502, LogLevel.Warning, "The sessions could not be read ({Reason}); people who were logged in go on reading.")]
    private static partial void LogUnread(ILogger log, string reason);
}
