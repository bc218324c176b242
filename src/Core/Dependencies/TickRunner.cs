namespace Dashboard.Core.Dependencies;

/// <summary>What is known of the process behind a lock.</summary>
public enum LockHolder
{
    /// <summary>Nothing: crontabber records no owner.</summary>
    Unknown,

    /// <summary>It runs.</summary>
    Alive,

    /// <summary>It is gone.</summary>
    Gone,
}

/// <summary>A lock whose owner is on record.</summary>
/// <param name="Job">The job.</param>
/// <param name="Ongoing">The very value in its row.</param>
/// <param name="Holder">What became of the process.</param>
/// <param name="Who">The process, in words: <c>process 4711 on db1</c>.</param>
public sealed record HeldLock(string Job, DateTimeOffset Ongoing, LockHolder Holder, string Who);

/// <summary>
/// Who makes the ticks of a source: crontabber, or this program's own runner, which passes locks over instead of ending at them and knows the lock of a dead process.
/// See the decisions 0013 and 0014.
/// </summary>
public sealed record TickRunner
{
    /// <summary>crontabber, of which nobody tells: the rule where nothing is known.</summary>
    public static TickRunner Crontabber { get; } = new();

    /// <summary>True when only this program's runner, in its own way, was heard of.</summary>
    public bool IsOwn { get; init; }

    /// <summary>Whether it was heard of just now: its next tick comes.</summary>
    public bool IsPresent { get; init; }

    /// <summary>The locks whose owners are on record, by job.</summary>
    public IReadOnlyList<HeldLock> Locks { get; init; } = [];

    /// <summary>The record of exactly this lock; null when there is none.</summary>
    public HeldLock? Of(string job, DateTimeOffset? ongoing)
    {
        foreach (var held in Locks)
        {
            if (held.Ongoing == ongoing && held.Job == job)
            {
                return held;
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public bool Equals(TickRunner? other) => other is not null && IsOwn == other.IsOwn && IsPresent == other.IsPresent && Locks.SequenceEqual(other.Locks);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(IsOwn, IsPresent, Locks.Count);
}
