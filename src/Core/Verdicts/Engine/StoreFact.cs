using Dashboard.Core.Failures;
using Dashboard.Core.Stores.Health;

namespace Dashboard.Core.Verdicts.Engine;

/// <summary>A crash store that is in trouble: its probes fail, or operations wait for it.</summary>
/// <param name="Name">As people know it.</param>
/// <param name="Resource">The name under which executors tell of it: by this jobs hang on it. Null when it could not be opened.</param>
/// <param name="Since">Since when it has been in trouble, by the source's clock.</param>
/// <param name="Works">True when its probes go well all the same, and only some operations wait.</param>
/// <param name="Class">The class of what it fails with.</param>
/// <param name="Why">What it fails with, in a sentence without ages.</param>
/// <param name="CallFrom">From here on people are called.</param>
/// <param name="Alone">Whether it is told here also when no job hangs on it: by one source of several, so that it is told once.</param>
public sealed record StoreFact(string Name, string? Resource, DateTimeOffset Since, bool Works, FailureClass Class, string Why, DateTimeOffset CallFrom, bool Alone)
{
    // One probe that fails may be chance.
    private const int FailedProbes = 2;

    /// <summary>The root it is.</summary>
    public VerdictRoot Root { get; } = new(RootKind.Resource, $"crash store {Name}");

    /// <summary>The stores in trouble. Pure.</summary>
    /// <param name="stores">All that are looked after.</param>
    /// <param name="patience">How long a store may be in trouble before people are called.</param>
    /// <param name="behind">How far the source's clock is behind ours; nothing while they go together.</param>
    /// <param name="alone">As <see cref="Alone"/>.</param>
    public static IReadOnlyList<StoreFact> Of(IReadOnlyList<StoreHealth> stores, TimeSpan patience, TimeSpan behind, bool alone)
    {
        ArgumentNullException.ThrowIfNull(stores);
        List<StoreFact>? facts = null;
        foreach (var store in stores)
        {
            if (store is { FailingSince: { } failing, Newest.Steps: [.., { Ok: false } step] } && store.FailedInARow >= FailedProbes)
            {
                var why = step.Detail ?? "it failed.";
                Add(store, failing, works: false, StoreFailureWords.ClassOf(why), $"{Word(step.Kind)}: {why.TrimEnd('.')}.");
            }
            else if (store.Waiting is { } waiting && store.FailingSince is null)
            {
                Add(store, waiting.Since, works: true, waiting.Class ?? FailureClass.Unknown, $"{VerdictWords.Count(waiting.Count, "operation waits", "operations wait")} for it, the oldest of {waiting.Who}: {waiting.Error.TrimEnd('.')}.");
            }
        }

        return facts is null ? [] : facts;

        void Add(StoreHealth store, DateTimeOffset since, bool works, FailureClass kind, string why) =>
            (facts ??= []).Add(new StoreFact(store.Name, store.Resource, since - behind, works, kind, why, since - behind + patience, alone));
    }

    private static string Word(StoreProbeKind kind) => kind switch
    {
        StoreProbeKind.Put => "saving failed",
        StoreProbeKind.Get => "reading failed",
        StoreProbeKind.List => "listing failed",
        _ => "publishing failed",
    };
}
