using System.Collections.Concurrent;

namespace Dashboard.Core.Feeds;

/// <summary>One <see cref="Feed{T}"/> for each source, made when first asked for.</summary>
/// <typeparam name="T">An immutable snapshot of one source.</typeparam>
public sealed class SourceFeeds<T>(Func<string, T> empty)
    where T : class
{
    private readonly ConcurrentDictionary<string, Feed<T>> bySource = new(StringComparer.Ordinal);

    /// <summary>The feed of one source; before anything was read it holds the empty snapshot.</summary>
    public Feed<T> Of(string source) => bySource.GetOrAdd(source, name => new Feed<T>(empty(name)));
}
