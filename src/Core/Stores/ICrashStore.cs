using Dashboard.Core.Stores.Crashes;

namespace Dashboard.Core.Stores;

/// <summary>
/// A place that keeps crashes: Socorro's CrashStorage. Stores that do a part (<see cref="Capabilities"/>) are bundled by composites; a save a store does not do is
/// passed over, a read it does not do throws <see cref="NotSupportedException"/>.
/// </summary>
/// <remarks>
/// All that talks to something outside does so in runs of a transaction executor, so a call may wait and try again as that is configured; the token ends it at any time.
/// <see cref="CrashNotFoundException"/> is the only way to say that something is not there: a store that cannot be asked throws what its driver throws.
/// One object serves any number of calls at once.
/// </remarks>
public interface ICrashStore : IAsyncDisposable
{
    /// <summary>Its place in the configuration, <c>destination.storage1</c>.</summary>
    string Name { get; }

    /// <summary>
    /// What it talks to, whatever its place is called: <c>files /srv/crashes</c>, <c>s3 crashes@ceph:7480</c>. Its retries and all that is remembered of it are found by this; of a
    /// store that is made of others, its name.
    /// </summary>
    string Resource { get; }

    /// <summary>What it does.</summary>
    StoreCapabilities Capabilities { get; }

    /// <summary>Its way of listing kind by kind; null when it has none, as composites.</summary>
    IItemListing? Listing => null;

    /// <summary>Keeps a raw crash with its dumps; what was kept of the same id is replaced.</summary>
    /// <param name="raw">The raw crash.</param>
    /// <param name="dumps">Its dumps; none means that it has none.</param>
    /// <param name="id">Which.</param>
    /// <param name="cancellationToken">Ends it.</param>
    ValueTask SaveRawCrashAsync(RawCrash raw, Dumps dumps, CrashId id, CancellationToken cancellationToken);

    /// <summary>Keeps a processed crash under the id it names.</summary>
    /// <exception cref="FormatException">It names none.</exception>
    ValueTask SaveProcessedAsync(ProcessedCrash processed, CancellationToken cancellationToken);

    /// <summary>Keeps both.</summary>
    /// <param name="raw">The raw crash.</param>
    /// <param name="dumps">Its dumps; null when they stay as they were kept before, which is never the same as none.</param>
    /// <param name="processed">The processed crash.</param>
    /// <param name="id">Which.</param>
    /// <param name="cancellationToken">Ends it.</param>
    ValueTask SaveRawAndProcessedAsync(RawCrash raw, Dumps? dumps, ProcessedCrash processed, CrashId id, CancellationToken cancellationToken);

    /// <summary>A raw crash.</summary>
    /// <exception cref="CrashNotFoundException">It is not there.</exception>
    ValueTask<RawCrash> GetRawCrashAsync(CrashId id, CancellationToken cancellationToken);

    /// <summary>One dump by any of its names; null for the first.</summary>
    /// <exception cref="CrashNotFoundException">It is not there.</exception>
    ValueTask<Dump> GetRawDumpAsync(CrashId id, string? name, CancellationToken cancellationToken);

    /// <summary>All dumps of a crash.</summary>
    /// <exception cref="CrashNotFoundException">The crash is not there.</exception>
    ValueTask<Dumps> GetRawDumpsAsync(CrashId id, CancellationToken cancellationToken);

    /// <summary>A processed crash with all that is in it; <see cref="CrashStoreReads.GetProcessedAsync"/> gives what everybody may see.</summary>
    /// <exception cref="CrashNotFoundException">It is not there.</exception>
    ValueTask<ProcessedCrash> GetUnredactedProcessedAsync(CrashId id, CancellationToken cancellationToken);

    /// <summary>What is kept of a crash, without reading it; empty when nothing is.</summary>
    ValueTask<CrashCatalog> CatalogAsync(CrashId id, CancellationToken cancellationToken);

    /// <summary>What is kept of the crashes of a day whose id begins with a digit, in the order of ids.</summary>
    /// <param name="day">The day in the id.</param>
    /// <param name="salt">The first digit of the id, <c>0</c> to <c>f</c>.</param>
    /// <param name="after">Begins behind this id; null for the beginning.</param>
    /// <param name="cancellationToken">Ends it.</param>
    IAsyncEnumerable<CrashCatalog> EnumerateAsync(DateOnly day, char salt, CrashId? after, CancellationToken cancellationToken);

    /// <summary>The content of one thing, as it is kept.</summary>
    /// <exception cref="CrashNotFoundException">It is not there.</exception>
    ValueTask<ReadOnlyMemory<byte>> ReadItemAsync(CrashId id, CrashItem item, CancellationToken cancellationToken);

    /// <summary>
    /// Keeps one thing if nothing is kept in its place, and never overwrites: for a copier. Without <see cref="StoreCapabilities.ConditionalCreate"/> it is looked for
    /// first, which another writer may come between.
    /// </summary>
    ValueTask<CreateOutcome> CreateItemAsync(CrashId id, CrashItem item, ReadOnlyMemory<byte> content, CancellationToken cancellationToken);

    /// <summary>Removes a crash with all that is kept of it.</summary>
    /// <exception cref="CrashNotFoundException">It is not there.</exception>
    ValueTask RemoveAsync(CrashId id, CancellationToken cancellationToken);

    /// <summary>
    /// Hands out crashes nobody has dealt with and ends when there are none for now. One that is not answered for by <see cref="AckCrashAsync"/> is handed out again
    /// later, to whoever asks then.
    /// </summary>
    IAsyncEnumerable<NewCrash> NewCrashesAsync(CancellationToken cancellationToken);

    /// <summary>Says that a crash was dealt with.</summary>
    ValueTask AckCrashAsync(NewCrash crash, CancellationToken cancellationToken);
}

/// <summary>What became of a thing that was to be created.</summary>
public enum CreateOutcome
{
    /// <summary>It was not there, and is now.</summary>
    Created,

    /// <summary>The same was there already.</summary>
    Same,

    /// <summary>Something else was there, and still is.</summary>
    Differs,
}

/// <summary>A crash handed out by a store.</summary>
/// <param name="Id">Which.</param>
/// <param name="Receipt">The store's own, by which it knows what it handed out.</param>
public sealed record NewCrash(CrashId Id, object? Receipt);
