using Dashboard.Core.Dependencies;
using Dashboard.Core.Ticks;

namespace Dashboard.Core.Runner;

/// <summary>An owner of a lock, as it stands in the records.</summary>
/// <param name="Job">The job.</param>
/// <param name="Ongoing">The lock.</param>
/// <param name="Owner">Whose it is.</param>
public sealed record RecordedLock(string Job, DateTimeOffset Ongoing, LockOwner Owner);

/// <summary>Who makes the ticks of a source, from what was heard of ticks and from the records of locks.</summary>
public static class TickRunnerRule
{
    /// <summary>What <see cref="Tick.Runner"/> says of this program's runner in its own way; with <c>--compat</c> it tells of no ticks.</summary>
    public const string Own = "dotnet";

    /// <summary>A runner heard of within this is there, whatever the pace of its ticks: a running one beats every five seconds, and one that waits for its next begins one each minute.</summary>
    public static readonly TimeSpan Present = TimeSpan.FromMinutes(2);

    /// <summary>Two runners of which both were heard within this share the source.</summary>
    public static readonly TimeSpan Together = TimeSpan.FromHours(1);

    /// <summary>The answer.</summary>
    /// <param name="ticks">Of the source, in any order.</param>
    /// <param name="locks">Of the source.</param>
    /// <param name="isAlive">Whether a process runs; null when that cannot be seen from here.</param>
    /// <param name="silence">An owner nobody can see is taken for dead after this.</param>
    /// <param name="now">The clock that the ticks were heard by.</param>
    public static TickRunner Ask(IEnumerable<Tick> ticks, IEnumerable<RecordedLock> locks, Func<ProcessIdentity, bool?> isAlive, TimeSpan silence, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(ticks);
        ArgumentNullException.ThrowIfNull(locks);
        ArgumentNullException.ThrowIfNull(isAlive);
        DateTimeOffset? own = null, other = null;
        foreach (var tick in ticks.Where(tick => tick.Runner != "ping"))
        {
            ref var heard = ref tick.Runner == Own ? ref own : ref other;
            heard = heard > tick.HeardAt ? heard : tick.HeardAt;
        }

        // Where Python's runner works too, whoever comes first meets the lock: what crontabber does is the worse, and so what is said.
        return own is not { } last || other > last - Together
            ? TickRunner.Crontabber
            : new TickRunner
            {
                IsOwn = true,
                IsPresent = now - last <= Present,
                Locks =
                [
                    .. locks.GroupBy(each => (each.Job, each.Ongoing)).OrderBy(each => each.Key.Job, StringComparer.Ordinal).ThenBy(each => each.Key.Ongoing)
                        .Select(each => Judged(each.Key.Job, each.Key.Ongoing, [.. each.Select(one => one.Owner)], isAlive, silence)),
                ],
            };
    }

    // As OwnerRule decides: one owner that lives holds the lock.
    private static HeldLock Judged(string job, DateTimeOffset ongoing, IReadOnlyList<LockOwner> owners, Func<ProcessIdentity, bool?> isAlive, TimeSpan silence)
    {
        var alive = owners.FirstOrDefault(owner => isAlive(owner.Who) ?? owner.Silent <= silence);
        var who = (alive ?? owners[0]).Who;
        return new HeldLock(job, ongoing, alive is null ? LockHolder.Gone : LockHolder.Alive, $"process {who.Process} on {who.Host}");
    }
}
