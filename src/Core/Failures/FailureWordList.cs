using System.Buffers;

namespace Dashboard.Core.Failures;

/// <summary>Words that tell what kind of trouble a message speaks of, whatever their case. Of several in a message the first of the list counts.</summary>
internal sealed class FailureWordList
{
    private readonly (string Words, string Capital, FailureClass Class, string? Code)[] list;
    private readonly SearchValues<string> any;

    /// <summary>Makes a list.</summary>
    /// <param name="list">Words, the class they tell of, and the code that stands for it; null for a code where there is none.</param>
    public FailureWordList(params ReadOnlySpan<(string Words, FailureClass Class, string? Code)> list)
    {
        this.list = new (string, string, FailureClass, string?)[list.Length];
        var words = new string[list.Length];
        for (var at = 0; at < list.Length; at++)
        {
            words[at] = list[at].Words;
            this.list[at] = (words[at], words[at].ToUpperInvariant(), list[at].Class, list[at].Code);
        }

        any = SearchValues.Create(words, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>What the first words of the list that stand in a message tell; null when none do.</summary>
    public FailureKind? FirstIn(string message)
    {
        if (!message.AsSpan().ContainsAny(any))
        {
            return null;
        }

        // To ignore case is to compare capitals: made once, for each search that does so by itself is many times as slow.
        var capital = message.ToUpperInvariant();
        foreach (var (words, sought, kind, code) in list)
        {
            if (capital.Contains(sought, StringComparison.Ordinal))
            {
                return new(kind, code, $"its message says “{words}”");
            }
        }

        return null;
    }
}
