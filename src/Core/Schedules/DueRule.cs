using System.Globalization;
using Dashboard.Core.Jobs;
using Dashboard.Core.Sources;

namespace Dashboard.Core.Schedules;

/// <summary>Why it is or is not a job's time.</summary>
public enum DueReason
{
    /// <summary>No row and no time of day: at once.</summary>
    NeverRan,

    /// <summary>No row; today's time has come.</summary>
    FirstTimeHasCome,

    /// <summary>No row; today's time is still to come.</summary>
    FirstTimeIsToCome,

    /// <summary>Its next run is past.</summary>
    NextRunIsPast,

    /// <summary>Its next run is now or still to come.</summary>
    NextRunIsToCome,

    /// <summary>No next run but a lock: a first run that was killed. It is tried, and meets the lock.</summary>
    FirstRunWasKilled,

    /// <summary>No next run and no lock: it never runs again.</summary>
    NeverAgain,
}

/// <summary>Whether it is a job's time, and why.</summary>
/// <param name="IsDue">What <c>time_to_run</c> answers.</param>
/// <param name="Reason">The case that decided.</param>
/// <param name="At">Its next run, or the lock of a first run that never ended; null in the other cases.</param>
/// <param name="Time">The time of day a first run waits for, where there is one.</param>
public readonly record struct DueAnswer(bool IsDue, DueReason Reason, DateTimeOffset? At = null, string? Time = null)
{
    /// <summary>The same for people. Written when somebody asks: most answers are only looked at.</summary>
    public string Because => Reason switch
    {
        DueReason.NextRunIsPast => $"due since {DueRule.Words(At)}",
        DueReason.NextRunIsToCome => $"next run at {DueRule.Words(At)}",
        DueReason.FirstRunWasKilled => $"its first run began at {DueRule.Words(At)} and never ended",
        DueReason.NeverAgain => "it has no next run and no lock: crontabber never starts it again",
        DueReason.FirstTimeHasCome => $"it has never run and {Time} UTC has come",
        DueReason.FirstTimeIsToCome => $"it has never run and waits for {Time} UTC",
        _ => "it has never run",
    };
}

/// <summary>Whether it is a job's time: <c>time_to_run</c> of crontabber and of Socorro. Neither dependencies nor locks count here.</summary>
public static class DueRule
{
    /// <summary>The answer for a row, or for no row, at a moment of the runner's clock.</summary>
    public static Answer<DueAnswer> Ask(Schedule schedule, Job? row, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        if (row?.NextRun is { } next)
        {
            return next < now ? new DueAnswer(true, DueReason.NextRunIsPast, next) : new DueAnswer(false, DueReason.NextRunIsToCome, next);
        }

        // Socorro makes the row first and takes one without a next run for new; crontabber takes it for a run that never ended.
        if (row is not null && schedule.Flavour == Flavour.Crontabber)
        {
            return row.Ongoing is { } locked ? new DueAnswer(true, DueReason.FirstRunWasKilled, locked) : new DueAnswer(false, DueReason.NeverAgain);
        }

        if (!schedule.HasTime)
        {
            return new DueAnswer(true, DueReason.NeverRan);
        }

        return TimeOfDay.Read(schedule.Time!, schedule.Flavour).Then<DueAnswer>(time => time.HasComeAt(now)
            ? new DueAnswer(true, DueReason.FirstTimeHasCome, Time: schedule.Time)
            : new DueAnswer(false, DueReason.FirstTimeIsToCome, Time: schedule.Time));
    }

    internal static string Words(DateTimeOffset? moment) => moment is { } at ? at.UtcDateTime.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture) : "–";
}
