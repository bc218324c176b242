using Dashboard.Core.Configuration.Readings;

namespace Dashboard.Core.Configuration.Reload;

/// <summary>What came of a reload.</summary>
public enum ReloadOutcome
{
    /// <summary>The new configuration is in use.</summary>
    Accepted,

    /// <summary>It says what is in use already; nothing was done.</summary>
    Unchanged,

    /// <summary>It cannot be used; the old one goes on.</summary>
    Rejected,
}

/// <summary>An option that says something else than before.</summary>
/// <param name="Path">Which.</param>
/// <param name="Before">What it said, without secrets; null for nothing.</param>
/// <param name="After">What it says, without secrets; null for nothing.</param>
/// <param name="TakesEffectAlive">False when that counts from the next start on.</param>
public sealed record OptionChange(string Path, string? Before, string? After, bool TakesEffectAlive)
{
    /// <summary>What is different between two readings. Of a secret it is told that it changed, and nothing of it.</summary>
    public static IReadOnlyList<OptionChange> Between(ConfigurationReading before, ConfigurationReading after)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        var changes = new List<OptionChange>();
        foreach (var path in before.Options.Concat(after.Options).Select(option => option.Path).Distinct(Layers.OptionPath.Comparer))
        {
            var (was, now) = (before.Find(path), after.Find(path));
            if (was?.Canonical != now?.Canonical)
            {
                changes.Add(new OptionChange(path, was?.Shown, now?.Shown, (now ?? was)!.Option.TakesEffectAlive));
            }
        }

        foreach (var path in before.Others.Concat(after.Others).Select(other => other.Path).Distinct(Layers.OptionPath.Comparer))
        {
            var (was, now) = (Text(before, path), Text(after, path));
            if (was != now)
            {
                changes.Add(new OptionChange(path, Plain(path, was), Plain(path, now), TakesEffectAlive: path.StartsWith("Logging:", StringComparison.OrdinalIgnoreCase)));
            }
        }

        return changes;
    }

    private static string? Text(ConfigurationReading reading, string path) => reading.Others.FirstOrDefault(other => Layers.OptionPath.Comparer.Equals(other.Path, path))?.Text;

    private static string? Plain(string path, string? text) => text is null ? null : SecretText.OfOther(path, text);
}

/// <summary>One reload, as it is remembered.</summary>
/// <param name="At">When it was over.</param>
/// <param name="Who">Who asked for it: a name, or the signal.</param>
/// <param name="Outcome">What came of it.</param>
/// <param name="Generation">The generation in use afterwards.</param>
public sealed record ReloadReport(DateTimeOffset At, string Who, ReloadOutcome Outcome, long Generation)
{
    /// <summary>Why it was rejected, each reason with its place; empty otherwise.</summary>
    public IReadOnlyList<string> Reasons { get; init; } = [];

    /// <summary>What it changed, or would have.</summary>
    public IReadOnlyList<OptionChange> Changes { get; init; } = [];

    /// <summary>How long it took to read, build and probe, while all went on as before.</summary>
    public TimeSpan Prepared { get; init; }

    /// <summary>How long the exchange itself took; null when there was none.</summary>
    public TimeSpan? Swapped { get; init; }

    /// <summary>Whether the old generation is over: null while it is waited for, false when what works with it had not ended in time and goes on.</summary>
    public bool? Drained { get; init; }

    /// <summary>In a sentence.</summary>
    public string Words => Outcome switch
    {
        ReloadOutcome.Accepted => $"Generation {Generation} is in use: {(Changes.Count == 1 ? "1 option" : $"{Changes.Count} options")} changed.",
        ReloadOutcome.Unchanged => $"Nothing has changed; generation {Generation} stays.",
        _ => $"Rejected, generation {Generation} stays: {string.Join(" ", Reasons)}",
    };
}

/// <summary>The configuration in use, and how it came to be.</summary>
/// <param name="Generation">1 for what the program was started with.</param>
/// <param name="Reading">What it says.</param>
/// <param name="LoadedAt">Since when it is in use.</param>
public sealed record ConfigurationSnapshot(long Generation, ConfigurationReading Reading, DateTimeOffset LoadedAt)
{
    /// <summary>The reloads since the start, the newest first; not without end.</summary>
    public IReadOnlyList<ReloadReport> Reloads { get; init; } = [];

    /// <summary>The last one; null when there was none.</summary>
    public ReloadReport? Last => Reloads is [var last, ..] ? last : null;
}
