using Dashboard.Core.Configuration;
using Dashboard.Core.Sources;

namespace Dashboard.Core.Schedules;

/// <summary>What a person is told of the words of a schedule that the scheduler itself would stumble over.</summary>
internal static class ScheduleWords
{
    /// <summary>Adds a fault for each word that is wrong.</summary>
    public static void Check(ConfiguredJob job, Flavour flavour, FaultList faults)
    {
        var schedule = new Schedule(job.Frequency, job.Time, Backfills: false, flavour);
        if (schedule.Seconds.Error is not null)
        {
            var expected = "a number and m, h or d: 15m, 1h, 7d";
            faults.Add(job.File, job.Line, $"the frequency {FaultList.Quote(job.Frequency)} of {FaultList.Quote(job.ClassPath)}", job.Frequency.Contains('#', StringComparison.Ordinal)
                ? $"{expected}; a comment has to stand on a line of its own"
                : expected);
        }

        if (!schedule.HasTime)
        {
            return;
        }

        var time = flavour == Flavour.Socorro ? TimeOfDay.OfSocorro(job.Time!) : TimeOfDay.Check(job.Time!);
        if (time.Error is not null)
        {
            faults.Add(job.File, job.Line, $"the time {FaultList.Quote(job.Time!)} of {FaultList.Quote(job.ClassPath)}", "HH:MM from 00:00 to 23:59, UTC");
        }
        else if (schedule.Seconds.Error is null && schedule.Seconds.Value < 86400)
        {
            faults.Add(job.File, job.Line, $"a time of day with the frequency {FaultList.Quote(job.Frequency)} of {FaultList.Quote(job.ClassPath)}", "a frequency of a day or more with a time of day: --configtest refuses this, and run it is always due");
        }
    }
}
