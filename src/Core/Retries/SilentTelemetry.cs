using Dashboard.Core.Retries.Executor;

namespace Dashboard.Core.Retries;

/// <summary>Keeps nothing: for programs that say themselves how they ended, and soon.</summary>
public sealed class SilentTelemetry : IRetryTelemetry
{
    /// <summary>The one there is.</summary>
    public static SilentTelemetry Instance { get; } = new();

    /// <inheritdoc/>
    public void Tell(RetryEvent told)
    {
    }

    /// <inheritdoc/>
    public void Count(ExecutorIdentity who, string resource, string backend)
    {
    }
}
