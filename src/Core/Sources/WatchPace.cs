namespace Dashboard.Core.Sources;

/// <summary>How often a watch looks. One set of figures for everybody; tests look more often.</summary>
internal sealed record WatchPace
{
    /// <summary>Between two beats; in poll mode each beat is also the question whether something changed.</summary>
    public TimeSpan Beat { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>A beat that takes longer means that the server hangs.</summary>
    public TimeSpan BeatDeadline { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Under the faster modes every such beat asks for the watermark too, for whatever they missed.</summary>
    public int BeatsBetweenBackstops { get; init; } = 5;

    /// <summary>Every such beat looks at the catalogue again: rights, indexes and triggers come and go.</summary>
    public int BeatsBetweenProbes { get; init; } = 30;
}
