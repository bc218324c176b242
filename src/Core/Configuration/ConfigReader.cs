using System.Text;

namespace Dashboard.Core.Configuration;

/// <summary>Parses lines the way ConfigObj does. Each character is looked at a small fixed number of times.</summary>
internal sealed class ConfigReader(IReadOnlyList<ConfigLine> lines, FaultList faults)
{
    /// <summary>Values and sections together may be this many.</summary>
    public const int MostEntries = 100_000;

    private const int DeepestSection = 64;
    private int at;
    private int entries;

    /// <summary>Everything the lines say.</summary>
    public ConfigSection Read(string file)
    {
        var root = new ConfigSection("", null, file, 1);
        var section = root;

        // After a heading that makes no sense its values have no place; they are passed over rather than given to the section before.
        var lost = false;
        for (at = 0; at < lines.Count; at++)
        {
            var line = lines[at];
            var text = line.Text.AsSpan().Trim();
            if (text is "" or ['#', ..] or [';', ..])
            {
                continue;
            }

            if (++entries > MostEntries)
            {
                faults.Add(line.File, line.Number, $"more than {MostEntries:N0} values and sections", "less; the rest is not read");
                break;
            }

            if (Heading.Of(text) is { } heading)
            {
                var next = Enter(section, heading, line);
                (section, lost) = (next ?? section, next is null);
            }
            else if (lost)
            {
                PassOver(text);
            }
            else
            {
                TakeValue(section, line, text);
            }
        }

        return root;
    }

    private ConfigSection? Enter(ConfigSection section, Heading heading, ConfigLine line)
    {
        if (heading.Opened != heading.Closed)
        {
            return Refuse(line, "as many closing brackets as opening ones");
        }

        if (heading.Opened > section.Depth + 1 || heading.Opened > DeepestSection)
        {
            return Refuse(line, $"at most {Math.Min(section.Depth + 1, DeepestSection)} brackets here");
        }

        var parent = section;
        while (parent.Depth >= heading.Opened)
        {
            parent = parent.Parent!;
        }

        if (parent.Section(heading.Name) is { } same && line.Offered)
        {
            return same;
        }

        return parent.Has(heading.Name) ? Refuse(line, "another name: this one is taken above") : parent.AddSection(heading.Name, line.File, line.Number);
    }

    private ConfigSection? Refuse(ConfigLine line, string expected)
    {
        faults.Add(line.File, line.Number, FaultList.Quote(line.Text), expected);
        return null;
    }

    private void TakeValue(ConfigSection section, ConfigLine line, ReadOnlySpan<char> text)
    {
        if (!TryKey(text, out var key, out var value))
        {
            faults.Add(line.File, line.Number, FaultList.Quote(line.Text), "a [section], or a name = value");
            return;
        }

        var read = value is ['\'', '\'', '\'', ..] or ['"', '"', '"', ..] ? Triple(key, value, line) : Plain(key, value, line);
        if (read is null)
        {
            return;
        }

        if (!section.Has(key))
        {
            section.Add(read);
        }
        else if (!line.Offered)
        {
            faults.Add(line.File, line.Number, $"{FaultList.Quote(key)} a second time", section.Value(key) is { } first
                ? $"one value for it; that of line {first.Line} is used"
                : "another name: there is a section of this one");
        }
    }

    // What may stand before the equals sign: quoted with anything inside, or not beginning with a quote.
    private static bool TryKey(ReadOnlySpan<char> text, out string key, out ReadOnlySpan<char> value)
    {
        key = "";
        value = default;
        var equals = -1;
        if (text[0] is '"' or '\'')
        {
            var close = text[1..].IndexOf(text[0]) + 1;
            var rest = close > 0 ? text[(close + 1)..].TrimStart() : default;
            equals = rest is ['=', ..] ? text.Length - rest.Length : -1;
        }
        else
        {
            equals = text[0] == '=' ? -1 : text.IndexOf('=');
        }

        if (equals < 0)
        {
            return false;
        }

        key = Unquote(text[..equals].TrimEnd()).ToString();
        value = text[(equals + 1)..].TrimStart();
        return true;
    }

    private ConfigValue? Plain(string key, ReadOnlySpan<char> value, ConfigLine line)
    {
        var parts = new List<string>();
        var isList = false;
        var rest = value;
        if (rest is [',', ..] && IsOver(rest[1..]))
        {
            return new ConfigValue(key, [], IsList: true, value.ToString(), line.File, line.Number);
        }

        while (true)
        {
            if (IsOver(rest))
            {
                // Nothing after the equals sign is the empty text; nothing after a comma ends the list.
                if (!isList)
                {
                    parts.Add("");
                }

                break;
            }

            var length = rest[0] is '"' or '\'' ? Quoted(rest) : Bare(rest);
            if (length == 0)
            {
                faults.Add(line.File, line.Number, FaultList.Quote(line.Text), rest[0] == ',' ? "something between two commas" : "a quote that ends, and nothing after it but a comma or a comment");
                return null;
            }

            parts.Add(Unquote(rest[..length].Trim()).ToString());
            rest = rest[length..].TrimStart();
            if (rest is not [',', ..])
            {
                break;
            }

            isList = true;
            rest = rest[1..].TrimStart();
        }

        return new ConfigValue(key, parts, isList, value.ToString(), line.File, line.Number);
    }

    private static bool IsOver(ReadOnlySpan<char> rest) => rest.Trim() is "" or ['#', ..];

    // The length of the quoted item that starts here: up to the first quote that a comma, a comment or the end follows.
    private static int Quoted(ReadOnlySpan<char> rest)
    {
        for (var end = 1; end < rest.Length; end++)
        {
            if (rest[end] == rest[0])
            {
                var after = end + 1;
                while (after < rest.Length && char.IsWhiteSpace(rest[after]))
                {
                    after++;
                }

                if (after == rest.Length || rest[after] is ',' or '#')
                {
                    return end + 1;
                }

                end = after - 1;
            }
        }

        return 0;
    }

    private static int Bare(ReadOnlySpan<char> rest)
    {
        var end = rest.IndexOfAny(',', '#');
        return end < 0 ? rest.Length : end;
    }

    private ConfigValue? Triple(string key, ReadOnlySpan<char> value, ConfigLine line)
    {
        var quote = value[..3].ToString();
        var first = value[3..].ToString();
        if (first.Contains(quote, StringComparison.Ordinal))
        {
            return Closing(first, quote) is >= 0 and var end ? Of(first[..end]) : Refused(line);
        }

        var text = new StringBuilder(first);
        while (++at < lines.Count)
        {
            var next = lines[at].Text;
            if (next.Contains(quote, StringComparison.Ordinal))
            {
                return Closing(next, quote) is >= 0 and var end ? Of(text.Append('\n').Append(next, 0, end).ToString()) : Refused(lines[at]);
            }

            text.Append('\n').Append(next);
        }

        faults.Add(line.File, line.Number, FaultList.Quote(line.Text), $"{quote} at the end of the value; none follows");
        return null;

        ConfigValue Of(string all) => new(key, [all], IsList: false, all, line.File, line.Number);

        ConfigValue? Refused(ConfigLine where)
        {
            // What the value is called stands on its first line; whether it is a secret, too.
            faults.Add(where.File, where.Number, FaultList.QuoteBeside(line.Text, where.Text), "nothing after the closing quotes but a comment");
            return null;
        }
    }

    // Where the quotes are that close a value: the first that only a comment or the end follows; -1 when none are.
    private static int Closing(ReadOnlySpan<char> text, string quote)
    {
        for (var at = text.IndexOf(quote); at >= 0 && at + 3 <= text.Length; at++)
        {
            if (!text[at..].StartsWith(quote))
            {
                continue;
            }

            var after = at + 3;
            while (after < text.Length && char.IsWhiteSpace(text[after]))
            {
                after++;
            }

            if (after == text.Length || text[after] == '#')
            {
                return at;
            }
        }

        return -1;
    }

    // Values of a section that could not be entered: only their ends matter.
    private void PassOver(ReadOnlySpan<char> text)
    {
        if (TryKey(text, out _, out var value) && (value is ['\'', '\'', '\'', ..] or ['"', '"', '"', ..]) && value[3..].IndexOf(value[..3]) < 0)
        {
            var quote = value[..3].ToString();
            while (++at < lines.Count && !lines[at].Text.Contains(quote, StringComparison.Ordinal))
            {
            }
        }
    }

    private static ReadOnlySpan<char> Unquote(ReadOnlySpan<char> text) =>
        text.Length >= 2 && text[0] == text[^1] && text[0] is '"' or '\'' ? text[1..^1] : text;

    /// <summary>A line that opens a section: <c>[[name]]</c>.</summary>
    private sealed record Heading(int Opened, string Name, int Closed)
    {
        public static Heading? Of(ReadOnlySpan<char> text)
        {
            var opened = 0;
            while (text is ['[', ..])
            {
                opened++;
                text = text[1..].TrimStart();
            }

            if (opened == 0 || text.Length == 0)
            {
                return null;
            }

            // A comment may follow the last bracket; in quotes a name may hold both.
            var nameEnds = text[0] is '"' or '\'' ? text[1..].IndexOf(text[0]) + 2 : 0;
            var close = text[nameEnds..].IndexOf(']');
            if (close < 0)
            {
                return null;
            }

            var name = text[..(nameEnds + close)].Trim();
            var closed = 0;
            text = text[(nameEnds + close)..];
            while (text is [']', ..])
            {
                closed++;
                text = text[1..].TrimStart();
            }

            return name.Length > 0 && IsOver(text) ? new Heading(opened, Unquote(name).ToString(), closed) : null;
        }
    }
}
