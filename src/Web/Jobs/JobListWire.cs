using Dashboard.Core.Sources;
using Dashboard.Core.Verdicts;
using Dashboard.Web.Sources;

namespace Dashboard.Web.Jobs;

/// <summary>Jobs of one source, as they stood at one reading.</summary>
public sealed record JobListWire
{
    /// <summary>The source.</summary>
    public required string Source { get; init; }

    /// <summary>Whether this is the present. When stale, this is how it stood at <see cref="AsOf"/>, and nothing is known of now.</summary>
    public required SourceState State { get; init; }

    /// <summary>
    /// The database's clock at the reading shown. While the state is live nothing has changed since; the As-Of header says when the source last answered.
    /// </summary>
    public required DateTimeOffset AsOf { get; init; }

    /// <summary>Why it is not live; null when it is.</summary>
    public string? Trouble { get; init; }

    /// <summary>The dashboard's clock when that trouble began; null when live.</summary>
    public DateTimeOffset? TroubleSince { get; init; }

    /// <summary>Grows by one with each change; starts anew with the dashboard.</summary>
    public required long Sequence { get; init; }

    /// <summary>How many of all jobs stand so, whatever was filtered.</summary>
    public required CountsWire Counts { get; init; }

    /// <summary>How far back the runs behind it go; null when the log is empty or was not read.</summary>
    public DateTimeOffset? RunsSince { get; init; }

    /// <summary>True when every run of the log was looked at.</summary>
    public required bool RunsWhole { get; init; }

    /// <summary>How many jobs the source has.</summary>
    public required int Total { get; init; }

    /// <summary>Those that match, in name order.</summary>
    public required IReadOnlyList<JobWire> Jobs { get; init; }

    /// <summary>The jobs of a snapshot that match.</summary>
    public static JobListWire Of(SourceStatus status, StandingsSnapshot standings, IEnumerable<JobStanding> matching)
    {
        ArgumentNullException.ThrowIfNull(standings);
        return new JobListWire
        {
            Source = standings.Source,
            State = status.State,
            AsOf = Freshness.AsOf(status, standings),
            Trouble = status.Trouble,
            TroubleSince = status.TroubleSince,
            Sequence = standings.Sequence,
            Counts = CountsWire.Of(standings),
            RunsSince = standings.RunsSince,
            RunsWhole = standings.RunsWhole,
            Total = standings.Jobs.Count,
            Jobs = [.. matching.Select(standing => JobWire.InList(standings.Source, standing))],
        };
    }
}

/// <summary>One job at its own address.</summary>
public sealed record JobDetailWire
{
    /// <summary>The source.</summary>
    public required string Source { get; init; }

    /// <summary>Whether this is the present.</summary>
    public required SourceState State { get; init; }

    /// <summary>The database's clock at the reading shown.</summary>
    public required DateTimeOffset AsOf { get; init; }

    /// <summary>Why it is not live; null when it is.</summary>
    public string? Trouble { get; init; }

    /// <summary>The dashboard's clock when that trouble began; null when live.</summary>
    public DateTimeOffset? TroubleSince { get; init; }

    /// <summary>The job, every text whole.</summary>
    public required JobWire Job { get; init; }

    /// <summary>A job of a snapshot.</summary>
    public static JobDetailWire Of(SourceStatus status, StandingsSnapshot standings, JobStanding standing)
    {
        ArgumentNullException.ThrowIfNull(standings);
        return new JobDetailWire
        {
            Source = standings.Source,
            State = status.State,
            AsOf = Freshness.AsOf(status, standings),
            Trouble = status.Trouble,
            TroubleSince = status.TroubleSince,
            Job = JobWire.Whole(standings.Source, standing),
        };
    }
}

/// <summary>Of when an answer is.</summary>
internal static class Freshness
{
    /// <summary>The reading that brought what is shown; once the source is out of reach, the last time it answered.</summary>
    public static DateTimeOffset AsOf(SourceStatus status, StandingsSnapshot standings)
    {
        var read = standings.AsOf ?? throw new InvalidOperationException($"'{standings.Source}' has not been read.");
        return status.State != SourceState.Live && status.AsOf is { } last && last > read ? last : read;
    }
}
