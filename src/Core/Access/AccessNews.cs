using System.Threading.Channels;

namespace Dashboard.Core.Access;

/// <summary>Says within this process that somebody was shut out, so that nobody has to find out.</summary>
public sealed class AccessNews
{
    private readonly Channel<bool> told = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private long version;

    /// <summary>Grows with each news: what was read at another one may be old.</summary>
    public long Version => Volatile.Read(ref version);

    /// <summary>Something changed.</summary>
    public void Tell()
    {
        Interlocked.Increment(ref version);
        told.Writer.TryWrite(true);
    }

    /// <summary>Waits for it, so long at most; comes back at once when it was told since the last wait. For one to wait.</summary>
    public async Task WaitAsync(TimeSpan most, TimeProvider clock, CancellationToken cancellationToken)
    {
        using var enough = new CancellationTokenSource(most, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, enough.Token);
        try
        {
            await told.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Nothing was told.
        }
    }
}
