using System.Collections.Concurrent;
using Dashboard.Core.Feeds;
using Dashboard.Core.Sources;
using Dashboard.Core.Verdicts;

namespace Dashboard.Web.Live;

/// <summary>
/// The last few snapshots of every source, so that a program that lost its connection for a moment is told the difference and not everything.
/// Snapshots share what did not change, so they are small.
/// </summary>
internal sealed class LiveHistory(SourceDirectory directory, SourceFeeds<StandingsSnapshot> standings) : BackgroundService
{
    private const int Kept = 64;
    private readonly ConcurrentDictionary<string, Queue<StandingsSnapshot>> bySource = new(StringComparer.Ordinal);

    /// <summary>Names this run of the dashboard: snapshots are numbered anew by each.</summary>
    public string Instance { get; } = Guid.CreateVersion7().ToString("N");

    /// <summary>The snapshot of that number; null when it is not kept any more or was skipped.</summary>
    public StandingsSnapshot? Find(string source, long sequence)
    {
        if (!bySource.TryGetValue(source, out var kept))
        {
            return null;
        }

        lock (kept)
        {
            return kept.FirstOrDefault(snapshot => snapshot.Sequence == sequence);
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(directory.All.Select(source => KeepAsync(source.Name, stoppingToken)));

    private async Task KeepAsync(string source, CancellationToken cancellationToken)
    {
        var kept = bySource.GetOrAdd(source, _ => new Queue<StandingsSnapshot>(Kept));
        await foreach (var snapshot in standings.Of(source).WatchAsync(cancellationToken))
        {
            lock (kept)
            {
                if (kept.Count == Kept)
                {
                    kept.Dequeue();
                }

                kept.Enqueue(snapshot);
            }
        }
    }
}
