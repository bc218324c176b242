namespace Dashboard.Core.Stores.Health;

/// <summary>What was asked of one store within one minute, of one kind.</summary>
/// <param name="Store">The store as <see cref="ICrashStore.Resource"/>, without secrets: the same in every process that talks to it. One that is made of others by its place in the configuration.</param>
/// <param name="Operation">What.</param>
/// <param name="Minute">Its beginning.</param>
/// <param name="Succeeded">How many went well.</param>
/// <param name="NotFound">How many were answered with: there is no such thing.</param>
/// <param name="Failed">How many failed after all their attempts.</param>
/// <param name="Buckets">How long those took that were answered, by <see cref="Latencies"/>, waits between attempts included.</param>
public sealed record OperationMinute(string Store, StoreOperation Operation, DateTimeOffset Minute, long Succeeded, long NotFound, long Failed, IReadOnlyList<long> Buckets)
{
    /// <summary>How many there were.</summary>
    public long All => Succeeded + NotFound + Failed;
}

/// <summary>The operations of one kind on one store over some minutes.</summary>
/// <param name="Operation">What.</param>
/// <param name="Succeeded">How many went well.</param>
/// <param name="NotFound">How many were answered with: there is no such thing.</param>
/// <param name="Failed">How many failed after all their attempts.</param>
/// <param name="Half">Half of those answered took no longer; null of none.</param>
/// <param name="Most">Ninety-nine of a hundred took no longer.</param>
public sealed record OperationSum(StoreOperation Operation, long Succeeded, long NotFound, long Failed, TimeSpan? Half, TimeSpan? Most)
{
    /// <summary>How many there were.</summary>
    public long All => Succeeded + NotFound + Failed;

    /// <summary>The sums of each operation, in the order of <see cref="StoreOperation"/>.</summary>
    public static IReadOnlyList<OperationSum> Of(IEnumerable<OperationMinute> minutes) =>
    [
        .. from minute in minutes
           group minute by minute.Operation into one
           orderby one.Key
           let buckets = one.Aggregate((IReadOnlyList<long>)[], (sum, minute) => Latencies.Plus(sum, minute.Buckets))
           select new OperationSum(one.Key, one.Sum(minute => minute.Succeeded), one.Sum(minute => minute.NotFound), one.Sum(minute => minute.Failed), Latencies.Share(buckets, 0.5), Latencies.Share(buckets, 0.99)),
    ];
}
