using System.Collections.Concurrent;

namespace Dashboard.Core.Runs;

/// <summary>
/// Runs on their way from whoever follows a log to whoever records them. Bounded: while the records cannot be written it fills, and what no longer
/// fits is found again by the walk.
/// </summary>
internal sealed class RecordInbox
{
    /// <summary>How many runs wait at most.</summary>
    public const int Most = 20_000;

    private const int MostKnown = 100_000;

    private readonly Lock gate = new();
    private readonly HashSet<(long Id, DateTimeOffset At)> known = [];
    private readonly List<Run> waiting = [];
    private TaskCompletionSource arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool missed = true;

    /// <summary>Adds what is not known yet; a follower reads the same rows over and over.</summary>
    public void Offer(IReadOnlyList<Run> runs)
    {
        lock (gate)
        {
            if (known.Count > MostKnown)
            {
                known.Clear();
            }

            foreach (var run in runs)
            {
                if (!known.Add((run.Id, run.LogTime)))
                {
                    continue;
                }

                if (waiting.Count == Most)
                {
                    Forget();
                    break;
                }

                waiting.Add(run);
            }

            if (waiting.Count > 0 || missed)
            {
                arrived.TrySetResult();
            }
        }
    }

    /// <summary>Says that runs may have been missed: the log was out of sight, or is followed anew.</summary>
    public void StartAnew()
    {
        lock (gate)
        {
            Forget();
            arrived.TrySetResult();
        }
    }

    /// <summary>What came, at most so many, and whether something was missed since this was last asked.</summary>
    public (IReadOnlyList<Run> Runs, bool Missed) Take(int most)
    {
        lock (gate)
        {
            var taken = waiting.Take(most).ToArray();
            waiting.RemoveRange(0, taken.Length);
            var before = missed;
            missed = false;
            if (waiting.Count == 0 && arrived.Task.IsCompleted)
            {
                arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            return (taken, before);
        }
    }

    /// <summary>Waits until there is something, or until a time has passed.</summary>
    public async Task WaitAsync(TimeSpan longest, TimeProvider clock, CancellationToken cancellationToken)
    {
        Task something;
        lock (gate)
        {
            something = arrived.Task;
        }

        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(something, Task.Delay(longest, clock, enough.Token));
        await enough.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
    }

    private void Forget()
    {
        waiting.Clear();
        known.Clear();
        missed = true;
    }
}

/// <summary>One inbox for each source, made when first asked for.</summary>
public sealed class RecordInboxes
{
    private readonly ConcurrentDictionary<string, RecordInbox> bySource = new(StringComparer.Ordinal);

    /// <summary>That of one source.</summary>
    internal RecordInbox Of(string source) => bySource.GetOrAdd(source, _ => new RecordInbox());
}
