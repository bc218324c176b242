using Dashboard.Core.Runs;
using Dashboard.Core.Schedules;
using Dashboard.Core.Sources;

namespace Dashboard.Core.Backfill;

/// <summary>What of a run counts for slots, be it from the log or from the dashboard's own records.</summary>
/// <param name="Id">The log's id: rows of one job come in its order.</param>
/// <param name="Ended">When it ended, by the database's clock.</param>
/// <param name="Length">How long it took; null when unreadable.</param>
/// <param name="Success">The slot it succeeded for; null when it did not.</param>
/// <param name="Failed">Whether it failed.</param>
/// <param name="ErrorType">What it failed with; null when it did not, or when that is not at hand.</param>
public sealed record SlotRun(long Id, DateTimeOffset Ended, TimeSpan? Length, DateTimeOffset? Success, bool Failed, string? ErrorType)
{
    /// <summary>A run of the log.</summary>
    public static SlotRun Of(Run run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return new SlotRun(run.Id, run.LogTime, run.Duration, run.Success, run.Outcome == RunOutcome.Failure, run.Error?.Type);
    }

    /// <summary>A run of the dashboard's own records.</summary>
    public static SlotRun Of(RecordedRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return new SlotRun(run.Id, run.LogTime, run.Duration, run.Success, run.Outcome == RunOutcome.Failure, null);
    }
}

/// <summary>A run of a backfill job and the slot it was for.</summary>
/// <param name="Run">The run.</param>
/// <param name="Slot">Its slot: as logged for a success, worked out for a failure; null when it cannot be.</param>
public sealed record AttributedRun(SlotRun Run, DateTimeOffset? Slot)
{
    /// <summary>
    /// Finds the slot of each failure, which no log says: it is one interval after the last slot done before it. crontabber tries that slot until it
    /// succeeds, so failures before the first success that is known were for that very slot. Socorro takes a slot for done when it has failed, and
    /// goes on with the next.
    /// </summary>
    /// <param name="schedule">The job's schedule.</param>
    /// <param name="runs">Runs of one job in the order of their ids.</param>
    /// <param name="lastSuccess">What its row says now, for the case that no success is among the runs.</param>
    public static IReadOnlyList<AttributedRun> All(Schedule schedule, IReadOnlyList<SlotRun> runs, DateTimeOffset? lastSuccess)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        ArgumentNullException.ThrowIfNull(runs);
        return schedule.Flavour == Flavour.Socorro ? Socorro(schedule, runs) : Crontabber(schedule, runs, lastSuccess);
    }

    private static List<AttributedRun> Crontabber(Schedule schedule, IReadOnlyList<SlotRun> runs, DateTimeOffset? lastSuccess)
    {
        var firstSuccess = runs.FirstOrDefault(run => run.Success is not null)?.Success;
        var failing = firstSuccess is { } first ? schedule.AtItsTime(first) is { Error: null } at ? at.Value : null : Next(schedule, lastSuccess);
        var attributed = new List<AttributedRun>(runs.Count);
        var reached = false;
        foreach (var run in runs)
        {
            if (run.Success is { } slot)
            {
                // Once the last slot done is behind, an earlier one was chosen and run by itself: what fails next is still the one after the last.
                attributed.Add(new AttributedRun(run, slot));
                reached |= slot == lastSuccess;
                failing = Next(schedule, reached && slot < lastSuccess ? lastSuccess : slot);
            }
            else
            {
                attributed.Add(new AttributedRun(run, run.Failed ? failing : null));
            }
        }

        return attributed;
    }

    private static List<AttributedRun> Socorro(Schedule schedule, IReadOnlyList<SlotRun> runs)
    {
        DateTimeOffset? last = null;
        var attributed = new List<AttributedRun>(runs.Count);
        foreach (var run in runs)
        {
            var slot = run.Success ?? (run.Failed ? Next(schedule, last) : null);
            attributed.Add(new AttributedRun(run, slot));
            last = slot ?? last;
        }

        return attributed;
    }

    // A job that fails before it ever succeeded is called for now, each time another.
    private static DateTimeOffset? Next(Schedule schedule, DateTimeOffset? done)
    {
        if (done is not { } last)
        {
            return null;
        }

        var next = schedule.AtItsTime(last).Then(at => schedule.Interval.Then(interval => PythonTime.Add(at, interval)));
        return next.Error is null ? next.Value : null;
    }
}
