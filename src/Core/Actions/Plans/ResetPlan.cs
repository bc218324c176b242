using Dashboard.Core.Backfill;
using Dashboard.Core.Schedules;

namespace Dashboard.Core.Actions.Plans;

/// <summary>Reset and prune: the row goes, once for a job that starts anew, once for one that nobody starts any more.</summary>
internal static class ResetPlan
{
    public static PlanDraft Draft(ActionWish wish, ActionFacts facts)
    {
        if (facts.Image is not { } image || facts.Row is not { } row)
        {
            return PlanDraft.Refused("It has no row: it is as it would be after a reset.");
        }

        if (PlanDraft.IsGhost(facts, wish.Job))
        {
            return PlanDraft.Refused("It is not configured, so a reset would not make it run. Prune it instead.");
        }

        List<ActionWarning> warnings = [];
        Running(facts, warnings);
        var lost = Lost(facts, wish.Job, warnings);
        if (facts.Hold is { } hold)
        {
            warnings.Add(new ActionWarning($"{hold.By} holds it until {PlanWords.At(hold.Until)} ({hold.Reason}); this ends the hold."));
        }

        return new PlanDraft
        {
            Edit = RowEdit.Delete(image),
            Summary = row.LastError is not null || row.ErrorCount > 0
                ? $"Deletes its row: {PlanWords.Count(row.ErrorCount, "failure")} forgotten, and it starts as if it had never run. The log stays."
                : "Deletes its row: it starts as if it had never run. The log stays.",
            Warnings = warnings,
            AsksForName = lost || row.Ongoing is not null,
            AsksForAdmin = row.Ongoing is not null && facts.Lock is { IsAlive: true },
        };
    }

    public static PlanDraft Prune(ActionWish wish, ActionFacts facts)
    {
        if (facts.Image is not { } image)
        {
            return PlanDraft.Refused("It has no row: there is nothing to prune.");
        }

        if (!facts.Book.IsConfigured)
        {
            return PlanDraft.Refused("The scheduler's configuration is not known here, so nobody can tell a ghost from a job. Give the source its jobs file first.");
        }

        if (facts.Definition(wish.Job) is not null)
        {
            return PlanDraft.Refused("It is configured: it is no ghost. A reset deletes its row and lets it start anew.");
        }

        List<ActionWarning> warnings = [];
        Running(facts, warnings);
        var guessed = facts.Book.Jobs.Count(job => job.NameKnown != Knowledge.Configured);
        if (guessed > 0)
        {
            warnings.Add(new ActionWarning($"The names of {PlanWords.Count(guessed, "configured job")} are worked out from their classes: one of them may be this one.", IsGrave: true));
        }

        var children = facts.Book.Jobs.Where(job => job.DependsOn.Contains(wish.Job, StringComparer.Ordinal)).Select(job => job.Name).ToList();
        if (children.Count > 0)
        {
            warnings.Add(new ActionWarning($"{string.Join(", ", children.Take(5))}{(children.Count > 5 ? $" and {children.Count - 5} more" : "")} {(children.Count == 1 ? "depends" : "depend")} on it: without its row {(children.Count == 1 ? "it never runs" : "they never run")} again.", IsGrave: true));
        }

        return new PlanDraft
        {
            Edit = RowEdit.Delete(image),
            Summary = "Deletes the row of a job that is not configured any more. The log stays.",
            Warnings = warnings,
            AsksForName = true,
            AsksForAdmin = facts.Row?.Ongoing is not null && facts.Lock is { IsAlive: true },
        };
    }

    private static void Running(ActionFacts facts, List<ActionWarning> warnings)
    {
        if (facts.Row?.Ongoing is not { } since)
        {
            return;
        }

        warnings.Add(new ActionWarning(
            $"Its lock has been taken since {PlanWords.At(since)}: if that run is alive, the next tick starts a second one beside it, and the first writes the row anew when it ends.", IsGrave: true));
        if (facts.Lock is { } owner)
        {
            warnings.Add(new ActionWarning(ClearLockPlan.Words(owner), owner.IsAlive));
        }
    }

    private static bool Lost(ActionFacts facts, string job, List<ActionWarning> warnings)
    {
        if (facts.Definition(job)?.Schedule is not { Backfills: true } schedule || facts.Row?.LastSuccess is null
            || RunTimesRule.For(schedule, facts.Row, facts.Now) is not { Error: null, Slots: { Count: > 0 } slots })
        {
            return false;
        }

        warnings.Add(new ActionWarning(
            slots.IsEndless ? "It has no row afterwards, so its first run is one run for now."
            : $"It is behind: {PlanWords.Slots(slots.Count)}, {PlanWords.At(slots.First)} to {PlanWords.At(slots.Last!.Value)}, {(slots.Count == 1 ? "is" : "are")} lost. After a reset its first run is one run for now, and nothing before is made up for.",
            IsGrave: true));
        return true;
    }
}
