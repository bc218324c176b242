using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Dashboard.Core.Retries.Store;

/// <summary>
/// Brings what waits in the <see cref="RetryQueue"/> to the store: events once a second, counts less often, for nobody waits for those. While the own database is away the
/// store's executor waits with the batch under way, and the queue fills.
/// </summary>
internal sealed partial class RetryTelemetry(RetryQueue queue, RetryStore store, TimeProvider clock, ILogger<RetryTelemetry> log) : BackgroundService
{
    private const int MostAtOnce = 2_000;
    private static readonly TimeSpan Gather = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BetweenCounts = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        RetryBatch? batch = null;
        var counted = clock.GetTimestamp();
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(queue.Waiting >= MostAtOnce ? TimeSpan.Zero : Gather, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            var counting = clock.GetElapsedTime(counted) >= BetweenCounts;
            counted = counting ? clock.GetTimestamp() : counted;
            batch = await BringAsync(queue.Take(MostAtOnce, clock.GetUtcNow(), counting), stoppingToken);
        }

        // What is there now still goes, if it goes soon.
        using var soon = new CancellationTokenSource(Farewell, clock);
        while (!soon.IsCancellationRequested && (batch ?? queue.Take(MostAtOnce, clock.GetUtcNow(), counting: true)) is { } last)
        {
            batch = await BringAsync(last, soon.Token);
            if (batch is not null)
            {
                break;
            }
        }
    }

    // Gives back what could not be brought before it had to end.
    private async Task<RetryBatch?> BringAsync(RetryBatch? batch, CancellationToken cancellationToken)
    {
        if (batch is null)
        {
            return null;
        }

        for (var refused = 0; ; refused++)
        {
            try
            {
                await store.KeepPatientlyAsync(batch, pause => LogAway(pause.Attempt, pause.Cause.Message), cancellationToken);
                return null;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return batch;
            }
            catch (PostgresException cause) when (cause.SqlState.StartsWith("22", StringComparison.Ordinal) || cause.SqlState.StartsWith("23", StringComparison.Ordinal))
            {
                // It would be refused for ever, and everything behind it would wait.
                queue.Dropped(batch.Events);
                LogRefused(log, batch.Events.Count, cause);
                return null;
            }
            catch (Exception cause)
            {
                // What waiting does not heal is healed by people: a password, a schema that is not there yet.
                LogAway(refused + 1, cause.Message);
                await Task.Delay(BetweenCounts, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private void LogAway(int time, string reason)
    {
        if (time == 1)
        {
            LogWaiting(log, reason);
        }
    }

    [LoggerMessage(1701, LogLevel.Warning, "What executors tell cannot be kept at present ({Reason}); it waits")]
    private static partial void LogWaiting(ILogger log, string reason);

    [LoggerMessage(1702, LogLevel.Error, "{Count} events of executors were refused and are dropped")]
    private static partial void LogRefused(ILogger log, int count, Exception cause);
}
