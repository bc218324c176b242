using System.Globalization;
using System.Text;
using Dashboard.Core.Configuration;

namespace Dashboard.Core.Schedules;

/// <summary>
/// Parses the literals of Python and JSON: lists, tuples, dicts, texts, whole numbers and products of them, truths and nothing. Runs nothing: what is no literal
/// is kept as the code it is. Bounded in depth and number.
/// </summary>
internal sealed class LiteralParser(string text, string file, FaultList faults)
{
    private const int Deepest = 32;
    private const int Most = 200_000;
    private int at;
    private int line = 1;
    private int count;

    /// <summary>The line the parser stands on.</summary>
    public int Line => line;

    /// <summary>Whether only space and comments are left.</summary>
    public bool AtEnd
    {
        get
        {
            SkipSpace();
            return at >= text.Length;
        }
    }

    /// <summary>Goes to an offset further on, at the start of something.</summary>
    public void GoTo(int offset)
    {
        line += text.AsSpan(at, offset - at).Count('\n');
        at = offset;
    }

    /// <summary>The literal that starts here; null after a fault that leaves nothing to go on with.</summary>
    public Literal? Take(int depth = 0)
    {
        SkipSpace();
        if (at >= text.Length)
        {
            faults.Add(file, line, "the end of the file", "a value");
            return null;
        }

        if (++count > Most || depth > Deepest)
        {
            faults.Add(file, line, depth > Deepest ? $"more than {Deepest} brackets within each other" : $"more than {Most:N0} values", "less; the rest is not read");
            at = text.Length;
            return null;
        }

        return text[at] switch
        {
            '[' => TakeMany(']', depth),
            '(' => TakeMany(')', depth),
            '{' => TakeMap(depth),
            _ => TakeSimple(),
        };
    }

    private Literal TakeMany(char close, int depth)
    {
        var start = line;
        at++;
        List<Literal> items = [];
        while (!Takes(close))
        {
            if (Take(depth + 1) is not { } item)
            {
                return Unclosed(start, close, items);
            }

            items.Add(item);
            if (!Takes(',') && !Sees(close))
            {
                if (!Recover("a comma", close))
                {
                    return Unclosed(start, close, items);
                }
            }
        }

        return new Literal(LiteralKind.List, start) { Items = items };
    }

    private Literal TakeMap(int depth)
    {
        var start = line;
        at++;
        List<string> keys = [];
        List<Literal> values = [];
        while (!Takes('}'))
        {
            if (Take(depth + 1) is not { } key)
            {
                break;
            }

            if (!Takes(':'))
            {
                if (!Recover("a colon and a value", '}'))
                {
                    break;
                }

                continue;
            }

            if (Take(depth + 1) is not { } value)
            {
                break;
            }

            keys.Add(key.Kind == LiteralKind.Text ? key.Text : "");
            values.Add(value);
            if (!Takes(',') && !Sees('}') && !Recover("a comma", '}'))
            {
                break;
            }
        }

        if (at >= text.Length && text[^1] != '}')
        {
            faults.Add(file, start, "a bracket that is not closed", "} at the end");
        }

        return new Literal(LiteralKind.Map, start) { Keys = keys, Items = values };
    }

    // What was read of a list that never ends is still worth having.
    private Literal Unclosed(int start, char close, List<Literal> items)
    {
        faults.Add(file, start, "a bracket that is not closed", $"{close} at the end");
        return new Literal(LiteralKind.List, start) { Items = items };
    }

    private Literal TakeSimple()
    {
        var start = line;
        var from = at;
        if (TakeText() is { } first)
        {
            // Texts beside each other are one.
            var all = new StringBuilder(first);
            SkipSpace();
            while (TakeText() is { } more)
            {
                all.Append(more);
                SkipSpace();
            }

            if (at >= text.Length || text[at] is ',' or ']' or ')' or '}' or ':' or '\n' || line != start)
            {
                return new Literal(LiteralKind.Text, start) { Text = all.ToString() };
            }
        }

        SkipCode();
        var code = text[from..at].Trim();
        return code switch
        {
            "None" or "null" => new Literal(LiteralKind.None, start),
            "True" or "true" => new Literal(LiteralKind.Truth, start) { Number = 1 },
            "False" or "false" => new Literal(LiteralKind.Truth, start),
            _ => Product(code) is { } number
                ? new Literal(LiteralKind.Number, start) { Number = number }
                : new Literal(LiteralKind.Code, start) { Text = code },
        };
    }

    // 60 * 60 * 2
    private static long? Product(string code)
    {
        long product = 1;
        foreach (var factor in code.Split('*'))
        {
            if (!long.TryParse(factor.Trim().Replace("_", "", StringComparison.Ordinal), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                || Math.Abs((double)product * number) > long.MaxValue / 2)
            {
                return null;
            }

            product *= number;
        }

        return product;
    }

    private bool Recover(string expected, char close)
    {
        var rest = text.AsSpan(at, Math.Min(text.Length - at, 200));
        var end = rest.IndexOf('\n');
        faults.Add(file, line, FaultList.Quote((end < 0 ? rest : rest[..end]).ToString()), expected);
        while (at < text.Length)
        {
            SkipCode();
            if (at >= text.Length)
            {
                return false;
            }

            if (text[at] == close)
            {
                return true;
            }

            var met = text[at];
            at++;
            if (met == ',')
            {
                return true;
            }

            line += met == '\n' ? 1 : 0;
        }

        return false;
    }

    // To the comma, colon, closing bracket or line end that ends an expression; brackets and texts within it are passed over whole.
    private void SkipCode()
    {
        var depth = 0;
        while (at < text.Length)
        {
            var here = text[at];
            if (here is '"' or '\'')
            {
                SkipText();
                continue;
            }

            switch (here)
            {
                case '#':
                    SkipComment();
                    continue;
                case '[' or '(' or '{':
                    depth++;
                    break;
                case ']' or ')' or '}' when depth == 0:
                    return;
                case ']' or ')' or '}':
                    depth--;
                    break;
                case ',' or ':' or '\n' when depth == 0:
                    return;
                case '\n':
                    line++;
                    break;
            }

            at++;
        }
    }

    private void SkipText()
    {
        if (TakeText() is null)
        {
            at++;
        }
    }

    private string? TakeText()
    {
        var quote = at;
        while (quote < text.Length && quote - at < 2 && text[quote] is 'u' or 'U' or 'b' or 'B' or 'r' or 'R')
        {
            quote++;
        }

        if (quote >= text.Length || text[quote] is not ('"' or '\''))
        {
            return null;
        }

        var raw = text.AsSpan(at, quote - at).ContainsAny('r', 'R');
        var triple = text.AsSpan(quote).StartsWith(text[quote] == '"' ? "\"\"\"" : "'''", StringComparison.Ordinal);
        var close = text.Substring(quote, triple ? 3 : 1);
        at = quote + close.Length;
        var value = new StringBuilder();
        while (at < text.Length && !text.AsSpan(at).StartsWith(close, StringComparison.Ordinal))
        {
            if (text[at] == '\n')
            {
                if (!triple)
                {
                    faults.Add(file, line, FaultList.Quote(value.ToString()), "a quote that ends on its line");
                    return value.ToString();
                }

                line++;
            }

            if (text[at] == '\\' && !raw && at + 1 < text.Length)
            {
                TakeEscape(value);
            }
            else
            {
                value.Append(text[at++]);
            }
        }

        at = Math.Min(text.Length, at + close.Length);
        return value.ToString();
    }

    private void TakeEscape(StringBuilder value)
    {
        var kind = text[at + 1];
        var digits = kind switch { 'x' => 2, 'u' => 4, _ => 0 };
        if (digits > 0 && at + 2 + digits <= text.Length && ushort.TryParse(text.AsSpan(at + 2, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
        {
            value.Append((char)code);
            at += 2 + digits;
            return;
        }

        value.Append(kind switch { 'n' => "\n", 'r' => "\r", 't' => "\t", '\\' => "\\", '\'' => "'", '"' => "\"", '/' => "/", '\n' => "", _ => $"\\{kind}" });
        line += kind == '\n' ? 1 : 0;
        at += 2;
    }

    private bool Takes(char expected)
    {
        if (!Sees(expected))
        {
            return false;
        }

        at++;
        return true;
    }

    private bool Sees(char expected)
    {
        SkipSpace();
        return at < text.Length && text[at] == expected;
    }

    private void SkipComment()
    {
        var end = text.AsSpan(at).IndexOf('\n');
        at = end < 0 ? text.Length : at + end;
    }

    private void SkipSpace()
    {
        while (at < text.Length)
        {
            if (text[at] == '#')
            {
                SkipComment();
            }
            else if (PythonText.IsSpace(text[at]))
            {
                line += text[at] == '\n' ? 1 : 0;
                at++;
            }
            else
            {
                return;
            }
        }
    }
}
