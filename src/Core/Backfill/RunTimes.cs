using Dashboard.Core.Jobs;
using Dashboard.Core.Schedules;
using Dashboard.Core.Sources;

namespace Dashboard.Core.Backfill;

/// <summary>What a run sets out to do.</summary>
/// <param name="Slots">The moments it calls the job for, oldest first.</param>
/// <param name="Error">What it ends with after these; null when nothing.</param>
public sealed record RunTimes(Slots Slots, SchedulerError? Error = null)
{
    /// <summary>What crontabber warns of on the way; null when of nothing.</summary>
    public string? Warning { get; init; }

    /// <summary>The moment the steps are counted from; null when there are none to count.</summary>
    public DateTimeOffset? SteppedFrom { get; init; }
}

/// <summary>
/// Which moments a job is called for when a run starts: <c>BaseCronApp.main</c> of crontabber, which stops short of now, and
/// <c>get_run_times</c> of Socorro, which takes now in.
/// </summary>
public static class RunTimesRule
{
    /// <summary>crontabber's warning to a job without a last success.</summary>
    public const string NoLastSuccess = "No previous last_success information available";

    /// <summary>The moments for a job with this row, or with none, started at this moment of the runner's clock.</summary>
    public static RunTimes For(Schedule schedule, Job? row, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        return schedule.Backfills && row is not null ? Backfilling(schedule, row.LastSuccess, now) : new RunTimes(Slots.One(now));
    }

    /// <summary>The moments for a backfill job that has a row, by its last success.</summary>
    public static RunTimes Backfilling(Schedule schedule, DateTimeOffset? lastSuccess, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        if (lastSuccess is not { } last)
        {
            return new RunTimes(Slots.One(now)) { Warning = schedule.Flavour == Flavour.Crontabber ? NoLastSuccess : null };
        }

        var when = schedule.AtItsTime(last);
        if (when.Error is { } error)
        {
            return new RunTimes(Slots.None, error);
        }

        var interval = schedule.Interval;
        var first = interval.Then(step => PythonTime.Add(when.Value, step));
        return first.Error is { } tooLong
            ? new RunTimes(Slots.None, tooLong)
            : new RunTimes(Slots.Between(when.Value, interval.Value, now, included: schedule.Flavour == Flavour.Socorro)) { SteppedFrom = when.Value };
    }
}
