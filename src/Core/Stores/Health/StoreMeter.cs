using System.Runtime.InteropServices;

namespace Dashboard.Core.Stores.Health;

/// <summary>
/// Counts what is asked of stores in this process, by store, operation and minute, until somebody takes it away to keep it. Bounded: when nobody does, the oldest minutes go, and are counted.
/// It costs a caller a lock and no allocation, but for the first operation of a minute.
/// </summary>
/// <param name="clock">For the minutes.</param>
public sealed class StoreMeter(TimeProvider clock)
{
    /// <summary>How many minutes of operations it holds at most.</summary>
    public const int Most = 2_000;

    private readonly Lock one = new();
    private readonly Dictionary<(string Store, StoreOperation Operation, long Minute), Cell> cells = [];
    private readonly Dictionary<(string Store, StoreOperation Operation), Totals> totals = [];
    private long dropped;

    /// <summary>How many operations were forgotten because nobody could keep them in time.</summary>
    public long Dropped
    {
        get
        {
            lock (one)
            {
                return dropped;
            }
        }
    }

    /// <summary>When an operation begins.</summary>
    public long Begin() => clock.GetTimestamp();

    /// <summary>How long ago that was.</summary>
    public TimeSpan Since(long begun) => clock.GetElapsedTime(begun);

    /// <summary>Counts an operation that has ended.</summary>
    /// <param name="store">As <see cref="ICrashStore.Resource"/>.</param>
    /// <param name="operation">What it was.</param>
    /// <param name="outcome">How it ended.</param>
    /// <param name="begun">As told by <see cref="Begin"/>.</param>
    public void Count(string store, StoreOperation operation, StoreOutcome outcome, long begun) => Count(store, operation, outcome, clock.GetElapsedTime(begun));

    /// <summary>Counts an operation that took so long.</summary>
    public void Count(string store, StoreOperation operation, StoreOutcome outcome, TimeSpan took)
    {
        var minute = clock.GetUtcNow().UtcTicks / TimeSpan.TicksPerMinute;
        lock (one)
        {
            ref var cell = ref CollectionsMarshal.GetValueRefOrAddDefault(cells, (store, operation, minute), out var known);
            cell ??= new Cell();
            cell.Add(outcome, took);
            ref var total = ref CollectionsMarshal.GetValueRefOrAddDefault(totals, (store, operation), out _);
            total.Add(outcome, took);
            if (!known && cells.Count > Most)
            {
                Forget();
            }
        }
    }

    /// <summary>Takes away what was counted; what cannot be kept is given back by <see cref="GiveBack"/>.</summary>
    public IReadOnlyList<OperationMinute> Take()
    {
        lock (one)
        {
            var taken = cells.Select(pair => pair.Value.ToMinute(pair.Key)).OrderBy(minute => minute.Minute).ToList();
            cells.Clear();
            return taken;
        }
    }

    /// <summary>What was taken and could not be kept.</summary>
    public void GiveBack(IReadOnlyList<OperationMinute> minutes)
    {
        ArgumentNullException.ThrowIfNull(minutes);
        lock (one)
        {
            foreach (var minute in minutes)
            {
                ref var cell = ref CollectionsMarshal.GetValueRefOrAddDefault(cells, (minute.Store, minute.Operation, minute.Minute.UtcTicks / TimeSpan.TicksPerMinute), out _);
                (cell ??= new Cell()).Add(minute);
            }

            while (cells.Count > Most)
            {
                Forget();
            }
        }
    }

    /// <summary>All that was counted since this process began, taken away or not: what a counter of Prometheus tells.</summary>
    public IReadOnlyList<StoreTotal> Totalled()
    {
        lock (one)
        {
            return [.. from pair in totals orderby pair.Key.Store, pair.Key.Operation select new StoreTotal(pair.Key.Store, pair.Key.Operation, pair.Value.Succeeded, pair.Value.NotFound, pair.Value.Failed, pair.Value.Seconds)];
        }
    }

    private void Forget()
    {
        var oldest = cells.Keys.MinBy(key => key.Minute);
        dropped += cells[oldest].All;
        cells.Remove(oldest);
    }

    private sealed class Cell
    {
        private readonly long[] outcomes = new long[3];
        private readonly long[] buckets = new long[Latencies.Buckets];

        public long All => outcomes[0] + outcomes[1] + outcomes[2];

        public void Add(StoreOutcome outcome, TimeSpan took)
        {
            outcomes[(int)outcome]++;
            if (outcome != StoreOutcome.Failed)
            {
                buckets[Latencies.BucketOf(took)]++;
            }
        }

        public void Add(OperationMinute minute)
        {
            outcomes[(int)StoreOutcome.Ok] += minute.Succeeded;
            outcomes[(int)StoreOutcome.NotFound] += minute.NotFound;
            outcomes[(int)StoreOutcome.Failed] += minute.Failed;
            for (var bucket = 0; bucket < Math.Min(buckets.Length, minute.Buckets.Count); bucket++)
            {
                buckets[bucket] += minute.Buckets[bucket];
            }
        }

        public OperationMinute ToMinute((string Store, StoreOperation Operation, long Minute) key) => new(
            key.Store, key.Operation, new DateTimeOffset(key.Minute * TimeSpan.TicksPerMinute, TimeSpan.Zero), outcomes[(int)StoreOutcome.Ok], outcomes[(int)StoreOutcome.NotFound], outcomes[(int)StoreOutcome.Failed], buckets);
    }

    [StructLayout(LayoutKind.Auto)]
    private struct Totals
    {
        public long Succeeded;
        public long NotFound;
        public long Failed;
        public double Seconds;

        public void Add(StoreOutcome outcome, TimeSpan took)
        {
            Succeeded += outcome == StoreOutcome.Ok ? 1 : 0;
            NotFound += outcome == StoreOutcome.NotFound ? 1 : 0;
            Failed += outcome == StoreOutcome.Failed ? 1 : 0;
            Seconds += took.TotalSeconds;
        }
    }
}

/// <summary>What was asked of one store since this process began, of one kind.</summary>
/// <param name="Store">As <see cref="ICrashStore.Resource"/>; the place in the configuration of one that is made of others.</param>
/// <param name="Operation">What.</param>
/// <param name="Succeeded">How many went well.</param>
/// <param name="NotFound">How many were answered with: there is no such thing.</param>
/// <param name="Failed">How many failed after all their attempts.</param>
/// <param name="Seconds">How long all of them took together.</param>
public sealed record StoreTotal(string Store, StoreOperation Operation, long Succeeded, long NotFound, long Failed, double Seconds);
