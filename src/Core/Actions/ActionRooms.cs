using Dashboard.Core.Backfill;
using Dashboard.Core.Database;
using Dashboard.Core.Dependencies;
using Dashboard.Core.Feeds;
using Dashboard.Core.Jobs;
using Dashboard.Core.Runner;
using Dashboard.Core.Runs;
using Dashboard.Core.Schedules;
using Dashboard.Core.Sources;
using Npgsql;

namespace Dashboard.Core.Actions;

/// <summary>The feeds an action is planned from.</summary>
/// <param name="Statuses">Of Sources.</param>
/// <param name="Jobs">Of Jobs.</param>
/// <param name="Runs">Of Runs.</param>
/// <param name="Schedules">Of Schedules.</param>
/// <param name="Runners">Of Runner: who makes the ticks.</param>
public sealed record ActionRooms(
    SourceFeeds<SourceStatus> Statuses, SourceFeeds<JobsSnapshot> Jobs, SourceFeeds<RunsSnapshot> Runs, SourceFeeds<ScheduleBook> Schedules, SourceFeeds<TickRunner> Runners);

/// <summary>Why nothing can be planned or done now, for people.</summary>
public sealed class ActionRefusedException(string message) : Exception(message);

/// <summary>Gathers what an action is planned from: the feeds, and the one row read anew where it will be changed.</summary>
public sealed class ActionFactsReader(ActionRooms rooms, ActionPools pools, SlotHistories slots, MarkQueries marks, OwnDatabase own)
{
    /// <summary>What is known of a job now.</summary>
    /// <exception cref="ActionRefusedException">The source cannot be acted on now.</exception>
    public async Task<ActionFacts> ReadAsync(Source source, string job, BackfillChoice? choice, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        var state = Acted(source).State;
        var (now, image) = await RowAsync(source, state, job, cancellationToken);
        var (book, runs, rows) = (rooms.Schedules.Of(source.Name).Newest, rooms.Runs.Of(source.Name).Newest, rooms.Jobs.Of(source.Name).Newest);
        var row = image is null ? null : Plans.PlanCompletion.Read(job, image);
        var facts = new ActionFacts
        {
            Now = now,
            State = state,
            Image = image,
            Row = row,
            Rows = rows with { Jobs = [.. rows.Jobs.Where(other => other.Name != job).Concat(row is null ? [] : [row]).OrderBy(other => other.Name, CodePointOrder.Instance)] },
            Runs = runs,
            Book = book,
            Runner = rooms.Runners.Of(source.Name).Newest,
        };
        var said = await marks.OfAsync(source.Name, cancellationToken);
        return facts with
        {
            Hold = said.HoldOf(job, now),
            Lock = row?.Ongoing is { } ongoing ? await OwnerAsync(source.Name, job, ongoing, cancellationToken) : null,
            Ledger = await LedgerAsync(source.Name, facts, job, choice, cancellationToken),
        };
    }

    /// <summary>The row as it is now.</summary>
    /// <exception cref="ActionRefusedException">The database is out of reach.</exception>
    internal async Task<(DateTimeOffset Now, RowImage? Image)> RowAsync(Source source, ObservedRelation state, string job, CancellationToken cancellationToken)
    {
        try
        {
            return await pools.Of(source).Statements.RunAsync(async (connection, token) => await RowQueries.ReadAsync(connection, state, job, token), cancellationToken);
        }
        catch (Exception cause) when (cause is NpgsqlException or TimeoutException)
        {
            throw new ActionRefusedException($"{source.Name} is out of reach: {SourceTrouble.Sentence(cause, source)}");
        }
    }

    /// <summary>What was found in the source's database.</summary>
    /// <exception cref="ActionRefusedException">Nothing yet, or nobody may act on it.</exception>
    internal SourceCapabilities Acted(Source source) =>
        source.ReadOnly ? throw new ActionRefusedException($"{source.Name} is configured as read-only: nobody acts on it from here.")
        : rooms.Statuses.Of(source.Name).Newest.Capabilities is not { } found ? throw new ActionRefusedException($"{source.Name} has not been read yet.")
        : !found.State.HasVersions ? throw new ActionRefusedException($"{found.State.Sql} is not a plain table this role may read whole: versions of its rows cannot be told apart, so nothing can be changed safely.")
        : found;

    private async Task<LockEvidence?> OwnerAsync(string source, string job, DateTimeOffset ongoing, CancellationToken cancellationToken)
    {
        var owners = await new RunnerRecords(own.Now, source).OwnersAsync(job, ongoing, cancellationToken);
        return owners
            .Select(owner => new LockEvidence($"process {owner.Who.Process} on {owner.Who.Host}", owner.Silent, ProcessIdentity.IsAlive(owner.Who)))
            .OrderByDescending(owner => owner.IsAlive).ThenBy(owner => owner.Heard).FirstOrDefault();
    }

    private async Task<SlotLedger?> LedgerAsync(string source, ActionFacts facts, string job, BackfillChoice? choice, CancellationToken cancellationToken)
    {
        if (facts.Definition(job) is not { Schedule: not null } definition)
        {
            return null;
        }

        var known = new BacklogFacts(definition, facts.Row, facts.Runs.Of(job), null) { HistorySince = facts.Runs.Whole ? null : facts.Runs.Since };
        var range = choice is null ? (facts.Now, facts.Now) : (choice.From, choice.Until);
        return (await slots.ReadAsync(source, known, facts.Runs.Since, range, facts.Now, cancellationToken)).Ledger is { Error: null } ledger ? ledger.Value : null;
    }
}
