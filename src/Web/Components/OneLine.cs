namespace Dashboard.Web.Components;

/// <summary>Long text in a place for one line.</summary>
internal static class OneLine
{
    /// <summary>The end of a long text, for what matters stands there; <c>…</c> before it when there is more.</summary>
    public static string Last(string text, int longest)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length <= longest ? text : $"…{text[^(char.IsLowSurrogate(text[^longest]) ? longest - 1 : longest)..]}";
    }

    /// <summary>The beginning of a text with every run of blanks and line ends as one blank; <c>…</c> when there is more.</summary>
    public static string Of(string text, int longest)
    {
        ArgumentNullException.ThrowIfNull(text);
        var line = new System.Text.StringBuilder(Math.Min(text.Length, longest) + 1);
        var blank = false;
        foreach (var letter in text)
        {
            if (char.IsWhiteSpace(letter))
            {
                blank = line.Length > 0;
                continue;
            }

            if (line.Length + (blank ? 1 : 0) >= longest)
            {
                // Never half of a surrogate pair.
                if (char.IsHighSurrogate(line[^1]))
                {
                    line.Length--;
                }

                return line.Append('…').ToString();
            }

            if (blank)
            {
                line.Append(' ');
                blank = false;
            }

            line.Append(letter);
        }

        return line.ToString();
    }
}
