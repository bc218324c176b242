using Dashboard.Core.Failures;

namespace Dashboard.Core.Retries;

/// <summary>
/// What became of one attempt to use a resource, told by an executor: the dashboard's own, the .NET runner's, or a Python one by its log or its client.
/// An attempt that succeeds at once is no event; it is counted (<see cref="AttemptCount"/>).
/// </summary>
public sealed record RetryEvent
{
    /// <summary>Makes a second delivery harmless. Random from an executor; from a log made of where the line stood.</summary>
    public required Guid Id { get; init; }

    /// <summary>When, by the clock of the program that told it.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Who tells it, and of what.</summary>
    public required RetryTeller Who { get; init; }

    /// <summary>The job, where one is known.</summary>
    public string? AppName { get; init; }

    /// <summary>The run, where one is known.</summary>
    public string? RunId { get; init; }

    /// <summary>Its kind: <c>postgres</c>, <c>s3</c>, <c>rabbitmq</c>, <c>http</c>, <c>unknown</c>.</summary>
    public required string Backend { get; init; }

    /// <summary>Which executor.</summary>
    public required ExecutorKind Executor { get; init; }

    /// <summary>Which attempt, from 1.</summary>
    public required int Attempt { get; init; }

    /// <summary>What became of it.</summary>
    public required RetryOutcome Outcome { get; init; }

    /// <summary>The class of the exception; null when there was none.</summary>
    public string? ExceptionType { get; init; }

    /// <summary>Its text, without secrets and at most 4,000 characters.</summary>
    public string? ExceptionValue { get; init; }

    /// <summary>An SQLSTATE, or a service's own code.</summary>
    public string? Code { get; init; }

    /// <summary>The class of the failure; null when there was none.</summary>
    public FailureClass? Class { get; init; }

    /// <summary>How long it waits before the next attempt: after a failure, and while waiting.</summary>
    public TimeSpan? Delay { get; init; }

    /// <summary>When the next attempt begins.</summary>
    public DateTimeOffset? NextAttemptAt { get; init; }
}

/// <summary>Attempts that are no events, by the minute and the resource.</summary>
/// <param name="Minute">Its beginning.</param>
/// <param name="Source">As of <see cref="RetryTeller"/>.</param>
/// <param name="Host">As of <see cref="RetryTeller"/>.</param>
/// <param name="Process">As of <see cref="RetryTeller"/>.</param>
/// <param name="Resource">As of <see cref="RetryTeller"/>.</param>
/// <param name="Backend">As of <see cref="RetryEvent"/>.</param>
/// <param name="Succeeded">Attempts that succeeded at once in this minute, added to what was told of it before.</param>
/// <param name="Dropped">Events lost because they came faster than they could be kept.</param>
public sealed record AttemptCount(DateTimeOffset Minute, string Source, string Host, string Process, string Resource, string Backend, long Succeeded, long Dropped);
