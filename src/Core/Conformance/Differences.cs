using System.Globalization;
using System.Text.Json;
using Dashboard.Core.Schedules;

namespace Dashboard.Core.Conformance;

/// <summary>Compares our answers with the recorded ones and says what differs.</summary>
internal sealed class Differences
{
    private readonly List<string> found = [];

    /// <summary>What differs; null when nothing does.</summary>
    public string? Said => found.Count == 0 ? null : string.Join("; ", found);

    /// <summary>Two texts, numbers or moments.</summary>
    public void Compare(string what, object? ours, object? theirs)
    {
        if (!Equals(ours, theirs))
        {
            found.Add($"{what} is {Spell(ours)}, the real program says {Spell(theirs)}");
        }
    }

    /// <summary>Two lists.</summary>
    public void Compare<T>(string what, IReadOnlyList<T>? ours, IReadOnlyList<T>? theirs)
    {
        if (ours is null || theirs is null ? ours is not null || theirs is not null : !ours.SequenceEqual(theirs))
        {
            found.Add($"{what} is {SpellAll(ours)}, the real program says {SpellAll(theirs)}");
        }
    }

    /// <summary>
    /// Our exception and the recorded one, an object with <c>type</c> and <c>message</c> or null. Of a message that lists a set only the beginning
    /// is compared, for its order changes from run to run. True when neither side has one.
    /// </summary>
    public bool CompareErrors(SchedulerError? ours, JsonElement theirs)
    {
        var recorded = theirs.ValueKind == JsonValueKind.Null
            ? null
            : new SchedulerError(theirs.GetProperty("type").GetString()!, theirs.GetProperty("message").GetString()!);
        Compare("the exception", Beginning(ours), Beginning(recorded));
        return ours is null && recorded is null;
    }

    private static string? Beginning(SchedulerError? error)
    {
        const string items = "among these items: ";
        var text = error?.ToString();
        return text is not null && text.IndexOf(items, StringComparison.Ordinal) is >= 0 and var at ? text[..(at + items.Length)] : text;
    }

    private static string SpellAll<T>(IReadOnlyList<T>? list) => list is null ? "nothing"
        : list.Count > 20 ? $"{list.Count} of them, [{string.Join(", ", list.Take(20).Select(each => Spell(each)))}, …]"
        : $"[{string.Join(", ", list.Select(each => Spell(each)))}]";

    private static string Spell(object? value) => value switch
    {
        null => "nothing",
        string text => PythonText.Repr(text),
        DateTimeOffset moment => PythonText.Str(moment),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? string.Empty,
    };
}
