using System.Runtime.CompilerServices;
using Dashboard.Core.Stores.Crashes;
using Dashboard.Core.Stores.Rabbit;

namespace Dashboard.Core.Stores.Health;

/// <summary>A store whose every operation is counted and timed, as its caller sees it: with all attempts and the waits between them.</summary>
/// <remarks>What its caller broke off says nothing of the store and is not counted.</remarks>
/// <param name="inner">The store.</param>
/// <param name="meter">Where it is counted, under what the store talks to; one that is made of others under its place in the configuration.</param>
public sealed class MeteredStore(ICrashStore inner, StoreMeter meter) : ICrashStore
{
    /// <summary>The store itself.</summary>
    public ICrashStore Inner => inner;

    /// <inheritdoc/>
    public string Name => inner.Name;

    /// <inheritdoc/>
    public StoreCapabilities Capabilities => inner.Capabilities;

    /// <inheritdoc/>
    public string Resource => inner.Resource;

    /// <summary>Pages of listings are not counted: one answers for a thousand things.</summary>
    public IItemListing? Listing => inner.Listing;

    /// <inheritdoc/>
    public ValueTask SaveRawCrashAsync(RawCrash raw, Dumps dumps, CrashId id, CancellationToken cancellationToken) =>
        CountedAsync(StoreOperation.SaveRaw, static (store, asked, token) => store.SaveRawCrashAsync(asked.raw, asked.dumps, asked.id, token), (raw, dumps, id), cancellationToken);

    /// <inheritdoc/>
    public ValueTask SaveProcessedAsync(ProcessedCrash processed, CancellationToken cancellationToken) =>
        CountedAsync(StoreOperation.SaveProcessed, static (store, asked, token) => store.SaveProcessedAsync(asked, token), processed, cancellationToken);

    /// <inheritdoc/>
    public ValueTask SaveRawAndProcessedAsync(RawCrash raw, Dumps? dumps, ProcessedCrash processed, CrashId id, CancellationToken cancellationToken) =>
        CountedAsync(StoreOperation.SaveBoth, static (store, asked, token) => store.SaveRawAndProcessedAsync(asked.raw, asked.dumps, asked.processed, asked.id, token), (raw, dumps, processed, id), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<RawCrash> GetRawCrashAsync(CrashId id, CancellationToken cancellationToken) =>
        CountedAsync(StoreOperation.GetRaw, static (store, asked, token) => store.GetRawCrashAsync(asked, token), id, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<Dump> GetRawDumpAsync(CrashId id, string? name, CancellationToken cancellationToken) =>
        CountedAsync(StoreOperation.GetDumps, static (store, asked, token) => store.GetRawDumpAsync(asked.id, asked.name, token), (id, name), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<Dumps> GetRawDumpsAsync(CrashId id, CancellationToken cancellationToken) =>
        CountedAsync(StoreOperation.GetDumps, static (store, asked, token) => store.GetRawDumpsAsync(asked, token), id, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ProcessedCrash> GetUnredactedProcessedAsync(CrashId id, CancellationToken cancellationToken) =>
        CountedAsync(StoreOperation.GetProcessed, static (store, asked, token) => store.GetUnredactedProcessedAsync(asked, token), id, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<CrashCatalog> CatalogAsync(CrashId id, CancellationToken cancellationToken) =>
        CountedAsync(StoreOperation.Catalog, static (store, asked, token) => store.CatalogAsync(asked, token), id, cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<CrashCatalog> EnumerateAsync(DateOnly day, char salt, CrashId? after, CancellationToken cancellationToken) =>
        CountedAsync(StoreOperation.List, inner.EnumerateAsync(day, salt, after, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>> ReadItemAsync(CrashId id, CrashItem item, CancellationToken cancellationToken) =>
        CountedAsync(StoreOperation.ReadItem, static (store, asked, token) => store.ReadItemAsync(asked.id, asked.item, token), (id, item), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<CreateOutcome> CreateItemAsync(CrashId id, CrashItem item, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        CountedAsync(StoreOperation.CreateItem, static (store, asked, token) => store.CreateItemAsync(asked.id, asked.item, asked.content, token), (id, item, content), cancellationToken);

    /// <inheritdoc/>
    public ValueTask RemoveAsync(CrashId id, CancellationToken cancellationToken) =>
        CountedAsync(StoreOperation.Remove, static (store, asked, token) => store.RemoveAsync(asked, token), id, cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<NewCrash> NewCrashesAsync(CancellationToken cancellationToken) => CountedAsync(StoreOperation.NewCrashes, inner.NewCrashesAsync(cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public ValueTask AckCrashAsync(NewCrash crash, CancellationToken cancellationToken) =>
        CountedAsync(StoreOperation.Ack, static (store, asked, token) => store.AckCrashAsync(asked, token), crash, cancellationToken);

    /// <summary>Publishes a message to a queue of its own and waits until it is confirmed.</summary>
    /// <exception cref="NotSupportedException">It is no queue.</exception>
    internal ValueTask PublishAsync(CancellationToken cancellationToken) => CountedAsync(
        StoreOperation.Publish,
        static (store, _, token) => store is RabbitStore queue ? queue.ProbeAsync(token) : throw new NotSupportedException($"{store.Name} is no queue."),
        0,
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => inner.DisposeAsync();

    // Keeping count allocates nothing: what a call that is not answered at once needs is used again.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask CountedAsync<TState>(StoreOperation operation, Func<ICrashStore, TState, CancellationToken, ValueTask> ask, TState state, CancellationToken cancellationToken)
    {
        var begun = meter.Begin();
        try
        {
            await ask(inner, state, cancellationToken);
        }
        catch (Exception cause)
        {
            Failed(operation, begun, cause, cancellationToken);
            throw;
        }

        meter.Count(Resource, operation, StoreOutcome.Ok, begun);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<T> CountedAsync<TState, T>(StoreOperation operation, Func<ICrashStore, TState, CancellationToken, ValueTask<T>> ask, TState state, CancellationToken cancellationToken)
    {
        var begun = meter.Begin();
        T answer;
        try
        {
            answer = await ask(inner, state, cancellationToken);
        }
        catch (Exception cause)
        {
            Failed(operation, begun, cause, cancellationToken);
            throw;
        }

        meter.Count(Resource, operation, StoreOutcome.Ok, begun);
        return answer;
    }

    // What whoever reads it does between two of them is not the store's time.
    private async IAsyncEnumerable<T> CountedAsync<T>(StoreOperation operation, IAsyncEnumerable<T> all, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var took = TimeSpan.Zero;
        await using var each = all.GetAsyncEnumerator(cancellationToken);
        while (true)
        {
            var begun = meter.Begin();
            bool more;
            try
            {
                more = await each.MoveNextAsync();
            }
            catch (Exception cause)
            {
                Failed(operation, begun, cause, cancellationToken);
                throw;
            }

            took += meter.Since(begun);
            if (!more)
            {
                break;
            }

            yield return each.Current;
        }

        meter.Count(Resource, operation, StoreOutcome.Ok, took);
    }

    private void Failed(StoreOperation operation, long begun, Exception cause, CancellationToken cancellationToken)
    {
        if (cause is not NotSupportedException && !(cause is OperationCanceledException && cancellationToken.IsCancellationRequested))
        {
            meter.Count(Resource, operation, cause is CrashNotFoundException ? StoreOutcome.NotFound : StoreOutcome.Failed, begun);
        }
    }
}
