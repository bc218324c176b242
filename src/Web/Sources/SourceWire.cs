using Dashboard.Core.Sources;
using Dashboard.Core.Verdicts;

namespace Dashboard.Web.Sources;

/// <summary>How the watch on one source is going, for other programs.</summary>
public sealed record SourceWire
{
    /// <summary>Its name, as it stands in <c>?source=</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Host, port and database, without secrets.</summary>
    public required string Address { get; init; }

    /// <summary>Whether what is said of it is the present.</summary>
    public required SourceState State { get; init; }

    /// <summary>Whose tables; null before the first look.</summary>
    public Flavour? Flavour { get; init; }

    /// <summary>How changes are noticed now; null while out of reach.</summary>
    public CaptureMode? Capture { get; init; }

    /// <summary>Why not the mode that was asked for; null when it is.</summary>
    public string? CaptureReason { get; init; }

    /// <summary>The database's clock when it last answered.</summary>
    public DateTimeOffset? AsOf { get; init; }

    /// <summary>The dashboard's clock when the present trouble began; null when live.</summary>
    public DateTimeOffset? TroubleSince { get; init; }

    /// <summary>The trouble in one sentence; null when live.</summary>
    public string? Trouble { get; init; }

    /// <summary>The dashboard's clock when the next attempt is due.</summary>
    public DateTimeOffset? NextAttempt { get; init; }

    /// <summary>What is missing or unusual there, one sentence each.</summary>
    public required IReadOnlyList<string> Notices { get; init; }

    /// <summary>How many jobs stand so; null before the first reading.</summary>
    public CountsWire? Counts { get; init; }

    /// <summary>A status as it stands on the wire.</summary>
    public static SourceWire Of(SourceStatus status, StandingsSnapshot standings)
    {
        ArgumentNullException.ThrowIfNull(status);
        ArgumentNullException.ThrowIfNull(standings);
        return new SourceWire
        {
            Name = status.Source.Name,
            Address = status.Source.Address,
            State = status.State,
            Flavour = status.Capabilities?.Flavour,
            Capture = status.Mode,
            CaptureReason = status.ModeReason,
            AsOf = status.AsOf,
            TroubleSince = status.TroubleSince,
            Trouble = status.Trouble,
            NextAttempt = status.NextAttempt,
            Notices = status.Capabilities?.Notices ?? [],
            Counts = standings.AsOf is null ? null : CountsWire.Of(standings),
        };
    }
}

/// <summary>How many jobs stand so.</summary>
public sealed record CountsWire(int StuckLock, int Failing, int Blocked, int Overdue, int NeverRun, int Ghost, int Running, int Due, int Waiting)
{
    /// <summary>The counts of a snapshot.</summary>
    public static CountsWire Of(StandingsSnapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        return new CountsWire(
            snapshot.Count(JobState.StuckLock),
            snapshot.Count(JobState.Failing),
            snapshot.Count(JobState.Blocked),
            snapshot.Count(JobState.Overdue),
            snapshot.Count(JobState.NeverRun),
            snapshot.Count(JobState.Ghost),
            snapshot.Count(JobState.Running),
            snapshot.Count(JobState.Due),
            snapshot.Count(JobState.Waiting));
    }
}
