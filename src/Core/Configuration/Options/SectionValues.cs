using Dashboard.Core.Configuration.Classes;

namespace Dashboard.Core.Configuration.Options;

/// <summary>
/// A section after all layers were put together: the value of each option somebody declared in it, of the declared type. A class is built from one. Asking for
/// an option that is not declared, or as another type, is a mistake in the program and throws <see cref="InvalidOperationException"/>.
/// </summary>
public sealed class SectionValues
{
    private readonly Dictionary<string, SectionValue> values;

    /// <summary>A section with these values.</summary>
    /// <param name="path">Its place, <c>destination:storage1</c>; empty for the whole.</param>
    /// <param name="values">What each of its options says.</param>
    public SectionValues(string path, IEnumerable<SectionValue> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        Path = path;
        this.values = values.ToDictionary(value => value.Option.Name, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Its place, <c>destination:storage1</c>; empty for the whole.</summary>
    public string Path { get; }

    /// <summary>Everything in it.</summary>
    public IReadOnlyCollection<SectionValue> All => values.Values;

    /// <summary>A section made of defaults and the texts given, for programs and tests that have no file.</summary>
    /// <param name="path">Its place.</param>
    /// <param name="options">What may be said.</param>
    /// <param name="texts">What is said.</param>
    /// <exception cref="FormatException">A text is not what its option asks for, or there is no such option.</exception>
    public static SectionValues Of(string path, IReadOnlyList<OptionDefinition> options, params (string Name, string Text)[] texts)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(texts);
        foreach (var (name, _) in texts)
        {
            if (!options.Any(option => option.Name.Equals(name, StringComparison.OrdinalIgnoreCase)))
            {
                throw new FormatException($"{path}:{name} is no option; there are {string.Join(", ", options.Select(option => option.Name))}.");
            }
        }

        return new SectionValues(path, options.Select(option =>
        {
            var text = texts.LastOrDefault(each => each.Name.Equals(option.Name, StringComparison.OrdinalIgnoreCase)).Text ?? option.Default;
            string? expected = null;
            var value = text is null ? null : OptionText.Parse(option, text, out expected);
            return expected is null ? new SectionValue(option, value) : throw new FormatException($"{path}:{option.Name}. Expected: {expected}.");
        }));
    }

    /// <summary>A text, a path or the word of a choice; null when there is none or it is empty.</summary>
    public string? Text(string name) => Value<string>(name, OptionType.Text, OptionType.Path, OptionType.Choice, OptionType.Class) is { Length: > 0 } text ? text : null;

    /// <summary>The same, of an option that has a default or is required.</summary>
    public string TextOf(string name) => Value<string>(name, OptionType.Text, OptionType.Path, OptionType.Choice, OptionType.Class) ?? throw Missing(name);

    /// <summary>A whole number; null when there is none.</summary>
    public long? Whole(string name) => Find(name, OptionType.Whole).Value as long?;

    /// <summary>The same, of an option that has a default or is required.</summary>
    public int WholeOf(string name) => checked((int)(Whole(name) ?? throw Missing(name)));

    /// <summary>A number; null when there is none.</summary>
    public double? Number(string name) => Find(name, OptionType.Number).Value as double?;

    /// <summary>The same, of an option that has a default or is required.</summary>
    public double NumberOf(string name) => Number(name) ?? throw Missing(name);

    /// <summary>Whether it is true.</summary>
    public bool Truth(string name) => Find(name, OptionType.Truth).Value is true;

    /// <summary>A length of time; null when there is none.</summary>
    public TimeSpan? Length(string name) => Find(name, OptionType.Length).Value as TimeSpan?;

    /// <summary>The same, of an option that has a default or is required.</summary>
    public TimeSpan LengthOf(string name) => Length(name) ?? throw Missing(name);

    /// <summary>A list; empty when there is none.</summary>
    public IReadOnlyList<string> List(string name) => Value<IReadOnlyList<string>>(name, OptionType.List, OptionType.Classes) ?? [];

    /// <summary>The name of an enumeration, of an option that has a default or is required.</summary>
    public TEnum Choice<TEnum>(string name)
        where TEnum : struct, Enum => Enum.Parse<TEnum>(Value<string>(name, OptionType.Choice) ?? throw Missing(name), ignoreCase: true);

    /// <summary>An address; null when there is none.</summary>
    public Uri? Address(string name) => Find(name, OptionType.Address).Value as Uri;

    /// <summary>The class an option names, with its section; null when none is named.</summary>
    public ConfiguredClass? Class(string name) => Find(name, OptionType.Class).Classes is [var one] ? one : null;

    /// <summary>The classes an option lists, each with its section, in order.</summary>
    public IReadOnlyList<ConfiguredClass> Classes(string name) => Find(name, OptionType.Classes).Classes;

    private T? Value<T>(string name, params OptionType[] types)
        where T : class => Find(name, types).Value as T;

    private SectionValue Find(string name, params OptionType[] types) =>
        !values.TryGetValue(name, out var value) ? throw new InvalidOperationException($"{Path} declares no option {name}.")
        : types.Contains(value.Option.Type) ? value
        : throw new InvalidOperationException($"{Path}:{name} is declared as {value.Option.Type}.");

    private InvalidOperationException Missing(string name) => new($"{Path}:{name} has no value; declare it required or give it a default.");
}

/// <summary>What one option says.</summary>
/// <param name="Option">Its declaration.</param>
/// <param name="Value">Its value, of the type <see cref="OptionType"/> says: string, long, double, bool, TimeSpan, a list of strings, Uri; null when there is none.</param>
public sealed record SectionValue(OptionDefinition Option, object? Value)
{
    /// <summary>The classes it names; empty for options of another type.</summary>
    public IReadOnlyList<ConfiguredClass> Classes { get; init; } = [];

    /// <summary>Never the value, which may be a secret.</summary>
    public override string ToString() => Option.Name;
}
