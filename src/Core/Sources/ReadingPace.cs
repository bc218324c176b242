namespace Dashboard.Core.Sources;

/// <summary>
/// How long to rest between two readings. Changes that come one by one are read at once, even forty a second; in a flood the rest grows to 50 ms, so
/// that it costs the observed database twenty readings a second and no more than a third of its time.
/// </summary>
internal sealed class ReadingPace
{
    /// <summary>So many that arrived during one reading and the rest after it are a flood.</summary>
    public const int Flood = 3;

    /// <summary>The rest while there is no flood.</summary>
    public static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(4);

    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(50);
    private TimeSpan rest = Shortest;

    /// <summary>The rest that remains once the <see cref="Shortest"/> is over.</summary>
    /// <param name="reading">How long the reading took.</param>
    /// <param name="arrived">How many changes arrived during it and the shortest rest.</param>
    public TimeSpan Remaining(TimeSpan reading, int arrived)
    {
        var flood = arrived >= Flood;
        rest = !flood ? Shortest : rest * 2 < Longest ? rest * 2 : Longest;
        var whole = flood && reading * 2 > rest ? reading * 2 : rest;
        return whole - Shortest;
    }
}
