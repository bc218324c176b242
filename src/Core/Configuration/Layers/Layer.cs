namespace Dashboard.Core.Configuration.Layers;

/// <summary>The kinds of places a value can come from. Their usual order is the one they stand in here, the strongest last.</summary>
public enum LayerKind
{
    /// <summary>The declarations of the options themselves; always the weakest.</summary>
    Defaults,

    /// <summary><c>appsettings.json</c> and <c>appsettings.Production.json</c> beside the program.</summary>
    Shipped,

    /// <summary>Environment variables.</summary>
    Environment,

    /// <summary>The files <c>--admin.conf</c> names.</summary>
    File,

    /// <summary>The command line.</summary>
    CommandLine,
}

/// <summary>Where a value was said.</summary>
/// <param name="Kind">In which layer.</param>
/// <param name="Place">The file, the variable, or the option as it was typed; never the value.</param>
/// <param name="Line">Its line, from 1; null where there are none.</param>
public sealed record Origin(LayerKind Kind, string Place, int? Line = null)
{
    /// <summary>The declaration.</summary>
    public static Origin Default { get; } = new(LayerKind.Defaults, "default");

    /// <summary>As people write it: <c>dashboard.ini:17</c>, <c>environment Runs__TailPages</c>, <c>command line --Runs.TailPages</c>, <c>default</c>.</summary>
    public override string ToString() => Kind switch
    {
        LayerKind.Environment => $"environment {Place}",
        LayerKind.CommandLine => $"command line {Place}",
        LayerKind.Defaults => "default",
        _ => Line is { } line ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Place}:{line}") : Place,
    };
}

/// <summary>One thing a layer says.</summary>
/// <param name="Path">Of what: sections and name with <c>:</c> between.</param>
/// <param name="Text">What.</param>
/// <param name="Origin">Where it stands.</param>
public sealed record LayerValue(string Path, string Text, Origin Origin)
{
    /// <summary>The items, where the place has lists of its own; null where it is one text.</summary>
    public IReadOnlyList<string>? Items { get; init; }

    /// <summary>Never the value, which may be a secret.</summary>
    public override string ToString() => $"{Path} ({Origin})";
}

/// <summary>Everything one place says.</summary>
/// <param name="Kind">What kind of place.</param>
/// <param name="Name">Which: the file; empty for the only one of its kind.</param>
/// <param name="Values">What it says. A path that comes twice counts by its last.</param>
public sealed record Layer(LayerKind Kind, string Name, IReadOnlyList<LayerValue> Values)
{
    /// <summary>What is wrong with the place itself, so that something it says was not understood.</summary>
    public IReadOnlyList<ConfigurationFault> Faults { get; init; } = [];
}

/// <summary>The order of layers, the strongest last.</summary>
public static class LayerOrder
{
    private static readonly (string Word, LayerKind Kind)[] Words =
        [("shipped", LayerKind.Shipped), ("environment", LayerKind.Environment), ("file", LayerKind.File), ("command-line", LayerKind.CommandLine)];

    /// <summary>The usual one.</summary>
    public static IReadOnlyList<LayerKind> Usual { get; } = [LayerKind.Shipped, LayerKind.Environment, LayerKind.File, LayerKind.CommandLine];

    /// <summary>The usual one as a text.</summary>
    public static string UsualText { get; } = string.Join(", ", Words.Select(each => each.Word));

    /// <summary>Reads one; null when a word is unknown, missing or there twice.</summary>
    public static IReadOnlyList<LayerKind>? Parse(IReadOnlyList<string> words)
    {
        ArgumentNullException.ThrowIfNull(words);
        var kinds = words.Select(word => Array.Find(Words, each => each.Word.Equals(word, StringComparison.OrdinalIgnoreCase)).Kind).ToList();
        return kinds.Count == Words.Length && kinds.Distinct().Count() == kinds.Count && !kinds.Contains(LayerKind.Defaults) ? kinds : null;
    }
}
