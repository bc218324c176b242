using Dashboard.Core.Backfill;
using Dashboard.Core.Jobs;
using Dashboard.Core.Schedules;

namespace Dashboard.Core.Runner.Requests;

/// <summary>A slot somebody chose, to be run by itself.</summary>
/// <param name="Operation">The backfill it is part of.</param>
/// <param name="Job">The job.</param>
/// <param name="Slot">The slot.</param>
public sealed record RequestedSlot(Guid Operation, string Job, DateTimeOffset Slot);

/// <summary>What became of a requested slot.</summary>
public enum SlotEnd
{
    /// <summary>Its run succeeded.</summary>
    Done,

    /// <summary>Its run failed.</summary>
    Failed,

    /// <summary>It was not run, for a reason.</summary>
    NotRun,

    /// <summary>Whoever ran it is gone, and what it did is not known.</summary>
    Lost,
}

/// <summary>Slots people chose one by one, kept in the dashboard's own database. A slot is taken by one runner or by none.</summary>
public interface ISlotRequests
{
    /// <summary>The next slot that waits for one of these jobs; those of held jobs and of paused backfills do not come.</summary>
    Task<RequestedSlot?> NextAsync(IReadOnlyCollection<string> jobs, CancellationToken cancellationToken);

    /// <summary>Takes a slot that waits; false when somebody else has it, or nobody wants it any more.</summary>
    /// <param name="slot">The slot.</param>
    /// <param name="owner">The record of the lock under which it runs.</param>
    /// <param name="runId">The run.</param>
    /// <param name="cancellationToken">To stop.</param>
    Task<bool> TakeAsync(RequestedSlot slot, Guid owner, string runId, CancellationToken cancellationToken);

    /// <summary>Says what became of a slot this owner took.</summary>
    Task EndAsync(RequestedSlot slot, Guid owner, SlotEnd end, string because, CancellationToken cancellationToken);

    /// <summary>Gives a slot back: it waits again.</summary>
    Task GiveBackAsync(RequestedSlot slot, Guid owner, CancellationToken cancellationToken);

    /// <summary>Says that a slot that waits is not run, and why.</summary>
    Task LeaveOutAsync(RequestedSlot slot, string because, CancellationToken cancellationToken);

    /// <summary>Marks the slots whose runner is gone.</summary>
    Task SettleAsync(TimeSpan silence, CancellationToken cancellationToken);
}

/// <summary>Why a requested slot is not run.</summary>
internal static class RequestRule
{
    /// <summary>The reason; null when it may run.</summary>
    /// <param name="job">What the runner was told of the job.</param>
    /// <param name="row">Its row now.</param>
    /// <param name="slot">The slot.</param>
    /// <param name="now">The runner's clock.</param>
    public static string? WhyNot(JobDefinition job, Job? row, DateTimeOffset slot, DateTimeOffset now) => job.Schedule switch
    {
        not { Backfills: true } => "the job does not backfill any more",
        _ when row is null => "the job has no row any more: somebody reset it, and its next run is its first",
        _ when slot > now => "it has not come yet",
        var schedule when RunTimesRule.For(schedule, row, now) is { Error: null, Slots: var owed } && owed.PlaceOf(slot) is not null => "the job's own next run makes up for it",
        _ => null,
    };
}
