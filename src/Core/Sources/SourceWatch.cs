using Dashboard.Core.Feeds;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Dashboard.Core.Sources;

/// <summary>
/// The watch on every source: visits it, and when it is lost says so and visits it again, for as long as the dashboard runs. One source that
/// cannot be read never keeps another from being read.
/// </summary>
public sealed partial class SourceWatch(
    SourceDirectory directory,
    SourceFeeds<SourceStatus> statuses,
    IEnumerable<ISourceReader> readers,
    TimeProvider clock,
    ILogger<SourceWatch> log) : BackgroundService
{
    private readonly ISourceReader[] readers = [.. readers];

    /// <summary>How often it looks.</summary>
    internal WatchPace Pace { get; init; } = new();

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(directory.All.Select(source => Task.Run(() => WatchAsync(source, stoppingToken), CancellationToken.None)));

    private async Task WatchAsync(Source source, CancellationToken cancellationToken)
    {
        var feed = statuses.Of(source.Name);
        for (var failures = 0; !cancellationToken.IsCancellationRequested;)
        {
            var visit = new SourceVisit(source, readers, feed, Pace, clock, log);
            var next = clock.GetUtcNow();
            try
            {
                await visit.StayAsync(cancellationToken);
                LogChanged(source);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
            }
            catch (Exception cause)
            {
                failures = visit.WasLive ? 1 : failures + 1;
                next += ReconnectPause.After(failures);
                Lost(source, feed, cause, next);
            }
            finally
            {
                await visit.DisposeAsync();
            }

            if (next - clock.GetUtcNow() is { Ticks: > 0 } pause)
            {
                await Task.Delay(pause, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            if (feed.Newest.NextAttempt is not null)
            {
                feed.Publish(feed.Newest with { NextAttempt = null });
            }
        }
    }

    private void Lost(Source source, Feed<SourceStatus> feed, Exception cause, DateTimeOffset next)
    {
        var before = feed.Newest;
        var trouble = SourceTrouble.Sentence(cause, source);
        if (before.Trouble != trouble)
        {
            LogLost(cause, source, trouble);
        }

        feed.Publish(before with
        {
            State = before.ReadAt is null ? SourceState.Unreachable : SourceState.Stale,
            Mode = null,
            ModeReason = null,
            TroubleSince = before.TroubleSince ?? clock.GetUtcNow(),
            Trouble = trouble,
            NextAttempt = next,
        });
    }

    [LoggerMessage(1000, LogLevel.Warning, "Source {Source} is out of reach: {Trouble}")]
    private partial void LogLost(Exception cause, Source source, string trouble);

    [LoggerMessage(1001, LogLevel.Information, "What is there to observe in source {Source} has changed; looking again")]
    private partial void LogChanged(Source source);
}
