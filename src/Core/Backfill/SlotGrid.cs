using Dashboard.Core.Jobs;
using Dashboard.Core.Schedules;

namespace Dashboard.Core.Backfill;

/// <summary>
/// All slots of a job, past and to come: equal distances through one of them. For a backfill job that is its last success, because the scheduler steps
/// from there; for a plain job without a time of day, whose runs drift, it is midnight.
/// </summary>
/// <param name="Anchor">One of them.</param>
/// <param name="Step">The distance from one to the next.</param>
public sealed record SlotGrid(DateTimeOffset Anchor, TimeSpan Step)
{
    /// <summary>The slots of a job, or why it has none.</summary>
    public static Answer<SlotGrid> Of(Schedule schedule, Job? row, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        var interval = schedule.Interval;
        if (interval.Error is { } error)
        {
            return error;
        }

        if (interval.Value <= TimeSpan.Zero || interval.Value > TimeSpan.FromDays(36_500))
        {
            return new SchedulerError("ValueError", "a frequency of nothing, or of more than a century, has no slots to show");
        }

        var through = schedule.Backfills ? row?.LastSuccess ?? row?.FirstRun ?? now : row?.FirstRun ?? now;
        var anchor = schedule.Backfills || schedule.HasTime ? schedule.AtItsTime(through) : new DateTimeOffset(through.UtcDateTime.Date, TimeSpan.Zero);
        return anchor.Then<SlotGrid>(at => new SlotGrid(at, interval.Value));
    }

    /// <summary>Whether this moment is one of them.</summary>
    public bool Has(DateTimeOffset moment) => (moment - Anchor).Ticks % Step.Ticks == 0;

    /// <summary>The last one up to a moment, it included; the first of all time for a moment before that.</summary>
    public DateTimeOffset At(DateTimeOffset moment)
    {
        var before = moment.UtcTicks - Past(moment);
        return new DateTimeOffset(before < 0 ? before + Step.Ticks : before, TimeSpan.Zero);
    }

    /// <summary>Those from one moment up to another, both included.</summary>
    public Slots Between(DateTimeOffset from, DateTimeOffset until)
    {
        var past = Past(from);
        var wait = past == 0 ? 0 : Step.Ticks - past;
        return until < from || DateTimeOffset.MaxValue.UtcTicks - from.UtcTicks < wait ? Slots.None : Slots.Starting(from.ToUniversalTime().AddTicks(wait), Step, until);
    }

    // How long before a moment the last slot was, in ticks.
    private long Past(DateTimeOffset moment)
    {
        var rest = (moment - Anchor).Ticks % Step.Ticks;
        return rest < 0 ? rest + Step.Ticks : rest;
    }
}
