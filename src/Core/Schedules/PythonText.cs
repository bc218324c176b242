using System.Globalization;
using System.Text;

namespace Dashboard.Core.Schedules;

/// <summary>Text as Python spells and cuts it.</summary>
public static class PythonText
{
    /// <summary>What <c>repr()</c> gives for a string: <c>'it\'s'</c> is <c>"it's"</c>.</summary>
    public static string Repr(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var quote = text.Contains('\'', StringComparison.Ordinal) && !text.Contains('"', StringComparison.Ordinal) ? '"' : '\'';
        var spelt = new StringBuilder(text.Length + 2).Append(quote);
        for (var i = 0; i < text.Length; i++)
        {
            if (!Rune.TryGetRuneAt(text, i, out var rune))
            {
                spelt.Append(CultureInfo.InvariantCulture, $"\\u{(int)text[i]:x4}");
                continue;
            }

            Append(spelt, rune, quote);
            i += rune.Utf16SequenceLength - 1;
        }

        return spelt.Append(quote).ToString();
    }

    /// <summary>What <c>str()</c> gives for an aware UTC datetime: microseconds only where there are some.</summary>
    public static string Str(DateTimeOffset moment) => moment.UtcDateTime.ToString(
        moment.Ticks % TimeSpan.TicksPerSecond / 10 == 0 ? "yyyy-MM-dd HH:mm:ss'+00:00'" : "yyyy-MM-dd HH:mm:ss.ffffff'+00:00'", CultureInfo.InvariantCulture);

    /// <summary>What <c>repr()</c> gives for a float: always with a point or an exponent.</summary>
    public static string Repr(double number)
    {
        var digits = number.ToString("R", CultureInfo.InvariantCulture);
        return digits.AsSpan().ContainsAny('.', 'E', 'N') || digits.Contains('∞', StringComparison.Ordinal) ? digits : digits + ".0";
    }

    /// <summary>Whether a character is white space to <c>str.strip()</c>, which knows four separators more than .NET.</summary>
    public static bool IsSpace(char character) => char.IsWhiteSpace(character) || character is >= '\x1c' and <= '\x1f';

    /// <summary><c>str.strip()</c>.</summary>
    public static ReadOnlySpan<char> Strip(ReadOnlySpan<char> text)
    {
        int start = 0, end = text.Length;
        while (start < end && IsSpace(text[start]))
        {
            start++;
        }

        while (end > start && IsSpace(text[end - 1]))
        {
            end--;
        }

        return text[start..end];
    }

    private static void Append(StringBuilder spelt, Rune rune, char quote)
    {
        switch (rune.Value)
        {
            case '\\':
                spelt.Append(@"\\");
                break;
            case '\n':
                spelt.Append(@"\n");
                break;
            case '\r':
                spelt.Append(@"\r");
                break;
            case '\t':
                spelt.Append(@"\t");
                break;
            case var value when value == quote:
                spelt.Append('\\').Append(quote);
                break;
            case var value when value == ' ' || IsPrintable(rune):
                spelt.Append(rune.ToString());
                break;
            case <= 0xFF:
                spelt.Append(CultureInfo.InvariantCulture, $"\\x{rune.Value:x2}");
                break;
            case <= 0xFFFF:
                spelt.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}");
                break;
            default:
                spelt.Append(CultureInfo.InvariantCulture, $"\\U{rune.Value:x8}");
                break;
        }
    }

    private static bool IsPrintable(Rune rune) => Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator);
}
