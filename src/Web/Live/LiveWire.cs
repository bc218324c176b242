using Dashboard.Core.Verdicts;
using Dashboard.Web.Jobs;
using Dashboard.Web.Sources;

namespace Dashboard.Web.Live;

/// <summary>What a program asks to watch.</summary>
public sealed record WatchWire
{
    /// <summary>The source; the first when absent.</summary>
    public string? Source { get; init; }

    /// <summary>Of the last message received, to go on from there after a loss; absent to begin.</summary>
    public string? Instance { get; init; }

    /// <summary>Of the last message received.</summary>
    public long? Sequence { get; init; }
}

/// <summary>What a message is.</summary>
public enum LiveKind
{
    /// <summary>The source has not been read yet: nothing but its status.</summary>
    Waiting,

    /// <summary>Everything; replaces what the program has.</summary>
    Snapshot,

    /// <summary>What is different since <see cref="LiveWire.From"/>.</summary>
    Difference,
}

/// <summary>One message of the hub.</summary>
public sealed record LiveWire
{
    /// <summary>What it is.</summary>
    public required LiveKind Kind { get; init; }

    /// <summary>Names the run of the dashboard that the numbers belong to.</summary>
    public required string Instance { get; init; }

    /// <summary>A difference fits only what has this number; null otherwise.</summary>
    public long? From { get; init; }

    /// <summary>The number of what the program has after it. It may be the same as before, when only the source's status changed.</summary>
    public required long Sequence { get; init; }

    /// <summary>How the watch on the source is going, and how many jobs stand in which state.</summary>
    public required SourceWire Source { get; init; }

    /// <summary>All jobs in name order, or those that changed or came.</summary>
    public required IReadOnlyList<JobWire> Jobs { get; init; }

    /// <summary>The names that are gone; empty in a snapshot.</summary>
    public required IReadOnlyList<string> Removed { get; init; }

    /// <summary>Everything there is.</summary>
    internal static LiveWire Whole(string instance, SourceNow now) => new()
    {
        Kind = now.Standings.AsOf is null ? LiveKind.Waiting : LiveKind.Snapshot,
        Instance = instance,
        Sequence = now.Standings.Sequence,
        Source = SourceWire.Of(now.Status, now.Standings),
        Jobs = [.. now.Standings.Jobs.Select(standing => JobWire.InList(now.Standings.Source, standing))],
        Removed = [],
    };

    /// <summary>What is different since an older snapshot, however many lie between.</summary>
    internal static LiveWire Since(string instance, StandingsSnapshot before, SourceNow now)
    {
        var old = before.Jobs.ToDictionary(standing => standing.Job.Name, StringComparer.Ordinal);
        var changed = new List<JobWire>();
        foreach (var standing in now.Standings.Jobs)
        {
            if (!old.Remove(standing.Job.Name, out var known) || !ReferenceEquals(known, standing))
            {
                changed.Add(JobWire.InList(now.Standings.Source, standing));
            }
        }

        return new LiveWire
        {
            Kind = LiveKind.Difference,
            Instance = instance,
            From = before.Sequence,
            Sequence = now.Standings.Sequence,
            Source = SourceWire.Of(now.Status, now.Standings),
            Jobs = changed,
            Removed = [.. old.Keys.Order(StringComparer.Ordinal)],
        };
    }
}
