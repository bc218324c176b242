using Dashboard.Core.Configuration.Layers;
using Dashboard.Core.Configuration.Readings;

namespace Dashboard.Web.Settings;

/// <summary>Which settings are looked at; it stands in the address.</summary>
/// <param name="Search">Only those with this in their path, documentation or place; null for all.</param>
/// <param name="Said">Only those somebody said something about.</param>
public sealed record SettingsView(string? Search, bool Said)
{
    private const int LongestSearch = 200;

    /// <summary>All of them.</summary>
    public static SettingsView All { get; } = new(null, Said: false);

    /// <summary>Reads an address. What makes no sense there is left out.</summary>
    public static SettingsView Parse(string? search, string? only) =>
        new(string.IsNullOrWhiteSpace(search) ? null : search.Trim() is { Length: > LongestSearch } longer ? longer[..LongestSearch] : search.Trim(), only == "said");

    /// <summary>As an address has it.</summary>
    public IEnumerable<(string Name, string Value)> ToQuery()
    {
        if (Search is not null)
        {
            yield return ("q", Search);
        }

        if (Said)
        {
            yield return ("only", "said");
        }
    }

    /// <summary>The settings that are looked at, by section, in order.</summary>
    public IReadOnlyList<SettingsGroup> Of(ConfigurationReading reading)
    {
        ArgumentNullException.ThrowIfNull(reading);
        return
        [
            .. reading.Options.Where(Shows).GroupBy(option => OptionPath.SectionOf(option.Path), OptionPath.Comparer)
                .Select(group => new SettingsGroup(group.Key, [.. group])),
        ];
    }

    private bool Shows(ResolvedOption option) => (!Said || !option.IsDefault) && (Search is null || new[] { option.Path, option.Option.Doc, option.Origin.ToString() }.Any(text => text.Contains(Search, StringComparison.OrdinalIgnoreCase)));
}

/// <summary>The settings of one section.</summary>
/// <param name="Section">Its path; empty for what lies in none.</param>
/// <param name="Options">Its settings.</param>
public sealed record SettingsGroup(string Section, IReadOnlyList<ResolvedOption> Options);
