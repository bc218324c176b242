using Dashboard.Core.Dependencies;
using Dashboard.Core.Jobs;
using Dashboard.Core.Runs;
using Dashboard.Core.Schedules;

namespace Dashboard.Core.Backfill;

/// <summary>What is known of a job when its backlog is reckoned.</summary>
/// <param name="Definition">What the scheduler was told; its schedule is known.</param>
/// <param name="Row">Its row; null when it has none.</param>
/// <param name="History">Its recent runs.</param>
/// <param name="Tick">What the next tick does with it; null when nobody knows.</param>
public sealed record BacklogFacts(JobDefinition Definition, Job? Row, JobHistory History, JobTick? Tick)
{
    /// <summary>The oldest run the log was read back to; null when all of it was.</summary>
    public DateTimeOffset? HistorySince { get; init; }

    /// <summary>When it runs.</summary>
    public Schedule Schedule => Definition.Schedule ?? throw new InvalidOperationException($"When '{Definition.Name}' runs is not known.");

    /// <summary>Whether its last run failed, in the runner's own sense.</summary>
    public bool IsFailing => Row is not null && (Row.LastError is not null || Row.ErrorCount > 0);

    /// <summary>Whether something else than its own time keeps the next tick from starting it.</summary>
    public bool IsHeldBack => Tick?.Outcome is TickOutcome.Blocked or TickOutcome.Starved or TickOutcome.Locked or TickOutcome.Dies
        or TickOutcome.Never or TickOutcome.Ghost or TickOutcome.NoTick;
}
