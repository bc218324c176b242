namespace Dashboard.Core.Jobs;

/// <summary>A Python exception as its <c>repr</c> spells it.</summary>
public static class PythonException
{
    /// <summary>
    /// The message of <c>ValueError('it\'s "both"',)</c> as <c>str()</c> would give it: exceptions made of one string, or of nothing. Any
    /// other, <c>IOError(2, 'No such file')</c>, stays as it stands.
    /// </summary>
    /// <param name="repr">What <c>repr()</c> gave.</param>
    /// <param name="cut">True when the end of the text is missing; then the message ends with an ellipsis.</param>
    public static string Message(string repr, bool cut = false)
    {
        ArgumentNullException.ThrowIfNull(repr);
        var bracket = repr.IndexOf('(', StringComparison.Ordinal);
        if (bracket <= 0 || !IsName(repr.AsSpan(0, bracket)))
        {
            return AsItStands(repr, cut);
        }

        var reader = new LiteralReader(repr[(bracket + 1)..]);
        var message = reader.TakeString(out var whole) ?? string.Empty;
        if (!whole)
        {
            return cut ? message + "…" : AsItStands(repr, cut);
        }

        reader.Take(',');
        return reader.Take(')') && reader.AtEnd && !cut ? message : AsItStands(repr, cut);
    }

    private static string AsItStands(string repr, bool cut) => cut ? LiteralReader.Visible(repr) + "…" : LiteralReader.Visible(repr);

    private static bool IsName(ReadOnlySpan<char> text)
    {
        foreach (var character in text)
        {
            if (!char.IsLetterOrDigit(character) && character is not ('_' or '.'))
            {
                return false;
            }
        }

        return true;
    }
}
