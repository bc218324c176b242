using System.Collections.Concurrent;
using Dashboard.Core.Failures;
using Dashboard.Core.Feeds;
using Dashboard.Core.Sources;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Dashboard.Core.Runs;

/// <summary>
/// Keeps the records of runs: what the followers of the logs read anyway, and at its own pace the older rows. It stops while a source is out of
/// reach, and nothing else waits for it: while its own database is away pages stay live, and what was missed is found when it is back. Of several
/// nodes one at a time walks back through a log.
/// </summary>
internal sealed partial class RunRecorder(
    SourceDirectory directory,
    SourceFeeds<SourceStatus> statuses,
    SourceFeeds<RecordsNow> records,
    RunHistories histories,
    RecordInboxes inboxes,
    RunRecordStore store,
    RunRecords reading,
    FrameRule frames,
    IOptions<RunOptions> options,
    TimeProvider clock,
    ILogger<RunRecorder> log) : BackgroundService
{
    private const string NotRecording = "Runs are not being recorded at present; the dashboard's log says why.";
    private const int MostAtOnce = 2_000;
    private const int MostGroups = 100_000;
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan AfterTrouble = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan BetweenPrunings = TimeSpan.FromHours(1);

    private readonly Guid node = Guid.CreateVersion7();
    private readonly ConcurrentDictionary<string, bool> troubled = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        store.Paused = (source, pause) => Paused(source, pause.Cause);
        return Task.WhenAll(directory.All.Select(source => RecordAsync(source.Name, stoppingToken)));
    }

    private async Task RecordAsync(string source, CancellationToken cancellationToken)
    {
        var duty = new Duty(source, new RunWalk(source, store, frames, options.Value));
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                if (statuses.Of(source).Newest.State != SourceState.Live || histories.ConnectedTo(source) is not { } observed || observed.Capabilities.Log is not { } table || !LogRow.IsReadable(table))
                {
                    await inboxes.Of(source).WaitAsync(Idle, clock, cancellationToken);
                    await Task.Delay(ShortestPause, clock, cancellationToken);
                    continue;
                }

                await OnceAsync(duty, observed, table, cancellationToken);
                if (troubled.TryGetValue(source, out var stoodStill))
                {
                    Resume(duty, stoodStill);
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception cause)
            {
                // Whatever it was, some of it may not have been recorded: it is looked for again from where the records are certain.
                Paused(source, cause);
                StartAnew(duty);
                await Task.Delay(AfterTrouble, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    // A round: what followers read, a step of the walk, now and then what is too old.
    private async Task OnceAsync(Duty duty, ObservedSource observed, ObservedRelation table, CancellationToken cancellationToken)
    {
        var inbox = inboxes.Of(duty.Source);
        var (offered, missed) = inbox.Take(MostAtOnce);
        var began = clock.GetTimestamp();
        var certain = duty.UpToNow;
        duty.Began ??= clock.GetUtcNow();
        if (clock.GetUtcNow() + (Lease / 2) >= duty.HeldUntil)
        {
            var holds = await store.HoldAsync(duty.Source, node, Lease, cancellationToken);
            missed |= holds && !duty.Holds;
            (duty.Holds, duty.HeldUntil) = (holds, clock.GetUtcNow() + Lease);
        }

        if (missed || !ReferenceEquals(duty.Observed, observed))
        {
            await duty.Walk.BeginAsync(observed, table, cancellationToken);
            duty.Observed = observed;
            SetUpToNow(duty, IsUpToNow(duty));
        }

        var added = await duty.Walk.RecordAsync(offered, cancellationToken);
        var done = duty.Walk.Done;
        if (duty.Holds && !done)
        {
            added += await duty.Walk.StepAsync(cancellationToken);
        }

        SetUpToNow(duty, IsUpToNow(duty));
        if (added > 0 || duty.First || done != duty.Walk.Done || certain != duty.UpToNow)
        {
            duty.First = false;
            Publish(duty.Source, added, await reading.ReachAsync(duty.Source, cancellationToken), troubled.GetValueOrDefault(duty.Source) ? NotRecording : null);
        }

        if (duty.Holds && clock.GetUtcNow() >= duty.NextPruning)
        {
            duty.NextPruning = clock.GetUtcNow() + BetweenPrunings;
            await PruneAsync(duty.Source, cancellationToken);
        }

        var worked = clock.GetElapsedTime(began);
        if (!duty.Walk.Done && duty.Holds)
        {
            var rest = worked * ((1 / options.Value.RecordShare) - 1);
            await Task.Delay(rest > ShortestPause ? rest : ShortestPause, clock, cancellationToken);
        }
        else if (offered.Count < MostAtOnce)
        {
            await inbox.WaitAsync(Idle, clock, cancellationToken);
            await Task.Delay(ShortestPause, clock, cancellationToken);
        }
    }

    // Whoever walks knows. Of another node it is known that it lives and walks when it has kept the walk for longer than a dead one could.
    private bool IsUpToNow(Duty duty) => duty.Holds ? !duty.Walk.IsBehind : clock.GetUtcNow() - duty.Began > Lease;

    private void SetUpToNow(Duty duty, bool certain)
    {
        duty.UpToNow = certain;
        reading.IsUpToNow(duty.Source, certain);
    }

    private async Task PruneAsync(string source, CancellationToken cancellationToken)
    {
        if (await store.NewestAsync(source, statuses.Of(source).Newest.DatabaseTime(clock.GetUtcNow()), cancellationToken) is not { } newest)
        {
            return;
        }

        var limits = new List<DateTimeOffset>();
        if (newest - DateTimeOffset.MinValue > TimeSpan.FromDays(options.Value.KeepDays))
        {
            limits.Add(newest - TimeSpan.FromDays(options.Value.KeepDays));
        }

        foreach (var limit in limits)
        {
            while (await store.PruneAsync(source, limit, MostAtOnce, cancellationToken) == MostAtOnce)
            {
                await Task.Delay(ShortestPause * 5, clock, cancellationToken);
            }
        }

        if (await store.SurplusAsync(source, MostGroups, cancellationToken) is { } surplus)
        {
            while (await store.PruneGroupsAsync(source, surplus, MostAtOnce, cancellationToken) == MostAtOnce)
            {
                await Task.Delay(ShortestPause * 5, clock, cancellationToken);
            }
        }
    }

    // Also while the own database is away and a run of its executor waits for it.
    private void Paused(string source, Exception cause)
    {
        if (troubled.TryAdd(source, true))
        {
            LogNotRecorded(log, source, cause);
        }

        troubled[source] = true;

        reading.IsUpToNow(source, false);
        Publish(source, 0, null, NotRecording);
    }

    // It stood still, and what nobody offered meanwhile is looked for from where the records are certain; after that round it is as before.
    private void Resume(Duty duty, bool stoodStill)
    {
        if (stoodStill)
        {
            StartAnew(duty);
            return;
        }

        troubled.TryRemove(duty.Source, out _);
        LogRecording(log, duty.Source);
    }

    private void StartAnew(Duty duty)
    {
        troubled[duty.Source] = false;
        inboxes.Of(duty.Source).StartAnew();
        duty.Began = null;
        SetUpToNow(duty, false);
    }

    private void Publish(string source, int added, RecordsReach? reach, string? notice)
    {
        var feed = records.Of(source);
        var next = feed.Newest with { Added = feed.Newest.Added + added, Reach = reach ?? feed.Newest.Reach, Notice = notice };
        if (next != feed.Newest)
        {
            feed.Publish(next);
        }
    }

    [LoggerMessage(EventId = 1210, Level = LogLevel.Warning, Message = "Source {Source}: its runs cannot be recorded at present; trying again")]
    private static partial void LogNotRecorded(ILogger log, string source, Exception cause);

    [LoggerMessage(EventId = 1211, Level = LogLevel.Information, Message = "Source {Source}: its runs are recorded again")]
    private static partial void LogRecording(ILogger log, string source);

    private sealed class Duty(string source, RunWalk walk)
    {
        public string Source { get; } = source;

        public RunWalk Walk { get; } = walk;

        public ObservedSource? Observed { get; set; }

        /// <summary>Since when this goes without trouble.</summary>
        public DateTimeOffset? Began { get; set; }

        public bool UpToNow { get; set; }

        public bool First { get; set; } = true;

        public bool Holds { get; set; }

        public DateTimeOffset HeldUntil { get; set; }

        public DateTimeOffset NextPruning { get; set; }
    }
}
