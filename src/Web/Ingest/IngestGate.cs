namespace Dashboard.Web.Ingest;

/// <summary>How many may deliver at once, and how many may wait for it: who comes after them is asked to come again.</summary>
internal sealed class IngestGate : IDisposable
{
    private const int AtWork = 3;
    private const int MostInside = 32;

    private readonly SemaphoreSlim work = new(AtWork);
    private int inside;

    /// <summary>Does something when its turn comes; false, and nothing done, when too many wait.</summary>
    public async Task<(bool Done, T? Result)> TryAsync<T>(Func<Task<T>> act, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref inside) > MostInside)
        {
            Interlocked.Decrement(ref inside);
            return (false, default);
        }

        try
        {
            await work.WaitAsync(cancellationToken);
            try
            {
                return (true, await act());
            }
            finally
            {
                work.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref inside);
        }
    }

    public void Dispose() => work.Dispose();
}
