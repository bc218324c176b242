using System.Collections.Concurrent;
using Dashboard.Core.Feeds;
using Dashboard.Core.Jobs;
using Dashboard.Core.Sources;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Dashboard.Core.Runs;

/// <summary>
/// Keeps the recent runs of every job: gathers them from the end of the log once, shows what the first step found at once, and from then
/// on reads only what is new. Where not every change is told of, a change of a job's row is a reason to look as well, for it is written together
/// with its run, and a row that fills a gap in an old page does not change the log's size.
/// </summary>
public sealed partial class RunsMonitor(
    SourceFeeds<RunsSnapshot> snapshots,
    SourceFeeds<JobsSnapshot> jobs,
    RunHistories histories,
    IOptions<RunOptions> options,
    TimeProvider clock,
    ILogger<RunsMonitor> log,
    RecordInboxes? inboxes = null) : ISourceReader
{
    private const string NoLog = "There is no log to read, or not the right to read it: runs are not shown.";
    private const string NoWay = "The log is no plain table and has no index on id, so its newest rows cannot be found without reading all of it: runs are not shown.";
    private readonly ConcurrentDictionary<string, LogFollower> followers = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public SourceChange Interest => SourceChange.Runs | SourceChange.Jobs;

    /// <inheritdoc/>
    public async Task ReadAsync(ObservedSource observed, SourceNews news, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(observed);
        histories.Connected(observed);
        var source = observed.Source.Name;
        if (news.Has(SourceChange.Resync))
        {
            followers.TryRemove(source, out _);
        }
        else if (news.AllAreTold && !news.Has(SourceChange.Runs))
        {
            return;
        }

        if (observed.Capabilities.Log is not { } table || !LogRow.IsReadable(table))
        {
            Publish(source, NoLog);
            return;
        }

        var queries = new RunQueries(observed, table);
        for (var look = 0; await LookAsync(source, queries, news, cancellationToken) is { } seen && !seen.Sees(news.Transactions) && look < TransactionSnapshot.LooksAgain.Count; look++)
        {
            // Told of before it can be seen, and nobody tells of it a second time.
            await Task.Delay(TransactionSnapshot.LooksAgain[look], clock, cancellationToken);
        }
    }

    private async Task<TransactionSnapshot?> LookAsync(string source, RunQueries queries, SourceNews news, CancellationToken cancellationToken)
    {
        var shape = await queries.ShapeAsync(cancellationToken);
        if (shape.Reach == LogReach.Nothing)
        {
            Publish(source, NoWay);
        }
        else if (followers.TryGetValue(source, out var follower) && !follower.IsLost(shape))
        {
            await follower.FollowAsync(queries, shape, news.Has(SourceChange.Runs), cancellationToken);
            Publish(source, follower.Runs, shape);
        }
        else
        {
            await StartAsync(source, queries, shape, cancellationToken);
        }

        return shape.Seen;
    }

    private async Task StartAsync(string source, RunQueries queries, LogShape shape, CancellationToken cancellationToken)
    {
        LogFollower follower = shape.Reach switch
        {
            LogReach.Index => new IndexedLog(options.Value.TailPages),
            LogReach.Pages => new PagedLog(options.Value.TailPages, clock),
            _ => new WholeLog(),
        };
        followers.TryRemove(source, out _);
        var firstTime = snapshots.Of(source).Newest.AsOf is null;
        await foreach (var runs in follower.StartAsync(queries, shape, IsEnough, cancellationToken))
        {
            // A part is better than nothing, but not better than what was known before a resync.
            if (firstTime)
            {
                Publish(source, runs, shape);
            }
        }

        Publish(source, follower.Runs, shape);

        // What was read so far left gaps; from here on nothing is missed.
        if (inboxes?.Of(source) is { } inbox)
        {
            inbox.StartAnew();
            follower.Runs.Read = inbox.Offer;
        }

        followers[source] = follower;
        LogStarted(log, source, shape.Reach, shape.Pages, follower.Runs.Since, follower.Runs.Whole);

        bool IsEnough(RecentRuns runs) => jobs.Of(source).Newest is { AsOf: not null } rows && rows.Jobs.All(job => runs.IsFull(job.Name));
    }

    private void Publish(string source, RecentRuns runs, LogShape shape)
    {
        var feed = snapshots.Of(source);
        feed.Publish(runs.After(feed.Newest, shape.AsOf));
    }

    private void Publish(string source, string notice)
    {
        var feed = snapshots.Of(source);
        if (feed.Newest.Notice != notice)
        {
            feed.Publish(RunsSnapshot.Empty(source) with { Notice = notice });
        }
    }

    [LoggerMessage(EventId = 1200, Level = LogLevel.Information, Message = "Source {Source}: the log is followed by {Reach}, {Pages} pages; read back to {Since}, whole: {Whole}")]
    private static partial void LogStarted(ILogger log, string source, LogReach reach, uint pages, DateTimeOffset? since, bool whole);
}
