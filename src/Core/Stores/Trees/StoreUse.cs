namespace Dashboard.Core.Stores.Trees;

/// <summary>How often a store was called by what works with the tree, and when last. Probes and repairs are not among it: they are ours.</summary>
/// <param name="resource">As <see cref="ICrashStore.Resource"/>.</param>
public sealed class StoreUse(string resource)
{
    private long reads;
    private long writes;
    private long readAt;
    private long wroteAt;

    /// <summary>Which store.</summary>
    public string Resource => resource;

    /// <summary>A read begins.</summary>
    public void Read(DateTimeOffset now)
    {
        Volatile.Write(ref readAt, now.UtcTicks);
        Interlocked.Increment(ref reads);
    }

    /// <summary>A write begins.</summary>
    public void Wrote(DateTimeOffset now)
    {
        Volatile.Write(ref wroteAt, now.UtcTicks);
        Interlocked.Increment(ref writes);
    }

    /// <summary>What was counted since it was taken last.</summary>
    public StoreUsed Take()
    {
        var (read, wrote) = (Interlocked.Exchange(ref reads, 0), Interlocked.Exchange(ref writes, 0));
        return new StoreUsed(resource, read, wrote, At(Volatile.Read(ref readAt)), At(Volatile.Read(ref wroteAt)));
    }

    /// <summary>Gives back what was taken and could not be kept.</summary>
    public void GiveBack(StoreUsed taken)
    {
        ArgumentNullException.ThrowIfNull(taken);
        Interlocked.Add(ref reads, taken.Reads);
        Interlocked.Add(ref writes, taken.Writes);
    }

    private static DateTimeOffset? At(long ticks) => ticks == 0 ? null : new DateTimeOffset(ticks, TimeSpan.Zero);
}

/// <summary>Calls of a store since they were counted last.</summary>
/// <param name="Resource">Which store.</param>
/// <param name="Reads">How many reads were begun.</param>
/// <param name="Writes">How many writes were begun.</param>
/// <param name="ReadAt">The last read, by this program's clock; null when there was none since its start.</param>
/// <param name="WroteAt">The last write.</param>
public sealed record StoreUsed(string Resource, long Reads, long Writes, DateTimeOffset? ReadAt, DateTimeOffset? WroteAt);

/// <summary>The use of every store a tree of this program ever had.</summary>
public sealed class StoreUses
{
    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, StoreUse> all = new(StringComparer.Ordinal);

    /// <summary>All of them.</summary>
    public IEnumerable<StoreUse> All => all.Values;

    /// <summary>Of one store.</summary>
    public StoreUse Of(string resource) => all.GetOrAdd(resource, static name => new StoreUse(name));
}
