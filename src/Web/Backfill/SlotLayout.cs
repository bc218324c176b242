using System.Globalization;
using Dashboard.Core.Backfill;

namespace Dashboard.Web.Backfill;

/// <summary>A row of the slot grid.</summary>
/// <param name="Label">What stands before it: the day, the hour, the first day of the week.</param>
/// <param name="Cells">One for each column; null where there is no slot.</param>
public sealed record SlotRow(string Label, IReadOnlyList<DateTimeOffset?> Cells);

/// <summary>
/// Where each slot stands in the grid: a calendar of weeks for daily jobs, a row for each day, for some hours or for half an hour for faster ones, rows of eight
/// for slower ones. Always UTC, so that a day has 24 hours.
/// </summary>
/// <param name="Columns">What stands above each column; empty where nothing does.</param>
/// <param name="Rows">Oldest first.</param>
/// <param name="Slots">All slots in it.</param>
/// <param name="IsCalendar">Whether a cell is a day and shows its number.</param>
public sealed record SlotLayout(IReadOnlyList<string> Columns, IReadOnlyList<SlotRow> Rows, Slots Slots, bool IsCalendar)
{
    private const int Slow = 8;
    private const int Fewest = 4;
    private static readonly TimeSpan Week = TimeSpan.FromDays(7);
    private static readonly string[] Weekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

    /// <summary>The window of a job's slots that ends with the row of a moment.</summary>
    public static SlotLayout For(SlotGrid grid, DateTimeOffset end)
    {
        ArgumentNullException.ThrowIfNull(grid);
        var (span, count) = Shape(grid.Step);
        var last = grid.Step <= TimeSpan.FromDays(1) ? Floor(end, span) : grid.At(end) - (grid.Step * (Slow - 1));
        var first = last.UtcTicks > span.Ticks * (count - 1) ? last - (span * (count - 1)) : Floor(DateTimeOffset.MinValue, span);
        var width = (int)Math.Ceiling(span / grid.Step);
        List<SlotRow> rows = [];
        for (var start = first; start <= last; start += span)
        {
            var cells = new DateTimeOffset?[width];
            foreach (var slot in grid.Between(start, start + span - TimeSpan.FromTicks(1)))
            {
                cells[Math.Min((int)((slot - start) / grid.Step), width - 1)] = slot;
            }

            rows.Add(new SlotRow(Label(start, span), cells));
        }

        return new SlotLayout(Headings(span, grid.Step, width), rows, grid.Between(first, last + span - TimeSpan.FromTicks(1)), grid.Step == TimeSpan.FromDays(1));
    }

    /// <summary>Without the oldest rows in which nothing is wanted, as long as some are left.</summary>
    public SlotLayout From(Func<DateTimeOffset, bool> wanted)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        var skipped = Rows.Take(Rows.Count - Fewest).TakeWhile(row => row.Cells.All(slot => slot is null || !wanted(slot.Value))).Count();
        var first = Rows.Skip(skipped).SelectMany(row => row.Cells).FirstOrDefault(slot => slot is not null);
        return skipped == 0 || first is null ? this : this with { Rows = [.. Rows.Skip(skipped)], Slots = Slots.From(first.Value) };
    }

    /// <summary>How far a window reaches: what older and newer go by.</summary>
    public static TimeSpan Reach(TimeSpan step) => Shape(step) is var (span, count) ? span * count : default;

    // The length of a row and how many there are: never more than 30 columns, never more than some 400 cells.
    private static (TimeSpan Span, int Rows) Shape(TimeSpan step) => step switch
    {
        { TotalMinutes: < 2 } => (step * 30, 12),
        { TotalMinutes: < 15 } => (TimeSpan.FromHours(1), 18),
        { TotalMinutes: < 60 } => (TimeSpan.FromHours(6), 16),
        { TotalDays: < 1 } when step.TotalHours < 6 => (TimeSpan.FromDays(1), 14),
        { TotalDays: <= 1 } => (Week, 8),
        _ => (step * Slow, 4),
    };

    private static DateTimeOffset Floor(DateTimeOffset moment, TimeSpan span) => new(moment.UtcTicks - (moment.UtcTicks % span.Ticks), TimeSpan.Zero);

    // The first of all days was a Monday, so weeks begin on one.
    private static string[] Headings(TimeSpan span, TimeSpan step, int width)
    {
        if (span == Week && step == TimeSpan.FromDays(1))
        {
            return Weekdays;
        }

        if (span == TimeSpan.FromDays(1) && step == TimeSpan.FromHours(1))
        {
            return [.. Enumerable.Range(0, width).Select(hour => hour % 3 == 0 ? hour.ToString("00", CultureInfo.InvariantCulture) : "")];
        }

        if (span == TimeSpan.FromHours(1) && step >= TimeSpan.FromMinutes(5))
        {
            return [.. Enumerable.Range(0, width).Select(place => string.Create(CultureInfo.InvariantCulture, $":{(place * step).TotalMinutes:00}"))];
        }

        return [];
    }

    private static string Label(DateTimeOffset start, TimeSpan span) => start.UtcDateTime.ToString(
        span > Week ? "d MMM yyyy" : span == Week ? "d MMM" : span == TimeSpan.FromDays(1) ? "ddd d MMM" : "d MMM HH:mm", CultureInfo.InvariantCulture);
}
