using Dashboard.Core.Configuration.Layers;

namespace Dashboard.Core.Configuration.Writing;

/// <summary>
/// The order in which values can be written under headings: an ini opens each section once and cannot go back into one, so the values of a section come before
/// the sections within it. What came first stays first otherwise.
/// </summary>
internal static class IniOrder
{
    public static List<T> Of<T>(IReadOnlyList<T> items, Func<T, string> path)
    {
        var ordered = new List<T>(items.Count);
        Add(ordered, items, path, "");
        return ordered;
    }

    private static void Add<T>(List<T> ordered, IReadOnlyList<T> items, Func<T, string> path, string section)
    {
        ordered.AddRange(items.Where(item => OptionPath.Comparer.Equals(OptionPath.SectionOf(path(item)), section)));
        var from = section.Length == 0 ? 0 : section.Length + 1;
        foreach (var inner in items.Where(item => !OptionPath.Comparer.Equals(OptionPath.SectionOf(path(item)), section)).GroupBy(item => OptionPath.Join(section, path(item)[from..].Split(':')[0]), OptionPath.Comparer))
        {
            Add(ordered, [.. inner], path, inner.Key);
        }
    }
}
