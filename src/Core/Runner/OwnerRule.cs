using System.Runtime.InteropServices;
using Dashboard.Core.Schedules;

namespace Dashboard.Core.Runner;

/// <summary>The record of a lock's owner.</summary>
/// <param name="Id">Of the record.</param>
/// <param name="Who">The process that took the lock.</param>
/// <param name="Silent">For how long it has not been heard of, by the clock of the records' database.</param>
public sealed record LockOwner(Guid Id, ProcessIdentity Who, TimeSpan Silent);

/// <summary>Whether a lock that was found may be taken over, and why.</summary>
/// <param name="Take">Whether it may.</param>
/// <param name="Because">Why, in one sentence.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct LockDecision(bool Take, string Because);

/// <summary>
/// What becomes of a job that is due and locked, in this runner's own way: the lock of a dead process is taken over at once, that of a living one never,
/// and one that nobody is known to own from a certain age on. The age is not modulo a day: see the decisions 0013 and 0014.
/// </summary>
public static class OwnerRule
{
    /// <summary>The decision.</summary>
    /// <param name="ongoing">The lock.</param>
    /// <param name="owners">The records of owners with exactly this lock; most often one or none.</param>
    /// <param name="isAlive">Whether a process runs; null when that cannot be seen from here.</param>
    /// <param name="silence">An owner nobody can see is taken for dead after this.</param>
    /// <param name="settings">The scheduler's.</param>
    /// <param name="now">The runner's clock.</param>
    public static LockDecision Ask(
        DateTimeOffset ongoing, IReadOnlyList<LockOwner> owners, Func<ProcessIdentity, bool?> isAlive, TimeSpan silence, SchedulerSettings settings, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(owners);
        ArgumentNullException.ThrowIfNull(isAlive);
        ArgumentNullException.ThrowIfNull(settings);
        var since = PythonText.Str(ongoing);
        if (owners.Count == 0)
        {
            var age = now - ongoing;
            return age >= settings.MaxOngoing
                ? new LockDecision(true, $"locked since {since}, nobody is known to own it, and that is {PythonText.Repr(Math.Round(age.TotalHours, 1))} hours ago")
                : new LockDecision(false, $"locked since {since} by a runner that left no record; taken over when it is {PythonText.Repr(settings.MaxOngoing.TotalHours)} hours old");
        }

        foreach (var owner in owners)
        {
            switch (isAlive(owner.Who))
            {
                case true:
                    return new LockDecision(false, $"runs since {since} in process {owner.Who.Process} on {owner.Who.Host}");
                case null when owner.Silent <= silence:
                    return new LockDecision(false, $"runs since {since} in process {owner.Who.Process} on {owner.Who.Host}, heard of {owner.Silent.TotalSeconds:0} s ago");
            }
        }

        var dead = owners[0];
        return new LockDecision(true, isAlive(dead.Who) == false
            ? $"locked since {since} by process {dead.Who.Process} on {dead.Who.Host}, which is gone"
            : $"locked since {since} by process {dead.Who.Process} on {dead.Who.Host}, which was not heard of for {dead.Silent.TotalSeconds:0} s");
    }
}
