using Dashboard.Core.Backfill;

namespace Dashboard.Core.Actions;

/// <summary>What somebody wants done.</summary>
/// <param name="Kind">What.</param>
/// <param name="Source">In which observed database.</param>
/// <param name="Job">With which job.</param>
public sealed record ActionWish(ActionKind Kind, string Source, string Job)
{
    /// <summary>The slots of a backfill.</summary>
    public BackfillChoice? Slots { get; init; }

    /// <summary>The end of a hold; every hold has one.</summary>
    public DateTimeOffset? Until { get; init; }
}
