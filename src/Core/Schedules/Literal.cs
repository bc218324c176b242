namespace Dashboard.Core.Schedules;

/// <summary>What a literal is.</summary>
internal enum LiteralKind
{
    /// <summary><c>None</c> or <c>null</c>.</summary>
    None,

    /// <summary>Text.</summary>
    Text,

    /// <summary><c>True</c>, <c>false</c> and so on.</summary>
    Truth,

    /// <summary>A whole number.</summary>
    Number,

    /// <summary>A list or a tuple.</summary>
    List,

    /// <summary>A dict.</summary>
    Map,

    /// <summary>Something that would have to be run to know its value.</summary>
    Code,
}

/// <summary>A literal of JSON or Python, with its line.</summary>
internal sealed record Literal(LiteralKind Kind, int Line)
{
    /// <summary>The text, or the code that is not run.</summary>
    public string Text { get; init; } = "";

    /// <summary>The number; 0 or 1 for a truth.</summary>
    public long Number { get; init; }

    /// <summary>The items of a list, or the values of a map.</summary>
    public IReadOnlyList<Literal> Items { get; init; } = [];

    /// <summary>The keys of a map, in the order of <see cref="Items"/>; a key that is no text is empty.</summary>
    public IReadOnlyList<string> Keys { get; init; } = [];

    /// <summary>The value of a map under a key, the last one as in Python; null when there is none.</summary>
    public Literal? Of(string key)
    {
        for (var i = Keys.Count - 1; i >= 0; i--)
        {
            if (Keys[i] == key)
            {
                return Items[i];
            }
        }

        return null;
    }
}
