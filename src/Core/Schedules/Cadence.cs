using System.Globalization;
using Dashboard.Core.Sources;

namespace Dashboard.Core.Schedules;

/// <summary>A schedule in words: <c>every day at 05:00 UTC</c>.</summary>
public static class Cadence
{
    /// <summary>The words; where the configuration makes no sense they say so.</summary>
    public static string Words(Schedule schedule)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        var seconds = schedule.Seconds;
        if (seconds.Error is { } error)
        {
            return $"not a frequency: {PythonText.Repr(schedule.Frequency)} ({error.Type})";
        }

        var every = seconds.Value.IsZero ? "always" : $"every {Length(seconds.Value)}";
        if (!schedule.HasTime)
        {
            return every;
        }

        var time = schedule.Flavour == Flavour.Socorro ? TimeOfDay.OfSocorro(schedule.Time!) : TimeOfDay.Check(schedule.Time!);
        return time.Error is null
            ? string.Create(CultureInfo.InvariantCulture, $"{every} at {(int)time.Value.Hour:00}:{(int)time.Value.Minute:00} UTC")
            : $"{every}, but {PythonText.Repr(schedule.Time!)} is no time of day";
    }

    private static string Length(System.Numerics.BigInteger seconds)
    {
        var (count, unit) = seconds % 604800 == 0 ? (seconds / 604800, "week")
            : seconds % 86400 == 0 ? (seconds / 86400, "day")
            : seconds % 3600 == 0 ? (seconds / 3600, "hour")
            : (seconds / 60, "minute");
        return count.IsOne ? unit : $"{count.ToString(CultureInfo.InvariantCulture)} {unit}s";
    }
}
