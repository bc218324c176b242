using Dashboard.Core.Backfill;

namespace Dashboard.Core.Actions.Plans;

/// <summary>Backfill: <c>last_success</c> back and <c>next_run</c> into the past, as <see cref="BackfillPlan"/> says.</summary>
internal static class SlotsPlan
{
    public static PlanDraft Draft(ActionWish wish, ActionFacts facts)
    {
        if (PlanDraft.IsGhost(facts, wish.Job))
        {
            return PlanDraft.Refused("It is not configured: no runner starts it, whatever its row says.");
        }

        if (wish.Slots is not { } choice)
        {
            return PlanDraft.Refused("No slots were chosen.");
        }

        if (facts.Ledger is not { } ledger)
        {
            return PlanDraft.Refused("When it runs is not known, so neither are its slots.");
        }

        var plan = BackfillPlan.For(ledger, choice, facts.Now);
        if (plan.Refusal is { } refusal)
        {
            return PlanDraft.Refused(refusal);
        }

        if (ExactSlotsPlan.Draft(plan, ledger, facts) is { } exact)
        {
            return exact;
        }

        var leftOut = plan.Listed.Where(slot => slot.Outcome != PlannedOutcome.Runs).Select(slot => new ActionSlot(slot.Cell.Slot, false, slot.Because)).ToList();
        if (plan.WillRun == 0 || facts.Image is not { } image)
        {
            return PlanDraft.Refused($"Nothing would run. {plan.Summary}") with { LeftOut = leftOut };
        }

        if (plan is { NewLastSuccess: null, NewNextRun: null })
        {
            return PlanDraft.Refused("These slots run with the next tick that starts the job anyway: there is nothing to set.") with { LeftOut = leftOut };
        }

        var cells = new Dictionary<string, string?>(StringComparer.Ordinal);
        if (plan.NewLastSuccess is { } back)
        {
            cells["last_success"] = PlanDraft.Cell(back);
        }

        if (plan.NewNextRun is { } next)
        {
            cells["next_run"] = PlanDraft.Cell(next);
        }

        // Whether the next tick starts it, and why not, is said of the row as it will be.
        var warnings = plan.Warnings.Where(warning => warning != PlanMaking.NotStarted(ledger.Facts)).Select(warning => new ActionWarning(warning)).ToList();
        if (plan.Unwished > 0 && facts.Runner.IsOwn)
        {
            warnings.Insert(0, new ActionWarning($"The dashboard's own runner could run exactly the chosen slots, {ActionPlan.MostListed} at a time: choose fewer."));
        }

        if (facts.Hold is { } hold && plan.NewNextRun is not null)
        {
            warnings.Insert(0, new ActionWarning($"{hold.By} holds it until {PlanWords.At(hold.Until)} ({hold.Reason}); this ends the hold."));
        }

        return new PlanDraft { Edit = RowEdit.Update(image, cells), Summary = Summary(plan), LeftOut = leftOut, Warnings = warnings };
    }

    // The confirming button counts them all, so the sentence does, too.
    private static string Summary(BackfillPlan plan) => plan.Unwished == 0 ? plan.Summary : $"{plan.Summary.TrimEnd('.')}, and {PlanWords.Slots(plan.Unwished)} more that nobody chose.";
}
