using Dashboard.Core.Feeds;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Dashboard.Core.Retries.Store;

/// <summary>
/// Reads the own database once for everybody after each change, and every two seconds for what other nodes and programs wrote; ends streaks that fell
/// silent; drops what is too old.
/// </summary>
internal sealed partial class RetriesMonitor(
    RetryQueries queries, Feed<RetriesSnapshot> feed, RetryWake wake, IOptions<RetryOptions> options, TimeProvider clock, ILogger<RetriesMonitor> log) : BackgroundService
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
        var now = clock.GetUtcNow();
        if (now >= nextPruning)
        {
            await queries.PruneAsync(options.Value.KeepDays, cancellationToken);
            nextPruning = now + BetweenPrunings;
        }

        await queries.LoseAsync(cancellationToken);
        if (now >= nextRecoveries)
        {
            recoveries = await queries.RecoveriesAsync(cancellationToken);
            nextRecoveries = now + BetweenRecoveries;
        }

        feed.Publish(fold.Of(feed.Newest, await queries.ReadAsync(cancellationToken), recoveries));
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
                // Whatever it was, the pages say since when they are no longer fresh.
                if (feed.Newest.StaleSince is null)
                {
                    LogUnread(log, cause);
                    feed.Publish(feed.Newest with { StaleSince = clock.GetUtcNow() });
                }
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

    [LoggerMessage(1700, LogLevel.Warning, "What executors told cannot be read at present; trying again")]
    private static partial void LogUnread(ILogger log, Exception cause);
}
