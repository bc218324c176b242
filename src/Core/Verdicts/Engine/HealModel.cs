using System.Collections.Immutable;

namespace Dashboard.Core.Verdicts.Engine;

/// <summary>How failures of the past ended: of runs, job by job, and of attempts within runs, resource by resource. Immutable; <see cref="HealMemory"/> makes the next one.</summary>
/// <param name="Runs">Runs that failed in a row.</param>
/// <param name="Attempts">Attempts of executors that failed in a row.</param>
public sealed record HealModel(HealCounts Runs, HealCounts Attempts)
{
    /// <summary>Nothing seen yet.</summary>
    public static HealModel None { get; } = new(HealCounts.None, HealCounts.None);

    /// <summary>Of each resource that an executor tried for in vain: since when and until when, lately. What comes and goes is one trouble.</summary>
    internal ImmutableDictionary<string, (DateTimeOffset Began, DateTimeOffset Ended)> Lately { get; init; } = ImmutableDictionary<string, (DateTimeOffset Began, DateTimeOffset Ended)>.Empty;

    /// <summary>From the runs that are kept of all jobs.</summary>
    public static HealModel From(IReadOnlyList<JobStanding> jobs)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        return new HealMemory().Learn(jobs, [], null);
    }
}
