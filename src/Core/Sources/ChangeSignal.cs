namespace Dashboard.Core.Sources;

/// <summary>
/// Says that something changed, to one taker. Signals that arrive while the taker is busy become one: a thousand changes a second
/// cost as many readings as the reader can do, never a queue.
/// </summary>
internal sealed class ChangeSignal
{
    private readonly Lock gate = new();
    private const int MostTransactions = 256;
    private readonly List<uint> transactions = [];
    private SourceChange pending;
    private int arrived;
    private bool taken;
    private TaskCompletionSource raised = New();

    /// <summary>True when nothing is raised and the taker has finished with what it took.</summary>
    public bool Quiet
    {
        get
        {
            lock (gate)
            {
                return pending == SourceChange.None && !taken;
            }
        }
    }

    /// <summary>How many were raised and not taken yet.</summary>
    public int Waiting
    {
        get
        {
            lock (gate)
            {
                return arrived;
            }
        }
    }

    /// <summary>Something changed.</summary>
    /// <param name="change">What.</param>
    /// <param name="transaction">The transaction that did it, where that is known.</param>
    public void Raise(SourceChange change, uint? transaction = null)
    {
        if (change == SourceChange.None)
        {
            return;
        }

        lock (gate)
        {
            pending |= change;
            arrived++;
            if (transaction is { } number)
            {
                // In a flood the oldest are over by now.
                transactions.RemoveRange(0, Math.Max(0, transactions.Count + 1 - MostTransactions));
                transactions.Add(number);
            }

            raised.TrySetResult();
        }
    }

    /// <summary>Waits until something was raised and takes all of it; asking again says that what was taken before is done.</summary>
    public async Task<SourceNews> TakeAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task next;
            lock (gate)
            {
                taken = pending != SourceChange.None;
                if (taken)
                {
                    var news = new SourceNews(pending) { Transactions = [.. transactions] };
                    (pending, arrived, raised) = (SourceChange.None, 0, New());
                    transactions.Clear();
                    return news;
                }

                next = raised.Task;
            }

            await next.WaitAsync(cancellationToken);
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
