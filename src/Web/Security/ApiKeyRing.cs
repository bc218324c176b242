using System.Security.Cryptography;
using Dashboard.Core.Access;

namespace Dashboard.Web.Security;

/// <summary>The keys that work, as read at most two seconds ago: so long may a key revoked on another node go on, and so seldom is the own database asked.</summary>
/// <remarks>While the own database is out of reach the keys known last go on working.</remarks>
internal sealed partial class ApiKeyRing(ApiKeyQueries queries, AccessNews news, TimeProvider clock, ILogger<ApiKeyRing> log) : IDisposable
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan UseNoted = TimeSpan.FromMinutes(1);
    private readonly SemaphoreSlim turn = new(1);
    private readonly Dictionary<long, DateTimeOffset> noted = [];
    private Reading read = new([], DateTimeOffset.MinValue, -1);

    /// <summary>The key a program presents; null when none that works is that one.</summary>
    public async Task<ApiKey?> FindAsync(string presented, CancellationToken cancellationToken)
    {
        await RefreshAsync(cancellationToken);
        var now = clock.GetUtcNow();
        var hash = Secret.HashOf(presented);
        ApiKey? found = null;
        foreach (var key in Volatile.Read(ref read).Keys)
        {
            // All of them, always: the time taken tells nothing.
            if (CryptographicOperations.FixedTimeEquals(key.Hash, hash) && !(key.ExpiresAt <= now))
            {
                found = key;
            }
        }

        if (found is not null)
        {
            await NoteAsync(found, now, cancellationToken);
        }

        return found;
    }

    /// <summary>Whether a key that let somebody in still works.</summary>
    public async Task<bool> WorksAsync(long id, CancellationToken cancellationToken)
    {
        await RefreshAsync(cancellationToken);
        return Volatile.Read(ref read).Keys.Any(key => key.Id == id && !(key.ExpiresAt <= clock.GetUtcNow()));
    }

    public void Dispose() => turn.Dispose();

    private async Task RefreshAsync(CancellationToken cancellationToken)
    {
        if (IsFresh(clock.GetUtcNow(), Volatile.Read(ref read)))
        {
            return;
        }

        await turn.WaitAsync(cancellationToken);
        try
        {
            var (now, version) = (clock.GetUtcNow(), news.Version);
            if (!IsFresh(now, read))
            {
                using var patience = new CancellationTokenSource(Patience, clock);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
                try
                {
                    Volatile.Write(ref read, new Reading(await queries.WorkingAsync(either.Token), now, version));
                }
                catch (Exception cause) when (RecordsAway.Is(cause) || (cause is OperationCanceledException && !cancellationToken.IsCancellationRequested))
                {
                    Volatile.Write(ref read, read with { At = now, Version = version });
                    LogUnread(log, cause.Message);
                }
            }
        }
        finally
        {
            turn.Release();
        }
    }

    private bool IsFresh(DateTimeOffset now, Reading reading) => now - reading.At < Fresh && reading.Version == news.Version;

    private async Task NoteAsync(ApiKey key, DateTimeOffset now, CancellationToken cancellationToken)
    {
        lock (noted)
        {
            if (noted.TryGetValue(key.Id, out var last) && now - last < UseNoted)
            {
                return;
            }

            noted[key.Id] = now;
        }

        try
        {
            await queries.UsedAsync(key.Id, cancellationToken);
        }
        catch (Exception cause) when (RecordsAway.Is(cause))
        {
            LogUnread(log, cause.Message);
        }
    }

    [LoggerMessage(1500, LogLevel.Warning, "The API keys could not be read ({Reason}); those known last go on working.")]
    private static partial void LogUnread(ILogger log, string reason);

    private sealed record Reading(IReadOnlyList<ApiKey> Keys, DateTimeOffset At, long Version);
}
