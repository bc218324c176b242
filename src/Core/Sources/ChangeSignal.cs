namespace Dashboard.Core.Sources;

/// <summary>
/// Says that something changed, to one taker. Signals that arrive while the taker is busy become one: a thousand changes a second
/// cost as many readings as the reader can do, never a queue.
/// </summary>
internal sealed class ChangeSignal
{
    private readonly Lock gate = new();
    private SourceChange pending;
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

    /// <summary>True when something was raised and not taken yet.</summary>
    public bool Waiting
    {
        get
        {
            lock (gate)
            {
                return pending != SourceChange.None;
            }
        }
    }

    /// <summary>Something changed.</summary>
    public void Raise(SourceChange change)
    {
        if (change == SourceChange.None)
        {
            return;
        }

        lock (gate)
        {
            pending |= change;
            raised.TrySetResult();
        }
    }

    /// <summary>Waits until something was raised and takes all of it; asking again says that what was taken before is done.</summary>
    public async Task<SourceChange> TakeAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task next;
            lock (gate)
            {
                taken = pending != SourceChange.None;
                if (taken)
                {
                    var change = pending;
                    pending = SourceChange.None;
                    raised = New();
                    return change;
                }

                next = raised.Task;
            }

            await next.WaitAsync(cancellationToken);
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
