using Dashboard.Core.Actions;
using Dashboard.Core.Database;
using Dashboard.Core.Feeds;
using Dashboard.Core.Notifications;
using Dashboard.Core.Sources;
using Dashboard.Core.Verdicts;
using Dashboard.Core.Verdicts.Engine;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Dashboard.Core.Ledger;

/// <summary>
/// Keeps the ledger of every source on the node that holds the lease: with each verdict, and every few seconds for promises that pass, and silences and holds that end. A node that takes over reads what
/// was known and goes on from there, so that nobody is paged twice.
/// </summary>
public sealed partial class LedgerKeeper(
    SourceDirectory directory,
    SourceFeeds<VerdictSnapshot> verdicts,
    SourceFeeds<StandingsSnapshot> standings,
    SourceFeeds<SourceStatus> statuses,
    LedgerStore store,
    MarkQueries holds,
    LedgerMonitor monitor,
    LeaderLease lease,
    OutboxWake outbox,
    IOptions<NotificationOptions> notifications,
    IOptions<LedgerOptions> options,
    TimeProvider clock,
    ILogger<LedgerKeeper> log) : BackgroundService
{
    private static readonly TimeSpan ByClock = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pruning = TimeSpan.FromHours(1);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await Task.WhenAll([PruneAsync(stoppingToken), .. directory.All.Select(source => FollowAsync(source.Name, stoppingToken))]);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The dashboard stops.
        }
    }

    private async Task FollowAsync(string source, CancellationToken cancellationToken)
    {
        var wakes = new Wakes();
        await Task.WhenAll(
            wakes.WithAsync(verdicts.Of(source), cancellationToken), wakes.WithAsync(monitor.Changed, cancellationToken), wakes.WithAsync(clock, cancellationToken), KeepAsync(source, wakes, cancellationToken));
    }

    private async Task KeepAsync(string source, Wakes wakes, CancellationToken cancellationToken)
    {
        LedgerMemory? memory = null;
        var kept = (Said: (VerdictSnapshot?)null, Marks: (object?)null, At: 0L);
        await foreach (var _ in wakes.AllAsync(cancellationToken))
        {
            if (!lease.IsHeld)
            {
                // What is known goes on elsewhere.
                memory = null;
                continue;
            }

            var said = verdicts.Of(source).Newest;
            var marks = monitor.Changed.Newest;
            if (said.AsOf is null || (memory is not null && ReferenceEquals(said, kept.Said) && ReferenceEquals(marks, kept.Marks) && clock.GetElapsedTime(kept.At) < ByClock))
            {
                continue;
            }

            try
            {
                memory ??= await store.LoadAsync(source, cancellationToken);
                memory = await NextAsync(source, memory, said, cancellationToken);
                kept = (said, marks, clock.GetTimestamp());
            }
            catch (Exception cause) when (cause is not OperationCanceledException)
            {
                // One source must not silence the others; what is known is read again.
                memory = null;
                LogNotKept(log, source, cause);
            }
        }
    }

    private async Task<LedgerMemory?> NextAsync(string source, LedgerMemory memory, VerdictSnapshot said, CancellationToken cancellationToken)
    {
        var ours = clock.GetUtcNow();
        var rows = standings.Of(source).Newest;
        var at = SourceClock.Now(statuses.Of(source).Newest, rows.AsOf, ours) ?? said.AsOf!.Value;
        var (marks, silences) = await store.SaidByPeopleAsync(source, cancellationToken);
        var held = Silence.Of(await holds.OfAsync(source, cancellationToken), rows, ours);
        var roots = said.Roots.Select(root => root.Root).ToHashSet();
        var ending = memory.Open.Where(pair => said.State != VerdictState.Blind && !roots.Contains(pair.Key)).Select(pair => pair.Value).ToArray();
        var done = await store.DoneByPeopleAsync(source, ending, cancellationToken);
        var page = LedgerRule.Next(
            memory, said, rows, at, ours, marks, [.. silences, .. held], incident => incident.Job is { } job ? done.GetValueOrDefault(job) : null, Guid.CreateVersion7);
        if (page.IsEmpty)
        {
            return page.After;
        }

        var told = page.Notices.SelectMany(notice => OutboxEntry.For(notifications.Value, notice.Incident, notice.Action, ours)).ToArray();
        if (!await store.WriteAsync(source, page, at, told, cancellationToken))
        {
            return null;
        }

        monitor.Wake();
        if (told.Length > 0)
        {
            outbox.Wake();
        }

        return page.After;
    }

    private async Task PruneAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Pruning, clock);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            if (lease.IsHeld)
            {
                await store.PruneAsync(options.Value.KeepDays, cancellationToken);
            }
        }
    }

    [LoggerMessage(EventId = 1330, Level = LogLevel.Error, Message = "Source {Source}: what was said could not be kept; it is tried again")]
    private static partial void LogNotKept(ILogger log, string source, Exception cause);
}
