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

    /// <summary>The whole of <c>--configtest</c>: what is wrong with each job, in run order, and what ends the test early.</summary>
    /// <param name="configuration">The configuration.</param>
    /// <param name="order">The jobs in run order, or why there is none.</param>
    /// <param name="schedules">The schedule of each name in that order.</param>
    public static ConfigTestAnswer Ask(ScheduleConfiguration configuration, Dependencies.RunOrder order, IReadOnlyDictionary<string, Schedule> schedules)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(order);
        ArgumentNullException.ThrowIfNull(schedules);
        var reported = new List<(string Job, SchedulerError Fault)>();
        if ((configuration.Unreadable ?? order.Error) is { } atOnce)
        {
            return new ConfigTestAnswer(reported, atOnce);
        }

        foreach (var name in order.Names)
        {
            if (Fault(schedules[name]) is not { } fault)
            {
                continue;
            }

            if (!IsReported(fault))
            {
                return new ConfigTestAnswer(reported, fault);
            }

            reported.Add((name, fault));
        }

        return new ConfigTestAnswer(reported, null);
    }
}

/// <summary>What <c>--configtest</c> of a whole configuration comes to.</summary>
/// <param name="Reported">The jobs that failed it, and why.</param>
/// <param name="Died">The exception that ended it early; null when it came to its end.</param>
public sealed record ConfigTestAnswer(IReadOnlyList<(string Job, SchedulerError Fault)> Reported, SchedulerError? Died)
{
    /// <summary>0 when all is well, else 1.</summary>
    public int ExitCode => Died is null && Reported.Count == 0 ? 0 : 1;
}
