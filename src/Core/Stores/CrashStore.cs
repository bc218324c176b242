using System.Runtime.CompilerServices;
using Dashboard.Core.Stores.Crashes;

namespace Dashboard.Core.Stores;

/// <summary>What a store is that does nothing yet: saves are passed over, reads are not supported, there are no new crashes. Stores override what they do.</summary>
/// <param name="name">As <see cref="ICrashStore.Name"/>.</param>
public abstract class CrashStore(string name) : ICrashStore
{
    /// <inheritdoc/>
    public string Name { get; } = name;

    /// <inheritdoc/>
    public virtual string Resource => Name;

    /// <inheritdoc/>
    public abstract StoreCapabilities Capabilities { get; }

    /// <inheritdoc/>
    public virtual IItemListing? Listing => null;

    /// <inheritdoc/>
    public virtual ValueTask SaveRawCrashAsync(RawCrash raw, Dumps dumps, CrashId id, CancellationToken cancellationToken) => default;

    /// <inheritdoc/>
    public virtual ValueTask SaveProcessedAsync(ProcessedCrash processed, CancellationToken cancellationToken) => default;

    /// <inheritdoc/>
    public virtual async ValueTask SaveRawAndProcessedAsync(RawCrash raw, Dumps? dumps, ProcessedCrash processed, CrashId id, CancellationToken cancellationToken)
    {
        // A processor has no dumps in hand. The original saved the crash again with none, and its S3 store forgot their names.
        if (dumps is not null)
        {
            await SaveRawCrashAsync(raw, dumps, id, cancellationToken);
        }
        else if (this.Does(StoreCapabilities.SaveRaw))
        {
            await ReplaceRawAsync(raw, id, cancellationToken);
        }

        await SaveProcessedAsync(processed, cancellationToken);
    }

    /// <inheritdoc/>
    public virtual ValueTask<RawCrash> GetRawCrashAsync(CrashId id, CancellationToken cancellationToken) => throw Unsupported();

    /// <inheritdoc/>
    public virtual ValueTask<Dump> GetRawDumpAsync(CrashId id, string? name, CancellationToken cancellationToken) => throw Unsupported();

    /// <inheritdoc/>
    public virtual ValueTask<Dumps> GetRawDumpsAsync(CrashId id, CancellationToken cancellationToken) => throw Unsupported();

    /// <inheritdoc/>
    public virtual ValueTask<ProcessedCrash> GetUnredactedProcessedAsync(CrashId id, CancellationToken cancellationToken) => throw Unsupported();

    /// <inheritdoc/>
    public virtual ValueTask<CrashCatalog> CatalogAsync(CrashId id, CancellationToken cancellationToken) => throw Unsupported();

    /// <inheritdoc/>
    public virtual IAsyncEnumerable<CrashCatalog> EnumerateAsync(DateOnly day, char salt, CrashId? after, CancellationToken cancellationToken) => throw Unsupported();

    /// <inheritdoc/>
    public virtual ValueTask<ReadOnlyMemory<byte>> ReadItemAsync(CrashId id, CrashItem item, CancellationToken cancellationToken) => throw Unsupported();

    /// <inheritdoc/>
    public virtual ValueTask<CreateOutcome> CreateItemAsync(CrashId id, CrashItem item, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) => throw Unsupported();

    /// <inheritdoc/>
    public virtual ValueTask RemoveAsync(CrashId id, CancellationToken cancellationToken) => throw Unsupported();

    /// <inheritdoc/>
    public virtual IAsyncEnumerable<NewCrash> NewCrashesAsync(CancellationToken cancellationToken) => AsyncEnumerable.Empty<NewCrash>();

    /// <inheritdoc/>
    public virtual ValueTask AckCrashAsync(NewCrash crash, CancellationToken cancellationToken) => default;

    /// <inheritdoc/>
    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return default;
    }

    /// <summary>Replaces a raw crash and leaves its dumps alone.</summary>
    protected virtual ValueTask ReplaceRawAsync(RawCrash raw, CrashId id, CancellationToken cancellationToken) => SaveRawCrashAsync(raw, Dumps.None, id, cancellationToken);

    private NotSupportedException Unsupported([CallerMemberName] string asked = "") =>
        new($"{Name} is a {GetType().Name}, which does not do {asked.Replace("Async", "", StringComparison.Ordinal)}.");
}
