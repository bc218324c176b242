namespace Dashboard.Core.Ticks;

/// <summary>One invocation of a runner: the sign that somebody starts jobs at all.</summary>
public sealed record Tick
{
    /// <summary>Makes a second delivery harmless.</summary>
    public required Guid Id { get; init; }

    /// <summary>The source whose jobs it ran.</summary>
    public required string Source { get; init; }

    /// <summary>The machine.</summary>
    public required string Host { get; init; }

    /// <summary>The program and its number.</summary>
    public required string Process { get; init; }

    /// <summary>Whose: <c>crontabber</c> from a log, <c>dotnet</c> for this runner, <c>ping</c>.</summary>
    public required string Runner { get; init; }

    /// <summary>When it began, by the clock of the runner.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it was heard of last.</summary>
    public required DateTimeOffset HeardAt { get; init; }

    /// <summary>When it ended; null while it runs, or when nobody saw it end.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>0, or crontabber's code: 1 died, 2 a row was locked, 3 a job was ongoing; null when not known.</summary>
    public int? ExitCode { get; init; }

    /// <summary>The job it is running now, or was when heard of last.</summary>
    public string? Running { get; init; }

    /// <summary>Runs that succeeded.</summary>
    public int Succeeded { get; init; }

    /// <summary>Runs that failed.</summary>
    public int Failed { get; init; }

    /// <summary>Why it ended before its time, in one sentence; null when it did not.</summary>
    public string? EndedBecause { get; init; }
}
