using Dashboard.Core.Backfill;
using Dashboard.Core.Database;
using Dashboard.Core.Feeds;
using Dashboard.Core.Jobs;
using Dashboard.Core.Runs;
using Dashboard.Core.Schedules;
using Dashboard.Core.Sources;

namespace Dashboard.Core.Actions.Operations;

/// <summary>What the follower looks at.</summary>
/// <param name="Statuses">Of Sources.</param>
/// <param name="Jobs">Of Jobs.</param>
/// <param name="Runs">Of Runs.</param>
/// <param name="Schedules">Of Schedules.</param>
public sealed record FollowedFeeds(SourceFeeds<SourceStatus> Statuses, SourceFeeds<JobsSnapshot> Jobs, SourceFeeds<RunsSnapshot> Runs, SourceFeeds<ScheduleBook> Schedules);

/// <summary>
/// Follows the backfills that a scheduler makes by itself after its row was set back: each slot is told of as soon as its run is in the log. Asks the observed database
/// nothing; what it says may be said by every node, for all of them say the same.
/// </summary>
public sealed class BackfillFollower(OwnDatabase own, OperationQueries operations, FollowedFeeds feeds, SlotHistories histories, TimeProvider clock)
{
    private readonly FollowQueries followed = new(own);

    // The log is read when a row has changed; this long after it nothing of that change is still to come.
    private static readonly TimeSpan Settles = TimeSpan.FromSeconds(10);

    /// <summary>Looks at what is followed in a source; whether anything was recorded.</summary>
    public async Task<bool> LookAsync(OperationsSnapshot live, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(live);
        var recorded = false;
        foreach (var operation in live.Operations.Where(operation => operation is { Kind: OperationKind.Row, State: OperationState.Active, FollowedSince: not null, Job: not null }))
        {
            recorded |= await FollowAsync(operation, operation.FollowedSince!.Value, cancellationToken);
        }

        return recorded;
    }

    private async Task<bool> FollowAsync(Operation operation, DateTimeOffset since, CancellationToken cancellationToken)
    {
        var (rows, runs, book) = (feeds.Jobs.Of(operation.Source).Newest, feeds.Runs.Of(operation.Source).Newest, feeds.Schedules.Of(operation.Source).Newest);

        // What was read before the row was set back tells of another time.
        if (rows.AsOf is not { } read || read <= since || SourceClock.Now(feeds.Statuses.Of(operation.Source).Newest, read, clock.GetUtcNow()) is not { } now)
        {
            return false;
        }

        var parts = await operations.PartsAsync(operation.Id, cancellationToken);
        DateTimeOffset[] waiting = [.. parts.Where(part => part is { Slot: not null, State: "waiting" or "running" }).Select(part => part.Slot!.Value)];
        var row = rows.Jobs.FirstOrDefault(job => job.Name == operation.Job);
        var (ledger, ended) = await KnownAsync(operation, since, book.Find(operation.Job!), row, runs, waiting, now, cancellationToken);
        var found = FollowedSlots.For(waiting, row, ledger, ended, runs.AsOf >= read || now - read > Settles);
        FollowedSlot[] news = [.. found.Where(slot => !parts.Any(part => part.Slot == slot.Slot && part.State == slot.State && part.Because == slot.Because))];
        return (news.Length > 0 || waiting.Length == 0) && await followed.SaidAsync(operation.Id, news, cancellationToken);
    }

    private async Task<(SlotLedger? Ledger, IReadOnlyList<SlotRun> Ended)> KnownAsync(
        Operation operation, DateTimeOffset since, JobDefinition? definition, Job? row, RunsSnapshot runs, DateTimeOffset[] waiting, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (definition is not { Schedule: not null } || waiting.Length == 0)
        {
            return (null, [.. KnownRuns.Recent(runs.Of(operation.Job!), runs.Since).Runs.Where(run => run.Ended > since)]);
        }

        var facts = new BacklogFacts(definition, row, runs.Of(operation.Job!), null) { HistorySince = runs.Whole ? null : runs.Since };
        var reading = await histories.ReadAsync(operation.Source, facts, runs.Since, (waiting.Min(), waiting.Max()), now, cancellationToken);
        SlotRun[] ended = [.. reading.Known.Runs.Where(run => run.Ended > since)];
        return (SlotLedger.For(facts, new KnownRuns(ended, DateTimeOffset.MinValue), now) is { Error: null } ledger ? ledger.Value : null, ended);
    }
}
