using Dashboard.Core.Stores.Copying;
using Dashboard.Core.Stores.Parity;

namespace Dashboard.Core.Stores.Health;

/// <summary>The crash stores that are looked after, and what is copied between stores.</summary>
public sealed record StoresSnapshot
{
    /// <summary>Before anything was looked at.</summary>
    public static StoresSnapshot Empty { get; } = new();

    /// <summary>The stores, in the order of names.</summary>
    public IReadOnlyList<StoreHealth> Stores { get; init; } = [];

    /// <summary>What was asked within the last hour of the stores that are looked after and of those that are configured, by <see cref="ICrashStore.Resource"/>; of one that is made of others by its place.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<OperationSum>> Asked { get; init; } = new Dictionary<string, IReadOnlyList<OperationSum>>();

    /// <summary>The copies, the newest first.</summary>
    public IReadOnlyList<CopyProgress> Copies { get; init; } = [];

    /// <summary>How fast copies move that somebody works on, as far as that is known.</summary>
    public IReadOnlyList<CopySpeed> Speeds { get; init; } = [];

    /// <summary>What waits for a resource now, by <see cref="ICrashStore.Resource"/>: of every resource somebody tells of, so also of the configured stores and of those of a copy.</summary>
    public IReadOnlyDictionary<string, StoreWaiting> Waits { get; init; } = new Dictionary<string, StoreWaiting>();

    /// <summary>What holds a copy back that somebody works on: operations that wait for one of its two stores, with that store's resource, the source first.</summary>
    public IReadOnlyList<(string Resource, StoreWaiting Waiting)> HeldBack(CopyProgress copy)
    {
        ArgumentNullException.ThrowIfNull(copy);
        return copy.Working == 0 || Waits.Count == 0 ? [] :
            [.. from address in (string[])[copy.Plan.Source, copy.Plan.Target] let resource = StoreAddress.ResourceOf(address) where Waits.ContainsKey(resource) select (resource, Waits[resource])];
    }

    /// <summary>What the newest comparison of each two stores found, the newest first.</summary>
    public IReadOnlyList<KeptParity> Compared { get; init; } = [];

    /// <summary>Since when the dashboard's own records of copies have not answered; null while they do.</summary>
    public DateTimeOffset? StaleSince { get; init; }
}
