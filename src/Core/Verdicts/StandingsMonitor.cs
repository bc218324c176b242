using System.Threading.Channels;
using Dashboard.Core.Feeds;
using Dashboard.Core.Jobs;
using Dashboard.Core.Runs;
using Dashboard.Core.Sources;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Dashboard.Core.Verdicts;

/// <summary>
/// Keeps the standings of every source: folds the newest rows and runs whenever either changes, and when the clock alone makes a job due
/// or overdue. Publishes only when something differs. While a source is out of reach its clock stands still here: what is shown is how it
/// was, for nobody knows whether what was due then has started since.
/// </summary>
public sealed partial class StandingsMonitor(
    SourceDirectory directory,
    SourceFeeds<JobsSnapshot> jobs,
    SourceFeeds<RunsSnapshot> runs,
    SourceFeeds<SourceStatus> statuses,
    SourceFeeds<StandingsSnapshot> standings,
    TimeProvider clock,
    ILogger<StandingsMonitor> log) : BackgroundService
{
    private static readonly TimeSpan ClockStep = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(directory.All.Select(source => FollowAsync(source.Name, stoppingToken)));

    private async Task FollowAsync(string source, CancellationToken cancellationToken)
    {
        var wakes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
        try
        {
            await Task.WhenAll(
                WakeAsync(jobs.Of(source).WatchAsync(cancellationToken), wakes.Writer),
                WakeAsync(runs.Of(source).WatchAsync(cancellationToken), wakes.Writer),
                WakeAsync(TicksAsync(cancellationToken), wakes.Writer),
                FoldAsync(source, wakes.Reader, cancellationToken));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The dashboard stops.
        }
    }

    private static async Task WakeAsync<T>(IAsyncEnumerable<T> changes, ChannelWriter<bool> wakes)
    {
        await foreach (var _ in changes)
        {
            wakes.TryWrite(true);
        }
    }

    private async Task FoldAsync(string source, ChannelReader<bool> wakes, CancellationToken cancellationToken)
    {
        var folded = (Rows: (JobsSnapshot?)null, Runs: (RunsSnapshot?)null, Until: DateTimeOffset.MinValue);
        await foreach (var _ in wakes.ReadAllAsync(cancellationToken))
        {
            var (rows, log) = (jobs.Of(source).Newest, runs.Of(source).Newest);
            var now = Now(source, rows);
            if (now is null || (ReferenceEquals(rows, folded.Rows) && ReferenceEquals(log, folded.Runs) && now <= folded.Until))
            {
                continue;
            }

            folded = Fold(source, rows, log, now.Value) is { } until ? (rows, log, until) : (null, null, DateTimeOffset.MinValue);
        }
    }

    private DateTimeOffset? Fold(string source, JobsSnapshot rows, RunsSnapshot known, DateTimeOffset now)
    {
        try
        {
            var feed = standings.Of(source);
            var next = StandingsFold.Next(feed.Newest, rows, known, now);
            feed.Publish(next);
            return StandingsFold.Until(next);
        }
        catch (Exception cause)
        {
            // One source's rows must not silence the others, nor its own next ones.
            LogNotFolded(log, source, cause);
            return null;
        }
    }

    private DateTimeOffset? Now(string source, JobsSnapshot rows)
    {
        var status = statuses.Of(source).Newest;
        return rows.AsOf is null ? null : status.State == SourceState.Live ? status.DatabaseTime(clock.GetUtcNow()) : status.AsOf > rows.AsOf ? status.AsOf : rows.AsOf;
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

    [LoggerMessage(EventId = 1300, Level = LogLevel.Error, Message = "Source {Source}: its jobs could not be judged; what is shown stays as it was")]
    private static partial void LogNotFolded(ILogger log, string source, Exception cause);
}
