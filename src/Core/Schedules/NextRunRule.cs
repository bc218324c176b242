using Dashboard.Core.Jobs;
using Dashboard.Core.Sources;

namespace Dashboard.Core.Schedules;

/// <summary>A run that has ended.</summary>
/// <param name="Start">When it began, by the runner's clock: everything is reckoned from here, not from its end.</param>
/// <param name="LastSlot">The last moment or slot it succeeded for; null when it succeeded for none, be it that it failed or that nothing was owed.</param>
/// <param name="Failure">What it failed with; null when it did not.</param>
public sealed record EndedRun(DateTimeOffset Start, DateTimeOffset? LastSlot, JobError? Failure);

/// <summary>What a run leaves in the job's row: <c>_log_run</c> of crontabber and of Socorro.</summary>
public static class NextRunRule
{
    /// <summary>
    /// The row afterwards, or the exception that keeps it from being written: then the old row stays, its lock too, which makes it stuck.
    /// </summary>
    /// <param name="before">The row as it was; null when there was none.</param>
    /// <param name="job">The job's name.</param>
    /// <param name="dependsOn">The parents its class names, which the row is given each time.</param>
    /// <param name="schedule">Its schedule.</param>
    /// <param name="settings">The scheduler's.</param>
    /// <param name="run">The run.</param>
    public static Answer<Job> After(Job? before, string job, IReadOnlyList<string> dependsOn, Schedule schedule, SchedulerSettings settings, EndedRun run)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(run);
        var next = run.Failure is null ? AfterSuccess(schedule, run.Start) : PythonTime.Add(run.Start, settings.ErrorRetry);
        if (next.Error is { } error)
        {
            return error;
        }

        var row = before ?? new Job { Name = job };
        if (run.Failure is not null && row.Unreadable.ContainsKey("error_count"))
        {
            return new SchedulerError("TypeError", "unsupported operand type(s) for +: 'NoneType' and 'int'");
        }

        return row with
        {
            DependsOn = schedule.Flavour == Flavour.Socorro ? row.DependsOn : dependsOn,
            FirstRun = row.FirstRun ?? run.Start,
            LastRun = run.Start,
            LastSuccess = run.LastSlot ?? row.LastSuccess,
            NextRun = next.Value,
            LastError = run.Failure,
            ErrorCount = run.Failure is null ? 0 : row.ErrorCount + 1,
            Ongoing = null,
        };
    }

    /// <summary>When a job runs again after a run that began at this moment and went well.</summary>
    public static Answer<DateTimeOffset> AfterSuccess(Schedule schedule, DateTimeOffset start)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        return schedule.Interval.Then(interval => PythonTime.Add(start, interval)).Then(schedule.AtItsTime);
    }
}
