using Dashboard.Core.Feeds;
using Dashboard.Core.Retries;
using Dashboard.Core.Retries.Executor;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Dashboard.Core.Sources;

/// <summary>
/// The watch on every source: visits it, and when it is lost says so and visits it again, for as long as the dashboard runs. One source that
/// cannot be read never keeps another from being read.
/// </summary>
/// <remarks>
/// A visit begins in a run of an executor, which waits for ever. What waiting does not heal, a password or a table that is not there, somebody may heal: the watch asks
/// again every few seconds.
/// </remarks>
public sealed partial class SourceWatch(
    SourceDirectory directory,
    SourceFeeds<SourceStatus> statuses,
    IEnumerable<ISourceReader> readers,
    TimeProvider clock,
    ILogger<SourceWatch> log,
    IRetryTelemetry? telemetry = null) : BackgroundService
{
    private static readonly TimeSpan BetweenAskings = TimeSpan.FromSeconds(4);

    private readonly ISourceReader[] readers = [.. readers];

    /// <summary>How often it looks.</summary>
    internal WatchPace Pace { get; init; } = new();

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(directory.All.Select(source => Task.Run(() => WatchAsync(source, stoppingToken), CancellationToken.None)));

    private async Task WatchAsync(Source source, CancellationToken cancellationToken)
    {
        var feed = statuses.Of(source.Name);
        var visits = new StandingResource<SourceVisit>(NpgsqlResource.NameOf(source.ConnectionString), token => BeginAsync(source, feed, token), Reconnecting.Judge);
        var executor = Reconnecting.Executor(visits, new RefusalOnce(telemetry ?? SilentTelemetry.Instance), clock);
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await using var visit = await executor.RunAsync(
                    static (visit, _, _) => ValueTask.FromResult(visit), visits, pause => Lost(source, feed, pause.Cause, pause.Next), cancellationToken);
                if (await LossAsync(visit, cancellationToken) is { } loss)
                {
                    // Said at once; to leave a server that hangs may take seconds.
                    Lost(source, feed, loss, clock.GetUtcNow());
                    visits.Lose(loss);
                }
                else
                {
                    LogChanged(source);
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
            }
            catch (Exception cause)
            {
                Lost(source, feed, cause, clock.GetUtcNow() + BetweenAskings);
                await Task.Delay(BetweenAskings, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task<SourceVisit> BeginAsync(Source source, Feed<SourceStatus> feed, CancellationToken cancellationToken)
    {
        if (feed.Newest.NextAttempt is not null)
        {
            feed.Publish(feed.Newest with { NextAttempt = null });
        }

        var visit = new SourceVisit(source, readers, feed, Pace, clock, log);
        try
        {
            await visit.BeginAsync(cancellationToken);
            return visit;
        }
        catch
        {
            await visit.DisposeAsync();
            throw;
        }
    }

    // Why the visit ended; null when what is there has changed.
    private static async Task<Exception?> LossAsync(SourceVisit visit, CancellationToken cancellationToken)
    {
        try
        {
            await visit.StayAsync(cancellationToken);
            return null;
        }
        catch (Exception cause) when (!cancellationToken.IsCancellationRequested)
        {
            return cause;
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
