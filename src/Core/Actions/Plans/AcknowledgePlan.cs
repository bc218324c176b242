using Dashboard.Core.Schedules;

namespace Dashboard.Core.Actions.Plans;

/// <summary>Acknowledge: a word beside the row, gone with the job's next run.</summary>
internal static class AcknowledgePlan
{
    public static PlanDraft Draft(ActionWish wish, ActionFacts facts)
    {
        if (facts.Row is not { } row)
        {
            return PlanDraft.Refused("It has no row: there is no trouble to acknowledge.");
        }

        var tick = facts.Tick(facts.Rows).Find(wish.Job);
        return row.LastError is null && row.ErrorCount == 0 && row.Ongoing is null && tick is not { IsHeld: true }
            ? PlanDraft.Refused("It neither fails, nor is it locked or held back: there is nothing to acknowledge.")
            : new PlanDraft { Summary = "Says that somebody knows. Nothing of the scheduler changes; it lapses by itself with the job's next run." };
    }
}

/// <summary>Undo: the cells as they were, while the row is as the action left it.</summary>
internal static class UndoPlan
{
    public static PlanDraft Draft(DoneAction done, ActionFacts facts)
    {
        ArgumentNullException.ThrowIfNull(done);
        var edit = done.Plan.Edit;
        switch (edit.Kind)
        {
            case RowEditKind.None when done.Plan.Kind == ActionKind.Acknowledge:
                return new PlanDraft { Summary = "Takes the acknowledgement back." };
            case RowEditKind.Delete or RowEditKind.Update when done.Before is null:
                return PlanDraft.Refused($"The row as it was is kept for {ActionQueries.Undoable.TotalDays:0} days only; what of it may be shown stands in the record.");
            case RowEditKind.Delete when facts.Image is null && done.Before is { } before:
                return new PlanDraft { Edit = RowEdit.Insert(before.Cells), Summary = "Puts the row back as it was." };
            case RowEditKind.Update when facts.Image is { } image && done.Before is { } before && image.Version == done.VersionAfter:
                return new PlanDraft
                {
                    Edit = RowEdit.Update(image, edit.Set.Keys.ToDictionary(column => column, column => before[column], StringComparer.Ordinal)),
                    Summary = "Puts the row back as it was.",
                };
            case RowEditKind.Insert when facts.Image is { } image && image.Version == done.VersionAfter:
                return new PlanDraft { Edit = RowEdit.Delete(image), Summary = "Deletes the row again." };
            case RowEditKind.None when done.Plan.IsExact:
                return PlanDraft.Refused("It changed no row. Slots that still wait are cancelled where their progress is shown.");
            case RowEditKind.None:
                return PlanDraft.Refused("It changed nothing that could be put back.");
            default:
                return PlanDraft.Refused("The runner or somebody has written the row since: putting it back would undo that too. What it was before stands in the record.");
        }
    }
}
