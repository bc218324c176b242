using Dashboard.Core.Backfill;
using Dashboard.Core.Dependencies;
using Dashboard.Core.Feeds;
using Dashboard.Core.Retries;
using Dashboard.Core.Schedules;
using Dashboard.Core.Sources;
using Dashboard.Core.Stores.Health;
using Dashboard.Core.Verdicts.Engine;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Dashboard.Core.Verdicts;

/// <summary>Keeps the verdicts of every source: judges when something it rests on changed, at most once a second and at most a fortieth of the time but at least every five seconds, and when the clock alone may change it.</summary>
public sealed partial class VerdictMonitor(
    SourceDirectory directory,
    SourceFeeds<StandingsSnapshot> standings,
    SourceFeeds<TickSnapshot> ticks,
    SourceFeeds<BacklogSnapshot> backlogs,
    SourceFeeds<ScheduleBook> schedules,
    SourceFeeds<SourceStatus> statuses,
    Feed<RetriesSnapshot> retries,
    Feed<StoresSnapshot> stores,
    SourceFeeds<VerdictSnapshot> verdicts,
    VerdictPulse pulse,
    IHealRecords records,
    IOptions<VerdictSettings> settings,
    IOptions<StoresOptions> patience,
    TimeProvider clock,
    ILogger<VerdictMonitor> log) : BackgroundService
{
    private const int RestsFor = 39;
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AskAgain = TimeSpan.FromMinutes(1);
    // A clock that is watched wanders by less: moments that sentences name stay the same.
    private static readonly TimeSpan Skewed = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ByClock = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(directory.All.Select(source => FollowAsync(source.Name, stoppingToken)));

    private async Task FollowAsync(string source, CancellationToken cancellationToken)
    {
        var wakes = new Wakes();
        try
        {
            await Task.WhenAll(
                wakes.WithAsync(standings.Of(source), cancellationToken),
                wakes.WithAsync(backlogs.Of(source), cancellationToken),
                wakes.WithAsync(retries, cancellationToken),
                wakes.WithAsync(stores, cancellationToken),
                wakes.WithAsync(clock, cancellationToken),
                JudgeAsync(source, wakes, cancellationToken));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The dashboard stops.
        }
    }

    private async Task JudgeAsync(string source, Wakes wakes, CancellationToken cancellationToken)
    {
        var unread = new HealMemory();
        var (memory, asked) = ((HealMemory?)null, 0L);
        var judged = (Standings: (StandingsSnapshot?)null, Backlogs: (BacklogSnapshot?)null, Retries: (RetriesSnapshot?)null, State: SourceState.Connecting, At: 0L, Stores: (IReadOnlyList<StoreFact>)[]);
        await foreach (var _ in wakes.AllAsync(cancellationToken))
        {
            var status = statuses.Of(source).Newest;
            var now = (standings.Of(source).Newest, backlogs.Of(source).Newest, retries.Newest, status.State, clock.GetTimestamp(), StoreFact.Of(stores.Newest.Stores, Patience, TimeSpan.Zero, alone: true));
            if (ReferenceEquals(now.Item1, judged.Standings) && ReferenceEquals(now.Item2, judged.Backlogs) && ReferenceEquals(now.Item3, judged.Retries) && now.State == judged.State
                && now.Item6.SequenceEqual(judged.Stores) && clock.GetElapsedTime(judged.At, now.Item5) < ByClock)
            {
                continue;
            }

            judged = now;
            if (memory is null && (asked == 0 || clock.GetElapsedTime(asked) >= AskAgain))
            {
                asked = clock.GetTimestamp();
                memory = await RememberedAsync(source, cancellationToken);
            }

            // Until the records can be read it learns from the runs that are kept alone.
            var began = clock.GetTimestamp();
            Judge(source, memory ?? unread, status, now.Item1, now.Item2, now.Item3);

            // With thousands of failing jobs judging takes long: what pages draw meanwhile matters as much.
            await Wakes.RestAsync(clock, began, RestsFor, Rest, LongestRest, cancellationToken);
        }
    }

    private TimeSpan Patience => TimeSpan.FromMinutes(patience.Value.PageAfterMinutes);

    private async Task<HealMemory?> RememberedAsync(string source, CancellationToken cancellationToken)
    {
        try
        {
            return await records.RememberedAsync(source, clock.GetUtcNow(), cancellationToken);
        }
        catch (Exception cause) when (cause is not OperationCanceledException)
        {
            LogNotRemembered(log, source, cause);
            return null;
        }
    }

    private void Judge(string source, HealMemory memory, SourceStatus status, StandingsSnapshot rows, BacklogSnapshot owed, RetriesSnapshot told)
    {
        try
        {
            var ours = clock.GetUtcNow();
            var feed = verdicts.Of(source);
            var now = SourceClock.Now(status, rows.AsOf, ours) ?? status.DatabaseTime(ours);
            var facts = new VerdictFacts
            {
                Standings = rows,
                Tick = ticks.Of(source).Newest,
                Backlogs = owed,
                Book = schedules.Of(source).Newest,
                Open = [.. told.Resources.Where(lane => lane.Source == source).SelectMany(lane => lane.Open)],
                Ended = [.. told.Resources.Where(lane => lane.Source == source).SelectMany(lane => lane.Ended)],
                Stores = StoreFact.Of(stores.Newest.Stores, Patience, (ours - now).Duration() > Skewed ? ours - now : TimeSpan.Zero, alone: source == directory.All[0].Name),
                Ticks = told.Ticks.TryGetValue(source, out var known) ? known : [],
                Trouble = status.State is SourceState.Stale or SourceState.Unreachable ? status.Trouble ?? "It is out of reach." : null,
                Age = status.ReadAt is { } read ? ours - read : TimeSpan.MaxValue,
            };
            var said = VerdictEngine.Evaluate(facts, settings.Value, memory.Learn(facts, feed.Newest), now, feed.Newest);
            feed.Publish(said);
            if (said.State != VerdictState.Blind)
            {
                pulse.Judged(source, ours);
            }
        }
        catch (Exception cause)
        {
            // What was said stays, with its moment; one source must not silence the others.
            LogNotJudged(log, source, cause);
        }
    }

    [LoggerMessage(EventId = 1311, Level = LogLevel.Warning, Message = "Source {Source}: how failures ended before could not be read from the own database; it is asked for again within a minute")]
    private static partial void LogNotRemembered(ILogger log, string source, Exception cause);

    [LoggerMessage(EventId = 1310, Level = LogLevel.Error, Message = "Source {Source}: no verdict could be given; what was said last stays")]
    private static partial void LogNotJudged(ILogger log, string source, Exception cause);
}
