using Dashboard.Core.Stores.Crashes;
using Dashboard.Core.Stores.DualWrites;

namespace Dashboard.Core.Stores.Composites;

/// <summary>Saves into every store, at once; what fails in one keeps nothing from the others, and all failures are raised together. Reads nothing: that is another store's part.</summary>
/// <remarks>The original gathered the failures of two kinds of saves, and let the first failure stop the third.</remarks>
/// <param name="name">As <see cref="ICrashStore.Name"/>.</param>
/// <param name="parts">In the order of the configuration.</param>
/// <param name="partial">Told of each save that reached some of them only; null for nobody.</param>
public sealed class PolyStore(string name, IReadOnlyList<ICrashStore> parts, IPartialSaves? partial = null) : CompositeStore(name, parts)
{
    /// <inheritdoc/>
    public override StoreCapabilities Capabilities =>
        Parts.Aggregate(StoreCapabilities.None, (all, part) => all | part.Capabilities) & (StoreCapabilities.SaveRaw | StoreCapabilities.SaveProcessed);

    /// <inheritdoc/>
    public override ValueTask SaveRawCrashAsync(RawCrash raw, Dumps dumps, CrashId id, CancellationToken cancellationToken) =>
        EachAsync(part => part.SaveRawCrashAsync(raw, dumps, id, cancellationToken), id, SavedKind.Raw, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask SaveProcessedAsync(ProcessedCrash processed, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(processed);
        return EachAsync(part => part.SaveProcessedAsync(processed, cancellationToken), processed.Id, SavedKind.Processed, cancellationToken);
    }

    /// <inheritdoc/>
    public override ValueTask SaveRawAndProcessedAsync(RawCrash raw, Dumps? dumps, ProcessedCrash processed, CrashId id, CancellationToken cancellationToken) =>
        EachAsync(part => part.SaveRawAndProcessedAsync(raw, dumps, processed, id, cancellationToken), id, SavedKind.Both, cancellationToken);

    private async ValueTask EachAsync(Func<ICrashStore, ValueTask> save, CrashId id, SavedKind kind, CancellationToken cancellationToken)
    {
        var outcomes = await Task.WhenAll(Parts.Select(part => TryAsync(part, save)));
        var failed = outcomes.OfType<StoreFailure>().ToList();
        if (failed.Count > 0 && failed.Count < Parts.Count && partial is not null)
        {
            // Also when it was cut off: what was cut off may have reached one and not the other.
            var has = Parts.Where((_, place) => outcomes[place] is null).Select(part => part.Resource).ToList();
            foreach (var (part, failure) in Parts.Zip(outcomes).Where(each => each.Second is not null))
            {
                await partial.TellAsync(new PartialSave(id, kind, Name, part.Resource, has, failure!.Cause.Message));
            }
        }

        cancellationToken.ThrowIfCancellationRequested();
        if (failed.Count > 0)
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
