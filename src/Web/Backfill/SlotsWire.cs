using Dashboard.Core.Backfill;

namespace Dashboard.Web.Backfill;

/// <summary>One slot of a job.</summary>
public sealed record SlotWire
{
    /// <summary>The moment it stands for.</summary>
    public required DateTimeOffset Slot { get; init; }

    /// <summary>What became of it.</summary>
    public required SlotState State { get; init; }

    /// <summary>How many runs succeeded for it.</summary>
    public required int Successes { get; init; }

    /// <summary>How many runs failed for it; worked out, for no log says it.</summary>
    public required int Failures { get; init; }

    /// <summary>When its last run ended; null when it had none that is known.</summary>
    public DateTimeOffset? Ended { get; init; }

    /// <summary>How long that run took, in seconds.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>What it last failed with; null when it did not, or when that is not at hand.</summary>
    public string? ExcType { get; init; }

    internal static SlotWire Of(SlotCell cell) => new()
    {
        Slot = cell.Slot,
        State = cell.State,
        Successes = cell.Successes,
        Failures = cell.Failures,
        Ended = cell.Ended,
        Duration = cell.Length,
        ExcType = cell.ErrorType,
    };
}

/// <summary>Some slots of a job.</summary>
/// <param name="Source">The source.</param>
/// <param name="AppName">The job.</param>
/// <param name="Now">The moment it is of, by the database's clock.</param>
/// <param name="Interval">The distance from one slot to the next, in seconds.</param>
/// <param name="KnownSince">Runs older than this may be missing from it.</param>
/// <param name="Cut">True when there are older slots in the range than are listed.</param>
/// <param name="Notice">What could not be looked at; null when all was.</param>
/// <param name="Slots">Oldest first.</param>
public sealed record SlotListWire(
    string Source, string AppName, DateTimeOffset Now, TimeSpan Interval, DateTimeOffset? KnownSince, bool Cut, string? Notice, IReadOnlyList<SlotWire> Slots);

/// <summary>A chosen slot in a plan.</summary>
/// <param name="Slot">The moment.</param>
/// <param name="State">What became of it.</param>
/// <param name="Outcome">What the plan does with it.</param>
/// <param name="Because">Why, in a few words.</param>
public sealed record PlannedSlotWire(DateTimeOffset Slot, SlotState State, PlannedOutcome Outcome, string Because);

/// <summary>What becomes of a choice of slots. Nothing is changed by asking.</summary>
public sealed record BackfillPlanWire
{
    /// <summary>The source.</summary>
    public required string Source { get; init; }

    /// <summary>The job.</summary>
    public required string AppName { get; init; }

    /// <summary>The moment it was made for, by the database's clock.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>Which of the chosen slots are wished.</summary>
    public required SlotWish Choice { get; init; }

    /// <summary>The first moment chosen.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>The last moment chosen.</summary>
    public required DateTimeOffset Until { get; init; }

    /// <summary>The whole in one sentence.</summary>
    public required string Summary { get; init; }

    /// <summary>Why nothing can be run; null when something can.</summary>
    public string? Refusal { get; init; }

    /// <summary>How many slots were chosen.</summary>
    public required long Chosen { get; init; }

    /// <summary>How many of them will run.</summary>
    public required long WillRun { get; init; }

    /// <summary>How many of them succeeded already and are not wished again.</summary>
    public required long AlreadyDone { get; init; }

    /// <summary>How many of them have not come yet.</summary>
    public required long NotYet { get; init; }

    /// <summary>How many of them failed or are unknown and are not wished.</summary>
    public required long LeftOut { get; init; }

    /// <summary>Exactly the slots the scheduler will run, from the first to the last without a gap.</summary>
    public required SlotsWire Runs { get; init; }

    /// <summary>How many of these succeeded already and are run again.</summary>
    public required long Repeats { get; init; }

    /// <summary>How many of these nobody wished for.</summary>
    public required long Unwished { get; init; }

    /// <summary>What last_success becomes; null when it stays.</summary>
    public DateTimeOffset? LastSuccess { get; init; }

    /// <summary>What next_run becomes; null when it stays.</summary>
    public DateTimeOffset? NextRun { get; init; }

    /// <summary>What is to be known before, a sentence each.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>The chosen slots, oldest first, the first 500 of them.</summary>
    public required IReadOnlyList<PlannedSlotWire> Slots { get; init; }

    internal static BackfillPlanWire Of(string source, BackfillPlan plan) => new()
    {
        Source = source,
        AppName = plan.Job,
        Now = plan.Now,
        Choice = plan.Choice.Wish,
        From = plan.Choice.From,
        Until = plan.Choice.Until,
        Summary = plan.Summary,
        Refusal = plan.Refusal,
        Chosen = plan.Chosen,
        WillRun = plan.WillRun,
        AlreadyDone = plan.AlreadyDone,
        NotYet = plan.NotYet,
        LeftOut = plan.LeftOut + plan.Cannot,
        Runs = SlotsWire.Of(plan.Runs),
        Repeats = plan.Repeats,
        Unwished = plan.Unwished,
        LastSuccess = plan.NewLastSuccess,
        NextRun = plan.NewNextRun,
        Warnings = plan.Warnings,
        Slots = [.. plan.Listed.Select(slot => new PlannedSlotWire(slot.Cell.Slot, slot.Cell.State, slot.Outcome, slot.Because))],
    };
}
