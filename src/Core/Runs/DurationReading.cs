using System.Globalization;
using System.Xml;

namespace Dashboard.Core.Runs;

/// <summary>
/// Reads the log's <c>duration</c>: an interval in crontabber (<c>25:00:00.12345</c>, <c>1 day 01:00:00</c>), seconds in Socorro
/// (<c>0.0123</c>, <c>1e-05</c>). A length nobody can know (months), below zero or no number at all is null.
/// </summary>
public static class DurationReading
{
    /// <summary>The length a text names, or null.</summary>
    public static TimeSpan? Of(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        var seconds = text[0] == 'P' ? Iso(text) : text.Contains(':', StringComparison.Ordinal) || text.Contains("day", StringComparison.Ordinal) ? Interval(text) : Number(text);
        return seconds is >= 0 and < 1e11 ? TimeSpan.FromTicks((long)Math.Round(seconds.Value * TimeSpan.TicksPerSecond)) : null;
    }

    // [n day[s]] [hh:mm:ss[.ffffff]], as IntervalStyle postgres and sql_standard write it.
    private static double? Interval(string text)
    {
        var days = 0.0;
        var clock = text.AsSpan();
        var space = text.LastIndexOf(' ');
        if (space > 0 && text.Contains(':', StringComparison.Ordinal))
        {
            clock = clock[(space + 1)..];
            if (Days(text.AsSpan(0, space)) is not { } before)
            {
                return null;
            }

            days = before;
        }
        else if (space > 0)
        {
            return Days(clock) * 86_400;
        }

        Span<Range> parts = stackalloc Range[4];
        if (clock.Split(parts, ':') != 3
            || Number(clock[parts[0]]) is not { } hours || Number(clock[parts[1]]) is not { } minutes || Number(clock[parts[2]]) is not { } seconds
            || clock.Contains('-'))
        {
            return null;
        }

        return (days * 86_400) + (hours * 3_600) + (minutes * 60) + seconds;
    }

    private static double? Days(ReadOnlySpan<char> text)
    {
        var space = text.IndexOf(' ');
        return space < 0 ? Number(text) : text[(space + 1)..] is "day" or "days" ? Number(text[..space]) : null;
    }

    private static double? Iso(string text)
    {
        var time = text.IndexOf('T', StringComparison.Ordinal);
        if (text.Contains('Y', StringComparison.Ordinal) || (time < 0 ? text : text[..time]).Contains('M', StringComparison.Ordinal))
        {
            return null;
        }

        try
        {
            return XmlConvert.ToTimeSpan(text).TotalSeconds;
        }
        catch (Exception cause) when (cause is FormatException or OverflowException)
        {
            return null;
        }
    }

    private static double? Number(ReadOnlySpan<char> text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;
}
