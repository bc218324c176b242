using System.Collections.Concurrent;
using Dashboard.Core.Feeds;
using Dashboard.Core.Sources;
using Dashboard.Core.Verdicts;

namespace Dashboard.Web.Layout;

/// <summary>The source a page is about: its feeds, its links and its clock. Always the same object for one source, so handing it down redraws nothing.</summary>
public sealed class ShownSource(Source source, bool isDefault, Feed<SourceStatus> status, Feed<StandingsSnapshot> standings, TimeProvider clock)
{
    /// <summary>The observed database.</summary>
    public Source Source { get; } = source;

    /// <summary>How the watch on it is going.</summary>
    public Feed<SourceStatus> Status { get; } = status;

    /// <summary>Where its jobs stand.</summary>
    public Feed<StandingsSnapshot> Standings { get; } = standings;

    /// <summary>The addresses of its pages.</summary>
    public Links Links { get; } = new(isDefault ? null : source.Name);

    /// <summary>The database's time now.</summary>
    public DateTimeOffset Now() => Status.Newest.DatabaseTime(clock.GetUtcNow());
}

/// <summary>Every source as pages see it.</summary>
public sealed class ShownSources(SourceDirectory directory, SourceFeeds<SourceStatus> statuses, SourceFeeds<StandingsSnapshot> standings, TimeProvider clock)
{
    private readonly ConcurrentDictionary<string, ShownSource> byName = new(StringComparer.Ordinal);

    /// <summary>All sources, in the order they were configured.</summary>
    public IEnumerable<ShownSource> All => directory.All.Select(Of);

    /// <summary>The one a URL names, the first when it names none, null when there is none of that name.</summary>
    public ShownSource? Find(string? name) => directory.Find(name) is { } source ? Of(source) : null;

    private ShownSource Of(Source source) => byName.GetOrAdd(
        source.Name,
        name => new ShownSource(source, ReferenceEquals(source, directory.All[0]), statuses.Of(name), standings.Of(name), clock));
}
