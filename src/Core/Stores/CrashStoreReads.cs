using Dashboard.Core.Stores.Crashes;

namespace Dashboard.Core.Stores;

/// <summary>What every store can do because of what it does.</summary>
public static class CrashStoreReads
{
    /// <summary>A processed crash without what not everybody may see.</summary>
    /// <exception cref="CrashNotFoundException">It is not there.</exception>
    public static async ValueTask<ProcessedCrash> GetProcessedAsync(this ICrashStore store, CrashId id, Redactor redactor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(redactor);
        return redactor.Redact(await store.GetUnredactedProcessedAsync(id, cancellationToken));
    }

    /// <summary>True when it does all of it.</summary>
    public static bool Does(this ICrashStore store, StoreCapabilities capabilities)
    {
        ArgumentNullException.ThrowIfNull(store);
        return (store.Capabilities & capabilities) == capabilities;
    }
}
