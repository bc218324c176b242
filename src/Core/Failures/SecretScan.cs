using System.Buffers;

namespace Dashboard.Core.Failures;

/// <summary>One look through a text for secrets, from left to right.</summary>
internal sealed class SecretScan(string text)
{
    private const int LongestAuthority = 1_024;

    private static readonly SearchValues<char> AfterAuthority = SearchValues.Create("/?# \t\r\n\"'<>`");
    private static readonly SearchValues<char> AfterAddress = SearchValues.Create(" \t\r\n\"'<>`");
    private static readonly SearchValues<char> AfterValue = SearchValues.Create(" \t\r\n&;,\"'`)]}<>");
    private static readonly SearchValues<char> AfterHeader = SearchValues.Create("\r\n\"'`");

    private readonly List<(int Start, int End)> found = [];
    private int at;
    private int nextAtSign = -1;

    /// <summary>Where the secrets stand, in order, none overlapping another, none empty.</summary>
    public List<(int Start, int End)> Find()
    {
        while (at < text.Length)
        {
            if (IsWord(text[at]))
            {
                Word();
            }
            else if (text[at] == ':' && Continues(at, "://"))
            {
                at += 3;
                Authority();
            }
            else
            {
                at++;
            }
        }

        return found;
    }

    private void Word()
    {
        var start = at;
        if (text[at] == '-' && Continues(at, "-----BEGIN "))
        {
            PrivateKey();
            return;
        }

        while (at < text.Length && IsWord(text[at]))
        {
            at++;
        }

        var word = text.AsSpan(start, at - start);
        if (SecretShape.Find(word) is { } shape)
        {
            Add(start + shape.Start, start + shape.End);
            return;
        }

        if (SecretKey.Of(word) is { } key)
        {
            Value(key, start);
        }
    }

    // The rest of "key = value", whatever stands between: a closing quote, blanks, one of the ways to say "is".
    private void Value(SecretKind kind, int start)
    {
        var place = at;
        var key = text.AsSpan(start, at - start);
        if (kind == SecretKind.Scheme)
        {
            // "Bearer abc…" on its own.
            SkipBlanks(ref place);
            Unquoted(place, AfterValue, least: 8);
            return;
        }

        var closed = SkipQuote(ref place);
        if (place < text.Length && text[place] == '>' && start > 0 && text[start - 1] == '<')
        {
            Until(place + 1, text.IndexOf('<', place + 1));
            return;
        }

        var blanks = SkipBlanks(ref place);
        if (place >= text.Length)
        {
            return;
        }

        var separator = text[place];
        var option = !closed && blanks && key.Contains("--", StringComparison.Ordinal);
        if (separator is '=' or ':' || (separator == ',' && closed))
        {
            place++;
            if (separator == '=' && place < text.Length && text[place] is '>' or '=')
            {
                place++;
            }

            SkipBlanks(ref place);
        }
        else if (!option)
        {
            return;
        }

        if (kind == SecretKind.OnlyAssigned && separator != '=')
        {
            return;
        }

        if (separator == ',' && !SeesQuote(place))
        {
            return;
        }

        if (Quoted(place))
        {
            return;
        }

        if (kind == SecretKind.Header)
        {
            Unquoted(place, AfterHeader, least: 1);
            return;
        }

        // "Unexpected token: x" is no secret; a token is longer.
        Unquoted(place, AfterValue, kind == SecretKind.Token && separator == ':' ? 12 : kind == SecretKind.OnlyAssigned ? 16 : 1);
    }

    private bool SeesQuote(int place)
    {
        SkipPrefix(ref place);
        return Escapes(place) is var escapes && place + escapes < text.Length && text[place + escapes] is '\'' or '"';
    }

    // A quoted value ends with its quote, escaped as often as the first; when that is missing, with the line.
    private bool Quoted(int place)
    {
        if (!SeesQuote(place))
        {
            return false;
        }

        SkipPrefix(ref place);
        var escapes = Escapes(place);
        place += escapes;
        var quote = text[place];
        var triple = Continues(place, new string(quote, 3));
        var start = place + (triple ? 3 : 1);
        var end = start;
        while (end < text.Length && (triple || text[end] is not ('\n' or '\r')))
        {
            if (text[end] == '\\')
            {
                var run = Escapes(end);
                if (end + run < text.Length && text[end + run] == quote && run <= escapes && !triple)
                {
                    break;
                }

                end += Math.Max(run, 1) + (end + run < text.Length && text[end + run] == quote ? 1 : 0);
                continue;
            }

            if (text[end] == quote && (!triple || Continues(end, new string(quote, 3))))
            {
                break;
            }

            end++;
        }

        Add(start, Math.Min(end, text.Length));
        return true;
    }

    private void Unquoted(int start, SearchValues<char> stops, int least)
    {
        if (start >= text.Length || text[start] is '{' or '[' or '(')
        {
            return;
        }

        var length = text.AsSpan(start).IndexOfAny(stops);
        var end = length < 0 ? text.Length : start + length;

        // Before an escaped quote stand the backslashes of that quote.
        while (end < text.Length && end > start && text[end] is '\'' or '"' && text[end - 1] == '\\')
        {
            end--;
        }

        var value = text.AsSpan(start, Math.Max(end - start, 0));
        if (value.Length >= least && value is not ("None" or "null" or "NULL" or "nil"))
        {
            Add(start, end);
        }
    }

    // user:password@host. A password may hold a slash; a port is digits.
    private void Authority()
    {
        var start = at;
        var window = text.AsSpan(start, Math.Min(LongestAuthority, text.Length - start));
        var length = window.IndexOfAny(AfterAuthority);
        length = length < 0 ? window.Length : length;
        var authority = window[..length];
        var sign = authority.LastIndexOf('@');
        var colon = authority.IndexOf(':');
        if (sign >= 0)
        {
            if (colon >= 0 && colon < sign)
            {
                Add(start + colon + 1, start + sign);
            }
            else if (sign >= 16)
            {
                // A key instead of a user: https://0123456789abcdef@sentry.example/1
                Add(start, start + sign);
            }

            return;
        }

        if (colon < 0 || !authority[(colon + 1)..].ContainsAnyExceptInRange('0', '9') || authority[0] == '[')
        {
            return;
        }

        if (start + length == text.Length)
        {
            // The text was cut before the sign.
            Add(start + colon + 1, text.Length);
            return;
        }

        if (NextAtSign(start) is var far && far >= 0 && far - start < LongestAuthority && !text.AsSpan(start, far - start).ContainsAny(AfterAddress))
        {
            Add(start + colon + 1, far);
        }
    }

    private int NextAtSign(int from)
    {
        if (nextAtSign < from && nextAtSign != int.MaxValue)
        {
            nextAtSign = text.IndexOf('@', from);
            if (nextAtSign < 0)
            {
                nextAtSign = int.MaxValue;
            }
        }

        return nextAtSign == int.MaxValue ? -1 : nextAtSign;
    }

    private void PrivateKey()
    {
        var line = text.AsSpan(at, Math.Min(80, text.Length - at));
        var header = line["-----BEGIN ".Length..].IndexOf("-----", StringComparison.Ordinal);
        if (header < 0 || !line[..("-----BEGIN ".Length + header)].Contains("PRIVATE KEY", StringComparison.Ordinal))
        {
            at += "-----BEGIN ".Length;
            return;
        }

        var start = at + "-----BEGIN ".Length + header + 5;
        Until(start, text.IndexOf("-----END", start, StringComparison.Ordinal));
    }

    private void Until(int start, int end) => Add(start, end < 0 ? text.Length : end);

    private void Add(int start, int end)
    {
        if (end > start && !text.AsSpan(start, end - start).SequenceEqual(Redaction.Mark))
        {
            found.Add((start, end));
        }

        at = Math.Max(at, end);
    }

    private bool SkipBlanks(ref int place)
    {
        var before = place;
        while (place < text.Length && text[place] is ' ' or '\t')
        {
            place++;
        }

        return place > before;
    }

    private bool SkipQuote(ref int place)
    {
        var escapes = Escapes(place);
        if (place + escapes < text.Length && text[place + escapes] is '\'' or '"')
        {
            place += escapes + 1;
            return true;
        }

        return false;
    }

    // u'…' and b'…' of Python.
    private void SkipPrefix(ref int place)
    {
        if (place + 1 < text.Length && text[place] is 'u' or 'b' or 'r' or 'U' or 'B' or 'f' && text[place + 1] is '\'' or '"' or '\\')
        {
            place++;
        }
    }

    private int Escapes(int place)
    {
        var end = place;
        while (end < text.Length && text[end] == '\\')
        {
            end++;
        }

        return end - place;
    }

    private bool Continues(int place, string expected) => string.CompareOrdinal(text, place, expected, 0, expected.Length) == 0;

    private static bool IsWord(char letter) => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-' or '.';
}
