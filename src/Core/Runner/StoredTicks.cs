using Dashboard.Core.Retries;
using Dashboard.Core.Ticks;

namespace Dashboard.Core.Runner;

/// <summary>Ticks go where events go: into the dashboard's own records.</summary>
public sealed class StoredTicks(IRetryStore store) : ITickSink
{
    /// <inheritdoc/>
    public Task TellAsync(Tick tick, CancellationToken cancellationToken) => store.KeepAsync(new RetryBatch { Ticks = [tick] }, cancellationToken);
}
