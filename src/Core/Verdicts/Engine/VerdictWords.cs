using System.Globalization;
using Dashboard.Core.Failures;
using Dashboard.Core.Jobs;

namespace Dashboard.Core.Verdicts.Engine;

/// <summary>The words of verdicts. Moments, never ages: a sentence stays the same while nothing happens.</summary>
internal static class VerdictWords
{
    private const int LongestMessage = 120;

    /// <summary>A moment of the day, with its date when that is not today's.</summary>
    public static string At(DateTimeOffset moment, DateTimeOffset now)
    {
        var (utc, today) = (moment.UtcDateTime, now.UtcDateTime);
        var format = utc.Date == today.Date ? "HH:mm'Z'" : utc.Year == today.Year ? "MMM d HH:mm'Z'" : "yyyy-MM-dd HH:mm'Z'";
        return utc.ToString(format, CultureInfo.InvariantCulture);
    }

    /// <summary>So many of something.</summary>
    public static string Count(int number, string one, string many) => string.Create(CultureInfo.InvariantCulture, $"{number} {(number == 1 ? one : many)}");

    /// <summary>The cause of a failure in the words of its message, on one line.</summary>
    public static string Cause(JobError? error, FailureKind kind)
    {
        if (error is null)
        {
            return "It failed, and what with is not recorded";
        }

        var line = error.Value.AsSpan().Trim();
        var end = line.IndexOfAny('\n', '\r', '\u2028');
        line = end < 0 ? line : line[..end].TrimEnd();
        var cut = line.Length > LongestMessage ? string.Concat(line[..(char.IsHighSurrogate(line[LongestMessage - 1]) ? LongestMessage - 1 : LongestMessage)], "…") : line.ToString();
        var words = cut.Length > 0 ? $"{error.Type}: {cut}" : error.Type.Length > 0 ? error.Type : "an error without words";
        return kind.Class switch
        {
            FailureClass.Auth => $"It is not let in ({words})",
            FailureClass.Configuration => $"Something is not where the configuration says ({words})",
            FailureClass.Code => $"Its code fails ({words})",
            FailureClass.Data => $"Its data is not as its code expects ({words})",
            FailureClass.Full => $"There is no room ({words})",
            FailureClass.Network => $"The other end is away ({words})",
            FailureClass.Busy => $"The other end is busy ({words})",
            FailureClass.Killed => $"It was ended from outside ({words})",
            _ => words,
        };
    }

    /// <summary>How the past of such failures went, counts first; empty when there is too little of it.</summary>
    public static string Past(HealForecast forecast) => forecast.Grade switch
    {
        ForecastGrade.Measured or ForecastGrade.Thin => string.Create(CultureInfo.InvariantCulture, $"{forecast.Healed} of {forecast.AtRisk} times such a failure ended with the next try"),
        _ => "",
    };
}
