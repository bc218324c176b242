using System.Runtime.CompilerServices;
using Dashboard.Core.Stores.Crashes;
using Microsoft.Extensions.Logging;

namespace Dashboard.Core.Stores.Composites;

/// <summary>Says of each call of one store how long it took. Also of those that failed, which the original passed over.</summary>
/// <param name="name">As <see cref="ICrashStore.Name"/>.</param>
/// <param name="tag">Stands before each line, the original's <c>benchmark_tag</c>.</param>
/// <param name="store">The store.</param>
/// <param name="clock">By which it measures.</param>
/// <param name="log">Where it says so.</param>
public sealed partial class BenchmarkingStore(string name, string tag, ICrashStore store, TimeProvider clock, ILogger log) : CompositeStore(name, [store])
{
    /// <inheritdoc/>
    public override StoreCapabilities Capabilities => store.Capabilities;

    /// <inheritdoc/>
    public override ValueTask SaveRawCrashAsync(RawCrash raw, Dumps dumps, CrashId id, CancellationToken cancellationToken) =>
        MeasureAsync(store.SaveRawCrashAsync(raw, dumps, id, cancellationToken), clock.GetTimestamp());

    /// <inheritdoc/>
    public override ValueTask SaveProcessedAsync(ProcessedCrash processed, CancellationToken cancellationToken) =>
        MeasureAsync(store.SaveProcessedAsync(processed, cancellationToken), clock.GetTimestamp());

    /// <inheritdoc/>
    public override ValueTask SaveRawAndProcessedAsync(RawCrash raw, Dumps? dumps, ProcessedCrash processed, CrashId id, CancellationToken cancellationToken) =>
        MeasureAsync(store.SaveRawAndProcessedAsync(raw, dumps, processed, id, cancellationToken), clock.GetTimestamp());

    /// <inheritdoc/>
    public override ValueTask<RawCrash> GetRawCrashAsync(CrashId id, CancellationToken cancellationToken) =>
        MeasureAsync(store.GetRawCrashAsync(id, cancellationToken), clock.GetTimestamp());

    /// <inheritdoc/>
    public override ValueTask<Dump> GetRawDumpAsync(CrashId id, string? name, CancellationToken cancellationToken) =>
        MeasureAsync(store.GetRawDumpAsync(id, name, cancellationToken), clock.GetTimestamp());

    /// <inheritdoc/>
    public override ValueTask<Dumps> GetRawDumpsAsync(CrashId id, CancellationToken cancellationToken) =>
        MeasureAsync(store.GetRawDumpsAsync(id, cancellationToken), clock.GetTimestamp());

    /// <inheritdoc/>
    public override ValueTask<ProcessedCrash> GetUnredactedProcessedAsync(CrashId id, CancellationToken cancellationToken) =>
        MeasureAsync(store.GetUnredactedProcessedAsync(id, cancellationToken), clock.GetTimestamp());

    /// <inheritdoc/>
    public override ValueTask<CrashCatalog> CatalogAsync(CrashId id, CancellationToken cancellationToken) =>
        MeasureAsync(store.CatalogAsync(id, cancellationToken), clock.GetTimestamp());

    /// <inheritdoc/>
    public override IAsyncEnumerable<CrashCatalog> EnumerateAsync(DateOnly day, char salt, CrashId? after, CancellationToken cancellationToken) =>
        store.EnumerateAsync(day, salt, after, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask<ReadOnlyMemory<byte>> ReadItemAsync(CrashId id, CrashItem item, CancellationToken cancellationToken) =>
        MeasureAsync(store.ReadItemAsync(id, item, cancellationToken), clock.GetTimestamp());

    /// <inheritdoc/>
    public override ValueTask<CreateOutcome> CreateItemAsync(CrashId id, CrashItem item, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        MeasureAsync(store.CreateItemAsync(id, item, content, cancellationToken), clock.GetTimestamp());

    /// <inheritdoc/>
    public override ValueTask RemoveAsync(CrashId id, CancellationToken cancellationToken) => MeasureAsync(store.RemoveAsync(id, cancellationToken), clock.GetTimestamp());

    /// <inheritdoc/>
    public override IAsyncEnumerable<NewCrash> NewCrashesAsync(CancellationToken cancellationToken) => NewCrashesOfAsync(store, cancellationToken);

    private async ValueTask MeasureAsync(ValueTask call, long begun, [CallerMemberName] string what = "") =>
        await MeasureAsync(WaitAsync(call), begun, what);

    private async ValueTask<T> MeasureAsync<T>(ValueTask<T> call, long begun, [CallerMemberName] string what = "")
    {
        try
        {
            var answer = await call;
            LogTook(log, tag, what, clock.GetElapsedTime(begun).TotalSeconds);
            return answer;
        }
        catch (Exception cause)
        {
            LogFailed(log, tag, what, clock.GetElapsedTime(begun).TotalSeconds, cause.GetType().Name);
            throw;
        }
    }

    private static async ValueTask<bool> WaitAsync(ValueTask call)
    {
        await call;
        return true;
    }

    [LoggerMessage(2101, LogLevel.Debug, "{Tag} {What} {Seconds}")]
    private static partial void LogTook(ILogger log, string tag, string what, double seconds);

    [LoggerMessage(2102, LogLevel.Debug, "{Tag} {What} {Seconds} failed with {Failure}")]
    private static partial void LogFailed(ILogger log, string tag, string what, double seconds, string failure);
}
