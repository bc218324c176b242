using System.Numerics;
using Dashboard.Core.Sources;

namespace Dashboard.Core.Schedules;

/// <summary>A time of day as configuration spells it, always UTC. crontabber checks its numbers only where it uses them, so they may be anything.</summary>
/// <param name="Hour">The hour.</param>
/// <param name="Minute">The minute.</param>
public readonly record struct TimeOfDay(BigInteger Hour, BigInteger Minute)
{
    /// <summary>Whether a configured text counts as a time at all: Python takes the empty text for none.</summary>
    public static bool IsGiven(string? text) => !string.IsNullOrEmpty(text);

    /// <summary>The two numbers, or the exception of that scheduler on its way to use them.</summary>
    public static Answer<TimeOfDay> Read(string text, Flavour flavour) => flavour == Flavour.Socorro ? OfSocorro(text) : Split(text);

    /// <summary>How crontabber reads it when it uses it: two whole numbers around a colon, not checked.</summary>
    public static Answer<TimeOfDay> Split(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var numbers = new List<BigInteger>();
        foreach (var part in text.Split(':'))
        {
            var number = PythonInteger.Parse(part);
            if (number.Error is { } error)
            {
                return error;
            }

            numbers.Add(number.Value);
        }

        return numbers.Count switch
        {
            1 => new SchedulerError("ValueError", "not enough values to unpack (expected 2, got 1)"),
            2 => new TimeOfDay(numbers[0], numbers[1]),
            _ => new SchedulerError("ValueError", "too many values to unpack (expected 2)"),
        };
    }

    /// <summary>What <c>--configtest</c> says of it: <c>05:00</c>, <c>5:0</c> and <c>05: 00</c> are fine.</summary>
    public static Answer<TimeOfDay> Check(string text)
    {
        var split = Split(text);
        return split.Error is null && IsOfTheDay(split.Value) ? split : Invalid(text);
    }

    /// <summary>Socorro wants two digits, a colon, two digits; a last line feed is overlooked.</summary>
    public static Answer<TimeOfDay> OfSocorro(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        ReadOnlySpan<char> rest = text;
        if (!(PythonInteger.TakeDigit(ref rest, out var h1) && PythonInteger.TakeDigit(ref rest, out var h2) && rest is [':', ..]))
        {
            return Invalid(text);
        }

        rest = rest[1..];
        if (!(PythonInteger.TakeDigit(ref rest, out var m1) && PythonInteger.TakeDigit(ref rest, out var m2) && rest is "" or "\n"))
        {
            return Invalid(text);
        }

        var time = new TimeOfDay((h1 * 10) + h2, (m1 * 10) + m2);
        return IsOfTheDay(time) ? time : Invalid(text);
    }

    /// <summary>The moment with this time put in, as <c>datetime.replace</c> does.</summary>
    public Answer<DateTimeOffset> PutInto(DateTimeOffset moment) => PythonTime.Replace(moment, Hour, Minute);

    /// <summary>Whether a moment's hour and minute have come to this time; seconds do not count.</summary>
    public bool HasComeAt(DateTimeOffset moment)
    {
        var utc = moment.UtcDateTime;
        return utc.Hour > Hour || (utc.Hour == Hour && utc.Minute >= Minute);
    }

    private static bool IsOfTheDay(TimeOfDay time) => time.Hour >= 0 && time.Hour < 24 && time.Minute >= 0 && time.Minute < 60;

    private static SchedulerError Invalid(string text) => new("TimeDefinitionError", $"Invalid definition of time {PythonText.Repr(text)}");
}
