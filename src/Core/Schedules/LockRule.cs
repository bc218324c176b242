using Dashboard.Core.Sources;

namespace Dashboard.Core.Schedules;

/// <summary>What becomes of a run that finds the job's lock.</summary>
public enum LockOutcome
{
    /// <summary>There was no lock; it takes one.</summary>
    Free,

    /// <summary>The lock is old enough: it takes it over and runs.</summary>
    TakenOver,

    /// <summary>The lock holds: <c>OngoingJobError</c>, which ends crontabber's whole run with exit code 3.</summary>
    Refused,
}

/// <summary>The answer to a run that finds a lock.</summary>
/// <param name="Outcome">What becomes of it.</param>
/// <param name="Age">The age the scheduler sees: whole seconds, modulo a day.</param>
/// <param name="Error">What it is refused with.</param>
public sealed record LockAnswer(LockOutcome Outcome, TimeSpan Age, SchedulerError? Error)
{
    /// <summary>What crontabber says to its log, at level debug, when it takes a lock over; null otherwise.</summary>
    public string? Remark(string job) => Outcome == LockOutcome.TakenOver
        ? $"{job} has been ongoing for {PythonText.Repr(Age.TotalSeconds / 3600)} hours. Ignore it and running the app anyway."
        : null;
}

/// <summary>
/// The lock: <c>_set_ongoing_job</c> of crontabber, <c>lock_job</c> of Socorro. Both measure its age by <c>timedelta.seconds</c>, which forgets
/// whole days, so a lock grows old, is young again after a day, and one from the future is old at once.
/// </summary>
public static class LockRule
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <summary>What becomes of a run that starts at this moment of its own clock.</summary>
    public static LockAnswer Ask(DateTimeOffset? ongoing, SchedulerSettings settings, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (ongoing is not { } locked)
        {
            return new LockAnswer(LockOutcome.Free, TimeSpan.Zero, null);
        }

        var age = Age(locked, now);
        return IsOld(age, settings)
            ? new LockAnswer(LockOutcome.TakenOver, age, null)
            : new LockAnswer(LockOutcome.Refused, age, new SchedulerError("OngoingJobError", PythonText.Str(locked)));
    }

    /// <summary>The first moment from now on at which the scheduler takes the lock over by itself; null when it never does.</summary>
    /// <remarks>Only a run that starts before the day of the lock's age is over finds it so; the next chance is a day later.</remarks>
    public static DateTimeOffset? TakenOverFrom(DateTimeOffset locked, SchedulerSettings settings, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (IsOld(Age(locked, now), settings))
        {
            return now;
        }

        // The smallest age in whole seconds that is old enough.
        var seconds = settings.Flavour == Flavour.Socorro ? Math.Floor(settings.MaxOngoing.TotalSeconds) + 1 : Math.Ceiling(settings.MaxOngoing.TotalSeconds);
        if (seconds >= Day.TotalSeconds)
        {
            return null;
        }

        var days = Math.Floor((now - locked) / Day);
        var moment = locked + (days * Day) + TimeSpan.FromSeconds(Math.Max(seconds, 0));
        return moment < now ? moment + Day : moment;
    }

    /// <summary><c>(now - locked).seconds</c>.</summary>
    public static TimeSpan Age(DateTimeOffset locked, DateTimeOffset now)
    {
        var seconds = Math.DivRem((now - locked).Ticks, TimeSpan.TicksPerSecond, out var rest) - (rest < 0 ? 1 : 0);
        return TimeSpan.FromSeconds(((seconds % 86400) + 86400) % 86400);
    }

    private static bool IsOld(TimeSpan age, SchedulerSettings settings) =>
        settings.Flavour == Flavour.Socorro ? age > settings.MaxOngoing : age >= settings.MaxOngoing;
}
