using Dashboard.Core.Feeds;
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
    internal static async Task<RecordedFailures> ReadAsync(FailureQueries queries, FailuresFold fold, StandingsSnapshot rows, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var failing = fold.FailingNow(rows);
        var groups = await queries.GroupsAsync(rows.Source, FailuresSnapshot.MostGroups + 1, cancellationToken);

        // What a job fails with now is shown however long ago it was last written.
        var missing = failing.Select(job => job.Print.Id).Except(groups.Select(group => group.Print.Id), StringComparer.Ordinal).ToArray();
        if (missing.Length > 0)
        {
            groups = [.. groups, .. await queries.GroupsAsync(rows.Source, missing, cancellationToken)];
        }

        var ids = groups.Select(group => group.Print.Id).ToArray();
        var counts = ids.Length == 0 ? [] : await queries.CountsAsync(rows.Source, ids, now, cancellationToken);
        var streaks = await queries.StreaksAsync(rows.Source, [.. failing.Select(job => (job.Standing.Job.Name, job.Print.Id))], cancellationToken);
        return new RecordedFailures(groups, counts, streaks, now);
    }

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
        var away = false;
        await foreach (var _ in wakes.AllAsync(cancellationToken))
        {
            var (rows, kept) = (standings.Of(source).Newest, records.Of(source).Newest);
            if (rows.AsOf is null)
            {
                continue;
            }

            var now = Now(source, rows.AsOf.Value);
            try
            {
                if (kept.Added != added || !ReferenceEquals(rows, seen) || clock.GetUtcNow() - read >= Longest)
                {
                    (added, seen, read) = (kept.Added, rows, clock.GetUtcNow());
                    recorded = await ReadAsync(queries, fold, rows, now, cancellationToken);
                    away = false;
                }
            }
            catch (Exception cause) when (cause is NpgsqlException or TimeoutException or InvalidOperationException)
            {
                if (!away)
                {
                    LogNotRead(log, source, cause);
                }

                away = true;
            }

            var feed = failures.Of(source);
            feed.Publish(fold.Next(feed.Newest, recorded, rows, away ? kept with { Notice = OutOfReach } : kept, now));
            await Task.Delay(Shortest, clock, cancellationToken);
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
}
