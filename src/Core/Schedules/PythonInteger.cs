using System.Globalization;
using System.Numerics;
using System.Text;

namespace Dashboard.Core.Schedules;

/// <summary>Whole numbers as Python's <c>int()</c> reads them from text: any script's digits, white space around, single underscores between.</summary>
public static class PythonInteger
{
    /// <summary>The most digits Python reads.</summary>
    public const int MostDigits = 4300;

    /// <summary>The number, or Python's <c>ValueError</c>.</summary>
    public static Answer<BigInteger> Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var digits = new StringBuilder();
        var rest = PythonText.Strip(text);
        if (rest is ['+' or '-', ..])
        {
            digits.Append(rest[0]);
            rest = rest[1..];
        }

        var signs = digits.Length;
        var afterDigit = false;
        while (rest.Length > 0)
        {
            if (rest[0] == '_' && afterDigit && rest.Length > 1)
            {
                afterDigit = false;
                rest = rest[1..];
                continue;
            }

            if (!TakeDigit(ref rest, out var digit))
            {
                return NotANumber(text);
            }

            afterDigit = true;
            digits.Append((char)('0' + digit));
        }

        var count = digits.Length - signs;
        return count switch
        {
            0 => NotANumber(text),
            > MostDigits => new SchedulerError(
                "ValueError",
                $"Exceeds the limit ({MostDigits} digits) for integer string conversion: value has {count} digits; use sys.set_int_max_str_digits() to increase the limit"),
            _ => BigInteger.Parse(digits.ToString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture),
        };
    }

    /// <summary>Takes a decimal digit of any script, as <c>\d</c> does, off the front.</summary>
    public static bool TakeDigit(ref ReadOnlySpan<char> text, out int digit)
    {
        digit = -1;
        if (Rune.DecodeFromUtf16(text, out var rune, out var length) != System.Buffers.OperationStatus.Done
            || Rune.GetUnicodeCategory(rune) != UnicodeCategory.DecimalDigitNumber)
        {
            return false;
        }

        digit = (int)Rune.GetNumericValue(rune);
        text = text[length..];
        return true;
    }

    // Python cuts what it quotes here to 200 characters.
    private static SchedulerError NotANumber(string text) => PythonText.Repr(text.Length > 200 ? text[..200] : text) is var quoted && quoted.Length > 200
        ? new("ValueError", $"invalid literal for int() with base 10: {quoted[..200]}")
        : new("ValueError", $"invalid literal for int() with base 10: {quoted}");
}
