using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Threading.Channels;
using Dashboard.Core.Retries.Executor;

namespace Dashboard.Core.Retries.Store;

/// <summary>
/// Where what the executors of this process tell waits until it is brought to the store. Nobody who tells waits: what finds no place is dropped and counted. It is there
/// before the database that will keep it, for that is used through executors too.
/// </summary>
public sealed class RetryQueue : IRetryTelemetry
{
    /// <summary>How many events wait at most.</summary>
    public const int Most = 10_000;

    // How a streak ended is worth more than one attempt more, and that is worth more than a sign of life.
    private const int ForEnds = 1_000;
    private const int MostCounters = 1_000;

    private readonly Channel<RetryEvent> events = Channel.CreateBounded<RetryEvent>(new BoundedChannelOptions(Most) { SingleReader = true });
    private readonly ConcurrentDictionary<Teller, Counter> counters = new();

    /// <summary>How many events wait.</summary>
    public int Waiting => events.Reader.Count;

    /// <inheritdoc/>
    public void Tell(RetryEvent told)
    {
        ArgumentNullException.ThrowIfNull(told);
        var most = told.Outcome switch
        {
            RetryOutcome.Waiting => Most / 2,
            RetryOutcome.Fail => Most - ForEnds,
            _ => Most,
        };
        if (events.Reader.Count >= most || !events.Writer.TryWrite(told))
        {
            Dropped(new Teller(told.Who.Source, told.Who.Host, told.Who.Process, "telemetry", "unknown"), 1);
        }
    }

    /// <inheritdoc/>
    public void Count(ExecutorIdentity who, string resource, string backend)
    {
        ArgumentNullException.ThrowIfNull(who);
        if (CounterOf(new Teller(who.Source, who.Host, who.Process, resource, backend)) is { } counter)
        {
            Interlocked.Increment(ref counter.Succeeded);
        }
    }

    /// <summary>Counts events that were lost on their way.</summary>
    internal void Dropped(IEnumerable<RetryEvent> lost)
    {
        foreach (var of in lost.GroupBy(told => new Teller(told.Who.Source, told.Who.Host, told.Who.Process, "telemetry", "unknown")))
        {
            Dropped(of.Key, of.Count());
        }
    }

    /// <summary>Takes what there is, as one batch; null for nothing.</summary>
    /// <param name="most">Events at most.</param>
    /// <param name="now">For the minute of counts.</param>
    /// <param name="counting">Whether counts are taken too.</param>
    internal RetryBatch? Take(int most, DateTimeOffset now, bool counting)
    {
        var taken = new List<RetryEvent>();
        while (taken.Count < most && events.Reader.TryRead(out var told))
        {
            taken.Add(told);
        }

        var counts = counting || taken.Count > 0 ? Counts(now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMinute))) : [];
        return taken.Count + counts.Count == 0 ? null : new RetryBatch { Id = Guid.CreateVersion7(), Events = taken, Counts = counts };
    }

    private List<AttemptCount> Counts(DateTimeOffset minute)
    {
        var counts = new List<AttemptCount>();
        foreach (var (teller, counter) in counters)
        {
            var (succeeded, dropped) = (Interlocked.Exchange(ref counter.Succeeded, 0), Interlocked.Exchange(ref counter.Dropped, 0));
            if (succeeded + dropped > 0)
            {
                counts.Add(new AttemptCount(minute, teller.Source, teller.Host, teller.Process, teller.Resource, teller.Backend, succeeded, dropped));
            }
        }

        return counts;
    }

    private void Dropped(Teller teller, long lost)
    {
        if (CounterOf(teller) is { } counter)
        {
            Interlocked.Add(ref counter.Dropped, lost);
        }
    }

    // So many resources nobody has: somebody puts something else into the name.
    private Counter? CounterOf(Teller teller) =>
        counters.TryGetValue(teller, out var counter) ? counter : counters.Count >= MostCounters ? null : counters.GetOrAdd(teller, static _ => new Counter());

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Teller(string Source, string Host, string Process, string Resource, string Backend);

    private sealed class Counter
    {
        public long Succeeded;
        public long Dropped;
    }
}
