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

    /// <summary>How many good runs these lengths are known from.</summary>
    public int Lengths { get; init; }

    /// <summary>How many of the newest runs ended the same way, failures counted below zero: -4 is four failures in a row.</summary>
    public int Streak { get; init; }

    /// <summary>No run known.</summary>
    public static JobHistory None { get; } = new() { Runs = [] };

    /// <summary>What follows from these runs, which come newest first.</summary>
    public static JobHistory Of(IReadOnlyList<Run> runs)
    {
        ArgumentNullException.ThrowIfNull(runs);
        var lengths = runs.Where(run => run.Outcome == RunOutcome.Success && run.Duration is not null).Select(run => run.Duration!.Value).Order().ToArray();
        return new JobHistory
        {
            Runs = runs,
            UsualDuration = lengths.Length == 0 ? null : (lengths[(lengths.Length - 1) / 2] + lengths[lengths.Length / 2]) / 2,
            LongDuration = lengths.Length == 0 ? null : lengths[(int)Math.Ceiling(lengths.Length * 0.95) - 1],
            Lengths = lengths.Length,
            Streak = StreakOf(runs),
        };
    }

    private static int StreakOf(IReadOnlyList<Run> runs)
    {
        if (runs.Count == 0 || runs[0].Outcome == RunOutcome.Unknown)
        {
            return 0;
        }

        var alike = runs.TakeWhile(run => run.Outcome == runs[0].Outcome).Count();
        return runs[0].Outcome == RunOutcome.Success ? alike : -alike;
    }
}
