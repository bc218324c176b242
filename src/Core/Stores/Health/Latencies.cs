using System.Numerics;

namespace Dashboard.Core.Stores.Health;

/// <summary>
/// How long operations took, counted in buckets that each reach half an octave further than the one before: of any number of them as many numbers, and a share is never wrong by more than
/// the width of a bucket. Pure.
/// </summary>
public static class Latencies
{
    /// <summary>How many buckets there are; the last one has no end.</summary>
    public const int Buckets = 46;

    // From 0.1 ms to about ten minutes.
    private const double First = 0.000_1;

    /// <summary>The upper bounds, in seconds; the last is infinity.</summary>
    public static IReadOnlyList<double> Bounds { get; } = [.. Enumerable.Range(0, Buckets - 1).Select(bucket => First * Math.Pow(2, bucket / 2.0)), double.PositiveInfinity];

    /// <summary>The bucket of a length.</summary>
    public static int BucketOf(TimeSpan took)
    {
        var seconds = took.TotalSeconds;
        if (seconds <= First)
        {
            return 0;
        }

        // Rounding may put a length that is a bound into the next bucket.
        var bucket = Math.Min(Buckets - 1, (int)Math.Ceiling(2 * Math.Log2(seconds / First)));
        return bucket > 0 && seconds <= Bounds[bucket - 1] ? bucket - 1 : bucket;
    }

    /// <summary>A length that so many of all were not longer than, put evenly into its bucket; null of none.</summary>
    /// <param name="counts">How many fell into each bucket.</param>
    /// <param name="share">As 0.5, 0.99.</param>
    public static TimeSpan? Share(IReadOnlyList<long> counts, double share)
    {
        ArgumentNullException.ThrowIfNull(counts);
        ArgumentOutOfRangeException.ThrowIfNegative(share);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(share, 1);
        var all = Sum(counts);
        if (all == 0)
        {
            return null;
        }

        var (wanted, seen) = (share * all, 0L);
        for (var bucket = 0; bucket < counts.Count; bucket++)
        {
            if (counts[bucket] > 0 && seen + counts[bucket] >= wanted)
            {
                var low = bucket == 0 ? 0 : Bounds[bucket - 1];
                var high = double.IsInfinity(Bounds[bucket]) ? low : Bounds[bucket];
                return TimeSpan.FromSeconds(low + ((high - low) * Math.Clamp((wanted - seen) / counts[bucket], 0, 1)));
            }

            seen += counts[bucket];
        }

        return TimeSpan.FromSeconds(Bounds[^2]);
    }

    /// <summary>Both, added up.</summary>
    public static long[] Plus(IReadOnlyList<long> one, IReadOnlyList<long> other)
    {
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(other);
        var sum = new long[Buckets];
        for (var bucket = 0; bucket < Buckets; bucket++)
        {
            sum[bucket] = At(one, bucket) + At(other, bucket);
        }

        return sum;
    }

    private static T At<T>(IReadOnlyList<T> counts, int bucket)
        where T : INumber<T> => bucket < counts.Count ? counts[bucket] : T.Zero;

    private static long Sum(IReadOnlyList<long> counts)
    {
        long sum = 0;
        for (var bucket = 0; bucket < counts.Count; bucket++)
        {
            sum += counts[bucket];
        }

        return sum;
    }
}
