using System.Runtime.CompilerServices;
using Dashboard.Core.Stores.Crashes;
using Dashboard.Core.Stores.DualWrites;
using Microsoft.Extensions.Logging;

namespace Dashboard.Core.Stores.Composites;

/// <summary>Saves into the primary, and into the fallback when that fails; reads from the primary, and from the fallback what the primary says it has not.</summary>
/// <param name="name">As <see cref="ICrashStore.Name"/>.</param>
/// <param name="primary">Asked first.</param>
/// <param name="fallback">Asked second.</param>
/// <param name="log">Told of every save the primary did not do.</param>
/// <param name="partial">Told of the same, to have it put right when the primary is back; null for nobody.</param>
public sealed partial class FallbackStore(string name, ICrashStore primary, ICrashStore fallback, ILogger log, IPartialSaves? partial = null) : CompositeStore(name, [primary, fallback])
{
    /// <inheritdoc/>
    public override StoreCapabilities Capabilities => (primary.Capabilities | fallback.Capabilities) & ~(StoreCapabilities.Enumerate | StoreCapabilities.ConditionalCreate);

    /// <inheritdoc/>
    public override ValueTask SaveRawCrashAsync(RawCrash raw, Dumps dumps, CrashId id, CancellationToken cancellationToken) =>
        SaveAsync(part => part.SaveRawCrashAsync(raw, dumps, id, cancellationToken), id, SavedKind.Raw, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask SaveProcessedAsync(ProcessedCrash processed, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(processed);
        return SaveAsync(part => part.SaveProcessedAsync(processed, cancellationToken), processed.Id, SavedKind.Processed, cancellationToken);
    }

    /// <inheritdoc/>
    public override ValueTask SaveRawAndProcessedAsync(RawCrash raw, Dumps? dumps, ProcessedCrash processed, CrashId id, CancellationToken cancellationToken) =>
        SaveAsync(part => part.SaveRawAndProcessedAsync(raw, dumps, processed, id, cancellationToken), id, SavedKind.Both, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask<RawCrash> GetRawCrashAsync(CrashId id, CancellationToken cancellationToken) =>
        FirstThatHasItAsync(primary, fallback, part => part.GetRawCrashAsync(id, cancellationToken));

    /// <inheritdoc/>
    public override ValueTask<Dump> GetRawDumpAsync(CrashId id, string? name, CancellationToken cancellationToken) =>
        FirstThatHasItAsync(primary, fallback, part => part.GetRawDumpAsync(id, name, cancellationToken));

    /// <inheritdoc/>
    public override ValueTask<Dumps> GetRawDumpsAsync(CrashId id, CancellationToken cancellationToken) =>
        FirstThatHasItAsync(primary, fallback, part => part.GetRawDumpsAsync(id, cancellationToken));

    /// <inheritdoc/>
    public override ValueTask<ProcessedCrash> GetUnredactedProcessedAsync(CrashId id, CancellationToken cancellationToken) =>
        FirstThatHasItAsync(primary, fallback, part => part.GetUnredactedProcessedAsync(id, cancellationToken));

    /// <inheritdoc/>
    public override async ValueTask<CrashCatalog> CatalogAsync(CrashId id, CancellationToken cancellationToken) =>
        await primary.CatalogAsync(id, cancellationToken) is { Entries.Count: > 0 } catalog ? catalog : await fallback.CatalogAsync(id, cancellationToken);

    /// <inheritdoc/>
    public override async ValueTask RemoveAsync(CrashId id, CancellationToken cancellationToken) => await FirstThatHasItAsync(
        primary,
        fallback,
        async part =>
        {
            await part.RemoveAsync(id, cancellationToken);
            return true;
        });

    /// <summary>Those of the fallback first: they have waited longer.</summary>
    public override async IAsyncEnumerable<NewCrash> NewCrashesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var crash in NewCrashesOfAsync(fallback, cancellationToken))
        {
            yield return crash;
        }

        await foreach (var crash in NewCrashesOfAsync(primary, cancellationToken))
        {
            yield return crash;
        }
    }

    private async ValueTask SaveAsync(Func<ICrashStore, ValueTask> save, CrashId id, SavedKind kind, CancellationToken cancellationToken)
    {
        try
        {
            await save(primary);
        }
        catch (Exception first) when (!cancellationToken.IsCancellationRequested)
        {
            LogFellBack(log, first, Name, id.Value, primary.Name, fallback.Name);
            try
            {
                await save(fallback);
            }
            catch (Exception second) when (!cancellationToken.IsCancellationRequested)
            {
                throw new StoresFailedException(Name, [new StoreFailure(primary.Name, first), new StoreFailure(fallback.Name, second)]);
            }

            if (partial is not null)
            {
                await partial.TellAsync(new PartialSave(id, kind, Name, primary.Resource, [fallback.Resource], first.Message));
            }
        }
    }

    [LoggerMessage(2100, LogLevel.Critical, "{Store}: {Primary} did not save crash {CrashId}, {Fallback} is asked to")]
    private static partial void LogFellBack(ILogger log, Exception cause, string store, string crashId, string primary, string fallback);
}
