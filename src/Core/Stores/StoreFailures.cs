using Dashboard.Core.Stores.Crashes;

namespace Dashboard.Core.Stores;

/// <summary>Something is not there. It means that the store was asked and said so; a store that could not be asked never says this.</summary>
public sealed class CrashNotFoundException(string store, CrashId id, CrashItem? item = null)
    : Exception($"{store} has no {(item is { } missing ? $"{missing} of crash" : "crash")} {id}.")
{
    /// <summary>The crash.</summary>
    public CrashId Id => id;

    /// <summary>What of it; null when nothing of it is there.</summary>
    public CrashItem? Item => item;
}

/// <summary>A store is not set up as its configuration says: a bucket or a table is not there. No crash can be found or lost in it.</summary>
public sealed class StoreMisconfiguredException(string store, string what, Exception? cause = null) : Exception($"{store}: {what}", cause);

/// <summary>A store answered that it has taken something, and what it keeps is something else.</summary>
public sealed class StoreCorruptedException(string store, CrashId id, string what) : IOException($"{store} did not keep crash {id} as it was given: {what}");

/// <summary>Some of the stores behind a composite failed; the others have done what they were asked.</summary>
public sealed class StoresFailedException(string store, IReadOnlyList<StoreFailure> failures)
    : AggregateException($"{store}: {string.Join("; ", failures.Select(one => $"{one.Store} failed: {one.Cause.Message}"))}", failures.Select(one => one.Cause))
{
    /// <summary>Which, in the order of the configuration.</summary>
    public IReadOnlyList<StoreFailure> Failures => failures;
}

/// <summary>How one store failed.</summary>
public sealed record StoreFailure(string Store, Exception Cause);
