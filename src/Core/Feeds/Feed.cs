using System.Runtime.CompilerServices;

namespace Dashboard.Core.Feeds;

/// <summary>
/// The newest snapshot of one subject, and everyone who watches it. A watcher that is slow skips to the newest:
/// a snapshot is whole, so nothing in between is missed.
/// </summary>
/// <typeparam name="T">An immutable snapshot.</typeparam>
public sealed class Feed<T>(T first)
    where T : class
{
    private readonly Lock gate = new();
    private Edition newest = new(first);
    private Wakes[] woken = [];

    /// <summary>The snapshot published last.</summary>
    public T Newest => Volatile.Read(ref newest).Snapshot;

    /// <summary>Makes a snapshot the newest and wakes every watcher. The same object again wakes nobody.</summary>
    public void Publish(T snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        Edition replaced;
        Wakes[] told;
        lock (gate)
        {
            (replaced, told) = (newest, woken);
            if (ReferenceEquals(replaced.Snapshot, snapshot))
            {
                return;
            }

            Volatile.Write(ref newest, new Edition(snapshot));
        }

        replaced.Superseded.SetResult();
        foreach (var wakes in told)
        {
            wakes.Wake();
        }
    }

    /// <summary>From here on each newest snapshot wakes who waits there, by the shortest way, until what is returned is disposed of.</summary>
    internal IDisposable Tell(Wakes wakes)
    {
        lock (gate)
        {
            woken = [.. woken, wakes];
        }

        return new Telling(this, wakes);
    }

    private void Forget(Wakes wakes)
    {
        lock (gate)
        {
            woken = [.. woken.Where(other => !ReferenceEquals(other, wakes))];
        }
    }

    /// <summary>The newest snapshot now, and each newest one from here on, until cancelled.</summary>
    public async IAsyncEnumerable<T> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var seen = Volatile.Read(ref newest);
            yield return seen.Snapshot;
            await seen.Superseded.Task.WaitAsync(cancellationToken);
        }
    }

    private sealed class Telling(Feed<T> feed, Wakes wakes) : IDisposable
    {
        public void Dispose() => feed.Forget(wakes);
    }

    private sealed class Edition(T snapshot)
    {
        public T Snapshot { get; } = snapshot;

        // Continuations run elsewhere: a publisher never waits for its watchers.
        public TaskCompletionSource Superseded { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
