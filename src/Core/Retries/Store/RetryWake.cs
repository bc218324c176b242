namespace Dashboard.Core.Retries.Store;

/// <summary>Says that something was kept, to whoever shows it.</summary>
internal sealed class RetryWake
{
    private readonly Lock gate = new();
    private TaskCompletionSource kept = New();

    /// <summary>Something was kept.</summary>
    public void Wake()
    {
        lock (gate)
        {
            kept.TrySetResult();
        }
    }

    /// <summary>Waits until something was kept since this was last waited for, or a time has passed.</summary>
    public async Task WaitAsync(TimeSpan longest, TimeProvider clock, CancellationToken cancellationToken)
    {
        Task something;
        lock (gate)
        {
            something = kept.Task;
        }

        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(something, Task.Delay(longest, clock, enough.Token));
        await enough.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
        lock (gate)
        {
            if (kept.Task.IsCompleted)
            {
                kept = New();
            }
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
