using Dashboard.Core.Jobs;
using Dashboard.Core.Runs;
using Dashboard.Core.Schedules;

namespace Dashboard.Core.Backfill;

/// <summary>
/// How far a run under way has come: the scheduler writes a row into the log for each slot as it goes, while the job's own row stays as it was until
/// the last one is done.
/// </summary>
public static class CatchUpRule
{
    /// <summary>The clocks of runner and database may differ by this much before a row counts as one of an earlier run.</summary>
    public static readonly TimeSpan ClocksMayDiffer = TimeSpan.FromSeconds(2);

    /// <summary>The run under way and what it has done; null when none is, or when it has no slots to work off.</summary>
    public static CatchUp? For(Schedule schedule, Job row, JobHistory history)
    {
        ArgumentNullException.ThrowIfNull(row);
        ArgumentNullException.ThrowIfNull(history);
        if (row.Ongoing is not { } since || row.LastSuccess is null)
        {
            return null;
        }

        var planned = RunTimesRule.For(schedule, row, since).Slots;
        return planned.Count is 0 or Slots.Endless ? null : new CatchUp(since, planned, Done(planned, history, since));
    }

    // The newest row of this run tells: slots are worked off in order. Rows of a run that was killed on the way are older than the lock.
    private static long Done(Slots planned, JobHistory history, DateTimeOffset since) => history.Runs
        .TakeWhile(run => run.LogTime >= since - ClocksMayDiffer)
        .Select(run => run.Success is { } slot ? planned.PlaceOf(slot) + 1 : null)
        .FirstOrDefault(place => place is not null) ?? 0;
}
