using Dashboard.Core.Retries.Executor;

namespace Dashboard.Core.Retries.Store;

/// <summary>
/// What the store tells of itself. What it tells it has to keep, so it tells little: not what succeeds at once, no signs of life, and of one outage only the first failures
/// and its end.
/// </summary>
internal sealed class StoreTelemetry(IRetryTelemetry queue) : IRetryTelemetry
{
    /// <summary>How many events of one outage are told at most, besides its end.</summary>
    public const int Most = 20;

    private int told;

    /// <inheritdoc/>
    public void Tell(RetryEvent told)
    {
        switch (told.Outcome)
        {
            case RetryOutcome.Waiting:
                break;
            case RetryOutcome.OkAfterRetry:
                Volatile.Write(ref this.told, 0);
                queue.Tell(told);
                break;
            default:
                if (Interlocked.Increment(ref this.told) <= Most)
                {
                    queue.Tell(told);
                }

                break;
        }
    }

    /// <inheritdoc/>
    public void Count(ExecutorIdentity who, string resource, string backend) => Volatile.Write(ref told, 0);
}
