namespace Dashboard.Core.Stores.Copying;

/// <summary>How fast a copy moves, whoever works on it.</summary>
/// <param name="CopyId">Which copy.</param>
/// <param name="Crashes">Crashes a second within the last minute.</param>
/// <param name="Bytes">Bytes created a second within the last minute.</param>
/// <param name="Most">The most crashes a second seen so far.</param>
public sealed record CopySpeed(long CopyId, double Crashes, double Bytes, double Most)
{
    /// <summary>How long what is left takes, at the least and at the most; null while too little is done to say.</summary>
    public (TimeSpan Least, TimeSpan Most)? Left { get; init; }
}

/// <summary>
/// Watches how far copies are and tells how fast they move. What is left is told as a range: parts are of very different sizes, so the time a part takes is taken from all that was watched and from
/// its newer half, and both are widened by what the number of parts that were seen to end leaves open.
/// </summary>
/// <remarks>For one reader after another; not for several at once.</remarks>
public sealed class CopySpeeds
{
    /// <summary>A speed is of so long.</summary>
    public static readonly TimeSpan Lately = TimeSpan.FromMinutes(1);

    /// <summary>From so many ended parts on it is told how long the rest takes.</summary>
    public const int EnoughParts = 8;

    private const int MostKept = 1_000;
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(30);
    private readonly Dictionary<long, Watched> watched = [];

    /// <summary>What is known after one more look.</summary>
    /// <param name="copies">How far they are.</param>
    /// <param name="now">When that was read.</param>
    /// <returns>The speeds of those somebody works on, in the order of <paramref name="copies"/>.</returns>
    public IReadOnlyList<CopySpeed> After(IReadOnlyList<CopyProgress> copies, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(copies);
        foreach (var over in watched.Keys.Except(copies.Where(copy => copy.Working > 0).Select(copy => copy.CopyId)).ToList())
        {
            watched.Remove(over);
        }

        var speeds = new List<CopySpeed>();
        foreach (var copy in copies.Where(copy => copy.Working > 0))
        {
            if (!watched.TryGetValue(copy.CopyId, out var seen))
            {
                watched[copy.CopyId] = seen = new Watched();
            }

            if (seen.After(copy, now) is { } speed)
            {
                speeds.Add(speed);
            }
        }

        return speeds;
    }

    private sealed class Watched
    {
        private readonly List<Look> looks = [];
        private double most;

        public CopySpeed? After(CopyProgress copy, DateTimeOffset now)
        {
            // A clock that was set back, or a copy that was begun anew: what was seen before is of no use.
            if (looks is [.., var last] && (last.At >= now || last.Crashes > copy.Crashes || last.Done > copy.Done))
            {
                looks.Clear();
            }

            looks.RemoveAll(look => look.At < now - Remembered);
            if (looks.Count >= MostKept)
            {
                looks.RemoveAt(0);
            }

            looks.Add(new Look(now, copy.Crashes, copy.Bytes, copy.Done));
            var from = looks.First(look => look.At >= now - Lately);
            var seconds = (now - from.At).TotalSeconds;
            if (seconds < Least.TotalSeconds)
            {
                return null;
            }

            var crashes = (copy.Crashes - from.Crashes) / seconds;
            most = Math.Max(most, crashes);
            return new CopySpeed(copy.CopyId, crashes, (copy.Bytes - from.Bytes) / seconds, most) { Left = LeftOf(copy) };
        }

        private (TimeSpan Least, TimeSpan Most)? LeftOf(CopyProgress copy)
        {
            var (first, last) = (looks[0], looks[^1]);
            var parts = last.Done - first.Done;
            if (parts < EnoughParts)
            {
                return null;
            }

            var newer = looks.First(look => last.Done - look.Done <= parts / 2);
            double[] each = [PerPart(first, last), PerPart(newer, last)];
            var open = 1 / Math.Sqrt(parts);
            var rest = copy.Shards - copy.Done;
            return (TimeSpan.FromSeconds(rest * each.Min() * (1 - open)), TimeSpan.FromSeconds(rest * each.Max() * (1 + open)));
        }

        private static double PerPart(Look from, Look to) => (to.At - from.At).TotalSeconds / Math.Max(1, to.Done - from.Done);
    }

    private sealed record Look(DateTimeOffset At, long Crashes, long Bytes, int Done);
}
