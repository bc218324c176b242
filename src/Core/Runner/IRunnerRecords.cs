namespace Dashboard.Core.Runner;

/// <summary>What a runner keeps beside crontabber's tables: who holds which lock, and what became of slots the log cannot tell of.</summary>
public interface IRunnerRecords
{
    /// <summary>Says who is about to take a lock; returns the record's id.</summary>
    Task<Guid> OwnAsync(string job, DateTimeOffset ongoing, CancellationToken cancellationToken);

    /// <summary>Forgets records of owners.</summary>
    Task DisownAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken);

    /// <summary>The owners with exactly this lock.</summary>
    Task<IReadOnlyList<LockOwner>> OwnersAsync(string job, DateTimeOffset ongoing, CancellationToken cancellationToken);

    /// <summary>Says that these are alive.</summary>
    Task BeatAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken);

    /// <summary>Says that nobody works under these locks any more although they stand: whoever finds one may take it over.</summary>
    Task AbandonAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken);

    /// <summary>Who keeps a job from running, until when and why, in one sentence; null when nobody does.</summary>
    Task<string?> HoldAsync(string job, CancellationToken cancellationToken);

    /// <summary>Notes what became of a slot.</summary>
    Task NoteAsync(SlotNote note, CancellationToken cancellationToken);
}

/// <summary>Something about a slot that crontabber's log cannot say.</summary>
/// <param name="Job">The job.</param>
/// <param name="RunId">The run; empty when that is not known.</param>
/// <param name="Slot">The slot; null for a job that does not backfill, or when it is not known.</param>
/// <param name="Outcome"><c>failed</c>, <c>cancelled</c>, <c>taken_over</c>, <c>superseded</c> or <c>unwritten</c>.</param>
/// <param name="StartedAt">When the run began, by its runner's clock.</param>
/// <param name="Because">In one sentence.</param>
public sealed record SlotNote(string Job, string RunId, DateTimeOffset? Slot, string Outcome, DateTimeOffset StartedAt, string Because);
