namespace Dashboard.Core.Schedules;

/// <summary>What <c>--configtest</c> finds.</summary>
public static class ConfigTest
{
    /// <summary>What crontabber logs, at level critical, for each job it reports.</summary>
    public const string Remark = "Failed to config test a job";

    private static readonly System.Numerics.BigInteger Day = 86400;

    /// <summary>
    /// Null when the job's words are fine; else what is wrong with them. An <c>IndexError</c> is not caught by crontabber: it ends the whole test.
    /// </summary>
    public static SchedulerError? Fault(Schedule schedule)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        var seconds = schedule.Seconds;
        if (seconds.Error is not null || !schedule.HasTime)
        {
            return seconds.Error;
        }

        if (TimeOfDay.Check(schedule.Time!).Error is { } error)
        {
            return error;
        }

        // Less than a day with a time of day makes no sense.
        return seconds.Value < Day ? new SchedulerError("FrequencyDefinitionError", schedule.Time!) : null;
    }

    /// <summary>Whether crontabber reports this fault and goes on to the next job; any other ends it.</summary>
    public static bool IsReported(SchedulerError fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        return fault.Type is "JobNotFoundError" or "JobDescriptionError" or "FrequencyDefinitionError" or "TimeDefinitionError";
    }
}
