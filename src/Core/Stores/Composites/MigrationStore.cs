using System.Globalization;
using System.Runtime.CompilerServices;
using Dashboard.Core.Stores.Crashes;

namespace Dashboard.Core.Stores.Composites;

/// <summary>Crashes from a day on live in the primary, older ones in the fallback; the id says which. For a move in which the new store takes over at a date.</summary>
/// <param name="name">As <see cref="ICrashStore.Name"/>.</param>
/// <param name="primary">The new one.</param>
/// <param name="fallback">The old one.</param>
/// <param name="threshold">The first day of the new one.</param>
/// <param name="readThrough">Whether what one has not is looked for in the other; the original never did.</param>
public sealed class MigrationStore(string name, ICrashStore primary, ICrashStore fallback, DateOnly threshold, bool readThrough = false) : CompositeStore(name, [primary, fallback])
{
    private long seamMisses;

    /// <inheritdoc/>
    public override StoreCapabilities Capabilities => (primary.Capabilities | fallback.Capabilities) & ~(StoreCapabilities.Enumerate | StoreCapabilities.ConditionalCreate);

    /// <summary>The first day of the new store.</summary>
    public DateOnly Threshold => threshold;

    /// <summary>How many reads were answered by the store that the day does not name.</summary>
    public long SeamMisses => Interlocked.Read(ref seamMisses);

    /// <summary>Reads <c>date_threshold</c>: <c>YYMMDD</c>.</summary>
    /// <exception cref="FormatException">It is no day. The original compared six characters as text and sent crashes anywhere.</exception>
    public static DateOnly ParseThreshold(string text) =>
        DateOnly.TryParseExact("20" + text, "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            ? day
            : throw new FormatException($"date_threshold is '{text}'; it takes a day as YYMMDD, as 150401 for 1 April 2015.");

    /// <inheritdoc/>
    public override ValueTask SaveRawCrashAsync(RawCrash raw, Dumps dumps, CrashId id, CancellationToken cancellationToken) =>
        Of(id).SaveRawCrashAsync(raw, dumps, id, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask SaveProcessedAsync(ProcessedCrash processed, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(processed);
        return Of(processed.Id).SaveProcessedAsync(processed, cancellationToken);
    }

    /// <inheritdoc/>
    public override ValueTask SaveRawAndProcessedAsync(RawCrash raw, Dumps? dumps, ProcessedCrash processed, CrashId id, CancellationToken cancellationToken) =>
        Of(id).SaveRawAndProcessedAsync(raw, dumps, processed, id, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask<RawCrash> GetRawCrashAsync(CrashId id, CancellationToken cancellationToken) => ReadAsync(id, part => part.GetRawCrashAsync(id, cancellationToken));

    /// <inheritdoc/>
    public override ValueTask<Dump> GetRawDumpAsync(CrashId id, string? name, CancellationToken cancellationToken) =>
        ReadAsync(id, part => part.GetRawDumpAsync(id, name, cancellationToken));

    /// <inheritdoc/>
    public override ValueTask<Dumps> GetRawDumpsAsync(CrashId id, CancellationToken cancellationToken) => ReadAsync(id, part => part.GetRawDumpsAsync(id, cancellationToken));

    /// <inheritdoc/>
    public override ValueTask<ProcessedCrash> GetUnredactedProcessedAsync(CrashId id, CancellationToken cancellationToken) =>
        ReadAsync(id, part => part.GetUnredactedProcessedAsync(id, cancellationToken));

    /// <inheritdoc/>
    public override ValueTask<CrashCatalog> CatalogAsync(CrashId id, CancellationToken cancellationToken) => Of(id).CatalogAsync(id, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask RemoveAsync(CrashId id, CancellationToken cancellationToken) => Of(id).RemoveAsync(id, cancellationToken);

    /// <summary>Those of the old store first: they have waited longer.</summary>
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

    private ICrashStore Of(CrashId id) =>
        id.Day is { } day ? day >= threshold ? primary : fallback : throw new FormatException($"The last six digits of crash {id} are no day, so nothing says in which store it lives.");

    private async ValueTask<T> ReadAsync<T>(CrashId id, Func<ICrashStore, ValueTask<T>> ask)
    {
        var named = Of(id);
        if (!readThrough)
        {
            return await ask(named);
        }

        var other = ReferenceEquals(named, primary) ? fallback : primary;
        return await FirstThatHasItAsync(
            named,
            other,
            async part =>
            {
                var answer = await ask(part);
                if (ReferenceEquals(part, other))
                {
                    Interlocked.Increment(ref seamMisses);
                }

                return answer;
            });
    }
}
