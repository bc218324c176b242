using Dashboard.Core.Access;
using Dashboard.Core.Actions.Audit;
using Dashboard.Core.Retries.Executor;
using Dashboard.Core.Sources;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Dashboard.Core.Actions;

/// <summary>The places between which a commit may be cut off; for tests that cut it there.</summary>
internal enum CommitStep
{
    /// <summary>The plan is taken and the audit says so.</summary>
    Claimed,

    /// <summary>The observed transaction has begun.</summary>
    Begun,

    /// <summary>Its number is noted.</summary>
    Noted,

    /// <summary>The observed database has answered.</summary>
    Answered,
}

/// <summary>
/// Carries one plan out. The own database and the observed one may be two servers, so no transaction spans both; instead the order makes every stop
/// harmless: first the audit says who begins what, then the number of the observed transaction is noted, then the observed row changes in one statement with
/// its COMMIT, then the end is recorded. Wherever it stops, the number tells what became of it.
/// </summary>
public sealed partial class ActionCommit(ActionQueries actions, ActionPools pools, ActionFactsReader facts, TimeProvider clock, ILogger<ActionCommit> log)
{
    private static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(100);
    private const int Askings = 30;

    /// <summary>Called at each step, for tests.</summary>
    internal Func<CommitStep, Task> AtAsync { get; init; } = _ => Task.CompletedTask;

    /// <summary>Carries it out; what somebody else made of the same plan when he was faster.</summary>
    public async Task<ActionResult> CarryOutAsync(KeptAction action, Source source, Actor who, string reason, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(action);
        ArgumentNullException.ThrowIfNull(source);
        if (await actions.ClaimAsync(action, who, reason, cancellationToken) is not { } attempt)
        {
            return await OfAnotherAsync(action.Id, source, cancellationToken);
        }

        // From here on nobody's impatience ends it: every step has its own limit.
        await AtAsync(CommitStep.Claimed);
        try
        {
            return await ChangeAsync(action, source, new Ending(attempt, ActionState.Done, AuditEvents.Done, who, reason, ""));
        }
        catch (Exception cause) when (cause is OwnRecordsAwayException or NpgsqlException or TimeoutException or System.Net.Sockets.SocketException or CommitInDoubtException)
        {
            // The own records went away on the way. What was done, if anything, is found out by the number once they are back.
            LogUnrecorded(log, action.Id, cause);
            return new ActionResult(action.Id, ActionOutcome.Unknown, "The dashboard's own records went out of reach on the way. Whether the change was made is found out as soon as they are back; this page will say.");
        }
    }

    /// <summary>Finds out what became of an action whose end nobody recorded, and records it; null while it is under way.</summary>
    /// <param name="action">The action, committing.</param>
    /// <param name="source">Its source.</param>
    /// <param name="patience">For how long an action whose transaction was never noted is taken to be on its way.</param>
    /// <param name="cancellationToken">To stop.</param>
    public async Task<ActionResult?> ResolveAsync(KeptAction action, Source source, TimeSpan patience, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(action);
        ArgumentNullException.ThrowIfNull(source);
        var ending = new Ending(action.Attempt, ActionState.Done, AuditEvents.Done, action.Actor!, action.Reason, DoneSentence(action.Plan));
        if (action.Plan.Edit.Kind == RowEditKind.None)
        {
            return action.Committing < patience ? null : await EndAsync(action, ending);
        }

        if (action.Transaction is not { } number)
        {
            return action.Committing < patience ? null : await EndAsync(action, ending with
            {
                State = ActionState.Nothing,
                Event = AuditEvents.Nothing,
                Sentence = "The dashboard stopped before anything was sent: nothing was done. Plan it again.",
                OnlyIfUnsent = true,
            });
        }

        bool? fate;
        try
        {
            fate = await Write(source).FateAsync(number, cancellationToken);
        }
        catch (InvalidOperationException)
        {
            return await EndAsync(action, ending with
            {
                State = ActionState.Unknown,
                Event = AuditEvents.Unknown,
                Sentence = "The answer was lost, and the database does not remember the transaction any more: look at the row.",
            });
        }

        return fate switch
        {
            null => null,
            true => await EndAsync(action, ending with { VersionAfter = VersionAfter(action.Plan, number) }),
            false => await EndAsync(action, ending with
            {
                State = ActionState.Nothing,
                Event = AuditEvents.Nothing,
                Sentence = "The connection was lost before the change was made: nothing was done. Plan it again.",
            }),
        };
    }

    private async Task<ActionResult> ChangeAsync(KeptAction action, Source source, Ending ending)
    {
        ending = ending with { Sentence = DoneSentence(action.Plan) };
        if (action.Plan.Edit.Kind == RowEditKind.None)
        {
            return await EndAsync(action, ending) ?? await OfAnotherAsync(action.Id, source, CancellationToken.None);
        }

        long number = 0;
        var (fate, why) = await Write(source).MakeAsync(action.Plan.Job, action.Plan.Edit, async begun =>
        {
            number = begun;
            await AtAsync(CommitStep.Begun);
            var goesOn = await NotedAsync(action.Id, ending.Attempt, begun);
            await AtAsync(CommitStep.Noted);
            return goesOn;
        }, () => { }, CancellationToken.None);
        await AtAsync(CommitStep.Answered);
        if (fate == WriteFate.Unanswered)
        {
            LogInDoubt(log, action.Id, number, why);
            return await InDoubtAsync(action.Id, source);
        }

        ending = fate switch
        {
            WriteFate.Made => ending with { VersionAfter = VersionAfter(action.Plan, number) },
            WriteFate.Stale => await StaleAsync(action, source, ending),
            WriteFate.Held => Again(ending, "Somebody holds the row just now, most likely the runner: nothing was done. Try again in a moment."),
            WriteFate.Away => Again(ending, $"{(why is null ? "It was given up." : SourceTrouble.Sentence(why, source))} Nothing was done; try again."),
            _ => ending with { State = ActionState.Refused, Event = AuditEvents.Refused, Sentence = Forbidden(action.Plan, source, why) },
        };
        return await EndAsync(action, ending) ?? await OfAnotherAsync(action.Id, source, CancellationToken.None);
    }

    // The trouble of one database is not taken for that of the other.
    private async Task<bool> NotedAsync(Guid id, int attempt, long number)
    {
        try
        {
            return await actions.NoteAsync(id, attempt, number, CancellationToken.None);
        }
        catch (Exception cause) when (cause is NpgsqlException or TimeoutException or System.Net.Sockets.SocketException)
        {
            throw new OwnRecordsAwayException(cause);
        }
    }

    private async Task<Ending> StaleAsync(KeptAction action, Source source, Ending ending)
    {
        IReadOnlyList<CellChange> difference = [];
        try
        {
            var (_, now) = await facts.RowAsync(source, facts.Acted(source).State, action.Plan.Job, CancellationToken.None);
            difference = RowImage.Between(action.Before, now);
        }
        catch (ActionRefusedException)
        {
            // It is stale all the same; what differs is seen with the next plan.
        }

        var what = difference.Count == 0 ? "The row was written anew" : $"The row is another than when the plan was made ({string.Join(", ", difference.Select(change => change.Column))})";
        return ending with { State = ActionState.Stale, Event = AuditEvents.Stale, Sentence = $"{what}: nothing was done. Plan it again and look at what differs.", Difference = difference };
    }

    // The change was sent and the answer lost: the transaction's number is asked for until the server knows.
    private async Task<ActionResult> InDoubtAsync(Guid id, Source source)
    {
        for (var asking = 0; asking < Askings; asking++)
        {
            try
            {
                if (await actions.FindAsync(id, CancellationToken.None) is { } action && (action.Result ?? await ResolveAsync(action, source, TimeSpan.MaxValue, CancellationToken.None)) is { } known)
                {
                    return known with { IsReplay = false };
                }
            }
            catch (Exception cause) when (cause is NpgsqlException or TimeoutException or CommitInDoubtException)
            {
                // Asked again; at last whoever looks at unfinished actions does.
            }

            await Task.Delay(AskAgain, clock, CancellationToken.None);
        }

        return new ActionResult(id, ActionOutcome.Unknown, "The change was sent and the connection lost before the answer came. Whether it was done is being found out; this page will say.");
    }

    private async Task<ActionResult> OfAnotherAsync(Guid id, Source source, CancellationToken cancellationToken)
    {
        for (var asking = 0; asking < Askings; asking++)
        {
            var action = await actions.FindAsync(id, cancellationToken);
            if (action is null || action is { State: ActionState.Planned })
            {
                return action is { IsExpired: false }
                    ? new ActionResult(id, ActionOutcome.Busy, "Somebody tried the same plan just now and the row was held: nothing was done. Try again in a moment.")
                    : new ActionResult(id, ActionOutcome.Refused, "The plan is too old: what it says of slots and ticks was of another time. Plan it again.");
            }

            if (action.Result is { } known)
            {
                return known;
            }

            if (action.Committing > TimeSpan.FromSeconds(5) && await ResolveAsync(action, source, ActionResolver.Patience, cancellationToken) is { } found)
            {
                return found;
            }

            await Task.Delay(AskAgain, clock, cancellationToken);
        }

        return new ActionResult(id, ActionOutcome.Unknown, "Somebody is carrying out the same plan; what became of it is not known yet.");
    }

    private async Task<ActionResult?> EndAsync(KeptAction action, Ending ending)
    {
        if (await actions.FinishAsync(action, ending, CancellationToken.None) is not { } anchor)
        {
            return null;
        }

        LogEnded(log, action.Id, action.Plan.Kind, action.Plan.Source, ending.Event, anchor);
        var outcome = ending.State switch
        {
            ActionState.Done => ActionOutcome.Done,
            ActionState.Stale => ActionOutcome.Stale,
            ActionState.Planned => ActionOutcome.Busy,
            ActionState.Unknown => ActionOutcome.Unknown,
            _ => ActionOutcome.Refused,
        };
        return new ActionResult(action.Id, outcome, ending.Sentence) { Difference = ending.Difference };
    }

    private sealed class OwnRecordsAwayException(Exception cause) : Exception("The own records are out of reach.", cause);

    private ObservedWrite Write(Source source)
    {
        var found = facts.Acted(source);
        return new ObservedWrite(pools.Of(source), found.State, found.Flavour);
    }

    private static Ending Again(Ending ending, string sentence) => ending with { State = ActionState.Planned, Event = AuditEvents.Busy, Sentence = sentence };

    private static string? VersionAfter(ActionPlan plan, long number) => plan.Edit.Kind == RowEditKind.Delete ? null : ObservedWrite.Version(number);

    private static string DoneSentence(ActionPlan plan) => plan.Kind switch
    {
        ActionKind.Backfill when plan.IsExact => $"{Plans.PlanWords.Slots(plan.Runs)} of {plan.Job} {(plan.Runs == 1 ? "is" : "are")} asked for. {plan.Then}",
        ActionKind.Backfill => $"{plan.Job} was set back: {Plans.PlanWords.Slots(plan.Runs)} will run. {plan.Then}",
        ActionKind.Acknowledge => $"{plan.Job} was acknowledged, until its next run.",
        ActionKind.Hold => $"{plan.Job} was held until {Plans.PlanWords.At(plan.HoldUntil!.Value)}.",
        ActionKind.Prune => $"{plan.Job} was pruned.",
        _ => $"{plan.Job} was {plan.Kind.Done()}. {plan.Then}",
    };

    private static string Forbidden(ActionPlan plan, Source source, Exception? why) => why is PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege or PostgresErrorCodes.ReadOnlySqlTransaction } said
        ? $"The role the dashboard acts with may not do that in {source.Name} ({said.MessageText}): nothing was done. It needs: grant select, {(plan.Edit.Kind == RowEditKind.Delete ? "delete" : plan.Edit.Kind == RowEditKind.Insert ? "insert" : "update")}; or name another role as ActionConnectionString."
        : $"{(why is null ? "The database refused it." : SourceTrouble.Sentence(why, source))} Nothing was done.";

    [LoggerMessage(EventId = 2300, Level = LogLevel.Warning, Message = "Action {Action}: no answer to the change; transaction {Transaction} is asked for")]
    private static partial void LogInDoubt(ILogger log, Guid action, long transaction, Exception? cause);

    [LoggerMessage(EventId = 2302, Level = LogLevel.Error, Message = "Action {Action}: its end could not be recorded; it is found out later")]
    private static partial void LogUnrecorded(ILogger log, Guid action, Exception cause);

    [LoggerMessage(EventId = 2301, Level = LogLevel.Information, Message = "Action {Action} ({Kind} in {Source}) ended: {Event}. Audit {Anchor}")]
    private static partial void LogEnded(ILogger log, Guid action, ActionKind kind, string source, string @event, AuditAnchor anchor);
}
