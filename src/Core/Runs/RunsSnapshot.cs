namespace Dashboard.Core.Runs;

/// <summary>The newest runs of every job of one source. Histories that did not change are the same objects as before.</summary>
public sealed record RunsSnapshot
{
    /// <summary>The source these runs are of.</summary>
    public required string Source { get; init; }

    /// <summary>Job name → its recent runs; a job without any is absent.</summary>
    public required IReadOnlyDictionary<string, JobHistory> ByJob { get; init; }

    /// <summary>How far back the log was read: the oldest row looked at. Null when the log is empty or was not read.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>True when the whole log was read, so that an absent job has truly no run.</summary>
    public bool Whole { get; init; }

    /// <summary>Why runs are missing, in one sentence; null when the log could be read.</summary>
    public string? Notice { get; init; }

    /// <summary>The database's clock at the reading; null before the first.</summary>
    public DateTimeOffset? AsOf { get; init; }

    /// <summary>The history of a job, empty when none is known.</summary>
    public JobHistory Of(string job) => ByJob.TryGetValue(job, out var history) ? history : JobHistory.None;

    /// <summary>Nothing read yet.</summary>
    public static RunsSnapshot Empty(string source) => new() { Source = source, ByJob = new Dictionary<string, JobHistory>() };
}
