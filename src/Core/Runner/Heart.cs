using System.Collections.Concurrent;
using Npgsql;

namespace Dashboard.Core.Runner;

/// <summary>Says every few seconds that this process lives: for each lock it holds, and for the tick. What cannot be said is said the next time.</summary>
internal sealed class Heart(IRunnerRecords? records, TimeSpan beat, TimeProvider clock, Func<CancellationToken, Task> tellTick) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<Guid, byte> held = new();
    private readonly CancellationTokenSource over = new();
    private Task? beating;

    public void Hold(Guid owner) => held[owner] = 0;

    public void LetGo(Guid owner) => held.TryRemove(owner, out _);

    public void Start() => beating = BeatAsync(over.Token);

    public async ValueTask DisposeAsync()
    {
        await over.CancelAsync();
        if (beating is not null)
        {
            await beating;
        }

        over.Dispose();
    }

    private async Task BeatAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(beat, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                await OnceAsync(cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The tick is over.
        }
    }

    private async Task OnceAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (records is not null && !held.IsEmpty)
            {
                await records.BeatAsync([.. held.Keys], cancellationToken);
            }

            await tellTick(cancellationToken);
        }
        catch (Exception cause) when (cause is NpgsqlException or TimeoutException or System.Net.Sockets.SocketException)
        {
            // The own database is away; the next beat comes.
        }
    }
}
