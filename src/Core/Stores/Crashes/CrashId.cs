using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Dashboard.Core.Stores.Crashes;

/// <summary>
/// The name of a crash: 36 characters in the shape of a UUID, lower case, whose last six are the day it came in (<c>YYMMDD</c>, UTC, of this century) and whose
/// seventh from the end once said how deep a file tree keeps it. <c>0bba929f-8721-460c-dead-a43c20071027</c> came in on 27 October 2007.
/// </summary>
/// <remarks>An id becomes a path, a key and a row, so nothing but hexadecimal digits, decimal ones and the four dashes in their places is ever one.</remarks>
public readonly record struct CrashId : IComparable<CrashId>
{
    /// <summary>How many characters.</summary>
    public const int Length = 36;

    private const int DayAt = Length - 6;
    private readonly string? value;

    private CrashId(string value) => this.value = value;

    /// <summary>The 36 characters.</summary>
    public string Value => value ?? throw new InvalidOperationException("This crash id names no crash.");

    /// <summary>The last six characters, whether they are a day or not.</summary>
    public string DayText => Value[DayAt..];

    /// <summary>The day it came in; null when the last six digits are no day of the calendar.</summary>
    public DateOnly? Day =>
        DateOnly.TryParseExact("20" + DayText, "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;

    /// <summary>The first digit, by which everything that must be spread is spread over sixteen.</summary>
    public char Salt => Value[0];

    /// <summary>The digit that once said how deep a file tree keeps it.</summary>
    public char DepthDigit => Value[DayAt - 1];

    /// <summary>Reads one.</summary>
    /// <exception cref="FormatException">It is none; the message says what one looks like.</exception>
    public static CrashId Parse(string text) =>
        TryParse(text, out var id) ? id : throw new FormatException($"'{Shown(text)}' is no crash id: one has 36 characters, as 0bba929f-8721-460c-dead-a43c20071027, the last six being the day.");

    /// <summary>Reads one; false when it is none.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out CrashId id)
    {
        id = default;
        if (text is not { Length: Length })
        {
            return false;
        }

        for (var at = 0; at < Length; at++)
        {
            var fits = at switch
            {
                8 or 13 or 18 or 23 => text[at] == '-',
                >= DayAt => char.IsAsciiDigit(text[at]),
                _ => char.IsAsciiHexDigitLower(text[at]),
            };
            if (!fits)
            {
                return false;
            }
        }

        id = new CrashId(text);
        return true;
    }

    /// <summary>A new one for a crash that came in on a day, as the collector makes them: random, with a depth digit.</summary>
    public static CrashId New(DateOnly day, int depth = 0)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)depth, 4u, nameof(depth));
        return new(string.Create(CultureInfo.InvariantCulture, $"{Guid.NewGuid().ToString()[..(DayAt - 1)]}{depth}{day:yyMMdd}"));
    }

    /// <inheritdoc/>
    public int CompareTo(CrashId other) => string.CompareOrdinal(value, other.value);

    /// <inheritdoc/>
    public override string ToString() => value ?? "";

    private static string Shown(string? text) => text is null ? "" : text.Length > 60 ? text[..60] + "…" : text;

#pragma warning disable CS1591
    public static bool operator <(CrashId left, CrashId right) => left.CompareTo(right) < 0;

    public static bool operator >(CrashId left, CrashId right) => left.CompareTo(right) > 0;

    public static bool operator <=(CrashId left, CrashId right) => left.CompareTo(right) <= 0;

    public static bool operator >=(CrashId left, CrashId right) => left.CompareTo(right) >= 0;
#pragma warning restore CS1591
}
