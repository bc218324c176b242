using Dashboard.Core.Feeds;
using Dashboard.Core.Jobs;
using Dashboard.Core.Runs;
using Dashboard.Core.Sources;
using Microsoft.Extensions.Hosting;

namespace Dashboard.Core.Verdicts;

/// <summary>
/// Keeps the standings of every source: folds the newest rows and runs whenever either changes, and once a second, because a job
/// becomes due or overdue by the clock alone. Publishes only when something differs.
/// </summary>
public sealed class StandingsMonitor(
    SourceDirectory directory,
    SourceFeeds<JobsSnapshot> jobs,
    SourceFeeds<RunsSnapshot> runs,
    SourceFeeds<SourceStatus> statuses,
    SourceFeeds<StandingsSnapshot> standings,
    TimeProvider clock) : BackgroundService
{
    private static readonly TimeSpan ClockStep = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(directory.All.Select(source => FollowAsync(source.Name, stoppingToken)));

    private async Task FollowAsync(string source, CancellationToken cancellationToken)
    {
        using var turn = new SemaphoreSlim(1);
        await Task.WhenAll(
            OnEachAsync(jobs.Of(source).WatchAsync(cancellationToken)),
            OnEachAsync(runs.Of(source).WatchAsync(cancellationToken)),
            OnEachAsync(TicksAsync(cancellationToken))).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        async Task OnEachAsync<T>(IAsyncEnumerable<T> wakes)
        {
            await foreach (var _ in wakes.WithCancellation(cancellationToken))
            {
                await turn.WaitAsync(cancellationToken);
                try
                {
                    Refresh(source);
                }
                finally
                {
                    turn.Release();
                }
            }
        }
    }

    private void Refresh(string source)
    {
        var rows = jobs.Of(source).Newest;
        if (rows.AsOf is null)
        {
            return;
        }

        var feed = standings.Of(source);
        var next = StandingsFold.Next(feed.Newest, rows, runs.Of(source).Newest, statuses.Of(source).Newest.DatabaseTime(clock.GetUtcNow()));
        feed.Publish(next);
    }

    private async IAsyncEnumerable<DateTimeOffset> TicksAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(ClockStep, clock);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            yield return clock.GetUtcNow();
        }
    }
}
