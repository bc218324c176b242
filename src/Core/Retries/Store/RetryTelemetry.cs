using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Dashboard.Core.Retries.Store;

/// <summary>Who tells: for the counts, which are told without a name.</summary>
/// <param name="Source">The source the program works for.</param>
/// <param name="Host">The machine.</param>
/// <param name="Process">The program and its number.</param>
public sealed record RetryTeller(string Source, string Host, string Process)
{
    /// <summary>This program, working for itself.</summary>
    public static RetryTeller Own { get; } = new("dashboard", Environment.MachineName, $"dashboard/{Environment.ProcessId}");
}

/// <summary>
/// Takes what executors tell and brings it to the store once a second, in another thread. Nobody who tells waits: what finds the queue full is dropped and
/// counted. While the own database is away the batch under way is kept and the queue fills.
/// </summary>
internal sealed partial class RetryTelemetry(IRetryStore store, RetryTeller teller, TimeProvider clock, ILogger<RetryTelemetry> log) : BackgroundService, IRetryTelemetry
{
    /// <summary>How many events wait at most.</summary>
    public const int Most = 10_000;

    private const int MostResources = 1_000;
    private const int MostAtOnce = 2_000;
    private static readonly TimeSpan Gather = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(5);

    private readonly Channel<RetryEvent> queue = Channel.CreateBounded<RetryEvent>(new BoundedChannelOptions(Most) { SingleReader = true });
    private readonly ConcurrentDictionary<(string Resource, string Backend), Counter> counters = new();
    private long dropped;

    /// <inheritdoc/>
    public void Tell(RetryEvent told)
    {
        if (!queue.Writer.TryWrite(told))
        {
            Interlocked.Increment(ref dropped);
        }
    }

    /// <inheritdoc/>
    public void Count(string resource, string backend)
    {
        if (!counters.TryGetValue((resource, backend), out var counter))
        {
            // So many resources nobody has: somebody puts something else into the name.
            if (counters.Count >= MostResources)
            {
                return;
            }

            counter = counters.GetOrAdd((resource, backend), static _ => new Counter());
        }

        Interlocked.Increment(ref counter.Succeeded);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        RetryBatch? batch = null;
        var pause = Gather;
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(pause, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stoppingToken.IsCancellationRequested)
            {
                break;
            }

            (batch, pause) = await BringAsync(batch ?? Take(), pause, stoppingToken);
        }

        // What is there now still goes, if it goes soon.
        using var soon = new CancellationTokenSource(Farewell, clock);
        while (!soon.IsCancellationRequested && (batch ?? Take()) is { } last)
        {
            (batch, _) = await BringAsync(last, pause, soon.Token);
            if (batch is not null)
            {
                break;
            }
        }
    }

    private async Task<(RetryBatch? Left, TimeSpan Pause)> BringAsync(RetryBatch? batch, TimeSpan pause, CancellationToken cancellationToken)
    {
        if (batch is null)
        {
            return (null, Gather);
        }

        try
        {
            await store.KeepAsync(batch, cancellationToken);
            return (null, queue.Reader.Count >= MostAtOnce ? TimeSpan.Zero : Gather);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return (batch, pause);
        }
        catch (PostgresException cause) when (cause.SqlState.StartsWith("22", StringComparison.Ordinal) || cause.SqlState.StartsWith("23", StringComparison.Ordinal))
        {
            // It would be refused for ever, and everything behind it would wait.
            Interlocked.Add(ref dropped, batch.Events.Count);
            LogRefused(log, batch.Events.Count, cause);
            return (null, Gather);
        }
        catch (Exception cause)
        {
            if (pause <= Gather)
            {
                LogWaiting(log, cause.Message);
            }

            var next = (pause > Gather ? pause : Gather) * 2;
            return (batch, next < LongestPause ? next : LongestPause);
        }
    }

    private RetryBatch? Take()
    {
        var events = new List<RetryEvent>();
        while (events.Count < MostAtOnce && queue.Reader.TryRead(out var told))
        {
            events.Add(told);
        }

        var now = clock.GetUtcNow();
        var minute = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMinute));
        var counts = new List<AttemptCount>();
        foreach (var (key, counter) in counters)
        {
            if (Interlocked.Exchange(ref counter.Succeeded, 0) is > 0 and var succeeded)
            {
                counts.Add(new AttemptCount(minute, teller.Source, teller.Host, teller.Process, key.Resource, key.Backend, succeeded, 0));
            }
        }

        if (Interlocked.Exchange(ref dropped, 0) is > 0 and var lost)
        {
            counts.Add(new AttemptCount(minute, teller.Source, teller.Host, teller.Process, "telemetry", "unknown", 0, lost));
        }

        return events.Count + counts.Count == 0 ? null : new RetryBatch { Id = Guid.CreateVersion7(), Events = events, Counts = counts };
    }

    [LoggerMessage(1701, LogLevel.Warning, "What executors tell cannot be kept at present ({Reason}); it waits")]
    private static partial void LogWaiting(ILogger log, string reason);

    [LoggerMessage(1702, LogLevel.Error, "{Count} events of executors were refused and are dropped")]
    private static partial void LogRefused(ILogger log, int count, Exception cause);

    private sealed class Counter
    {
        public long Succeeded;
    }
}
