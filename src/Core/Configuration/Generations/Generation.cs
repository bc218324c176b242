namespace Dashboard.Core.Configuration.Generations;

/// <summary>
/// Holds what the newest accepted configuration made, and lets it be exchanged under load: whoever works with it holds a lease, new leases are of the new
/// generation from one moment on, and the old one is disposed of when its last lease was given back. Taking and giving back a lease takes no lock.
/// </summary>
/// <typeparam name="T">A tree of stores, for instance. Disposed of exactly once.</typeparam>
public sealed class GenerationHolder<T> : IAsyncDisposable
    where T : class, IAsyncDisposable
{
    private Generation<T> current;
    private int closed;

    /// <summary>Begins with generation 1.</summary>
    public GenerationHolder(T first) => current = new Generation<T>(1, first);

    /// <summary>The number of the generation in use.</summary>
    public long Number => Volatile.Read(ref current).Number;

    /// <summary>Takes a lease of the generation in use. Dispose of it when the operation is over; the same generation serves the whole operation.</summary>
    /// <exception cref="ObjectDisposedException">There is none any more.</exception>
    public Lease<T> Take()
    {
        while (true)
        {
            var generation = Volatile.Read(ref current);
            if (generation.TryTake())
            {
                return new Lease<T>(generation);
            }

            // It was retired between the two lines above: the next one stands there already, unless all is over.
            ObjectDisposedException.ThrowIf(ReferenceEquals(generation, Volatile.Read(ref current)), this);
        }
    }

    /// <summary>Puts the next one in its place, from this moment on.</summary>
    /// <returns>The generation that was in use; <see cref="Generation{T}.DrainAsync"/> waits for its leases.</returns>
    public Generation<T> Swap(T next)
    {
        while (true)
        {
            var before = Volatile.Read(ref current);
            ObjectDisposedException.ThrowIf(Volatile.Read(ref closed) != 0, this);
            if (ReferenceEquals(Interlocked.CompareExchange(ref current, new Generation<T>(before.Number + 1, next), before), before))
            {
                before.Retire();
                if (Volatile.Read(ref closed) != 0)
                {
                    // All was ended meanwhile: the next one must not outlive it.
                    Volatile.Read(ref current).Retire();
                }

                return before;
            }
        }
    }

    /// <summary>Ends the last one, when its leases are given back; nobody can take a lease any more.</summary>
    public async ValueTask DisposeAsync()
    {
        Interlocked.Exchange(ref closed, 1);
        var last = Volatile.Read(ref current);
        last.Retire();
        await last.Drained;
    }
}

/// <summary>One generation: what a configuration made, and how many work with it.</summary>
public sealed class Generation<T>
    where T : class, IAsyncDisposable
{
    // The generation itself counts as one until it is retired; at 0 it is over for good.
    private readonly TaskCompletionSource drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long holders = 1;
    private int retired;

    internal Generation(long number, T value) => (Number, Value) = (number, value);

    /// <summary>1, 2, 3 …</summary>
    public long Number { get; }

    /// <summary>How many leases are out.</summary>
    public long Leases => Math.Max(0, Interlocked.Read(ref holders) - (Volatile.Read(ref retired) == 0 ? 1 : 0));

    /// <summary>Ends when the last lease was given back and the value was disposed of; with the exception, when that failed.</summary>
    public Task Drained => drained.Task;

    internal bool IsRetired => Volatile.Read(ref retired) != 0;

    internal T Value { get; }

    /// <summary>Waits for its leases. When they last longer than that it goes on without anybody waiting: what works is never cut off.</summary>
    /// <returns>Whether it is over.</returns>
    public async Task<bool> DrainAsync(TimeSpan most, TimeProvider clock, CancellationToken cancellationToken)
    {
        try
        {
            await Drained.WaitAsync(most, clock, cancellationToken);
            return true;
        }
        catch (TimeoutException) when (!Drained.IsCompleted)
        {
            return false;
        }
    }

    internal bool TryTake()
    {
        var seen = IsRetired ? 0 : Interlocked.Read(ref holders);
        while (seen > 0)
        {
            var before = Interlocked.CompareExchange(ref holders, seen + 1, seen);
            if (before == seen)
            {
                return true;
            }

            seen = before;
        }

        return false;
    }

    internal void Retire()
    {
        if (Interlocked.Exchange(ref retired, 1) == 0)
        {
            GiveBack();
        }
    }

    internal void GiveBack()
    {
        if (Interlocked.Decrement(ref holders) == 0)
        {
            _ = EndAsync();
        }
    }

    private async Task EndAsync()
    {
        try
        {
            await Value.DisposeAsync();
            drained.SetResult();
        }
        catch (Exception cause)
        {
            // Told to whoever waits for it; it never harms the one that gave the last lease back.
            drained.SetException(cause);
            _ = drained.Task.Exception;
        }
    }
}

/// <summary>The right to work with a generation. Give it back once, by disposing of it.</summary>
public sealed class Lease<T> : IDisposable
    where T : class, IAsyncDisposable
{
    private Generation<T>? generation;

    internal Lease(Generation<T> generation) => this.generation = generation;

    /// <summary>What to work with.</summary>
    /// <exception cref="ObjectDisposedException">It was given back.</exception>
    public T Value => (Volatile.Read(ref generation) ?? throw new ObjectDisposedException(nameof(Lease<>))).Value;

    /// <summary>The number of its generation.</summary>
    /// <exception cref="ObjectDisposedException">It was given back.</exception>
    public long Number => (Volatile.Read(ref generation) ?? throw new ObjectDisposedException(nameof(Lease<>))).Number;

    /// <inheritdoc/>
    public void Dispose() => Interlocked.Exchange(ref generation, null)?.GiveBack();
}
