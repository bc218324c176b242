namespace Dashboard.Core.Runs;

/// <summary>How long the successful runs of a job last, and how many of them that rests on: no length is ever said without its number.</summary>
/// <param name="Count">How many runs were measured, at least one.</param>
/// <param name="Usual">The median.</param>
/// <param name="Slow">The length that 95 of 100 keep to.</param>
public sealed record RunLengths(int Count, TimeSpan Usual, TimeSpan Slow)
{
    /// <summary>The lengths of a job's recent runs; null when none of them succeeded.</summary>
    public static RunLengths? Of(JobHistory history)
    {
        ArgumentNullException.ThrowIfNull(history);
        return history is { UsualDuration: { } usual, LongDuration: { } most }
            ? new RunLengths(history.Runs.Count(run => run.Outcome == RunOutcome.Success && run.Duration is not null), usual, most)
            : null;
    }
}
