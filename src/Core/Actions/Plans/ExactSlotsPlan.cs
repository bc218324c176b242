using Dashboard.Core.Backfill;

namespace Dashboard.Core.Actions.Plans;

/// <summary>
/// A backfill of exactly the chosen slots, which crontabber's tables cannot say: where the dashboard's own runner makes the ticks, they are asked of it. See
/// decision 0021.
/// </summary>
internal static class ExactSlotsPlan
{
    /// <summary>The draft; null where the row can say the same, nobody could run it, or there are too many slots to be listed.</summary>
    public static PlanDraft? Draft(BackfillPlan plan, SlotLedger ledger, ActionFacts facts)
    {
        if (!facts.Runner.IsOwn || plan.Unwished == 0 || plan.WillRun > ActionPlan.MostListed || plan.Listed.Count < plan.Chosen)
        {
            return null;
        }

        var chosen = plan.Listed.Where(slot => slot.Outcome == PlannedOutcome.Runs).ToLookup(slot => ledger.Called.PlaceOf(slot.Cell.Slot) is not null);
        var beside = chosen[false].Select(slot => new ActionSlot(slot.Cell.Slot, true, slot.Cell.State is SlotState.Done or SlotState.Repeated ? "succeeded already, runs again" : "runs")).ToList();
        if (beside.Count == 0)
        {
            return null;
        }

        List<ActionSlot> leftOut =
        [
            .. plan.Listed.Where(slot => slot.Outcome != PlannedOutcome.Runs).Select(slot => new ActionSlot(slot.Cell.Slot, false, slot.Because)),
            .. chosen[true].Select(slot => new ActionSlot(slot.Cell.Slot, false, "the job's own next run makes up for it")),
        ];
        return new PlanDraft
        {
            Exact = beside,
            LeftOut = leftOut,
            Summary = $"Will run exactly {PlanWords.Slots(beside.Count)} of {PlanWords.Count(plan.Chosen, "chosen slot")}, and no others.",
            Warnings = [.. Warnings(facts)],
        };
    }

    /// <summary>What happens next, in sentences.</summary>
    public static string Then(ActionFacts facts) =>
        $"The dashboard's runner takes them one by one{(facts.Runner.IsPresent ? " at the end of its next tick" : " when it makes its next tick; it was not heard of lately")}, after the jobs' own runs. Its row stays as it is: what it owes and when it runs next does not change.";

    private static IEnumerable<ActionWarning> Warnings(ActionFacts facts)
    {
        if (facts.Hold is { } hold)
        {
            yield return new ActionWarning($"{hold.By} holds it until {PlanWords.At(hold.Until)} ({hold.Reason}): the slots wait until then.");
        }

        if (facts.Definition(facts.Ledger!.Facts.Definition.Name) is { DependsOn.Count: > 0 } child)
        {
            yield return new ActionWarning($"Its parents are not asked: {string.Join(", ", child.DependsOn.Take(5))}{(child.DependsOn.Count > 5 ? " and others" : "")}. The jobs that depend on it are not run again.");
        }

        yield return new ActionWarning("A slot that fails is not tried again by itself and does not keep the others.");
    }
}
