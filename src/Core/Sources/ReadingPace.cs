namespace Dashboard.Core.Sources;

/// <summary>
/// How long to rest between two readings. A lone change is read at once; while changes keep coming the rest grows to 50 ms, so that a burst costs the
/// observed database twenty readings a second and no more than a third of its time.
/// </summary>
internal sealed class ReadingPace
{
    /// <summary>The rest after a lone change. What arrives within it is a sign of a burst; what arrives later in a longer rest is not.</summary>
    public static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(4);

    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(50);
    private TimeSpan rest = Shortest;

    /// <summary>The rest that remains once the <see cref="Shortest"/> is over.</summary>
    /// <param name="reading">How long the reading took.</param>
    /// <param name="arrived">Whether something arrived within the shortest rest.</param>
    public TimeSpan Remaining(TimeSpan reading, bool arrived)
    {
        rest = !arrived ? Shortest : rest * 2 < Longest ? rest * 2 : Longest;
        var whole = arrived && reading * 2 > rest ? reading * 2 : rest;
        return whole - Shortest;
    }
}
