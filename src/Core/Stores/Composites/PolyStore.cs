using Dashboard.Core.Stores.Crashes;

namespace Dashboard.Core.Stores.Composites;

/// <summary>Saves into every store, at once; what fails in one keeps nothing from the others, and all failures are raised together. Reads nothing: that is another store's part.</summary>
/// <remarks>The original gathered the failures of two kinds of saves, and let the first failure stop the third.</remarks>
public sealed class PolyStore(string name, IReadOnlyList<ICrashStore> parts) : CompositeStore(name, parts)
{
    /// <inheritdoc/>
    public override StoreCapabilities Capabilities =>
        Parts.Aggregate(StoreCapabilities.None, (all, part) => all | part.Capabilities) & (StoreCapabilities.SaveRaw | StoreCapabilities.SaveProcessed);

    /// <inheritdoc/>
    public override ValueTask SaveRawCrashAsync(RawCrash raw, Dumps dumps, CrashId id, CancellationToken cancellationToken) =>
        EachAsync(part => part.SaveRawCrashAsync(raw, dumps, id, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public override ValueTask SaveProcessedAsync(ProcessedCrash processed, CancellationToken cancellationToken) =>
        EachAsync(part => part.SaveProcessedAsync(processed, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public override ValueTask SaveRawAndProcessedAsync(RawCrash raw, Dumps? dumps, ProcessedCrash processed, CrashId id, CancellationToken cancellationToken) =>
        EachAsync(part => part.SaveRawAndProcessedAsync(raw, dumps, processed, id, cancellationToken), cancellationToken);

    private async ValueTask EachAsync(Func<ICrashStore, ValueTask> save, CancellationToken cancellationToken)
    {
        var failures = await Task.WhenAll(Parts.Select(part => TryAsync(part, save)));
        cancellationToken.ThrowIfCancellationRequested();
        if (failures.OfType<StoreFailure>().ToList() is { Count: > 0 } failed)
        {
            throw new StoresFailedException(Name, failed);
        }
    }

    private static async Task<StoreFailure?> TryAsync(ICrashStore part, Func<ICrashStore, ValueTask> save)
    {
        try
        {
            await save(part);
            return null;
        }
        catch (Exception cause)
        {
            return new StoreFailure(part.Name, cause);
        }
    }
}
