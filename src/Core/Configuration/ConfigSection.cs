using System.Diagnostics.CodeAnalysis;

namespace Dashboard.Core.Configuration;

/// <summary>One value of a configuration file.</summary>
/// <param name="Key">Its name.</param>
/// <param name="Parts">What it says: one text, or the items of a list.</param>
/// <param name="IsList">True when commas made it a list.</param>
/// <param name="Raw">Everything after the equals sign as it stands on the line, comment and all; the whole text of a value in triple quotes.</param>
/// <param name="File">Where it stands: an included file, perhaps.</param>
/// <param name="Line">The line its text begins on, from 1.</param>
public sealed record ConfigValue(string Key, IReadOnlyList<string> Parts, bool IsList, string Raw, string File, int Line)
{
    /// <summary>The text; a list's items with commas between.</summary>
    public string Text => Parts.Count == 1 ? Parts[0] : string.Join(", ", Parts);
}

/// <summary>A section of a configuration file, with its values and sub-sections in the order they stand in.</summary>
public sealed class ConfigSection
{
    private readonly Dictionary<string, ConfigValue> values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ConfigSection> sections = new(StringComparer.Ordinal);
    private readonly List<ConfigSection> sectionOrder = [];
    private readonly List<ConfigValue> valueOrder = [];

    internal ConfigSection(string name, ConfigSection? parent, string file, int line)
    {
        (Name, Parent, File, Line) = (name, parent, file, line);
        Depth = parent is null ? 0 : parent.Depth + 1;
    }

    /// <summary>Its name; empty for the whole file.</summary>
    public string Name { get; }

    /// <summary>How many brackets: 0 for the whole file.</summary>
    public int Depth { get; }

    /// <summary>The file its heading stands in.</summary>
    public string File { get; }

    /// <summary>The line of its heading.</summary>
    public int Line { get; }

    /// <summary>Its values.</summary>
    public IReadOnlyList<ConfigValue> Values => valueOrder;

    /// <summary>Its sub-sections.</summary>
    public IReadOnlyList<ConfigSection> Sections => sectionOrder;

    internal ConfigSection? Parent { get; }

    /// <summary>The value of that name, or null.</summary>
    public ConfigValue? Value(string key) => values.GetValueOrDefault(key);

    /// <summary>The sub-section of that name, or null.</summary>
    public ConfigSection? Section(string name) => sections.GetValueOrDefault(name);

    internal bool Has(string name) => values.ContainsKey(name) || sections.ContainsKey(name);

    internal void Add(ConfigValue value)
    {
        values.Add(value.Key, value);
        valueOrder.Add(value);
    }

    [SuppressMessage("Performance", "CA1822", Justification = "It changes this section")]
    internal ConfigSection AddSection(string name, string file, int line)
    {
        var section = new ConfigSection(name, this, file, line);
        sections.Add(name, section);
        sectionOrder.Add(section);
        return section;
    }
}
