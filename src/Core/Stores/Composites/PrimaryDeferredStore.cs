using Dashboard.Core.Stores.Crashes;

namespace Dashboard.Core.Stores.Composites;

/// <summary>
/// Crashes that are put off (<see cref="DeferralRule"/>) go to the deferred store, all others to the primary; only the primary's are handed out. What was processed may go to a
/// third store, whatever the rule says: the original's <c>PrimaryDeferredProcessedStorage</c>.
/// </summary>
/// <param name="name">As <see cref="ICrashStore.Name"/>.</param>
/// <param name="primary">For crashes that are not put off.</param>
/// <param name="deferred">For crashes that are.</param>
/// <param name="rule">Which those are.</param>
/// <param name="processed">For all processed crashes; null when they go the way of the others.</param>
public sealed class PrimaryDeferredStore(string name, ICrashStore primary, ICrashStore deferred, DeferralRule rule, ICrashStore? processed = null)
    : CompositeStore(name, processed is null ? [primary, deferred] : [primary, deferred, processed])
{
    /// <inheritdoc/>
    public override StoreCapabilities Capabilities =>
        Parts.Aggregate(StoreCapabilities.None, (all, part) => all | part.Capabilities) & ~(StoreCapabilities.Enumerate | StoreCapabilities.ConditionalCreate);

    /// <summary>Which crashes are put off.</summary>
    public DeferralRule Rule => rule;

    /// <inheritdoc/>
    public override ValueTask SaveRawCrashAsync(RawCrash raw, Dumps dumps, CrashId id, CancellationToken cancellationToken) =>
        Of(raw).SaveRawCrashAsync(raw, dumps, id, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask SaveProcessedAsync(ProcessedCrash processed, CancellationToken cancellationToken) =>
        OfProcessed(processed).SaveProcessedAsync(processed, cancellationToken);

    /// <inheritdoc/>
    public override async ValueTask SaveRawAndProcessedAsync(RawCrash raw, Dumps? dumps, ProcessedCrash processed, CrashId id, CancellationToken cancellationToken)
    {
        var (forRaw, forProcessed) = (Of(raw), OfProcessed(processed));
        if (ReferenceEquals(forRaw, forProcessed))
        {
            await forRaw.SaveRawAndProcessedAsync(raw, dumps, processed, id, cancellationToken);
            return;
        }

        // Without dumps in hand nothing new is known of the raw crash; to save it without them would lose them.
        if (dumps is not null)
        {
            await forRaw.SaveRawCrashAsync(raw, dumps, id, cancellationToken);
        }

        await forProcessed.SaveProcessedAsync(processed, cancellationToken);
    }

    /// <inheritdoc/>
    public override ValueTask<RawCrash> GetRawCrashAsync(CrashId id, CancellationToken cancellationToken) =>
        FirstThatHasItAsync(primary, deferred, part => part.GetRawCrashAsync(id, cancellationToken));

    /// <inheritdoc/>
    public override ValueTask<Dump> GetRawDumpAsync(CrashId id, string? name, CancellationToken cancellationToken) =>
        FirstThatHasItAsync(primary, deferred, part => part.GetRawDumpAsync(id, name, cancellationToken));

    /// <inheritdoc/>
    public override ValueTask<Dumps> GetRawDumpsAsync(CrashId id, CancellationToken cancellationToken) =>
        FirstThatHasItAsync(primary, deferred, part => part.GetRawDumpsAsync(id, cancellationToken));

    /// <inheritdoc/>
    public override ValueTask<ProcessedCrash> GetUnredactedProcessedAsync(CrashId id, CancellationToken cancellationToken) => processed is not null
        ? processed.GetUnredactedProcessedAsync(id, cancellationToken)
        : FirstThatHasItAsync(primary, deferred, part => part.GetUnredactedProcessedAsync(id, cancellationToken));

    /// <inheritdoc/>
    public override async ValueTask RemoveAsync(CrashId id, CancellationToken cancellationToken) => await FirstThatHasItAsync(
        primary,
        deferred,
        async part =>
        {
            await part.RemoveAsync(id, cancellationToken);
            return true;
        });

    /// <inheritdoc/>
    public override IAsyncEnumerable<NewCrash> NewCrashesAsync(CancellationToken cancellationToken) => NewCrashesOfAsync(primary, cancellationToken);

    private ICrashStore Of(CrashDocument crash) => rule.Defers(crash) ? deferred : primary;

    private ICrashStore OfProcessed(ProcessedCrash crash) => processed ?? Of(crash);
}
