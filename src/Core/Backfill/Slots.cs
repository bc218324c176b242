using System.Collections;
using System.Runtime.InteropServices;

namespace Dashboard.Core.Backfill;

/// <summary>
/// Moments at equal distances, each one interval of work. Counted by arithmetic: three years of minutes are three numbers until somebody walks them.
/// </summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct Slots : IEnumerable<DateTimeOffset>
{
    /// <summary>The count of slots that never end: an interval of nothing.</summary>
    public const long Endless = long.MaxValue;

    private Slots(DateTimeOffset first, TimeSpan step, long count) => (First, Step, Count) = (first, step, count);

    /// <summary>The first; means nothing when there are none.</summary>
    public DateTimeOffset First { get; }

    /// <summary>The distance from one to the next.</summary>
    public TimeSpan Step { get; }

    /// <summary>How many there are.</summary>
    public long Count { get; }

    /// <summary>Whether they never end.</summary>
    public bool IsEndless => Count == Endless;

    /// <summary>The last; null when there are none or no end.</summary>
    public DateTimeOffset? Last => Count is 0 or Endless ? null : this[Count - 1];

    /// <summary>None.</summary>
    public static Slots None { get; }

    /// <summary>The slot at a place.</summary>
    public DateTimeOffset this[long place]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(place);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(place, Count);
            return First.AddTicks(Step.Ticks * place);
        }
    }

    /// <summary>One slot.</summary>
    public static Slots One(DateTimeOffset slot) => new(slot, TimeSpan.Zero, 1);

    /// <summary>The slots <paramref name="step"/> apart that come after a moment and before another, or on it where it is included.</summary>
    public static Slots Between(DateTimeOffset after, TimeSpan step, DateTimeOffset until, bool included)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(step, TimeSpan.Zero);
        var room = (until - after).Ticks - (included ? 0 : 1);
        if (step == TimeSpan.Zero)
        {
            return room >= 0 ? new Slots(after, step, Endless) : None;
        }

        return room >= step.Ticks ? new Slots(after + step, step, room / step.Ticks) : None;
    }

    /// <summary>The slots <paramref name="step"/> apart from a first one up to a moment, it included.</summary>
    public static Slots Starting(DateTimeOffset first, TimeSpan step, DateTimeOffset until)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(step, TimeSpan.Zero);
        return until < first ? None : new Slots(first, step, ((until - first).Ticks / step.Ticks) + 1);
    }

    /// <summary>The place of a slot; null when it is none of these.</summary>
    public long? PlaceOf(DateTimeOffset slot)
    {
        if (Count == 0 || slot < First)
        {
            return null;
        }

        var distance = (slot - First).Ticks;
        if (Step == TimeSpan.Zero)
        {
            return distance == 0 ? 0 : null;
        }

        return distance % Step.Ticks == 0 && distance / Step.Ticks < Count ? distance / Step.Ticks : null;
    }

    /// <summary>Those from a moment on, it included.</summary>
    public Slots From(DateTimeOffset start)
    {
        if (Count == 0 || start <= First)
        {
            return this;
        }

        if (Step == TimeSpan.Zero)
        {
            return None;
        }

        var skipped = ((start - First).Ticks + Step.Ticks - 1) / Step.Ticks;
        return skipped >= Count ? None : new Slots(this[skipped], Step, Count - skipped);
    }

    /// <summary>Those up to a moment, it included.</summary>
    public Slots To(DateTimeOffset end)
    {
        if (Count == 0 || end < First)
        {
            return None;
        }

        return Step == TimeSpan.Zero ? this : new Slots(First, Step, Math.Min(Count, ((end - First).Ticks / Step.Ticks) + 1));
    }

    /// <summary>A part of them: what a page shows, what a list is made of.</summary>
    public Slots Window(long skip, long most)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(skip);
        ArgumentOutOfRangeException.ThrowIfNegative(most);
        return skip >= Count || most == 0 ? None : new Slots(this[skip], Step, Math.Min(most, Count - skip));
    }

    /// <inheritdoc/>
    public IEnumerator<DateTimeOffset> GetEnumerator()
    {
        for (long place = 0; place < Count; place++)
        {
            yield return this[place];
        }
    }

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
