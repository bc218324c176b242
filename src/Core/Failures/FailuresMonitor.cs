using Dashboard.Core.Feeds;
using Dashboard.Core.Retries.Executor;
using Dashboard.Core.Runs;
using Dashboard.Core.Sources;
using Dashboard.Core.Verdicts;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Dashboard.Core.Failures;

/// <summary>
/// Keeps the failures of every source: asks the records when runs were added or the windows have moved on, and folds in what the rows say at once. Its
/// own database being away costs the counts, not what fails now.
/// </summary>
internal sealed partial class FailuresMonitor(
    SourceDirectory directory,
    SourceFeeds<StandingsSnapshot> standings,
    SourceFeeds<SourceStatus> statuses,
    SourceFeeds<RecordsNow> records,
    SourceFeeds<FailuresSnapshot> failures,
    FailureQueries queries,
    FrameRule frames,
    TimeProvider clock,
    ILogger<FailuresMonitor> log) : BackgroundService
{
    private const string OutOfReach = "The dashboard's own records cannot be read at present: counts and older failures are missing.";
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(directory.All.Select(source => FollowAsync(source.Name, stoppingToken)));

    /// <summary>The records for one snapshot.</summary>
    internal static Task<RecordedFailures> ReadAsync(
        FailureQueries queries, FailuresFold fold, StandingsSnapshot rows, DateTimeOffset now, Action<RetryPause>? paused, CancellationToken cancellationToken) =>
        queries.RecordedAsync(rows.Source, [.. fold.FailingNow(rows).Select(job => (job.Standing.Job.Name, job.Print.Id))], FailuresSnapshot.MostGroups + 1, now, paused, cancellationToken);

    private async Task FollowAsync(string source, CancellationToken cancellationToken)
    {
        var wakes = new Wakes();
        try
        {
            await Task.WhenAll(
                wakes.WithAsync(standings.Of(source), cancellationToken),
                wakes.WithAsync(records.Of(source), cancellationToken),
                TickAsync(wakes, cancellationToken),
                FoldAsync(source, wakes, cancellationToken));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The dashboard stops.
        }
    }

    private async Task FoldAsync(string source, Wakes wakes, CancellationToken cancellationToken)
    {
        var fold = new FailuresFold(frames);
        var (recorded, added, read) = (RecordedFailures.None, -1L, DateTimeOffset.MinValue);
        StandingsSnapshot? seen = null;
        Task<RecordedFailures>? reading = null;
        var away = new Away();
        await foreach (var _ in wakes.AllAsync(cancellationToken))
        {
            var (rows, kept) = (standings.Of(source).Newest, records.Of(source).Newest);
            if (rows.AsOf is null)
            {
                continue;
            }

            var now = Now(source, rows.AsOf.Value);
            if (reading is null && (kept.Added != added || !ReferenceEquals(rows, seen) || clock.GetUtcNow() - read >= Longest))
            {
                (added, seen, read) = (kept.Added, rows, clock.GetUtcNow());
                reading = ReadAsync(queries, fold, rows, now, away.Paused, cancellationToken);
                WakeWhenAwayIsOver(reading, away, wakes);
            }

            // While the records are away their reading waits for them, and what fails now is shown without.
            if (reading is not null)
            {
                await Task.WhenAny(reading, away.Task).WaitAsync(cancellationToken);
            }

            if (reading is { IsCompleted: true })
            {
                (recorded, var failure) = await EndedAsync(reading, recorded);
                reading = null;
                away.Is(failure);
            }

            if (away.Cause is { } cause && away.IsNew)
            {
                LogNotRead(log, source, cause);
            }

            var feed = failures.Of(source);
            feed.Publish(fold.Next(feed.Newest, recorded, rows, away.Cause is null ? kept : kept with { Notice = OutOfReach }, now));
            await Task.Delay(Shortest, clock, cancellationToken);
        }
    }

    private static void WakeWhenAwayIsOver(Task reading, Away away, Wakes wakes) => _ = reading.ContinueWith(
        _ =>
        {
            if (away.Cause is not null)
            {
                wakes.Wake();
            }
        },
        CancellationToken.None,
        TaskContinuationOptions.None,
        TaskScheduler.Default);

    private static async Task<(RecordedFailures Recorded, Exception? Failure)> EndedAsync(Task<RecordedFailures> reading, RecordedFailures before)
    {
        try
        {
            return (await reading, null);
        }
        catch (Exception cause) when (cause is NpgsqlException or TimeoutException or InvalidOperationException)
        {
            return (before, cause);
        }
    }

    // While a source is out of reach its clock stands still here.
    private DateTimeOffset Now(string source, DateTimeOffset asOf)
    {
        var status = statuses.Of(source).Newest;
        return status.State == SourceState.Live ? status.DatabaseTime(clock.GetUtcNow()) : status.AsOf > asOf ? status.AsOf.Value : asOf;
    }

    private async Task TickAsync(Wakes wakes, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Longest, clock);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            wakes.Wake();
        }
    }

    [LoggerMessage(EventId = 1700, Level = LogLevel.Warning, Message = "Source {Source}: the records of its failures cannot be read at present")]
    private static partial void LogNotRead(ILogger log, string source, Exception cause);

    /// <summary>Whether the records are away, and why.</summary>
    private sealed class Away
    {
        private TaskCompletionSource paused = New();
        private bool told;

        /// <summary>Why; null when they are there.</summary>
        public Exception? Cause { get; private set; }

        /// <summary>Completed while they are away.</summary>
        public Task Task => paused.Task;

        /// <summary>True when asked for the first time in this outage.</summary>
        public bool IsNew => !told && (told = true);

        /// <summary>They are, and are waited for.</summary>
        public void Paused(RetryPause pause)
        {
            Cause = pause.Cause;
            paused.TrySetResult();
        }

        /// <summary>A reading ended like this.</summary>
        public void Is(Exception? failure)
        {
            Cause = failure;
            told &= failure is not null;
            paused = paused.Task.IsCompleted ? New() : paused;
        }

        private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
