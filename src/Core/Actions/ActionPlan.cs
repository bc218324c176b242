using Dashboard.Core.Actions.Plans;
using Dashboard.Core.Sources;

namespace Dashboard.Core.Actions;

/// <summary>
/// What an action will do, before anybody agrees to it: the row before and after, the slots that run and when, the other jobs that are affected, what is to
/// be known before, and the statement. Committing changes exactly this or nothing.
/// </summary>
public sealed record ActionPlan
{
    /// <summary>At most so many slots and jobs are listed one by one; they are all counted.</summary>
    public const int MostListed = 500;

    /// <summary>What.</summary>
    public required ActionKind Kind { get; init; }

    /// <summary>In which observed database.</summary>
    public required string Source { get; init; }

    /// <summary>With which job.</summary>
    public required string Job { get; init; }

    /// <summary>The moment it was made for, by the database's clock.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>Why it cannot be done or makes no sense; null when it can be committed.</summary>
    public string? Refusal { get; init; }

    /// <summary>The whole in one sentence.</summary>
    public string Summary { get; init; } = "";

    /// <summary>What the runner does next because of it, in a sentence or two.</summary>
    public string Then { get; init; } = "";

    /// <summary>The cells that change.</summary>
    public IReadOnlyList<CellChange> Changes { get; init; } = [];

    /// <summary>The change of the row.</summary>
    public RowEdit Edit { get; init; } = RowEdit.None;

    /// <summary>How many moments the job's next run is called for.</summary>
    public long Runs { get; init; }

    /// <summary>When that run starts: null for the next tick, else not before this moment. Means nothing when there are none.</summary>
    public DateTimeOffset? RunsAt { get; init; }

    /// <summary>The slots, the first <see cref="MostListed"/> of them: those that run, and chosen ones that do not, each with the reason.</summary>
    public IReadOnlyList<ActionSlot> Slots { get; init; } = [];

    /// <summary>The other jobs for which the next tick does something else because of it.</summary>
    public IReadOnlyList<JobEffect> Effects { get; init; } = [];

    /// <summary>What is to be known before, the gravest first.</summary>
    public IReadOnlyList<ActionWarning> Warnings { get; init; } = [];

    /// <summary>True when something is lost that no undo brings back, or when a run may be under way: then the job's name is typed.</summary>
    public bool AsksForName { get; init; }

    /// <summary>True when somebody seems to be at work under the lock: only an admin may go on.</summary>
    public bool AsksForAdmin { get; init; }

    /// <summary>The statement with its values, as people read it; empty when no observed row changes.</summary>
    public string Sql { get; init; } = "";

    /// <summary>The end of the hold it makes.</summary>
    public DateTimeOffset? HoldUntil { get; init; }

    /// <summary>
    /// True when the dashboard's own runner runs exactly the slots that are listed, one by one and beside the job's own runs: no row changes, and
    /// committing keeps them in the dashboard's own database.
    /// </summary>
    public bool IsExact { get; init; }

    /// <summary>The action it undoes.</summary>
    public Guid? Undoes { get; init; }

    /// <summary>The plan for a wish.</summary>
    public static ActionPlan For(ActionWish wish, ActionFacts facts)
    {
        ArgumentNullException.ThrowIfNull(wish);
        ArgumentNullException.ThrowIfNull(facts);
        var draft = wish.Kind switch
        {
            _ when facts.Image is null && PlanDraft.IsGhost(facts, wish.Job) => PlanDraft.Refused($"There is no job named '{wish.Job}': it is neither configured nor has it a row."),
            ActionKind.RunNow => RunNowPlan.Draft(wish, facts),
            ActionKind.Backfill => SlotsPlan.Draft(wish, facts),
            ActionKind.MarkSuccess => MarkSuccessPlan.Draft(wish, facts),
            ActionKind.Reset => ResetPlan.Draft(wish, facts),
            ActionKind.ClearLock => ClearLockPlan.Draft(wish, facts),
            ActionKind.Hold => HoldPlan.Draft(wish, facts),
            ActionKind.Release => HoldPlan.Release(wish, facts),
            ActionKind.Prune => ResetPlan.Prune(wish, facts),
            ActionKind.Acknowledge => AcknowledgePlan.Draft(wish, facts),
            _ => PlanDraft.Refused("It is undone where it was done."),
        };
        return PlanCompletion.Of(wish, facts, draft);
    }

    /// <summary>The plan that puts back what an action changed.</summary>
    public static ActionPlan Undoing(DoneAction done, ActionFacts facts)
    {
        ArgumentNullException.ThrowIfNull(done);
        ArgumentNullException.ThrowIfNull(facts);
        return PlanCompletion.Of(new ActionWish(ActionKind.Undo, done.Plan.Source, done.Plan.Job), facts, UndoPlan.Draft(done, facts)) with { Undoes = done.Id };
    }
}

/// <summary>An action that was carried out, with what is needed to put it back.</summary>
/// <param name="Id">Which.</param>
/// <param name="Plan">What it did.</param>
/// <param name="Before">The row before; null when there was none.</param>
/// <param name="VersionAfter">The row's version it left behind; null when it left none.</param>
public sealed record DoneAction(Guid Id, ActionPlan Plan, RowImage? Before, string? VersionAfter);

/// <summary>A slot in a plan.</summary>
/// <param name="Slot">The moment it stands for.</param>
/// <param name="WillRun">Whether the run is called for it.</param>
/// <param name="Because">Why, or why not, in a few words.</param>
public sealed record ActionSlot(DateTimeOffset Slot, bool WillRun, string Because);

/// <summary>Another job for which the next tick does something else.</summary>
/// <param name="Job">Which.</param>
/// <param name="Before">What the next tick would have done with it.</param>
/// <param name="After">What it does instead.</param>
public sealed record JobEffect(string Job, string Before, string After)
{
    /// <summary>True when it does not run in that tick either way, only for another reason.</summary>
    public bool StaysOut { get; init; }
}

/// <summary>Something to be known before.</summary>
/// <param name="Text">One sentence.</param>
/// <param name="IsGrave">Whether something may be lost or run twice.</param>
public sealed record ActionWarning(string Text, bool IsGrave = false);
