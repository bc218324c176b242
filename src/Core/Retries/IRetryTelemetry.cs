using Dashboard.Core.Retries.Executor;

namespace Dashboard.Core.Retries;

/// <summary>Where executors tell what became of attempts. Never blocks, never throws; what comes too fast is dropped and counted.</summary>
public interface IRetryTelemetry
{
    /// <summary>Tells one event.</summary>
    void Tell(RetryEvent told);

    /// <summary>Counts an attempt that succeeded at once; allocates nothing.</summary>
    /// <param name="who">Who made it.</param>
    /// <param name="resource">As of <see cref="RetryEvent"/>; the same string object each time.</param>
    /// <param name="backend">As of <see cref="RetryEvent"/>.</param>
    void Count(ExecutorIdentity who, string resource, string backend);
}
