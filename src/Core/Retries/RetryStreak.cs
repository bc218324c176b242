using System.Runtime.InteropServices;
using Dashboard.Core.Failures;

namespace Dashboard.Core.Retries;

/// <summary>Where a streak stands.</summary>
public enum StreakState
{
    /// <summary>The next attempt is to come, or under way.</summary>
    Open,

    /// <summary>An attempt got through.</summary>
    Recovered,

    /// <summary>The last attempt allowed failed, or the error was one that no attempt heals.</summary>
    GaveUp,

    /// <summary>Nothing was heard for a minute after the next attempt was due: the process died, or nobody tells.</summary>
    Lost,

    /// <summary>The program was asked to quit.</summary>
    Aborted,
}

/// <summary>The failures of one process, thread and resource in a row, up to the success, the last attempt, or silence.</summary>
public sealed record RetryStreak
{
    /// <summary>Of its first event.</summary>
    public required Guid Id { get; init; }

    /// <summary>Whose it is, and of what.</summary>
    public required RetryTeller Who { get; init; }

    /// <summary>The job; null when none is known.</summary>
    public string? AppName { get; init; }

    /// <summary>The run; null when none is known.</summary>
    public string? RunId { get; init; }

    /// <summary>As of <see cref="RetryEvent"/>.</summary>
    public required string Backend { get; init; }

    /// <summary>Which executor.</summary>
    public required ExecutorKind Executor { get; init; }

    /// <summary>When its first attempt failed.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Where it stands.</summary>
    public required StreakState State { get; init; }

    /// <summary>When it ended; null while open.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Failed attempts so far.</summary>
    public required int Attempts { get; init; }

    /// <summary>When it was heard of last, a sign of life included.</summary>
    public required DateTimeOffset HeardAt { get; init; }

    /// <summary>The present wait, or the last; null when it ended without one.</summary>
    public TimeSpan? Delay { get; init; }

    /// <summary>When the next attempt begins; null when none does.</summary>
    public DateTimeOffset? NextAttemptAt { get; init; }

    /// <summary>The newest failure.</summary>
    public string? ExceptionType { get; init; }

    /// <summary>Its text, without secrets.</summary>
    public string? ExceptionValue { get; init; }

    /// <summary>An SQLSTATE, or a service's own code.</summary>
    public string? Code { get; init; }

    /// <summary>The class of the newest failure.</summary>
    public FailureClass? Class { get; init; }

    /// <summary>Its failed attempts, the oldest first; of a very long streak the last <see cref="MarksKept"/>.</summary>
    public IReadOnlyList<AttemptMark> Marks { get; init; } = [];

    /// <summary>How many marks of one streak are kept at most.</summary>
    public const int MarksKept = 64;

    /// <summary>From the first failure to the success; null for any other.</summary>
    public TimeSpan? TimeToRecover => State == StreakState.Recovered ? EndedAt - StartedAt : null;
}

/// <summary>One failed attempt.</summary>
/// <param name="Attempt">Which, from 1.</param>
/// <param name="At">When it failed.</param>
/// <param name="Delay">The wait after it; null when there was none.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct AttemptMark(int Attempt, DateTimeOffset At, TimeSpan? Delay);
