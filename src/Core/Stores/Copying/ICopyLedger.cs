using Dashboard.Core.Stores.Crashes;

namespace Dashboard.Core.Stores.Copying;

/// <summary>Keeps how far copies are. What a page did is counted exactly once, whoever dies when.</summary>
public interface ICopyLedger
{
    /// <summary>Begins a copy, or goes on with the one of the same plan.</summary>
    Task<long> BeginAsync(CopyPlan plan, CancellationToken cancellationToken);

    /// <summary>Takes a part that is not done and that nobody works on, the newest day first; null when there is none for now.</summary>
    Task<CopyShard?> LeaseAsync(long copyId, string owner, TimeSpan length, CancellationToken cancellationToken);

    /// <summary>Keeps a part for longer, while a page takes its time; does nothing when it is somebody else's meanwhile.</summary>
    Task RenewAsync(CopyShard shard, TimeSpan length, CancellationToken cancellationToken);

    /// <summary>Moves a part on by a page and keeps the lease.</summary>
    /// <returns>The part as it is now; null when it is somebody else's meanwhile, and the page was not counted.</returns>
    Task<CopyShard?> CheckpointAsync(CopyShard shard, CopyPage page, TimeSpan length, CancellationToken cancellationToken);

    /// <summary>Crashes of which something could not be copied, by id behind one.</summary>
    Task<IReadOnlyList<CrashId>> FailedAsync(long copyId, CrashId? after, int most, CancellationToken cancellationToken);

    /// <summary>Says anew what could not be copied of a crash, after another try.</summary>
    Task ReplaceFailuresAsync(long copyId, CrashId id, CopyPage page, CancellationToken cancellationToken);

    /// <summary>How far the newest fifty copies are, the newest first.</summary>
    Task<IReadOnlyList<CopyProgress>> AllAsync(CancellationToken cancellationToken);

    /// <summary>How far a copy is.</summary>
    Task<CopyProgress> ProgressAsync(long copyId, CancellationToken cancellationToken);
}
