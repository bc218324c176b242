using System.Globalization;
using Dashboard.Core.Access;
using Dashboard.Core.Actions.Audit;
using Dashboard.Core.Sources;

namespace Dashboard.Core.Actions;

/// <summary>The answer to somebody who wants to plan, look at or commit an action.</summary>
/// <typeparam name="T">What they get.</typeparam>
/// <param name="Value">It; null when they do not get it.</param>
/// <param name="Because">Why not.</param>
/// <param name="IsDenied">Whether they may not.</param>
public sealed record ActionAnswer<T>(T? Value, string? Because, bool IsDenied)
    where T : class
{
    /// <summary>When to try again, where it was only too much at once; null otherwise.</summary>
    public TimeSpan? Wait { get; init; }

    /// <summary>Whether what was asked about is not there at all.</summary>
    public bool IsMissing { get; init; }
}

/// <summary>Makes answers.</summary>
internal static class ActionAnswer
{
    public static ActionAnswer<T> Of<T>(T value)
        where T : class => new(value, null, false);

    public static ActionAnswer<T> No<T>(string because)
        where T : class => new(null, because, false);

    public static ActionAnswer<T> Missing<T>(string because)
        where T : class => No<T>(because) with { IsMissing = true };

    public static ActionAnswer<T> Denied<T>(string because)
        where T : class => new(null, because, true);

    /// <summary>Counts a deed; an answer only when it was one too many.</summary>
    public static ActionAnswer<T>? TooMuch<T>(DeedPace pace, Actor who)
        where T : class => pace.Take(who) is { } wait
        ? No<T>(string.Create(CultureInfo.InvariantCulture, $"That was too much at once: wait {Math.Ceiling(wait.TotalSeconds):0} s. Nothing was done.")) with { Wait = wait }
        : null;
}

/// <summary>
/// The one way to act on jobs, for pages, the API and verbs alike. Each call first asks whether who calls may, now; whoever may not leaves a line in the
/// audit.
/// </summary>
public sealed class OperatorActions(
    IAuthority authority, DeedPace pace, SourceDirectory sources, ActionFactsReader facts, ActionQueries actions, ActionCommit commit, AuditQueries audit, MarksMonitor marks)
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);
    private readonly OneAtATime underWay = new();

    private const string None = "There is no such plan. Plans that nobody commits are kept for two days.";

    /// <summary>A reason is not longer.</summary>
    public const int LongestReason = 500;

    /// <summary>Plans an action and keeps the plan.</summary>
    public async Task<ActionAnswer<KeptAction>> PlanAsync(Actor who, ActionWish wish, Guid? operation, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(wish);
        if (await authority.AskAsync(who, Deeds.Plan, cancellationToken) is { Granted: false } denied)
        {
            return ActionAnswer.Denied<KeptAction>(denied.Because);
        }

        if (sources.Find(wish.Source) is not { } source)
        {
            return ActionAnswer.No<KeptAction>($"There is no source '{wish.Source}'.");
        }

        try
        {
            if (ActionAnswer.TooMuch<KeptAction>(pace, who) is { } wait)
            {
                return wait;
            }

            var known = await facts.ReadAsync(source, wish.Job, wish.Slots, cancellationToken);
            return await KeepAsync(who, ActionPlan.For(wish with { Source = source.Name }, known), known, operation, cancellationToken);
        }
        catch (ActionRefusedException cause)
        {
            return ActionAnswer.No<KeptAction>(cause.Message);
        }
    }

    /// <summary>Plans to put back what an action changed.</summary>
    public async Task<ActionAnswer<KeptAction>> PlanUndoAsync(Actor who, Guid id, CancellationToken cancellationToken)
    {
        if (await authority.AskAsync(who, Deeds.Plan, cancellationToken) is { Granted: false } denied)
        {
            return ActionAnswer.Denied<KeptAction>(denied.Because);
        }

        if (await actions.FindAsync(id, cancellationToken) is not { } done || sources.Find(done.Plan.Source) is not { } source)
        {
            return ActionAnswer.No<KeptAction>("There is no such action.");
        }

        if (done is not { State: ActionState.Done, UndoneBy: null })
        {
            return ActionAnswer.No<KeptAction>(done.UndoneBy is not null ? "It was undone already." : "It was never done, so there is nothing to undo.");
        }

        try
        {
            if (ActionAnswer.TooMuch<KeptAction>(pace, who) is { } wait)
            {
                return wait;
            }

            var known = await facts.ReadAsync(source, done.Plan.Job, null, cancellationToken);
            return await KeepAsync(who, ActionPlan.Undoing(new DoneAction(done.Id, done.Plan, done.Before, done.VersionAfter), known), known, null, cancellationToken);
        }
        catch (ActionRefusedException cause)
        {
            return ActionAnswer.No<KeptAction>(cause.Message);
        }
    }

    /// <summary>A plan, or what became of it.</summary>
    public async Task<ActionAnswer<KeptAction>> FindAsync(Actor who, Guid id, CancellationToken cancellationToken) =>
        await authority.AskAsync(who, Deeds.Read, cancellationToken) is { Granted: false } denied ? ActionAnswer.Denied<KeptAction>(denied.Because)
        : await actions.FindAsync(id, cancellationToken) is { } found ? ActionAnswer.Of<KeptAction>(found)
        : ActionAnswer.Missing<KeptAction>(None);

    /// <summary>Carries a plan out: exactly what it says, or nothing.</summary>
    /// <param name="who">Who wants it.</param>
    /// <param name="id">The plan.</param>
    /// <param name="reason">Why; kept for ever.</param>
    /// <param name="name">The job's name as typed, where the plan asks for it.</param>
    /// <param name="cancellationToken">To give up before it begins.</param>
    public async Task<ActionAnswer<ActionResult>> CommitAsync(Actor who, Guid id, string? reason, string? name, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(who);
        if (await actions.FindAsync(id, cancellationToken) is not { } action)
        {
            return await authority.AskAsync(who, Deeds.Read, cancellationToken) is { Granted: false } out_
                ? ActionAnswer.Denied<ActionResult>(out_.Because)
                : ActionAnswer.Missing<ActionResult>(None);
        }

        var permission = await authority.AskAsync(who, DeedOf(action.Plan), cancellationToken);
        if (!permission.Granted)
        {
            await audit.AddAsync(ActionQueries.Entry(action, permission.Actor, reason, AuditEvents.Denied, permission.Because), cancellationToken);
            return ActionAnswer.Denied<ActionResult>(permission.Because);
        }

        if (action.Result is { } before)
        {
            return ActionAnswer.Of<ActionResult>(before);
        }

        if (Refusal(action, reason, name) is { } refusal)
        {
            return ActionAnswer.No<ActionResult>(refusal);
        }

        if (sources.Find(action.Plan.Source) is not { } source || source.Name != action.Plan.Source)
        {
            return ActionAnswer.No<ActionResult>($"There is no source '{action.Plan.Source}' any more.");
        }

        var actor = DeedPace.NameOf(who);
        if (underWay.Begin(actor, id) is not { } first)
        {
            return ActionAnswer.No<ActionResult>("Another action of yours is being carried out: one at a time. Nothing was done; try again when it has ended.") with { Wait = Soon };
        }

        try
        {
            if (first && ActionAnswer.TooMuch<ActionResult>(pace, who) is { } wait)
            {
                return wait;
            }

            _ = facts.Acted(source);
            var result = await commit.CarryOutAsync(action, source, permission.Actor, reason!.Trim(), cancellationToken);
            await marks.LookAsync(action.Plan.Source, cancellationToken);
            return ActionAnswer.Of<ActionResult>(result);
        }
        catch (ActionRefusedException cause)
        {
            return ActionAnswer.No<ActionResult>(cause.Message);
        }
        finally
        {
            underWay.End(actor);
        }
    }

    /// <summary>Throws a plan away: one's own, or anybody's for who could commit it.</summary>
    public async Task<ActionAnswer<KeptAction>> WithdrawAsync(Actor who, Guid id, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(who);
        var action = await actions.FindAsync(id, cancellationToken);
        var another = action is not null && action.PlannedBy != who.Name ? action : null;
        if (await authority.AskAsync(who, another is null ? Deeds.Plan : DeedOf(another.Plan), cancellationToken) is { Granted: false } denied)
        {
            if (another is not null)
            {
                await audit.AddAsync(ActionQueries.Entry(another, denied.Actor, null, AuditEvents.Denied, denied.Because), cancellationToken);
            }

            return ActionAnswer.Denied<KeptAction>(denied.Because);
        }

        return action is null ? ActionAnswer.Missing<KeptAction>(None)
            : await actions.WithdrawAsync(id, who.Name, cancellationToken) && await actions.FindAsync(id, cancellationToken) is { } gone ? ActionAnswer.Of<KeptAction>(gone)
            : ActionAnswer.No<KeptAction>("It is no plan any more that could be thrown away: it was committed, or thrown away already.");
    }

    /// <summary>What it takes to commit a plan.</summary>
    public static Deed DeedOf(ActionPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return plan.AsksForAdmin ? Deeds.ClearLiveLock : DeedOf(plan.Kind);
    }

    /// <summary>What it takes to do something with a job whose lock nobody seems to work under.</summary>
    public static Deed DeedOf(ActionKind kind) => kind switch
    {
        ActionKind.RunNow => Deeds.RunNow,
        ActionKind.Backfill => Deeds.Backfill,
        ActionKind.MarkSuccess => Deeds.MarkSuccess,
        ActionKind.Reset => Deeds.Reset,
        ActionKind.ClearLock => Deeds.ClearLock,
        ActionKind.Hold => Deeds.Hold,
        ActionKind.Release => Deeds.Release,
        ActionKind.Prune => Deeds.Prune,
        ActionKind.Acknowledge => Deeds.Acknowledge,
        _ => Deeds.Undo,
    };

    private static string? Refusal(KeptAction action, string? reason, string? name) => action switch
    {
        { Plan.Refusal: { } refusal } => refusal,
        { IsExpired: true, State: ActionState.Planned } => "The plan is too old: what it says of slots and ticks was of another time. Plan it again.",
        _ when string.IsNullOrWhiteSpace(reason) => "Say why: the reason is kept with the action.",
        _ when reason.Trim().Length > LongestReason => $"The reason is longer than {LongestReason} characters.",
        { Plan.AsksForName: true } when name != action.Plan.Job => $"Type the job's name, {action.Plan.Job}, to go on.",
        _ => null,
    };

    private async Task<ActionAnswer<KeptAction>> KeepAsync(Actor who, ActionPlan plan, ActionFacts known, Guid? operation, CancellationToken cancellationToken)
    {
        var id = Guid.CreateVersion7();
        await actions.SaveAsync(id, plan, known.Image, who.Name, operation, cancellationToken);
        return await actions.FindAsync(id, cancellationToken) is { } kept ? ActionAnswer.Of<KeptAction>(kept) : ActionAnswer.No<KeptAction>("The plan could not be kept.");
    }
}
