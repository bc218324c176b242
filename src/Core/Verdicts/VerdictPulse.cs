using System.Collections.Concurrent;

namespace Dashboard.Core.Verdicts;

/// <summary>When each source was judged last with its tables in sight. A verdict that says the same stays the same object, so that the moment stands here.</summary>
public sealed class VerdictPulse
{
    private readonly ConcurrentDictionary<string, DateTimeOffset> bySource = new(StringComparer.Ordinal);

    /// <summary>The moment by our own clock; null before the first. It stands still while the source is not seen.</summary>
    public DateTimeOffset? Of(string source) => bySource.TryGetValue(source, out var at) ? at : null;

    /// <summary>A source was judged.</summary>
    internal void Judged(string source, DateTimeOffset at) => bySource[source] = at;
}
