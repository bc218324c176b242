namespace Dashboard.Core.Runs;

/// <summary>The recent runs of one job, and what follows from them.</summary>
public sealed record JobHistory
{
    /// <summary>How many runs are kept for each job.</summary>
    public const int Kept = 60;

    /// <summary>At most <see cref="Kept"/> runs, newest first.</summary>
    public required IReadOnlyList<Run> Runs { get; init; }

    /// <summary>The median length of the successful ones; null when there are none.</summary>
    public TimeSpan? UsualDuration { get; init; }

    /// <summary>The length that 95 of 100 successful ones kept to; null when there are none.</summary>
    public TimeSpan? LongDuration { get; init; }

    /// <summary>How many of the newest runs ended the same way, failures counted below zero: -4 is four failures in a row.</summary>
    public int Streak { get; init; }

    /// <summary>No run known.</summary>
    public static JobHistory None { get; } = new() { Runs = [] };
}
