using Dashboard.Core.Backfill;
using Dashboard.Core.Runs;
using Dashboard.Core.Schedules;

namespace Dashboard.Core.Actions.Plans;

/// <summary>Clear stuck lock: <c>ongoing</c> to NULL, and a next run in the past where there is none.</summary>
internal static class ClearLockPlan
{
    public static PlanDraft Draft(ActionWish wish, ActionFacts facts)
    {
        if (facts.Image is not { } image || facts.Row is not { } row)
        {
            return PlanDraft.Refused("It has no row, so no lock.");
        }

        if (row.Ongoing is not { } since)
        {
            return PlanDraft.Refused(row.Unreadable.TryGetValue("ongoing", out var text) ? $"Its lock reads '{text}', which is no moment. Reset it instead." : "It is not locked.");
        }

        var cells = new Dictionary<string, string?>(StringComparer.Ordinal) { ["ongoing"] = null };
        List<ActionWarning> warnings = [];
        var history = facts.Runs.Of(wish.Job);
        var stuckFrom = StuckLockRule.From(since, history);
        if (facts.Lock is { } owner)
        {
            warnings.Add(new ActionWarning(Words(owner), owner.IsAlive));
        }

        if (facts.Now <= stuckFrom && facts.Lock is not { IsAlive: false })
        {
            warnings.Add(new ActionWarning(
                history.LongDuration is { } usual
                    ? $"It may still be running: the lock is {PlanWords.Length(facts.Now - since)} old, and 95 of 100 of its runs take up to {PlanWords.Length(usual)}. Cleared now, it is started a second time beside the first."
                    : $"It may still be running: the lock is {PlanWords.Length(facts.Now - since)} old, and nobody knows how long its runs take. Cleared now, it is started a second time beside the first.",
                IsGrave: true));
        }

        if (row.NextRun is null && PlanDraft.NeedsNextRun(facts) && !row.Unreadable.ContainsKey("next_run"))
        {
            // Without it the job would never run again and its children would make every tick die.
            cells["next_run"] = PlanDraft.Cell(PlanDraft.Past(facts.Now));
            warnings.Add(new ActionWarning("Its first run never ended, so it has no next run: it is given one in the past, or the runner would never start it again and its children would end every tick."));
        }

        if (facts.Definition(wish.Job)?.Schedule is { Backfills: true } schedule && CatchUpRule.For(schedule, row, history) is { Done: > 0 } run)
        {
            warnings.Add(new ActionWarning($"{PlanWords.Slots(run.Done)} of that run {(run.Done == 1 ? "is" : "are")} in the log as done and will run again: last_success was not moved when it was killed."));
        }

        if (LockRule.TakenOverFrom(since, facts.Book.Settings, facts.Now) is { } free)
        {
            warnings.Add(new ActionWarning(free <= facts.Now ? "The next tick would take the lock over by itself." : $"By itself the scheduler takes it over from {PlanWords.At(free)} on."));
        }

        var alive = facts.Lock is { IsAlive: true };
        return new PlanDraft
        {
            Edit = RowEdit.Update(image, cells),
            Summary = $"Takes away the lock of {PlanWords.At(since)}.",
            Warnings = warnings,
            AsksForName = alive || (facts.Now <= stuckFrom && facts.Lock is not { IsAlive: false }),
            AsksForAdmin = alive,
        };
    }

    public static string Words(LockEvidence owner) => owner.Runs switch
    {
        true => $"It runs: {owner.Who} is alive.",
        false => $"{owner.Who}, which took the lock, is gone.",
        null when owner.IsAlive => $"The lock belongs to {owner.Who}, seen alive {PlanWords.Length(owner.Heard)} ago.",
        null => $"The lock belongs to {owner.Who}, not heard of for {PlanWords.Length(owner.Heard)}.",
    };
}
