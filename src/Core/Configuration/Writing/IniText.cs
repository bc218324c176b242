namespace Dashboard.Core.Configuration.Writing;

/// <summary>Writes a text so that a <see cref="ConfigFile"/> reads it back as the same.</summary>
public static class IniText
{
    /// <summary>What stands behind the equals sign; null for a text the dialect has no way to write.</summary>
    public static string? Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var isOneLine = text.IndexOfAny(['\n', '\r']) < 0;
        if (isOneLine && text.Length > 0 && text == text.Trim() && text.IndexOfAny([',', '#', '"', '\'']) < 0)
        {
            return text;
        }

        if (isOneLine && !text.Contains('"', StringComparison.Ordinal))
        {
            return $"\"{text}\"";
        }

        if (isOneLine && !text.Contains('\'', StringComparison.Ordinal))
        {
            return $"'{text}'";
        }

        return Triple(text, "'''") ?? Triple(text, "\"\"\"");
    }

    /// <summary>A heading's or a key's name, in quotes where it needs them; null for one that cannot be written.</summary>
    public static string? Name(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var isPlain = name.Length > 0 && name == name.Trim() && name[0] is not ('#' or ';' or '+') && name.IndexOfAny(['[', ']', '=', '"', '\'', '\n', '\r', '#']) < 0;
        return isPlain ? name
            : name.IndexOfAny(['\n', '\r']) >= 0 || name.Length == 0 ? null
            : !name.Contains('"', StringComparison.Ordinal) ? $"\"{name}\""
            : !name.Contains('\'', StringComparison.Ordinal) ? $"'{name}'"
            : null;
    }

    // Ends of lines are cut, other ends than \n become one, and a line that looks like an include is one.
    private static string? Triple(string text, string quotes)
    {
        if (text.Contains(quotes, StringComparison.Ordinal) || text.EndsWith(quotes[0]) || text.Contains('\r', StringComparison.Ordinal))
        {
            return null;
        }

        var lines = text.Split('\n');
        return lines[..^1].Any(line => line != line.TrimEnd()) || lines[1..].Any(line => line.TrimStart() is ['+' or '#', ..]) ? null : quotes + text + quotes;
    }
}
