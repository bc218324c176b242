using System.Globalization;
using System.Text;

namespace Dashboard.Core.Jobs;

/// <summary>
/// Reads the literals that JSON and Python's <c>repr</c> have in common, and those only one of them has, from left to right. Each
/// character is looked at a fixed number of times, whatever the text.
/// </summary>
internal ref struct LiteralReader(string text)
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private int at;

    /// <summary>Whether only white space is left.</summary>
    public bool AtEnd
    {
        get
        {
            SkipSpace();
            return at == text.Length;
        }
    }

    /// <summary>The text with what cannot be shown or stored, NUL and lone surrogates, spelt as an escape.</summary>
    public static string Visible(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF') && !text.Contains('\0', StringComparison.Ordinal))
        {
            return text;
        }

        var visible = new StringBuilder(text.Length + 16);
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                visible.Append(text[i]).Append(text[++i]);
            }
            else if (char.IsSurrogate(text[i]) || text[i] == '\0')
            {
                visible.Append(CultureInfo.InvariantCulture, $"\\u{(int)text[i]:x4}");
            }
            else
            {
                visible.Append(text[i]);
            }
        }

        return visible.ToString();
    }

    /// <summary>Whether the next character is this one; it stays.</summary>
    public bool Sees(char expected)
    {
        SkipSpace();
        return at < text.Length && text[at] == expected;
    }

    /// <summary>Takes the next character if it is this one.</summary>
    public bool Take(char expected)
    {
        if (!Sees(expected))
        {
            return false;
        }

        at++;
        return true;
    }

    /// <summary>The string that starts here, with Python's prefixes or without; null when none does, and then nothing is taken.</summary>
    /// <param name="whole">False when the text ended before the string did.</param>
    public string? TakeString(out bool whole)
    {
        whole = true;
        SkipSpace();
        var quote = at;
        while (quote < text.Length && quote - at < 2 && text[quote] is 'u' or 'U' or 'b' or 'B' or 'r' or 'R')
        {
            quote++;
        }

        if (quote >= text.Length || text[quote] is not ('"' or '\''))
        {
            return null;
        }

        var bytes = text.AsSpan(at, quote - at).ContainsAny('b', 'B');
        at = quote + 1;
        var value = Unescape(text[quote], out whole);
        return bytes ? FromBytes(value) : Visible(value);
    }

    /// <summary>
    /// What stands here up to the comma or bracket that ends it: a number, <c>None</c>, a class, a nested value. <c>None</c> and <c>null</c> are null.
    /// </summary>
    /// <param name="whole">False when the text ended first.</param>
    public string? TakeBare(out bool whole)
    {
        SkipSpace();
        var start = at;
        for (var depth = 0; at < text.Length; at++)
        {
            switch (text[at])
            {
                case '"' or '\'':
                    SkipQuoted();
                    break;
                case '{' or '[' or '(':
                    depth++;
                    break;
                case '}' or ']' or ')' when depth > 0:
                    depth--;
                    break;
                case ',' or '}' when depth == 0:
                    whole = true;
                    return text.AsSpan(start, at - start).Trim() is var bare and not ("None" or "null") ? Visible(bare.ToString()) : null;
            }
        }

        whole = false;
        return start < text.Length ? Visible(text[start..].Trim()) : null;
    }

    private static string FromBytes(string latin)
    {
        if (latin.AsSpan().ContainsAnyExceptInRange('\0', '\xFF'))
        {
            return Visible(latin);
        }

        try
        {
            return Visible(StrictUtf8.GetString(Encoding.Latin1.GetBytes(latin)));
        }
        catch (DecoderFallbackException)
        {
            return Visible(latin);
        }
    }

    private void SkipSpace()
    {
        while (at < text.Length && char.IsWhiteSpace(text[at]))
        {
            at++;
        }
    }

    // Leaves the reader on the closing quote, or on the last character.
    private void SkipQuoted()
    {
        var quote = text[at];
        for (at++; at < text.Length - 1 && text[at] != quote; at++)
        {
            if (text[at] == '\\')
            {
                at++;
            }
        }

        at = Math.Min(at, text.Length - 1);
    }

    private string Unescape(char quote, out bool whole)
    {
        var value = new StringBuilder();
        while (at < text.Length)
        {
            var plain = text.AsSpan(at).IndexOfAny(quote, '\\');
            if (plain < 0)
            {
                value.Append(text, at, text.Length - at);
                at = text.Length;
                break;
            }

            value.Append(text, at, plain);
            at += plain;
            if (text[at] == quote)
            {
                at++;
                whole = true;
                return value.ToString();
            }

            TakeEscape(value);
        }

        whole = false;
        return value.ToString();
    }

    // The reader stands on a backslash.
    private void TakeEscape(StringBuilder value)
    {
        if (at + 1 == text.Length)
        {
            value.Append('\\');
            at++;
            return;
        }

        var kind = text[at + 1];
        var digits = kind switch { 'x' => 2, 'u' => 4, 'U' => 8, _ => 0 };
        if (digits > 0 && at + 2 + digits <= text.Length
            && uint.TryParse(text.AsSpan(at + 2, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code)
            && code <= 0x10FFFF)
        {
            AppendCode(value, code);
            at += 2 + digits;
            return;
        }

        var meant = kind switch
        {
            'n' => "\n",
            'r' => "\r",
            't' => "\t",
            'b' => "\b",
            'f' => "\f",
            '\\' => "\\",
            '\'' => "'",
            '"' => "\"",
            '/' => "/",
            _ => null,
        };
        if (meant is null)
        {
            value.Append('\\').Append(kind);
        }
        else
        {
            value.Append(meant);
        }

        at += 2;
    }

    private static void AppendCode(StringBuilder value, uint code)
    {
        if (code > 0xFFFF)
        {
            value.Append(char.ConvertFromUtf32((int)code));
        }
        else
        {
            value.Append((char)code);
        }
    }
}
