namespace Dashboard.Core.Backfill;

/// <summary>
/// What becomes of a choice of slots: the one place that says which will run. The scheduler knows no list of slots, it always runs from
/// <c>last_success</c> up to now; so a plan sets that back to the slot before the first chosen, and says exactly which slots then run, the unwished ones too.
/// </summary>
public sealed record BackfillPlan
{
    /// <summary>At most so many slots are listed one by one; they are all counted.</summary>
    public const int MostListed = 500;

    /// <summary>The job.</summary>
    public required string Job { get; init; }

    /// <summary>What was chosen.</summary>
    public required BackfillChoice Choice { get; init; }

    /// <summary>The moment it was made for, by the database's clock.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>Why nothing can be run at all; null when something can.</summary>
    public string? Refusal { get; init; }

    /// <summary>How many slots were chosen.</summary>
    public long Chosen { get; init; }

    /// <summary>How many of the chosen will run.</summary>
    public long WillRun { get; init; }

    /// <summary>How many of the chosen succeeded already and are not wished again.</summary>
    public long AlreadyDone { get; init; }

    /// <summary>How many of the chosen have not come yet.</summary>
    public long NotYet { get; init; }

    /// <summary>How many of the chosen failed or are unknown and are not wished.</summary>
    public long LeftOut { get; init; }

    /// <summary>How many of the chosen are no slots of the job.</summary>
    public long Cannot { get; init; }

    /// <summary>The chosen slots in order, the first <see cref="MostListed"/> of them.</summary>
    public IReadOnlyList<PlannedSlot> Listed { get; init; } = [];

    /// <summary>Exactly the slots the scheduler will run, were its run to start now; none when nothing will.</summary>
    public Slots Runs { get; init; }

    /// <summary>How many of these succeeded already and are run again.</summary>
    public long Repeats { get; init; }

    /// <summary>How many of these nobody wished for.</summary>
    public long Unwished { get; init; }

    /// <summary>What <c>last_success</c> becomes; null when it stays.</summary>
    public DateTimeOffset? NewLastSuccess { get; init; }

    /// <summary>What <c>next_run</c> becomes; null when it stays.</summary>
    public DateTimeOffset? NewNextRun { get; init; }

    /// <summary>The whole in one sentence.</summary>
    public string Summary { get; init; } = "";

    /// <summary>What the scheduler will do and what is to be known before, a sentence each.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>The plan for a choice of slots of a job.</summary>
    public static BackfillPlan For(SlotLedger job, BackfillChoice choice, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(choice);
        return new PlanMaking(job, choice, now).Make();
    }

    /// <summary>Which states a wish takes in.</summary>
    internal static bool Wishes(SlotWish wish, SlotState state) => state switch
    {
        SlotState.Owed or SlotState.Missing => true,
        SlotState.Failed or SlotState.Lost => wish is SlotWish.MissingAndFailed or SlotWish.All,
        SlotState.Running => false,
        _ => wish == SlotWish.All,
    };
}
