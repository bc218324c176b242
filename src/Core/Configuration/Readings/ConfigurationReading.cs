using Dashboard.Core.Configuration.Layers;
using Dashboard.Core.Configuration.Options;

namespace Dashboard.Core.Configuration.Readings;

/// <summary>One option after all layers were put together.</summary>
/// <param name="Path">Its sections and name.</param>
/// <param name="Option">Its declaration.</param>
public sealed record ResolvedOption(string Path, OptionDefinition Option)
{
    /// <summary>What stands in its place; null when it has no value.</summary>
    public string? Text { get; init; }

    /// <summary>The value of that text, of the type its declaration says; null when it has none or the text is none such.</summary>
    public object? Value { get; init; }

    /// <summary>Where the text stands.</summary>
    public required Origin Origin { get; init; }

    /// <summary>The path it was taken over from, when that is another section's; null usually.</summary>
    public string? SharedPath { get; init; }

    /// <summary>The places that say something else and count less, the strongest first.</summary>
    public IReadOnlyList<Origin> Overruled { get; init; } = [];

    /// <summary>Whether nobody said anything.</summary>
    public bool IsDefault => Origin.Kind == LayerKind.Defaults;

    /// <summary>The text as it may be shown: of a secret only whether there is one, of a text the secrets in it left out.</summary>
    public string? Shown => Text is null ? null : SecretText.Shown(Option, Text);

    /// <summary>The text in the one way of writing it, for programs that compare or parse: a truth is <c>true</c> or <c>false</c>.</summary>
    public string? Canonical => Value switch
    {
        null => Text,
        bool truth => truth ? "true" : "false",
        long whole => whole.ToString(System.Globalization.CultureInfo.InvariantCulture),
        double number => number.ToString("R", System.Globalization.CultureInfo.InvariantCulture),
        TimeSpan length => OptionText.OfLength(length),
        IReadOnlyList<string> list => OptionText.OfList(list),
        string text => text,
        _ => Text,
    };

    /// <summary>Never the value, which may be a secret.</summary>
    public override string ToString() => $"{Path} ({Origin})";
}

/// <summary>All layers put together and checked. It is whole and does not change; another look makes another one.</summary>
public sealed class ConfigurationReading
{
    private readonly Dictionary<string, ResolvedOption> byPath;

    internal ConfigurationReading(IReadOnlyList<ResolvedOption> options, IReadOnlyDictionary<string, SectionValues> sections, IReadOnlyDictionary<string, string?> data)
    {
        (Options, Sections, Data) = (options, sections, data);
        byPath = options.ToDictionary(option => option.Path, OptionPath.Comparer);
    }

    /// <summary>Every option there is, also those nobody said anything about, in the order of their declarations.</summary>
    public IReadOnlyList<ResolvedOption> Options { get; }

    /// <summary>What makes it unusable, each with its place.</summary>
    public IReadOnlyList<ConfigurationFault> Faults { get; init; } = [];

    /// <summary>What was probably meant otherwise, and harms nothing: options nobody knows.</summary>
    public IReadOnlyList<ConfigurationFault> Warnings { get; init; } = [];

    /// <summary>What was said of sections of the framework, whose options are not declared here: the strongest word of each.</summary>
    public IReadOnlyList<LayerValue> Others { get; init; } = [];

    /// <summary>The files it was read from, or that were looked for.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>Whether a program may go by it.</summary>
    public bool IsUsable => Faults.Count == 0;

    /// <summary>Everything as <c>IConfiguration</c> knows it, also what is the framework's; values of declared options in their one way of writing.</summary>
    public IReadOnlyDictionary<string, string?> Data { get; }

    internal IReadOnlyDictionary<string, SectionValues> Sections { get; }

    /// <summary>The same, with more that is wrong.</summary>
    public ConfigurationReading With(params IEnumerable<ConfigurationFault> faults) => new(Options, Sections, Data) { Faults = [.. Faults, .. faults], Warnings = Warnings, Others = Others, Files = Files };

    /// <summary>An option; null when there is none of that path.</summary>
    public ResolvedOption? Find(string path) => byPath.GetValueOrDefault(path);

    /// <summary>The values of a declared section without <c>*</c> in its path.</summary>
    /// <exception cref="InvalidOperationException">No such section is declared.</exception>
    public SectionValues Section(string path) => Sections.TryGetValue(path, out var section) ? section : throw new InvalidOperationException($"No section {path} is declared.");
}
