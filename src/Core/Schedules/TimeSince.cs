using System.Globalization;

namespace Dashboard.Core.Schedules;

/// <summary>How long ago, in the words of <c>--list-jobs</c>: at most two units that follow each other, the second left out when it is nought.</summary>
public static class TimeSince
{
    private static readonly (long Seconds, string Name)[] Units =
        [(86400L * 365, "year"), (86400L * 30, "month"), (86400L * 7, "week"), (86400, "day"), (3600, "hour"), (60, "minute"), (1, "second")];

    /// <summary>The words for the time from one moment to another; <c>0 seconds</c> when it has not passed.</summary>
    public static string Words(DateTimeOffset from, DateTimeOffset to)
    {
        var seconds = (to - from).Ticks / TimeSpan.TicksPerSecond;
        if (seconds <= 0)
        {
            return Count(0, "second");
        }

        var first = Array.FindIndex(Units, unit => seconds >= unit.Seconds);
        var words = Count(seconds / Units[first].Seconds, Units[first].Name);
        if (first + 1 == Units.Length)
        {
            return words;
        }

        var next = Units[first + 1];
        var rest = seconds % Units[first].Seconds / next.Seconds;
        return rest == 0 ? words : $"{words}, {Count(rest, next.Name)}";
    }

    private static string Count(long count, string unit) => string.Create(CultureInfo.InvariantCulture, $"{count} {unit}{(count == 1 ? "" : "s")}");
}
