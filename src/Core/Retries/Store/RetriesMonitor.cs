using Dashboard.Core.Database;
using Dashboard.Core.Feeds;
using Dashboard.Core.Retries.Executor;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Dashboard.Core.Retries.Store;

/// <summary>
/// Reads the own database once for everybody after each change, and every two seconds for what other nodes and programs wrote; ends streaks that fell
/// silent; drops what is too old.
/// </summary>
internal sealed partial class RetriesMonitor(
    OwnDatabase database, Feed<RetriesSnapshot> feed, RetryWake wake, IOptions<RetryOptions> options, TimeProvider clock, ILogger<RetriesMonitor> log) : BackgroundService
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan BetweenRecoveries = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan BetweenPrunings = TimeSpan.FromHours(1);

    private readonly RetriesFold fold = new();
    private IReadOnlyDictionary<(string Source, string Resource), RecoveryTimes> recoveries = new Dictionary<(string Source, string Resource), RecoveryTimes>();
    private DateTimeOffset nextRecoveries;
    private DateTimeOffset nextPruning;

    /// <summary>Reads once and publishes what changed.</summary>
    public async Task OnceAsync(CancellationToken cancellationToken)
    {
        var reading = await database.Patient.Statements.RunAsync(
            static (connection, monitor, token) => monitor.ReadAsync(connection, token), this, pause => Stale(pause.Cause), cancellationToken);
        feed.Publish(fold.Of(feed.Newest, reading, recoveries));
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await OnceAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception cause)
            {
                // What waiting does not heal may be healed by somebody: it is read again with the next poll.
                Stale(cause);
            }

            try
            {
                await Task.Delay(ShortestPause, clock, stoppingToken);
                await wake.WaitAsync(Poll, clock, stoppingToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async ValueTask<RetryReading> ReadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (now >= nextPruning)
        {
            await RetryQueries.PruneAsync(connection, options.Value.KeepDays, cancellationToken);
            nextPruning = now + BetweenPrunings;
        }

        await RetryQueries.LoseAsync(connection, cancellationToken);
        if (now >= nextRecoveries)
        {
            recoveries = await RetryQueries.RecoveriesAsync(connection, cancellationToken);
            nextRecoveries = now + BetweenRecoveries;
        }

        return await RetryQueries.ReadAsync(connection, cancellationToken);
    }

    // The pages say since when they are no longer fresh.
    private void Stale(Exception cause)
    {
        if (feed.Newest.StaleSince is null)
        {
            LogUnread(log, cause);
            feed.Publish(feed.Newest with { StaleSince = clock.GetUtcNow() });
        }
    }

    [LoggerMessage(1703, LogLevel.Warning, "What executors told cannot be read at present; trying again")]
    private static partial void LogUnread(ILogger log, Exception cause);
}
