using Dashboard.Core.Dependencies;
using Dashboard.Core.Feeds;
using Dashboard.Core.Runs;
using Dashboard.Core.Schedules;
using Dashboard.Core.Sources;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Dashboard.Core.Verdicts;

/// <summary>
/// Keeps the standings of every source: folds the newest rows, with what the next tick does with them, and runs whenever either changes, and when the
/// clock alone makes a job due or overdue. Publishes only when something differs. While a source is out of reach its clock stands still here: what is shown is how it
/// was, for nobody knows whether what was due then has started since.
/// </summary>
public sealed partial class StandingsMonitor(
    SourceDirectory directory,
    SourceFeeds<TickSnapshot> ticks,
    SourceFeeds<RunsSnapshot> runs,
    SourceFeeds<ScheduleBook> schedules,
    SourceFeeds<SourceStatus> statuses,
    SourceFeeds<StandingsSnapshot> standings,
    TimeProvider clock,
    ILogger<StandingsMonitor> log) : BackgroundService
{
    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(directory.All.Select(source => FollowAsync(source.Name, stoppingToken)));

    private async Task FollowAsync(string source, CancellationToken cancellationToken)
    {
        var wakes = new Wakes();
        try
        {
            await Task.WhenAll(
                wakes.WithAsync(ticks.Of(source), cancellationToken),
                wakes.WithAsync(runs.Of(source), cancellationToken),
                wakes.WithAsync(schedules.Of(source), cancellationToken),
                wakes.WithAsync(clock, cancellationToken),
                FoldAsync(source, wakes, cancellationToken));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The dashboard stops.
        }
    }

    private async Task FoldAsync(string source, Wakes wakes, CancellationToken cancellationToken)
    {
        var folded = (Tick: (TickSnapshot?)null, Runs: (RunsSnapshot?)null, Book: (ScheduleBook?)null, Until: DateTimeOffset.MinValue);
        await foreach (var _ in wakes.AllAsync(cancellationToken))
        {
            var (tick, log, book) = (ticks.Of(source).Newest, runs.Of(source).Newest, schedules.Of(source).Newest);
            var now = SourceClock.Now(statuses.Of(source).Newest, tick.Rows?.AsOf, clock.GetUtcNow());
            if (now is null || (ReferenceEquals(tick, folded.Tick) && ReferenceEquals(log, folded.Runs) && ReferenceEquals(book, folded.Book) && now <= folded.Until))
            {
                continue;
            }

            folded = Fold(source, tick, log, book, now.Value) is { } until ? (tick, log, book, until) : (null, null, null, DateTimeOffset.MinValue);
        }
    }

    private DateTimeOffset? Fold(string source, TickSnapshot tick, RunsSnapshot known, ScheduleBook book, DateTimeOffset now)
    {
        try
        {
            var feed = standings.Of(source);
            var next = StandingsFold.Next(feed.Newest, tick, known, now, book);
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

    [LoggerMessage(EventId = 1300, Level = LogLevel.Error, Message = "Source {Source}: its jobs could not be judged; what is shown stays as it was")]
    private static partial void LogNotFolded(ILogger log, string source, Exception cause);
}
