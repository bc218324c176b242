using Dashboard.Core.Schedules;

namespace Dashboard.Core.Runner.Jobs;

/// <summary>A job this runner can run: when, after whom, and what it does.</summary>
/// <param name="Definition">Its name, schedule and parents.</param>
/// <param name="Body">What it does.</param>
public sealed record RunnerJob(JobDefinition Definition, IJobBody Body);

/// <summary>What a job does in one run. Returning is success; throwing is failure, whatever is thrown.</summary>
public interface IJobBody
{
    /// <summary>Does it once.</summary>
    /// <param name="run">Which run.</param>
    /// <param name="cancellationToken">The runner was asked to quit, or the job's time is up.</param>
    Task RunAsync(JobRun run, CancellationToken cancellationToken);
}

/// <summary>One run.</summary>
/// <param name="Job">Of the job.</param>
/// <param name="RunId">Names this run in telemetry.</param>
/// <param name="StartedAt">The runner's clock.</param>
/// <param name="Slot">The slot it is for; null for a job that does not backfill.</param>
public sealed record JobRun(string Job, string RunId, DateTimeOffset StartedAt, DateTimeOffset? Slot);
