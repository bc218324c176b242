namespace Dashboard.Core.Backfill;

/// <summary>Which of the chosen slots somebody wants to run.</summary>
public enum SlotWish
{
    /// <summary>Those that have come and were never tried.</summary>
    Missing,

    /// <summary>These, and those that were tried and failed.</summary>
    MissingAndFailed,

    /// <summary>All that have come, those done already included.</summary>
    All,
}

/// <summary>Slots somebody chose and which of them shall run.</summary>
/// <param name="Wish">Which of them.</param>
/// <param name="From">The first moment.</param>
/// <param name="Until">The last moment, included.</param>
public sealed record BackfillChoice(SlotWish Wish, DateTimeOffset From, DateTimeOffset Until)
{
    /// <summary>Chosen one by one; null for all from the first moment up to the last.</summary>
    public IReadOnlyList<DateTimeOffset>? Picked { get; init; }

    /// <summary>These slots and no others.</summary>
    public static BackfillChoice Of(SlotWish wish, IReadOnlyCollection<DateTimeOffset> picked)
    {
        ArgumentNullException.ThrowIfNull(picked);
        if (picked.Count == 0)
        {
            throw new ArgumentException("There is nothing to plan for no slot.", nameof(picked));
        }

        DateTimeOffset[] inOrder = [.. picked.Select(slot => slot.ToUniversalTime()).Distinct().Order()];
        return new BackfillChoice(wish, inOrder[0], inOrder[^1]) { Picked = inOrder };
    }
}

/// <summary>What a plan does with a chosen slot.</summary>
public enum PlannedOutcome
{
    /// <summary>It will run.</summary>
    Runs,

    /// <summary>A run succeeded for it; it is not wished again.</summary>
    AlreadyDone,

    /// <summary>It has not come yet.</summary>
    NotYet,

    /// <summary>It is not wished: it failed, or nothing is known of it.</summary>
    LeftOut,

    /// <summary>It cannot run: it is no slot of the job.</summary>
    Cannot,
}

/// <summary>A chosen slot in a plan.</summary>
/// <param name="Cell">The slot and what became of it.</param>
/// <param name="Outcome">What the plan does with it.</param>
/// <param name="Because">Why, in a few words.</param>
public sealed record PlannedSlot(SlotCell Cell, PlannedOutcome Outcome, string Because);
