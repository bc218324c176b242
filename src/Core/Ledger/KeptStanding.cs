using Dashboard.Core.Verdicts;

namespace Dashboard.Core.Ledger;

/// <summary>Where a job stood, with what of its row tells why; as it is kept.</summary>
public sealed record KeptStanding
{
    /// <summary>The job.</summary>
    public required string Job { get; init; }

    /// <summary>Where it stood.</summary>
    public required JobState State { get; init; }

    /// <summary>Why, in one sentence.</summary>
    public required string Because { get; init; }

    /// <summary>Its row's <c>next_run</c>.</summary>
    public DateTimeOffset? NextRun { get; init; }

    /// <summary>Its row's <c>last_run</c>.</summary>
    public DateTimeOffset? LastRun { get; init; }

    /// <summary>Its row's <c>last_success</c>.</summary>
    public DateTimeOffset? LastSuccess { get; init; }

    /// <summary>Its row's <c>ongoing</c>.</summary>
    public DateTimeOffset? Ongoing { get; init; }

    /// <summary>Its row's <c>error_count</c>.</summary>
    public int ErrorCount { get; init; }

    /// <summary>What it failed with; null when it did not.</summary>
    public string? ErrorType { get; init; }

    /// <summary>In its words, without secrets and cut; null when it did not fail.</summary>
    public string? ErrorValue { get; init; }

    /// <summary>Of a standing.</summary>
    public static KeptStanding Of(JobStanding standing)
    {
        ArgumentNullException.ThrowIfNull(standing);
        var error = standing.Job.LastError;
        return new KeptStanding
        {
            Job = standing.Job.Name,
            State = standing.State,
            Because = standing.Because,
            NextRun = standing.Job.NextRun,
            LastRun = standing.Job.LastRun,
            LastSuccess = standing.Job.LastSuccess,
            Ongoing = standing.Job.Ongoing,
            ErrorCount = standing.Job.ErrorCount,
            ErrorType = error?.Type,
            ErrorValue = error is null ? null : error.Value.Length > LongestValue ? error.Value[..LongestValue] : error.Value,
        };
    }

    private const int LongestValue = 1_000;
}
