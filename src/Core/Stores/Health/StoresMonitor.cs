using Dashboard.Core.Feeds;
using Dashboard.Core.Retries;
using Dashboard.Core.Stores.Copying;
using Dashboard.Core.Stores.CutOver;
using Dashboard.Core.Stores.Parity;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Dashboard.Core.Stores.Health;

/// <summary>Probes every store that is looked after, once for everybody, each at its own pace so that one that hangs holds none up; and reads how far copies are.</summary>
internal sealed partial class StoresMonitor(
    IOptions<StoresOptions> options, IConfiguration configuration, ICopyLedger ledger, IStoreMinutes kept, IParityRecords parity, StoreMeter meter, Feed<RetriesSnapshot> retries, Feed<MovesSnapshot> moves, Feed<StoresSnapshot> feed, TimeProvider clock, ILoggerFactory logs, ILogger<StoresMonitor> log) : BackgroundService
{
    private static readonly TimeSpan BetweenCopies = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan BetweenMinutes = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Shown = TimeSpan.FromHours(1);
    private static readonly TimeSpan BetweenPrunes = TimeSpan.FromHours(1);
    private readonly Lock one = new();
    private readonly CopySpeeds speeds = new();

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var watched = options.Value.Watched.OrderBy(each => each.Key, StringComparer.Ordinal).Select(each => new StoreHealth(each.Key, each.Value) { Resource = StoreAddress.ResourceOf(each.Value) }).ToList();
        Publish(before => before with { Stores = watched });
        try
        {
            await Task.WhenAll([CopiesAsync(stoppingToken), MinutesAsync(watched, stoppingToken), WaitingAsync(stoppingToken), .. watched.Select(store => WatchAsync(store, stoppingToken))]);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            await LastMinutesAsync();
        }
    }

    // What was counted last still goes, if it goes soon.
    private async Task LastMinutesAsync()
    {
        using var soon = new CancellationTokenSource(Farewell, clock);
        try
        {
            await kept.KeepAsync(meter.Take(), soon.Token);
        }
        catch (Exception cause)
        {
            LogLeft(log, cause);
        }
    }

    private async Task WatchAsync(StoreHealth watched, CancellationToken cancellationToken)
    {
        var deadline = TimeSpan.FromSeconds(options.Value.DeadlineSeconds);
        var (probe, trial) = (new StoreProbe(clock, deadline), new AbilityProbe(clock, deadline));
        var health = watched;
        MeteredStore? store = null;
        try
        {
            while (true)
            {
                IReadOnlyList<StoreProbeStep> steps;
                try
                {
                    store ??= new MeteredStore(
                        StoreAddress.Open(watched.Address, StoreContext.Silent with { Clock = clock, Logs = logs }, key => configuration[$"StoreSecrets:{key}"], StoreProbe.Waits), meter);
                    steps = await probe.ProbeAsync(store, cancellationToken);
                }
                catch (FormatException cause)
                {
                    steps = [new StoreProbeStep(StoreProbeKind.Put, false, TimeSpan.Zero, cause.Message)];
                }

                var before = health;
                health = health.After(new StoreProbed(clock.GetUtcNow(), steps)) with { Resource = store?.Resource ?? health.Resource };
                if (store is not null && health.Abilities.All(ability => ability.Found is null) && health.FailingSince is null)
                {
                    health = health with { Abilities = await trial.FindAsync(store.Inner, cancellationToken) };
                    foreach (var broken in health.Abilities.Where(ability => ability.IsBroken))
                    {
                        LogBroken(log, health.Name, broken.Kind, broken.Detail ?? "");
                    }
                }

                Tell(before, health);
                Replace(health.Name, each => health with { Waiting = StoreWaiting.For(health.Resource, retries.Newest), Operations = each.Operations });
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

    // What waits is told by those who wait, wherever they are.
    private async Task WaitingAsync(CancellationToken cancellationToken)
    {
        await foreach (var told in retries.WatchAsync(cancellationToken))
        {
            var waits = StoreWaiting.All(told);
            Publish(before =>
            {
                var stores = before.Stores.Select(store => waits.GetValueOrDefault(store.Resource ?? "") is var waiting && waiting == store.Waiting ? store : store with { Waiting = waiting }).ToList();
                return stores.SequenceEqual(before.Stores, ReferenceEqualityComparer.Instance) && waits.Count == before.Waits.Count && !waits.Except(before.Waits).Any() ? before : before with { Stores = stores, Waits = waits };
            });
        }
    }

    // What was counted goes into the records, and what all programs have counted comes back from there.
    private async Task MinutesAsync(IReadOnlyList<StoreHealth> watched, CancellationToken cancellationToken)
    {
        DateTimeOffset? pruned = null;
        while (true)
        {
            await Task.Delay(BetweenMinutes, clock, cancellationToken);
            var taken = meter.Take();
            try
            {
                await kept.KeepAsync(taken, cancellationToken);
                taken = [];
                var now = clock.GetUtcNow();
                var names = watched.Select(store => store.Resource).OfType<string>().Concat(moves.Newest.Tree.SelectMany(root => root.All()).Select(node => node.CountedAs())).Distinct(StringComparer.Ordinal).ToList();
                var asked = (await kept.SinceAsync(names, now - Shown, cancellationToken)).GroupBy(minute => minute.Store, StringComparer.Ordinal).ToDictionary(of => of.Key, of => OperationSum.Of(of), StringComparer.Ordinal);
                Publish(before => before with { Asked = asked, Stores = [.. before.Stores.Select(each => each with { Operations = asked.GetValueOrDefault(each.Resource ?? "", []) })] });

                if (pruned is not { } last || now - last >= BetweenPrunes)
                {
                    await kept.PruneAsync(now.AddDays(-options.Value.KeepDays), cancellationToken);
                    await parity.PruneAsync(now.AddDays(-options.Value.KeepDays), cancellationToken);
                    pruned = now;
                }
            }
            catch (Exception cause) when (cause is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                // The copies, read more often, say on the page that the records are away. What was counted waits, within bounds.
                meter.GiveBack(taken);
                LogNotKept(log, cause);
            }
        }
    }

    private void Replace(string name, Func<StoreHealth, StoreHealth> next) =>
        Publish(snapshot => snapshot with { Stores = [.. snapshot.Stores.Select(each => each.Name == name ? next(each) : each)] });

    private async Task CopiesAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                var copies = await ledger.AllAsync(cancellationToken);
                var moving = speeds.After(copies, clock.GetUtcNow());
                var compared = await parity.NewestAsync(feed.Newest.Compared, cancellationToken);
                Publish(before => before.StaleSince is null && before.Copies.SequenceEqual(copies) && before.Speeds.SequenceEqual(moving) && ReferenceEquals(before.Compared, compared) ? before : before with { Copies = copies, Speeds = moving, Compared = compared, StaleSince = null });
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

    [LoggerMessage(2113, LogLevel.Warning, "The crash store {Store} does not do what its class relies on ({Ability}): {Why}")]
    private static partial void LogBroken(ILogger log, string store, StoreAbilityKind ability, string why);

    [LoggerMessage(2114, LogLevel.Warning, "What was asked of crash stores cannot be kept at present; it waits")]
    private static partial void LogNotKept(ILogger log, Exception cause);

    [LoggerMessage(2115, LogLevel.Warning, "What was asked of crash stores within the last seconds is not in the records: they were away at the end")]
    private static partial void LogLeft(ILogger log, Exception cause);
}
