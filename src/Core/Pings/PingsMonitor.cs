using Dashboard.Core.Feeds;
using Dashboard.Core.Retries;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Dashboard.Core.Pings;

/// <summary>Reads who pinged once for everybody: after each ping that came here, and every two seconds for those that came to other nodes.</summary>
internal sealed partial class PingsMonitor(PingStore store, Feed<PingsSnapshot> feed, IOptions<RetryOptions> options, TimeProvider clock, ILogger<PingsMonitor> log) : BackgroundService
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan BetweenPrunings = TimeSpan.FromHours(1);
    private DateTimeOffset nextPruning;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                await OnceAsync(stoppingToken);
                await Task.Delay(ShortestPause, clock, stoppingToken);
                await store.Kept.WaitAsync(Poll, clock, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Asked to stop.
        }
    }

    private async Task OnceAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (clock.GetUtcNow() is var now && now >= nextPruning)
            {
                await store.PruneAsync(options.Value.KeepDays, pause => Stale(pause.Cause), cancellationToken);
                nextPruning = now + BetweenPrunings;
            }

            feed.Publish(Next(feed.Newest, await store.ReadAsync(pause => Stale(pause.Cause), cancellationToken)));
        }
        catch (Exception cause) when (cause is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // What waiting does not heal may be healed by somebody: it is read again with the next poll.
            Stale(cause);
        }
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

    // What did not change stays the same object.
    internal static PingsSnapshot Next(PingsSnapshot before, IReadOnlyList<Ping> read)
    {
        var known = before.Pings.ToHashSet();
        Ping[] pings = [.. read.Select(ping => known.TryGetValue(ping, out var same) ? same : ping)];
        return before.StaleSince is null && before.Pings.SequenceEqual(pings) ? before : new PingsSnapshot { Pings = pings };
    }

    [LoggerMessage(1710, LogLevel.Warning, "Who pinged cannot be read at present; trying again")]
    private static partial void LogUnread(ILogger log, Exception cause);
}

/// <summary>Registers the Pings room.</summary>
public static class PingServices
{
    /// <summary>The store, the feed of what it holds, and what fills it.</summary>
    public static IServiceCollection AddPings(this IServiceCollection services)
    {
        services.AddSingleton(new Feed<PingsSnapshot>(PingsSnapshot.Empty));
        services.AddSingleton<PingStore>();
        services.AddSingleton<IPingStore>(provider => provider.GetRequiredService<PingStore>());
        services.AddHostedService<PingsMonitor>();
        return services;
    }
}
