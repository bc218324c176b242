using System.Runtime.InteropServices;

namespace Dashboard.Core.Ingest.Logs;

/// <summary>
/// Turns the times of a log, which have no zone, into moments. In the hour that a change of clocks repeats the earlier reading is taken, until time would run
/// backwards by it: then the later one. A time in the hour that a change leaves out, which no clock there ever showed, is read by the offset before the change.
/// </summary>
public sealed class LogClock(TimeZoneInfo zone)
{
    // Two threads may write their lines in another order than they stamped them.
    private static readonly TimeSpan Disorder = TimeSpan.FromMinutes(1);

    private readonly byte[] knownDay = new byte[10];
    private long dayTicks;
    private long quarterKnown = -1;
    private TimeSpan offset;

    /// <summary>The newest moment read, which decides in a repeated hour.</summary>
    public DateTimeOffset Last { get; set; } = DateTimeOffset.MinValue;

    /// <summary>A moment, and whether the clocks showed its time twice.</summary>
    [StructLayout(LayoutKind.Auto)]
    public readonly record struct Reading(DateTimeOffset At, bool Twice);

    /// <summary>Reads the 23 bytes of a time; false when there is no such day or hour.</summary>
    public bool TryRead(ReadOnlySpan<byte> time, out Reading reading)
    {
        reading = default;
        if (!time[..10].SequenceEqual(knownDay) && !TryDay(time))
        {
            return false;
        }

        var (hours, minutes, seconds) = (Two(time, 11), Two(time, 14), Two(time, 17));
        if (hours > 23 || minutes > 59 || seconds > 59)
        {
            return false;
        }

        var ticks = dayTicks + (((hours * 60L) + minutes) * 60L + seconds) * TimeSpan.TicksPerSecond
            + ((time[20] - '0') * 100 + (time[21] - '0') * 10 + (time[22] - '0')) * TimeSpan.TicksPerMillisecond;
        return TryMoment(ticks, out reading);
    }

    private static int Two(ReadOnlySpan<byte> time, int at) => (time[at] - '0') * 10 + (time[at + 1] - '0');

    private bool TryDay(ReadOnlySpan<byte> time)
    {
        var (year, month, day) = (Two(time, 0) * 100 + Two(time, 2), Two(time, 5), Two(time, 8));

        // Room at both ends, for an offset is still to be taken off and a delay to be added.
        if (year is < 1970 or > 9000 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month))
        {
            return false;
        }

        dayTicks = new DateTime(year, month, day, 0, 0, 0, DateTimeKind.Unspecified).Ticks;
        time[..10].CopyTo(knownDay);
        return true;
    }

    private bool TryMoment(long ticks, out Reading reading)
    {
        // No change of clocks has been in the middle of a quarter of an hour for a century.
        var quarter = ticks / (TimeSpan.TicksPerMinute * 15);
        if (quarter != quarterKnown)
        {
            var local = new DateTime(ticks, DateTimeKind.Unspecified);
            if (zone.IsAmbiguousTime(local))
            {
                var offsets = zone.GetAmbiguousTimeOffsets(local);
                var (early, late) = (new DateTimeOffset(local, offsets.Max()), new DateTimeOffset(local, offsets.Min()));
                reading = new Reading((early + Disorder >= Last ? early : late).ToUniversalTime(), Twice: true);
                return true;
            }

            offset = zone.IsInvalidTime(local) ? zone.GetUtcOffset(local.AddHours(-3)) : zone.GetUtcOffset(local);
            quarterKnown = quarter;
        }

        reading = new Reading(new DateTimeOffset(ticks - offset.Ticks, TimeSpan.Zero), Twice: false);
        return true;
    }
}
