namespace Dashboard.Core.Sources;

/// <summary>
/// How long to rest between two readings. A lone change is read at once; while changes keep coming the rest grows to 50 ms, so that a burst costs the
/// observed database twenty readings a second and no more than a third of its time.
/// </summary>
internal sealed class ReadingPace
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(50);
    private TimeSpan rest = Shortest;

    /// <summary>The rest after a reading that took this long.</summary>
    public TimeSpan After(TimeSpan reading) => reading * 2 > rest ? reading * 2 : rest;

    /// <summary>The rest is over; says whether something arrived meanwhile.</summary>
    public void Paused(bool arrived) => rest = !arrived ? Shortest : rest * 2 < Longest ? rest * 2 : Longest;
}
