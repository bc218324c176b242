using System.Net.Sockets;
using Dashboard.Core.Feeds;
using Dashboard.Core.Retries.Executor;
using Dashboard.Core.Sources;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Dashboard.Core.Actions.Operations;

/// <summary>Keeps what is under way in each source, so that a viewer costs no query: looked up every two seconds and after each word of somebody.</summary>
public sealed class OperationsMonitor(OperationQueries operations, BackfillFollower follower, SourceDirectory sources, SourceFeeds<OperationsSnapshot> feeds, TimeProvider clock) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    /// <summary>Looks one source up now.</summary>
    public async Task LookAsync(string source, CancellationToken cancellationToken)
    {
        try
        {
            var feed = feeds.Of(source);
            var next = await operations.LiveAsync(source, cancellationToken);
            if (await follower.LookAsync(next, cancellationToken))
            {
                next = await operations.LiveAsync(source, cancellationToken);
            }

            if (!feed.Newest.Says(next))
            {
                feed.Publish(next);
            }
        }
        catch (Exception cause) when (cause is NpgsqlException or TimeoutException or SocketException or CommitInDoubtException)
        {
            // The last answer stays until the own database is back.
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pause, clock);
        do
        {
            foreach (var source in sources.All)
            {
                await LookAsync(source.Name, stoppingToken);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
