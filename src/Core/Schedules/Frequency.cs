using System.Numerics;
using Dashboard.Core.Sources;

namespace Dashboard.Core.Schedules;

/// <summary>How often a job runs, as configuration spells it: <c>5m</c>, <c>1h</c>, <c>7d</c>. The length in seconds has no upper end in Python.</summary>
public static class Frequency
{
    /// <summary>Socorro's default where a job names none.</summary>
    public const string SocorroDefault = "1d";

    /// <summary>The seconds between two runs, or the exception of that scheduler's <c>convert_frequency</c>.</summary>
    public static Answer<BigInteger> Seconds(string text, Flavour flavour) => flavour == Flavour.Socorro ? OfSocorro(text) : OfCrontabber(text);

    /// <summary>
    /// crontabber takes the first run of digits and the first run of anything else, wherever they stand: <c>h1</c> and <c>1h30m</c> are an hour.
    /// </summary>
    public static Answer<BigInteger> OfCrontabber(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string? number = null, unit = null;
        for (var rest = text.AsSpan(); rest.Length > 0 && (number is null || unit is null);)
        {
            var digits = DigitsAtStart(rest);
            var length = digits > 0 ? digits : OthersAtStart(rest);
            var part = rest[..length].ToString();
            (number, unit) = digits > 0 ? (number ?? part, unit) : (number, unit ?? part);
            rest = rest[length..];
        }

        if (number is null)
        {
            return NothingFound;
        }

        var parsed = PythonInteger.Parse(number);
        if (parsed.Error is not null)
        {
            return parsed;
        }

        return unit is null ? NothingFound : Times(parsed.Value, unit, new SchedulerError("FrequencyDefinitionError", unit));
    }

    /// <summary>Socorro wants digits, one unit, and nothing else; a last line feed is overlooked.</summary>
    public static Answer<BigInteger> OfSocorro(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var refusal = new SchedulerError("FrequencyDefinitionError", text);
        var digits = DigitsAtStart(text);
        if (digits == 0)
        {
            return refusal;
        }

        var unit = text[digits..];
        if (unit is [_, '\n'])
        {
            unit = unit[..1];
        }

        return PythonInteger.Parse(text[..digits]).Then(number => Times(number, unit, refusal));
    }

    private static SchedulerError NothingFound { get; } = new("IndexError", "list index out of range");

    private static Answer<BigInteger> Times(BigInteger number, string unit, SchedulerError refusal) => unit switch
    {
        "m" => number * 60,
        "h" => number * 3600,
        "d" => number * 86400,
        _ => refusal,
    };

    private static int DigitsAtStart(ReadOnlySpan<char> text)
    {
        var rest = text;
        while (PythonInteger.TakeDigit(ref rest, out _))
        {
        }

        return text.Length - rest.Length;
    }

    private static int OthersAtStart(ReadOnlySpan<char> text)
    {
        var length = 1;
        while (length < text.Length)
        {
            var rest = text[length..];
            if (PythonInteger.TakeDigit(ref rest, out _))
            {
                break;
            }

            length++;
        }

        return length;
    }
}
