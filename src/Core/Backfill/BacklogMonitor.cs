using Dashboard.Core.Dependencies;
using Dashboard.Core.Feeds;
using Dashboard.Core.Jobs;
using Dashboard.Core.Runs;
using Dashboard.Core.Schedules;
using Dashboard.Core.Sources;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Dashboard.Core.Backfill;

/// <summary>
/// Keeps the backlogs of every source: folds schedules, rows, runs and the coming tick whenever one of them changes, and when the clock alone makes a
/// slot come; at most a fortieth of the time but at least once a second, for what a job is matters more than what it owes. Asks no database. While a source is out of reach its clock stands still here, as it does for standings.
/// </summary>
public sealed partial class BacklogMonitor(
    SourceDirectory directory,
    SourceFeeds<ScheduleBook> books,
    SourceFeeds<JobsSnapshot> jobs,
    SourceFeeds<RunsSnapshot> runs,
    SourceFeeds<TickSnapshot> ticks,
    SourceFeeds<SourceStatus> statuses,
    SourceFeeds<BacklogSnapshot> backlogs,
    TimeProvider clock,
    ILogger<BacklogMonitor> log) : BackgroundService
{
    private const int RestsFor = 39;
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(directory.All.Select(source => FollowAsync(source.Name, stoppingToken)));

    private async Task FollowAsync(string source, CancellationToken cancellationToken)
    {
        var wakes = new Wakes();
        try
        {
            await Task.WhenAll(
                wakes.WithAsync(books.Of(source), cancellationToken),
                wakes.WithAsync(runs.Of(source), cancellationToken),

                // The tick is asked anew after each change of a row, so that wakes for both; it comes first, for what a job is matters more than what it owes.
                wakes.WithAsync(ticks.Of(source), cancellationToken),
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
        var fold = new BacklogFold();
        BacklogInputs? folded = null;
        await foreach (var _ in wakes.AllAsync(cancellationToken))
        {
            var inputs = new BacklogInputs(books.Of(source).Newest, jobs.Of(source).Newest, runs.Of(source).Newest, ticks.Of(source).Newest);
            if (SourceClock.Now(statuses.Of(source).Newest, inputs.Rows.AsOf, clock.GetUtcNow()) is { } now && (!IsSame(inputs, folded) || now > fold.Until))
            {
                var began = clock.GetTimestamp();
                folded = Fold(source, fold, inputs, now) ? inputs : null;
                await Wakes.RestAsync(clock, began, RestsFor, TimeSpan.Zero, LongestRest, cancellationToken);
            }
        }
    }

    private bool Fold(string source, BacklogFold fold, BacklogInputs inputs, DateTimeOffset now)
    {
        try
        {
            var feed = backlogs.Of(source);
            feed.Publish(fold.Next(feed.Newest, inputs, now));
            return true;
        }
        catch (Exception cause)
        {
            // One source's rows must not silence the others, nor its own next ones.
            LogNotFolded(log, source, cause);
            return false;
        }
    }

    private static bool IsSame(BacklogInputs inputs, BacklogInputs? before) =>
        before is not null && ReferenceEquals(inputs.Book, before.Book) && ReferenceEquals(inputs.Rows, before.Rows) && ReferenceEquals(inputs.Runs, before.Runs)
        && ReferenceEquals(inputs.Tick, before.Tick);

    [LoggerMessage(EventId = 1610, Level = LogLevel.Error, Message = "Source {Source}: its backlogs could not be reckoned; what is shown stays as it was")]
    private static partial void LogNotFolded(ILogger log, string source, Exception cause);
}
