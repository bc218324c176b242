using Dashboard.Core.Backfill;
using Dashboard.Core.Schedules;
using Dashboard.Core.Sources;

namespace Dashboard.Core.Actions.Plans;

/// <summary>Run now: <c>next_run</c> into the past.</summary>
internal static class RunNowPlan
{
    public static PlanDraft Draft(ActionWish wish, ActionFacts facts)
    {
        if (PlanDraft.IsGhost(facts, wish.Job))
        {
            return PlanDraft.Refused("It is not configured: no runner starts it, whatever its row says.");
        }

        if (facts.Row is not { } row || facts.Image is not { } image)
        {
            return PlanDraft.Refused(facts.Definition(wish.Job)?.Schedule is { } known && DueRule.Ask(known, null, facts.Now) is { Error: null, Value: { IsDue: false } due }
                ? $"It has no row yet: {due.Because}. Before its first run there is nothing to set."
                : "It has no row: the next tick that comes to it starts it anyway.");
        }

        if (row.NextRun is null && facts is { Flavour: Flavour.Socorro } && facts.Definition(wish.Job)?.Schedule is { } fresh && DueRule.Ask(fresh, row, facts.Now) is { Error: null, Value.IsDue: true })
        {
            return PlanDraft.Refused("It has no next run, which Socorro takes for new: the next tick starts it anyway.");
        }

        if (PlanDraft.Locked(facts, "what is set now is lost") is { } locked)
        {
            return PlanDraft.Refused(locked);
        }

        if (row.NextRun < facts.Now)
        {
            return PlanDraft.Refused($"It has been due since {PlanWords.At(row.NextRun.Value)}: there is nothing to bring forward. What keeps it is said on its page.");
        }

        List<ActionWarning> warnings = [];
        if (facts.Hold is { } hold)
        {
            warnings.Add(new ActionWarning($"{hold.By} holds it until {PlanWords.At(hold.Until)} ({hold.Reason}); this ends the hold."));
        }

        if (facts.Definition(wish.Job)?.Schedule is { Backfills: true } schedule && RunTimesRule.For(schedule, row, facts.Now) is { Error: null, Slots.Count: 0 })
        {
            warnings.Add(new ActionWarning("It owes no slot: its run is called zero times and does nothing. To have a slot run again, backfill it."));
        }

        if (row.NextRun is { } next && facts.Definition(wish.Job)?.Schedule is { HasTime: false })
        {
            warnings.Add(new ActionWarning($"It has no time of day: its later runs are reckoned from this one, no more from {PlanWords.At(next)}."));
        }

        return new PlanDraft
        {
            Edit = RowEdit.Update(image, new Dictionary<string, string?> { ["next_run"] = PlanDraft.Cell(PlanDraft.Past(facts.Now)) }),
            Summary = row.NextRun is { } was ? $"Makes it due now instead of at {PlanWords.At(was)}."
                : facts.Flavour == Flavour.Socorro ? "Makes it due now: it has no next run and would wait for its time of day."
                : "Gives it a next run in the past: it has none, so the runner never starts it.",
            Warnings = warnings,
        };
    }
}
