using Dashboard.Core.Feeds;
using Dashboard.Core.Jobs;
using Dashboard.Core.Runs;
using Dashboard.Core.Schedules;
using Dashboard.Core.Sources;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Dashboard.Core.Dependencies;

/// <summary>
/// Keeps what the next tick of every source will do: asks <see cref="TickRule"/> whenever rows, runs or schedules change, and when the clock alone makes a
/// difference. Each newest reading of the rows is published with its tick, so that whoever needs both never sees them apart.
/// </summary>
public sealed partial class TickMonitor(
    SourceDirectory directory,
    SourceFeeds<JobsSnapshot> jobs,
    SourceFeeds<RunsSnapshot> runs,
    SourceFeeds<ScheduleBook> schedules,
    SourceFeeds<SourceStatus> statuses,
    SourceFeeds<TickRunner> runners,
    SourceFeeds<TickSnapshot> ticks,
    TimeProvider clock,
    ILogger<TickMonitor> log) : BackgroundService
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
                wakes.WithAsync(jobs.Of(source), cancellationToken),
                wakes.WithAsync(runs.Of(source), cancellationToken),
                wakes.WithAsync(schedules.Of(source), cancellationToken),
                wakes.WithAsync(runners.Of(source), cancellationToken),
                wakes.WithAsync(clock, cancellationToken),
                AskAsync(source, wakes, cancellationToken));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The dashboard stops.
        }
    }

    private async Task AskAsync(string source, Wakes wakes, CancellationToken cancellationToken)
    {
        var asked = (Rows: (JobsSnapshot?)null, Runs: (RunsSnapshot?)null, Book: (ScheduleBook?)null, Runner: (TickRunner?)null);
        await foreach (var _ in wakes.AllAsync(cancellationToken))
        {
            var next = (Rows: jobs.Of(source).Newest, Runs: runs.Of(source).Newest, Book: schedules.Of(source).Newest, Runner: runners.Of(source).Newest);
            if (SourceClock.Now(statuses.Of(source).Newest, next.Rows.AsOf, clock.GetUtcNow()) is { } now && (asked != next || now > ticks.Of(source).Newest.Until))
            {
                asked = next;
                Ask(source, next.Book, next.Rows, next.Runs, next.Runner, now);
            }
        }
    }

    private void Ask(string source, ScheduleBook book, JobsSnapshot rows, RunsSnapshot known, TickRunner runner, DateTimeOffset now)
    {
        var feed = ticks.Of(source);
        try
        {
            feed.Publish(TickRule.Next(feed.Newest, Ruled(source, book), rows, known, now, runner));
        }
        catch (Exception cause)
        {
            // The rows are shown even when what a tick would do with them cannot be told. Not asked again before something changes.
            LogNotAsked(log, source, cause);
            feed.Publish(TickSnapshot.Empty(source) with { AsOf = rows.AsOf, Rows = rows });
        }
    }

    // Before there is a book the flavour of the tables tells whose rules hold.
    private ScheduleBook Ruled(string source, ScheduleBook book) =>
        book.AsOf is null && statuses.Of(source).Newest.Capabilities is { } found && found.Flavour != book.Flavour
            ? book with { Settings = SchedulerSettings.For(found.Flavour) }
            : book;

    [LoggerMessage(EventId = 1600, Level = LogLevel.Error, Message = "Source {Source}: what the next tick does could not be told; jobs are shown without it")]
    private static partial void LogNotAsked(ILogger log, string source, Exception cause);
}
