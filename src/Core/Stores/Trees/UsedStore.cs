using System.Runtime.CompilerServices;
using Dashboard.Core.Stores.Crashes;

namespace Dashboard.Core.Stores.Trees;

/// <summary>A store as those know it who work with the tree: each call is counted when it begins, so that of a store that is to be switched off it can be said who still asks.</summary>
internal sealed class UsedStore(ICrashStore store, StoreUse use, TimeProvider clock) : CrashStore(store.Name)
{
    /// <inheritdoc/>
    public override StoreCapabilities Capabilities => store.Capabilities;

    /// <inheritdoc/>
    public override string Resource => store.Resource;

    /// <summary>The store itself.</summary>
    public ICrashStore Bare => store;

    /// <inheritdoc/>
    public override ValueTask SaveRawCrashAsync(RawCrash raw, Dumps dumps, CrashId id, CancellationToken cancellationToken) =>
        Writing().SaveRawCrashAsync(raw, dumps, id, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask SaveProcessedAsync(ProcessedCrash processed, CancellationToken cancellationToken) => Writing().SaveProcessedAsync(processed, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask SaveRawAndProcessedAsync(RawCrash raw, Dumps? dumps, ProcessedCrash processed, CrashId id, CancellationToken cancellationToken) =>
        Writing().SaveRawAndProcessedAsync(raw, dumps, processed, id, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask<RawCrash> GetRawCrashAsync(CrashId id, CancellationToken cancellationToken) => Reading().GetRawCrashAsync(id, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask<Dump> GetRawDumpAsync(CrashId id, string? name, CancellationToken cancellationToken) => Reading().GetRawDumpAsync(id, name, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask<Dumps> GetRawDumpsAsync(CrashId id, CancellationToken cancellationToken) => Reading().GetRawDumpsAsync(id, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask<ProcessedCrash> GetUnredactedProcessedAsync(CrashId id, CancellationToken cancellationToken) =>
        Reading().GetUnredactedProcessedAsync(id, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask<CrashCatalog> CatalogAsync(CrashId id, CancellationToken cancellationToken) => Reading().CatalogAsync(id, cancellationToken);

    /// <inheritdoc/>
    public override IAsyncEnumerable<CrashCatalog> EnumerateAsync(DateOnly day, char salt, CrashId? after, CancellationToken cancellationToken) =>
        Reading().EnumerateAsync(day, salt, after, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask<ReadOnlyMemory<byte>> ReadItemAsync(CrashId id, CrashItem item, CancellationToken cancellationToken) => Reading().ReadItemAsync(id, item, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask<CreateOutcome> CreateItemAsync(CrashId id, CrashItem item, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        Writing().CreateItemAsync(id, item, content, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask RemoveAsync(CrashId id, CancellationToken cancellationToken) => Writing().RemoveAsync(id, cancellationToken);

    /// <inheritdoc/>
    public override async IAsyncEnumerable<NewCrash> NewCrashesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var crash in store.NewCrashesAsync(cancellationToken))
        {
            // To look into an empty queue is no use of it.
            use.Read(clock.GetUtcNow());
            yield return crash;
        }
    }

    /// <inheritdoc/>
    public override ValueTask AckCrashAsync(NewCrash crash, CancellationToken cancellationToken) => Writing().AckCrashAsync(crash, cancellationToken);

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await store.DisposeAsync();
        await base.DisposeAsync();
    }

    private ICrashStore Reading()
    {
        use.Read(clock.GetUtcNow());
        return store;
    }

    private ICrashStore Writing()
    {
        use.Wrote(clock.GetUtcNow());
        return store;
    }
}
