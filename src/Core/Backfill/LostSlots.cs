using Dashboard.Core.Jobs;
using Dashboard.Core.Runs;
using Dashboard.Core.Schedules;
using Dashboard.Core.Sources;

namespace Dashboard.Core.Backfill;

/// <summary>
/// The slots that Socorro's scheduler lost: a failure moves <c>last_success</c> there, so the slot that failed is taken for done and no run is called
/// for it again. Only the log tells, and only somebody who sets <c>last_success</c> before the slot brings it back.
/// </summary>
public static class LostSlots
{
    /// <summary>The lost slots among these runs, oldest first; none in crontabber's flavour.</summary>
    public static IReadOnlyList<DateTimeOffset> In(Schedule schedule, Job? row, JobHistory history)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        ArgumentNullException.ThrowIfNull(history);
        if (schedule.Flavour != Flavour.Socorro || !schedule.Backfills || row?.LastSuccess is null)
        {
            return [];
        }

        return In(AttributedRun.All(schedule, [.. history.Runs.Reverse().Select(SlotRun.Of)], row.LastSuccess), row.LastSuccess.Value);
    }

    /// <summary>The lost slots among these runs of a job whose row says this.</summary>
    internal static IReadOnlyList<DateTimeOffset> In(IReadOnlyList<AttributedRun> runs, DateTimeOffset lastSuccess)
    {
        var done = runs.Where(run => run.Run.Success is not null).Select(run => run.Run.Success!.Value).ToHashSet();
        return [.. runs.Where(run => run.Run.Failed).Select(run => run.Slot).OfType<DateTimeOffset>().Where(slot => slot <= lastSuccess && !done.Contains(slot)).Distinct().Order()];
    }
}
