namespace Dashboard.Core.Stores.Copying;

/// <summary>Lets as many through at once as the pace says at that moment, over all parts that are copied side by side.</summary>
internal sealed class CopyGate(CopyPace pace)
{
    private readonly Lock one = new();
    private readonly LinkedList<TaskCompletionSource> waiting = [];
    private int inside;

    /// <summary>Waits for a place; whoever got one gives it back by <see cref="Leave"/>.</summary>
    public async ValueTask EnterAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        LinkedListNode<TaskCompletionSource> place;
        lock (one)
        {
            if (inside < pace.Now)
            {
                inside++;
                return;
            }

            place = waiting.AddLast(new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        await using var over = cancellationToken.UnsafeRegister(static (place, token) => ((TaskCompletionSource)place!).TrySetCanceled(token), place.Value);
        await place.Value.Task;
    }

    /// <summary>Gives a place back, and lets in whoever fits now.</summary>
    public void Leave()
    {
        lock (one)
        {
            inside--;
            while (waiting.First is { } next && inside < pace.Now)
            {
                waiting.RemoveFirst();

                // Whoever does not wait any more takes no place.
                inside += next.Value.TrySetResult() ? 1 : 0;
            }
        }
    }
}
