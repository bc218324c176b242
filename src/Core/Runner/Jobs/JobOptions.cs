using System.Globalization;
using System.Text.Json;
using Dashboard.Core.Configuration;

namespace Dashboard.Core.Runner.Jobs;

/// <summary>What a job's own section, <c>[[class-Name]]</c>, says; a class takes it in its constructor.</summary>
public sealed class JobOptions
{
    private readonly ConfigSection? section;

    internal JobOptions(ConfigSection? section) => this.section = section;

    /// <summary>No section.</summary>
    public static JobOptions None { get; } = new(null);

    /// <summary>The names of its options.</summary>
    public IEnumerable<string> Names => section?.Values.Select(value => value.Key) ?? [];

    /// <summary>The text of an option; null when it is not given.</summary>
    public string? Text(string name) => section?.Value(name)?.Text;

    /// <summary>The items of an option that is a list, or the one it is; null when it is not given.</summary>
    public IReadOnlyList<string>? List(string name) => section?.Value(name)?.Parts;
}

/// <summary>Reads the section of a job of a ready-made kind and keeps what is wrong with it.</summary>
/// <param name="section">The section.</param>
/// <param name="faults">Where faults go.</param>
internal sealed class OptionReader(ConfigSection section, FaultList faults)
{
    private static readonly SortedSet<string> OfEveryKind = new(StringComparer.Ordinal) { "kind", "app_name", "backfill", "depends_on", "frequency", "time" };
    private readonly SortedSet<string> known = new(OfEveryKind, StringComparer.Ordinal);
    private readonly HashSet<string> knownSections = new(StringComparer.Ordinal);

    /// <summary>True when something is so wrong that the job cannot run.</summary>
    public bool Failed { get; private set; }

    /// <summary>The value; null when it is not given.</summary>
    public ConfigValue? Value(string name)
    {
        known.Add(name);
        return section.Value(name);
    }

    /// <summary>The text; null when it is not given or empty.</summary>
    public string? Text(string name) => Value(name) is { Text: { } text } && !string.IsNullOrWhiteSpace(text) ? text.Trim() : null;

    /// <summary>True or false.</summary>
    public bool Truth(string name, bool otherwise)
    {
        if (Text(name) is not { } text)
        {
            return otherwise;
        }

        switch (text.ToUpperInvariant())
        {
            case "TRUE" or "YES" or "1" or "ON":
                return true;
            case "FALSE" or "NO" or "0" or "OFF":
                return false;
            default:
                Refuse(name, "True or False");
                return otherwise;
        }
    }

    /// <summary>A length of time: seconds, or a number with s, m or h.</summary>
    public TimeSpan Length(string name, TimeSpan otherwise)
    {
        if (Text(name) is not { } text)
        {
            return otherwise;
        }

        var (number, unit) = char.IsAsciiLetter(text[^1]) ? (text[..^1], text[^1]) : (text, 's');
        var factor = unit switch { 's' => 1, 'm' => 60, 'h' => 3600, _ => 0 };
        if (factor > 0 && double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count) && count * factor is > 0 and <= 7 * 86400)
        {
            return TimeSpan.FromSeconds(count * factor);
        }

        Refuse(name, "seconds, or a number with s, m or h: 90, 90s, 15m, 2h; at most a week");
        return otherwise;
    }

    /// <summary>A list: with commas between, or as JSON, which can say any text. Null when it is not given.</summary>
    public IReadOnlyList<string>? List(string name)
    {
        if (Value(name) is not { } value)
        {
            return null;
        }

        var json = value.IsList ? value.Raw.Trim() : value.Text.Trim();
        if (!json.StartsWith('['))
        {
            return value.Parts;
        }

        try
        {
            if (JsonSerializer.Deserialize<string[]>(json) is { } items && !items.Contains(null))
            {
                return items;
            }
        }
        catch (JsonException)
        {
            // Said below.
        }

        Refuse(name, "a list of texts in JSON, as in '''[\"rsync\", \"-a\", \"from\", \"to\"]''', or items with commas between");
        return null;
    }

    /// <summary>The values of a section inside; none when it is not there.</summary>
    public IReadOnlyDictionary<string, string> Map(string name)
    {
        knownSections.Add(name);
        return section.Section(name)?.Values.ToDictionary(value => value.Key, value => value.Text, StringComparer.Ordinal) ?? [];
    }

    /// <summary>The line of an option, or of the section.</summary>
    public int Line(string name) => section.Value(name)?.Line ?? section.Line;

    /// <summary>A fault about an option; the job cannot run.</summary>
    public void Refuse(string name, string expected)
    {
        var value = section.Value(name);
        var found = value is null ? $"no option {name} in [[{section.Name}]]" : $"{name}={FaultList.Quote(value.Text)}";
        faults.Add(value?.File ?? section.File, value?.Line ?? section.Line, found, expected);
        Failed = true;
    }

    /// <summary>A fault about an option; the job cannot run.</summary>
    public void Refuse(string name, string found, string expected)
    {
        faults.Add(section.Value(name)?.File ?? section.File, Line(name), found, expected);
        Failed = true;
    }

    /// <summary>A fault for each option that was not asked for. The job can run: an option of a later version is no reason to stop.</summary>
    public void SayUnknown()
    {
        foreach (var value in section.Values.Where(value => !known.Contains(value.Key)))
        {
            faults.Add(value.File, value.Line, $"the option {FaultList.Quote(value.Key)} in [[{section.Name}]]", $"one of {string.Join(", ", known)}; it is not used");
        }

        foreach (var inside in section.Sections.Where(inside => !knownSections.Contains(inside.Name)))
        {
            var expected = knownSections.Count == 0 ? "no section inside this kind's" : $"[[[{string.Join("]]] or [[[", knownSections.Order(StringComparer.Ordinal))}]]]";
            faults.Add(inside.File, inside.Line, $"the section [[[{inside.Name}]]] in [[{section.Name}]]", $"{expected}; it is not used");
        }
    }
}
