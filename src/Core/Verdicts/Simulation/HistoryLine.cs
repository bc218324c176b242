using System.Text.Json.Serialization;
using Dashboard.Core.Jobs;
using Dashboard.Core.Retries;
using Dashboard.Core.Runs;

namespace Dashboard.Core.Verdicts.Simulation;

/// <summary>What a line of a history tells of.</summary>
public enum HistoryKind
{
    /// <summary>A job's row of the state table changed; with a run, both were written at once.</summary>
    Row,

    /// <summary>A row of the log alone: a slot of a catch-up that goes on.</summary>
    Run,

    /// <summary>An executor told of an attempt.</summary>
    Retry,

    /// <summary>A tick began, or ended.</summary>
    Tick,

    /// <summary>People did something.</summary>
    Human,
}

/// <summary>Something that could be known from a moment on. In a file: one line of <c>history.ndjson</c>, in the order of time.</summary>
public sealed record HistoryLine
{
    /// <summary>From when on it could be known, UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>What it tells of.</summary>
    public required HistoryKind Kind { get; init; }

    /// <summary>The job; null for a tick.</summary>
    public string? Job { get; init; }

    /// <summary>The whole row as it stands from now on.</summary>
    public HistoryRow? State { get; init; }

    /// <summary>The row of the log.</summary>
    public HistoryRun? Log { get; init; }

    /// <summary>The attempt.</summary>
    public HistoryAttempt? Attempt { get; init; }

    /// <summary>The tick.</summary>
    public HistoryTick? Tick { get; init; }

    /// <summary>What people did, in a few words.</summary>
    public string? Act { get; init; }
}

/// <summary>A row of the state table.</summary>
public sealed record HistoryRow(DateTimeOffset? NextRun, DateTimeOffset? FirstRun, DateTimeOffset? LastRun, DateTimeOffset? LastSuccess, DateTimeOffset? Ongoing, int ErrorCount, string? ErrorType, string? ErrorValue)
{
    /// <summary>Of a row.</summary>
    internal static HistoryRow Of(Job row) => new(row.NextRun, row.FirstRun, row.LastRun, row.LastSuccess, row.Ongoing, row.ErrorCount, row.LastError?.Type, row.LastError?.Value);

    /// <summary>As the dashboard would have read it.</summary>
    internal Job Read(string name, IReadOnlyList<string> dependsOn, JobError? error) => new()
    {
        Name = name,
        NextRun = NextRun,
        FirstRun = FirstRun,
        LastRun = LastRun,
        LastSuccess = LastSuccess,
        Ongoing = Ongoing,
        ErrorCount = ErrorCount,
        DependsOn = dependsOn,
        LastError = error,
    };
}

/// <summary>A row of the log.</summary>
/// <param name="Seconds">How long the run took.</param>
/// <param name="Success">The slot, or the moment of success; null when it failed.</param>
/// <param name="ErrorType">What it failed with.</param>
/// <param name="ErrorValue">Its message.</param>
public sealed record HistoryRun(double Seconds, DateTimeOffset? Success, string? ErrorType, string? ErrorValue);

/// <summary>One attempt of an executor.</summary>
public sealed record HistoryAttempt(string Resource, string Backend, ExecutorKind Executor, int Number, RetryOutcome Outcome, string? ErrorType, string? ErrorValue, DateTimeOffset? NextAt);

/// <summary>A tick.</summary>
/// <param name="Number">Which, from 1.</param>
/// <param name="Began">When it began.</param>
/// <param name="Code">Its exit code; null while it runs.</param>
public sealed record HistoryTick(int Number, DateTimeOffset Began, int? Code)
{
    /// <summary>Whether it is the line of its end.</summary>
    [JsonIgnore]
    public bool IsEnd => Code is not null;
}
