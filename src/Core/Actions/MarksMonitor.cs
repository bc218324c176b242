using Dashboard.Core.Feeds;
using Dashboard.Core.Sources;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Dashboard.Core.Actions;

/// <summary>Keeps what people have said of jobs: looked up after each action of this node and every few seconds for those of others.</summary>
public sealed class MarksMonitor(MarkQueries queries, SourceDirectory sources, SourceFeeds<MarksSnapshot> feeds, TimeProvider clock) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    /// <summary>Looks them up now.</summary>
    public async Task LookAsync(string source, CancellationToken cancellationToken)
    {
        try
        {
            var feed = feeds.Of(source);
            var next = await queries.OfAsync(source, cancellationToken);
            if (!Same(feed.Newest, next))
            {
                feed.Publish(next);
            }
        }
        catch (Exception cause) when (cause is NpgsqlException or TimeoutException or System.Net.Sockets.SocketException)
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

    private static bool Same(MarksSnapshot before, MarksSnapshot next) =>
        before.Holds.Count == next.Holds.Count && before.Acknowledged.Count == next.Acknowledged.Count
        && next.Holds.All(hold => before.Holds.GetValueOrDefault(hold.Key) == hold.Value) && next.Acknowledged.All(said => before.Acknowledged.GetValueOrDefault(said.Key) == said.Value);
}
