using Dashboard.Core.Retries;
using Npgsql;

namespace Dashboard.Core.Tests.Ingest;

/// <summary>Somebody was killed.</summary>
internal sealed class KilledException : Exception;

/// <summary>Keeps as the records do: events by name, and the position with them.</summary>
internal sealed class KeptInMemory : IRetryStore, ILogPositions
{
    private readonly Dictionary<Guid, RetryEvent> known = [];
    private readonly HashSet<string> files = [];
    private readonly Lock one = new();
    private LogPosition? position;
    private int calls;

    // Waiters must not go on inside the lock, before there is something new to wait for.
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The call that never comes back: even ones before anything was kept, odd ones after.</summary>
    public int DiesAt { get; init; } = -1;

    /// <summary>How many calls find nobody.</summary>
    public int AwayFor { get; init; }

    public List<RetryEvent> Events { get; } = [];

    public List<string> Told => [.. Shapes(Events).Order(StringComparer.Ordinal)];

    // Names hold the number of the file, which another run has not.
    public static IEnumerable<string> Shapes(IEnumerable<RetryEvent> events) =>
        events.Select(told => $"{told.Who.Thread} {told.Outcome} {told.Attempt} {told.At:O} {told.NextAttemptAt:O}");

    public Task<RetryReceipt> KeepAsync(RetryBatch batch, CancellationToken cancellationToken)
    {
        lock (one)
        {
            var call = calls++;
            if (call < AwayFor)
            {
                throw new NpgsqlException("away", new IOException("refused"));
            }

            if (call == DiesAt && call % 2 == 0)
            {
                throw new KilledException();
            }

            var fresh = batch.Events.Where(told => known.TryAdd(told.Id, told)).ToList();
            Events.AddRange(fresh);
            position = batch.Position;
            files.Add(position!.File);
            var told = changed;
            changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            told.SetResult();
            return call == DiesAt ? throw new KilledException() : Task.FromResult(new RetryReceipt(fresh.Count, batch.Events.Count - fresh.Count));
        }
    }

    public Task<LogPosition?> ReadAsync(string log, CancellationToken cancellationToken)
    {
        lock (one)
        {
            return Task.FromResult(position);
        }
    }

    public Task ReachesAsync(long offset, int files = 1) => UntilAsync(() => this.files.Count >= files && position?.Offset >= offset);

    public Task TellsAsync(int events) => UntilAsync(() => Events.Count >= events);

    private async Task UntilAsync(Func<bool> holds)
    {
        while (true)
        {
            Task next;
            lock (one)
            {
                if (holds())
                {
                    return;
                }

                next = changed.Task;
            }

            await next.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        }
    }
}
