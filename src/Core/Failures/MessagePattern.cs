using System.Text;

namespace Dashboard.Core.Failures;

/// <summary>
/// What messages of one kind have in common: numbers, ids, dates, addresses and quoted values out, blanks made one. Of several lines the first counts.
/// </summary>
public static class MessagePattern
{
    private static readonly System.Buffers.SearchValues<char> AfterAddress = System.Buffers.SearchValues.Create(" \t\"'<>)");

    /// <summary>In the place of a number, a date, an id.</summary>
    public const char Number = '#';

    /// <summary>How much of a message is looked at.</summary>
    public const int LongestLooked = 500;

    /// <summary>How long a pattern is at most.</summary>
    public const int Longest = 160;

    /// <summary>The pattern of a message; empty for an empty one.</summary>
    public static string Of(string message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var line = FirstLine(message);
        var pattern = new StringBuilder(Math.Min(line.Length, Longest) + 16);
        for (var at = 0; at < line.Length && pattern.Length < Longest;)
        {
            var letter = line[at];
            if (char.IsWhiteSpace(letter))
            {
                at++;
                if (pattern.Length > 0 && pattern[^1] != ' ')
                {
                    pattern.Append(' ');
                }
            }
            else if (letter is '\'' or '"' && (at == 0 || !char.IsLetterOrDigit(line[at - 1])))
            {
                at = Quoted(line, at, pattern);
            }
            else if (IsAddress(line, at, out var end))
            {
                pattern.Append("<address>");
                at = end;
            }
            else if (char.IsLetterOrDigit(letter))
            {
                at = Word(line, at, pattern);
            }
            else
            {
                pattern.Append(letter);
                at++;
            }
        }

        var length = Math.Min(pattern.Length, Longest);
        while (length > 0 && (pattern[length - 1] == ' ' || char.IsHighSurrogate(pattern[length - 1])))
        {
            length--;
        }

        return pattern.ToString(0, length);
    }

    private static ReadOnlySpan<char> FirstLine(string message)
    {
        var text = message.AsSpan().TrimStart();
        var end = text.IndexOfAny('\n', '\r');
        text = end < 0 ? text : text[..end];
        return text.Length > LongestLooked ? text[..LongestLooked] : text;
    }

    private static int Quoted(ReadOnlySpan<char> line, int start, StringBuilder pattern)
    {
        var quote = line[start];
        var end = start + 1;
        while (end < line.Length && line[end] != quote)
        {
            end += line[end] == '\\' ? 2 : 1;
        }

        if (end >= line.Length)
        {
            // No end in sight: an apostrophe, or a text cut short. What follows is looked at word by word.
            pattern.Append(quote);
            return start + 1;
        }

        pattern.Append(quote).Append('…').Append(quote);
        return end + 1;
    }

    private static bool IsAddress(ReadOnlySpan<char> line, int start, out int end)
    {
        end = start;
        while (end < line.Length && char.IsAsciiLetter(line[end]))
        {
            end++;
        }

        if (end == start || !line[end..].StartsWith("://", StringComparison.Ordinal))
        {
            return false;
        }

        var length = line[end..].IndexOfAny(AfterAddress);
        end = length < 0 ? line.Length : end + length;
        return true;
    }

    // A word of letters, digits and what holds the parts of a date, an address of a machine or an id together.
    private static int Word(ReadOnlySpan<char> line, int start, StringBuilder pattern)
    {
        var end = start;
        while (end < line.Length && (char.IsLetterOrDigit(line[end]) || line[end] is '_' || (line[end] is '-' or ':' or '.' && end + 1 < line.Length && char.IsLetterOrDigit(line[end + 1]))))
        {
            end++;
        }

        var word = line[start..end];
        if (IsId(word))
        {
            pattern.Append(Number);
            return end;
        }

        var inNumber = false;
        for (var i = 0; i < word.Length; i++)
        {
            if (char.IsDigit(word[i]))
            {
                if (!inNumber)
                {
                    pattern.Append(Number);
                }

                inNumber = true;
            }
            else if (!(inNumber && word[i] is '-' or ':' or '.' && i + 1 < word.Length && char.IsDigit(word[i + 1])))
            {
                inNumber = false;
                pattern.Append(word[i]);
            }
        }

        return end;
    }

    // 0x7f…, a uuid, a hash: at least eight hexadecimal digits, one of them no letter.
    private static bool IsId(ReadOnlySpan<char> word)
    {
        if (word.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            word = word[2..];
            return word.Length > 0 && AllHex(word);
        }

        return word.Length >= 8 && AllHex(word) && word.ContainsAnyInRange('0', '9');
    }

    private static bool AllHex(ReadOnlySpan<char> word)
    {
        foreach (var letter in word)
        {
            if (!char.IsAsciiHexDigit(letter) && letter != '-')
            {
                return false;
            }
        }

        return true;
    }
}
