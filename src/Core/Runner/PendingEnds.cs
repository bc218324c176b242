using System.Collections.Concurrent;

namespace Dashboard.Core.Runner;

/// <summary>Ends of runs that are still to be written because somebody holds their rows: the tick goes on meanwhile, and what was done is not lost.</summary>
internal sealed class PendingEnds : IDisposable
{
    private readonly ConcurrentDictionary<Task<bool>, byte> ends = new();
    private readonly CancellationTokenSource over = new();

    /// <summary>Cancelled when they are given up.</summary>
    public CancellationToken Over => over.Token;

    /// <summary>One more; true when it was written.</summary>
    public void Add(Task<bool> end)
    {
        ends[end] = 0;
        _ = end.ContinueWith(
            ended =>
            {
                if (ended is { IsCompletedSuccessfully: true, Result: true })
                {
                    ends.TryRemove(ended, out _);
                }
            },
            TaskScheduler.Default);
    }

    /// <summary>Waits until all are written; false when one was given up, as they are when asked to quit.</summary>
    public async Task<bool> WrittenAsync(CancellationToken quit)
    {
        await using var asked = quit.Register(over.Cancel);
        var all = true;
        foreach (var end in ends.Keys)
        {
            all &= await end;
            ends.TryRemove(end, out _);
        }

        return all;
    }

    /// <inheritdoc/>
    public void Dispose() => over.Dispose();
}
