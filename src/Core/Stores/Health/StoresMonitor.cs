using Dashboard.Core.Feeds;
using Dashboard.Core.Stores.Copying;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Dashboard.Core.Stores.Health;

/// <summary>Probes every store that is looked after, once for everybody, each at its own pace so that one that hangs holds none up; and reads how far copies are.</summary>
internal sealed partial class StoresMonitor(
    IOptions<StoresOptions> options, IConfiguration configuration, ICopyLedger ledger, Feed<StoresSnapshot> feed, TimeProvider clock, ILoggerFactory logs, ILogger<StoresMonitor> log) : BackgroundService
{
    private static readonly TimeSpan BetweenCopies = TimeSpan.FromSeconds(2);
    private readonly Lock one = new();

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var watched = options.Value.Watched.OrderBy(each => each.Key, StringComparer.Ordinal).Select(each => new StoreHealth(each.Key, each.Value)).ToList();
        Publish(before => before with { Stores = watched });
        try
        {
            await Task.WhenAll([CopiesAsync(stoppingToken), .. watched.Select(store => WatchAsync(store, stoppingToken))]);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Asked to stop.
        }
    }

    private async Task WatchAsync(StoreHealth watched, CancellationToken cancellationToken)
    {
        var probe = new StoreProbe(clock, TimeSpan.FromSeconds(options.Value.DeadlineSeconds));
        var health = watched;
        ICrashStore? store = null;
        try
        {
            while (true)
            {
                IReadOnlyList<StoreProbeStep> steps;
                try
                {
                    store ??= StoreAddress.Open(watched.Address, StoreContext.Silent with { Clock = clock, Logs = logs }, key => configuration[$"StoreSecrets:{key}"], StoreProbe.Waits);
                    steps = await probe.ProbeAsync(store, cancellationToken);
                }
                catch (FormatException cause)
                {
                    steps = [new StoreProbeStep(StoreProbeKind.Put, false, TimeSpan.Zero, cause.Message)];
                }

                var before = health;
                health = health.After(new StoreProbed(clock.GetUtcNow(), steps));
                Tell(before, health);
                Publish(snapshot => snapshot with { Stores = [.. snapshot.Stores.Select(each => each.Name == health.Name ? health : each)] });
                await Task.Delay(TimeSpan.FromSeconds(options.Value.ProbeSeconds), clock, cancellationToken);
            }
        }
        finally
        {
            if (store is not null)
            {
                await store.DisposeAsync();
            }
        }
    }

    private async Task CopiesAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                var copies = await ledger.AllAsync(cancellationToken);
                Publish(before => before.StaleSince is null && before.Copies.SequenceEqual(copies) ? before : before with { Copies = copies, StaleSince = null });
            }
            catch (Exception cause) when (cause is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                // What was read last stays on the page, which says how old it is.
                if (feed.Newest.StaleSince is null)
                {
                    LogUnread(log, cause);
                    Publish(before => before with { StaleSince = clock.GetUtcNow() });
                }
            }

            await Task.Delay(BetweenCopies, clock, cancellationToken);
        }
    }

    private void Tell(StoreHealth before, StoreHealth after)
    {
        if (before.FailingSince is null && after.FailingSince is not null)
        {
            LogFailing(log, after.Name, after.Newest!.Steps[^1].Detail ?? "");
        }
        else if (before.FailingSince is not null && after.FailingSince is null)
        {
            LogWorks(log, after.Name);
        }
    }

    private void Publish(Func<StoresSnapshot, StoresSnapshot> next)
    {
        lock (one)
        {
            feed.Publish(next(feed.Newest));
        }
    }

    [LoggerMessage(2110, LogLevel.Warning, "The crash store {Store} does not work: {Why}")]
    private static partial void LogFailing(ILogger log, string store, string why);

    [LoggerMessage(2111, LogLevel.Information, "The crash store {Store} works again")]
    private static partial void LogWorks(ILogger log, string store);

    [LoggerMessage(2112, LogLevel.Warning, "How far copies of crashes are cannot be read at present; trying again")]
    private static partial void LogUnread(ILogger log, Exception cause);
}
