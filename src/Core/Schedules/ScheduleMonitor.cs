using Dashboard.Core.Feeds;
using Dashboard.Core.Jobs;
using Dashboard.Core.Runs;
using Dashboard.Core.Sources;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Dashboard.Core.Schedules;

/// <summary>
/// Keeps the book of every source: folds files, rows and runs whenever one of them changes, at most once a second, and looks every few seconds whether a file
/// has changed.
/// </summary>
public sealed partial class ScheduleMonitor(
    SourceDirectory directory,
    SourceFeeds<JobsSnapshot> jobs,
    SourceFeeds<RunsSnapshot> runs,
    SourceFeeds<SourceStatus> statuses,
    SourceFeeds<ScheduleBook> books,
    TimeProvider clock,
    ILogger<ScheduleMonitor> log,
    IRunRecords? records = null) : BackgroundService
{
    /// <summary>How often the files are looked at.</summary>
    public static readonly TimeSpan FileStep = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(directory.All.Select(source => FollowAsync(source, stoppingToken)));

    private async Task FollowAsync(Source source, CancellationToken cancellationToken)
    {
        var wakes = new Wakes();
        var files = new ScheduleFiles(source.JobsFile, source.MappingFile);
        Look(source, files);
        try
        {
            await Task.WhenAll(
                wakes.WithAsync(jobs.Of(source.Name), cancellationToken),
                wakes.WithAsync(runs.Of(source.Name), cancellationToken),
                LookAsync(source, files, wakes, cancellationToken),
                FoldAsync(source, files, wakes, cancellationToken));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The dashboard stops.
        }
    }

    private async Task LookAsync(Source source, ScheduleFiles files, Wakes wakes, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(FileStep, clock);
        while ((source.JobsFile ?? source.MappingFile) is not null && await timer.WaitForNextTickAsync(cancellationToken))
        {
            if (Look(source, files))
            {
                wakes.Wake();
            }
        }
    }

    private bool Look(Source source, ScheduleFiles files)
    {
        if (!files.Refresh())
        {
            return false;
        }

        var (named, faults) = (files.Newest.Configuration?.Jobs.Count ?? 0, files.Newest.Faults.ToArray());
        LogRead(log, source.Name, source.JobsFile ?? source.MappingFile!, named, faults.Length);
        foreach (var fault in faults.Take(20))
        {
            LogFault(log, source.Name, fault.ToString());
        }

        return true;
    }

    private async Task FoldAsync(Source source, ScheduleFiles files, Wakes wakes, CancellationToken cancellationToken)
    {
        var fold = new ScheduleFold();
        var older = new OlderRuns(source.Name, records, clock);
        var feed = books.Of(source.Name);
        await foreach (var _ in wakes.AllAsync(cancellationToken))
        {
            try
            {
                var flavour = statuses.Of(source.Name).Newest.Capabilities?.Flavour ?? files.Newest.Configuration?.Flavour ?? Flavour.Crontabber;
                var (rows, recent) = (jobs.Of(source.Name).Newest, runs.Of(source.Name).Newest);
                feed.Publish(fold.Next(feed.Newest, files.Newest, rows, older.With(recent), flavour));
                if (await older.AskAsync(feed.Newest, rows, recent, cancellationToken))
                {
                    wakes.Wake();
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                throw;
            }
            catch (Exception cause)
            {
                // One source's schedules must not silence the others, nor its own next ones.
                LogNotFolded(log, source.Name, cause);
            }

            await Task.Delay(Rest, clock, cancellationToken);
        }
    }

    [LoggerMessage(EventId = 1400, Level = LogLevel.Information, Message = "Source {Source}: {File} names {Jobs} jobs, {Faults} faults")]
    private static partial void LogRead(ILogger log, string source, string file, int jobs, int faults);

    [LoggerMessage(EventId = 1401, Level = LogLevel.Warning, Message = "Source {Source}: {Fault}")]
    private static partial void LogFault(ILogger log, string source, string fault);

    [LoggerMessage(EventId = 1402, Level = LogLevel.Error, Message = "Source {Source}: its schedules could not be worked out; what is shown stays as it was")]
    private static partial void LogNotFolded(ILogger log, string source, Exception cause);
}
