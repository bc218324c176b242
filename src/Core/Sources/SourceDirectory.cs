namespace Dashboard.Core.Sources;

/// <summary>The sources of this dashboard, in the order they were configured; the first is shown when none is named.</summary>
public sealed class SourceDirectory(IReadOnlyList<Source> sources)
{
    /// <summary>All of them; never empty once the dashboard has started.</summary>
    public IReadOnlyList<Source> All { get; } = sources;

    /// <summary>The one of that name, the first when the name is null or empty, or null when there is none of that name.</summary>
    public Source? Find(string? name) =>
        string.IsNullOrEmpty(name) ? (All.Count > 0 ? All[0] : null) : All.FirstOrDefault(source => source.Name == name);
}
