namespace Dashboard.Core.Sources;

/// <summary>Whether what is shown of a source is the present.</summary>
public enum SourceState
{
    /// <summary>Not read yet.</summary>
    Connecting,

    /// <summary>Being read; what is shown is as of <see cref="SourceStatus.AsOf"/>.</summary>
    Live,

    /// <summary>Was read once, is out of reach now; what is shown is old.</summary>
    Stale,

    /// <summary>Could never be read since the dashboard started.</summary>
    Unreachable,
}

/// <summary>How the watch on one source is going.</summary>
public sealed record SourceStatus
{
    /// <summary>The source.</summary>
    public required Source Source { get; init; }

    /// <summary>Whether it is being read.</summary>
    public required SourceState State { get; init; }

    /// <summary>How changes are noticed now; null while out of reach.</summary>
    public CaptureMode? Mode { get; init; }

    /// <summary>Why not the mode that was asked for; null when it is.</summary>
    public string? ModeReason { get; init; }

    /// <summary>What was found there; the last known while out of reach, null before the first look.</summary>
    public SourceCapabilities? Capabilities { get; init; }

    /// <summary>The database's clock when it last answered; null before.</summary>
    public DateTimeOffset? AsOf { get; init; }

    /// <summary>Our clock when it last answered; null before.</summary>
    public DateTimeOffset? ReadAt { get; init; }

    /// <summary>Our clock when the present trouble began; null when live.</summary>
    public DateTimeOffset? TroubleSince { get; init; }

    /// <summary>The trouble in one sentence, without secrets; null when live.</summary>
    public string? Trouble { get; init; }

    /// <summary>Our clock when the next attempt is due; null when live or under way.</summary>
    public DateTimeOffset? NextAttempt { get; init; }

    /// <summary>How far the database's clock is ahead of ours; zero before the first answer.</summary>
    public TimeSpan Skew => AsOf is { } theirs && ReadAt is { } ours ? theirs - ours : TimeSpan.Zero;

    /// <summary>Before the first attempt.</summary>
    public static SourceStatus Connecting(Source source) => new() { Source = source, State = SourceState.Connecting };

    /// <summary>The database's time at a moment of our clock.</summary>
    public DateTimeOffset DatabaseTime(DateTimeOffset ours) => ours + Skew;
}
