using Dashboard.Core.Retries;
using Dashboard.Core.Retries.Executor;

namespace Dashboard.Core.Sources;

/// <summary>Tells a failure that no waiting heals only once, however often somebody asks again and is refused in the same words.</summary>
/// <param name="inner">Where it is told.</param>
internal sealed class RefusalOnce(IRetryTelemetry inner) : IRetryTelemetry
{
    private (string? Type, string? Value)? refused;

    /// <inheritdoc/>
    public void Tell(RetryEvent told)
    {
        ArgumentNullException.ThrowIfNull(told);
        (string?, string?)? refusal = told.Outcome == RetryOutcome.NotRetryable ? (told.ExceptionType, told.ExceptionValue) : null;
        var again = refusal is not null && refusal == refused;
        refused = refusal;
        if (!again)
        {
            inner.Tell(told);
        }
    }

    /// <inheritdoc/>
    public void Count(ExecutorIdentity who, string resource, string backend)
    {
        refused = null;
        inner.Count(who, resource, backend);
    }
}
