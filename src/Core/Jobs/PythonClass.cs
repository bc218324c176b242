namespace Dashboard.Core.Jobs;

/// <summary>A Python class as its <c>repr</c> spells it.</summary>
public static class PythonClass
{
    /// <summary>
    /// The dotted name inside <c>&lt;class 'x.Y'&gt;</c>, Python 2's <c>&lt;type 'exceptions.ValueError'&gt;</c> and old-style
    /// <c>&lt;class x.Y at 0x7f…&gt;</c>; any other text as it stands.
    /// </summary>
    public static string Name(string repr)
    {
        ArgumentNullException.ThrowIfNull(repr);
        var inside = repr.AsSpan().Trim();
        if (inside.StartsWith("<class ", StringComparison.Ordinal))
        {
            inside = inside["<class ".Length..];
        }
        else if (inside.StartsWith("<type ", StringComparison.Ordinal))
        {
            inside = inside["<type ".Length..];
        }
        else
        {
            return repr;
        }

        if (!inside.EndsWith(">", StringComparison.Ordinal))
        {
            return repr;
        }

        inside = inside[..^1];
        if (inside.Length >= 2 && inside[0] == '\'' && inside[^1] == '\'')
        {
            return inside[1..^1].ToString();
        }

        var address = inside.LastIndexOf(" at 0x", StringComparison.Ordinal);
        return address > 0 ? inside[..address].ToString() : repr;
    }
}
