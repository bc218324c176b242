using Dashboard.Core.Retries;

namespace Dashboard.Web.Retries;

/// <summary>What of the retries is looked at: it lives in the URL, and defaults are left out there.</summary>
public sealed record RetriesView
{
    /// <summary>The lengths of time that can be chosen, as in a URL.</summary>
    public static IReadOnlyList<(string Word, string Title, TimeSpan Length)> Windows { get; } =
        [("1h", "1 h", TimeSpan.FromHours(1)), ("6h", "6 h", TimeSpan.FromHours(6)), ("24h", "24 h", TimeSpan.FromHours(24))];

    /// <summary>The last hour of the source on screen.</summary>
    public static RetriesView Default { get; } = new();

    /// <summary>How far back: one of <see cref="Windows"/>.</summary>
    public TimeSpan Window { get; init; } = Windows[0].Length;

    /// <summary>Only this resource; null for all.</summary>
    public string? Resource { get; init; }

    /// <summary>Every source that told anything, also those that are not configured.</summary>
    public bool AllSources { get; init; }

    /// <summary>The window in words.</summary>
    public string WindowTitle => Windows.First(window => window.Length == Window).Title;

    /// <summary>The view a URL names; what cannot be understood counts as not said.</summary>
    public static RetriesView Parse(string? window, string? resource, string? sources) => new()
    {
        Window = Windows.Where(one => one.Word == window).Select(one => one.Length).FirstOrDefault(Default.Window),
        Resource = string.IsNullOrEmpty(resource) ? null : resource,
        AllSources = sources == "all",
    };

    /// <summary>The parameters of its URL.</summary>
    public IEnumerable<(string Name, string Value)> ToQuery()
    {
        if (Window != Default.Window)
        {
            yield return ("window", Windows.First(window => window.Length == Window).Word);
        }

        if (Resource is not null)
        {
            yield return ("resource", Resource);
        }

        if (AllSources)
        {
            yield return ("sources", "all");
        }
    }

    /// <summary>The lanes meant, with those that have an open streak first.</summary>
    public IReadOnlyList<ResourceLane> Apply(RetriesSnapshot retries, string source) =>
        [.. OfSources(retries, source).Where(lane => Resource is null || lane.Resource == Resource).OrderByDescending(lane => lane.Open.Count > 0)];

    /// <summary>The lanes of the sources meant, whatever the resource.</summary>
    public IEnumerable<ResourceLane> OfSources(RetriesSnapshot retries, string source)
    {
        ArgumentNullException.ThrowIfNull(retries);
        return retries.Resources.Where(lane => AllSources || lane.Source == source);
    }

    /// <summary>Streaks of a lane that ended within the window.</summary>
    public IEnumerable<RetryStreak> Ended(ResourceLane lane, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(lane);
        return lane.Ended.Where(streak => streak.EndedAt >= now - Window);
    }
}
