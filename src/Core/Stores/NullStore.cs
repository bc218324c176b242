using Dashboard.Core.Stores.Crashes;

namespace Dashboard.Core.Stores;

/// <summary>Keeps nothing and says nothing is missing: reads answer with what is empty. A stand-in where a configuration must name a store.</summary>
public sealed class NullStore(string name) : CrashStore(name)
{
    /// <inheritdoc/>
    public override StoreCapabilities Capabilities => StoreCapabilities.GetRaw | StoreCapabilities.Dumps | StoreCapabilities.GetProcessed | StoreCapabilities.Remove;

    /// <inheritdoc/>
    public override ValueTask<RawCrash> GetRawCrashAsync(CrashId id, CancellationToken cancellationToken) => new(RawCrash.Empty);

    /// <inheritdoc/>
    public override ValueTask<Dump> GetRawDumpAsync(CrashId id, string? name, CancellationToken cancellationToken) => new(Dump.Of(default));

    /// <inheritdoc/>
    public override ValueTask<Dumps> GetRawDumpsAsync(CrashId id, CancellationToken cancellationToken) => new(Dumps.None);

    /// <inheritdoc/>
    public override ValueTask<ProcessedCrash> GetUnredactedProcessedAsync(CrashId id, CancellationToken cancellationToken) => new(ProcessedCrash.Empty);

    /// <inheritdoc/>
    public override ValueTask<CrashCatalog> CatalogAsync(CrashId id, CancellationToken cancellationToken) => new(new CrashCatalog(id, []));

    /// <inheritdoc/>
    public override ValueTask RemoveAsync(CrashId id, CancellationToken cancellationToken) => default;
}
