using System.Numerics;

namespace Dashboard.Core.Schedules;

/// <summary>Arithmetic of <c>datetime</c>, with its exceptions: what it cannot hold ends the runner.</summary>
public static class PythonTime
{
    /// <summary><c>timedelta(seconds=…)</c>. What Python holds and .NET does not is <see cref="TimeSpan.MaxValue"/>: no calendar has room for it.</summary>
    public static Answer<TimeSpan> Interval(BigInteger seconds)
    {
        var days = BigInteger.Divide(seconds - (seconds.Sign < 0 ? 86399 : 0), 86400);
        if (days > int.MaxValue || days < int.MinValue)
        {
            return new SchedulerError("OverflowError", "Python int too large to convert to C int");
        }

        if (BigInteger.Abs(days) > 999_999_999)
        {
            return new SchedulerError("OverflowError", $"days={days}; must have magnitude <= 999999999");
        }

        return seconds > (long)TimeSpan.MaxValue.TotalSeconds ? TimeSpan.MaxValue
            : seconds < (long)TimeSpan.MinValue.TotalSeconds ? TimeSpan.MinValue
            : TimeSpan.FromTicks((long)seconds * TimeSpan.TicksPerSecond);
    }

    /// <summary><c>moment + interval</c>.</summary>
    public static Answer<DateTimeOffset> Add(DateTimeOffset moment, TimeSpan interval)
    {
        var fits = interval >= TimeSpan.Zero ? DateTimeOffset.MaxValue - moment >= interval : moment - DateTimeOffset.MinValue >= interval.Negate();
        return fits ? moment.ToUniversalTime() + interval : new SchedulerError("OverflowError", "date value out of range");
    }

    /// <summary><c>moment.replace(hour=…, minute=…, second=0, microsecond=0)</c>.</summary>
    public static Answer<DateTimeOffset> Replace(DateTimeOffset moment, BigInteger hour, BigInteger minute)
    {
        if ((Fits(hour) ?? Fits(minute)) is { } overflow)
        {
            return overflow;
        }

        if (hour < 0 || hour > 23)
        {
            return new SchedulerError("ValueError", "hour must be in 0..23");
        }

        if (minute < 0 || minute > 59)
        {
            return new SchedulerError("ValueError", "minute must be in 0..59");
        }

        return new DateTimeOffset(moment.UtcDateTime.Date, TimeSpan.Zero) + new TimeSpan((int)hour, (int)minute, 0);
    }

    // The C code behind replace() takes ints by way of longs, and each has its own complaint.
    private static SchedulerError? Fits(BigInteger number) => number switch
    {
        _ when number > long.MaxValue || number < long.MinValue => new SchedulerError("OverflowError", "Python int too large to convert to C long"),
        _ when number > int.MaxValue => new SchedulerError("OverflowError", "signed integer is greater than maximum"),
        _ when number < int.MinValue => new SchedulerError("OverflowError", "signed integer is less than minimum"),
        _ => null,
    };
}
