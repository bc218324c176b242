using Dashboard.Core.Dependencies;
using Dashboard.Core.Schedules;

namespace Dashboard.Core.Actions.Plans;

/// <summary>Hold and release: <c>next_run</c> to the end of the hold and back. The row is all a runner looks at.</summary>
internal static class HoldPlan
{
    /// <summary>No hold lasts longer: what is kept from running for months is taken out of the configuration.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(90);

    public static PlanDraft Draft(ActionWish wish, ActionFacts facts)
    {
        if (wish.Until is not { } until)
        {
            return PlanDraft.Refused("A hold has an end: say until when.");
        }

        if (until <= facts.Now)
        {
            return PlanDraft.Refused($"{PlanWords.At(until)} is past.");
        }

        if (until - facts.Now > Longest)
        {
            return PlanDraft.Refused($"A hold lasts {Longest.TotalDays:0} days at most. What shall not run for longer belongs out of the configuration.");
        }

        if (PlanDraft.IsGhost(facts, wish.Job))
        {
            return PlanDraft.Refused("It is not configured: nobody starts it anyway.");
        }

        if (facts.Image is not { } image || facts.Row is not { } row)
        {
            return PlanDraft.Refused("It has no row yet, and a hold is kept in the row: it can be held after its first run.");
        }

        if (PlanDraft.Locked(facts, "the hold would be lost") is { } locked)
        {
            return PlanDraft.Refused(locked);
        }

        if (row.NextRun >= until && facts.Hold is null)
        {
            return PlanDraft.Refused($"It does not run before {PlanWords.At(row.NextRun.Value)} anyway.");
        }

        List<ActionWarning> warnings = [];
        if (facts.Hold is { } hold)
        {
            warnings.Add(new ActionWarning($"{hold.By} holds it until {PlanWords.At(hold.Until)} already ({hold.Reason}); this takes its place."));
        }

        var freed = Freed(facts, wish.Job, PlanDraft.Cell(until));
        if (freed.Count > 0)
        {
            warnings.Add(new ActionWarning($"{string.Join(", ", freed.Take(5))}{(freed.Count > 5 ? $" and {freed.Count - 5} more" : "")} waited for it and no longer {(freed.Count == 1 ? "does" : "do")}: for the runner a parent with a next run to come is fine. Hold {(freed.Count == 1 ? "it" : "them")} too if {(freed.Count == 1 ? "it needs" : "they need")} its work.", IsGrave: true));
        }
        else if (facts.Book.Jobs.Any(job => job.DependsOn.Contains(wish.Job, StringComparer.Ordinal)))
        {
            warnings.Add(new ActionWarning("Jobs that depend on it go on without it: the runner takes a parent with a next run to come for fine."));
        }

        warnings.Add(new ActionWarning(facts.Definition(wish.Job)?.Schedule is { Backfills: true }
            ? "Slots that come meanwhile are owed and run when it ends."
            : "What it would have run meanwhile is left out: it does not backfill."));
        warnings.Add(new ActionWarning("Nobody is paged for it until then, nor for what waits for it because it failed: it is judged on, and what would be a page is said to be one."));
        return new PlanDraft
        {
            Edit = RowEdit.Update(image, new Dictionary<string, string?> { ["next_run"] = PlanDraft.Cell(until) }),
            Summary = $"Keeps it from running until {PlanWords.At(until)}, {PlanWords.Length(until - facts.Now)} from now; then it runs by itself.",
            Warnings = warnings,
            HoldUntil = until,
        };
    }

    public static PlanDraft Release(ActionWish wish, ActionFacts facts)
    {
        if (facts.Hold is not { } hold)
        {
            return PlanDraft.Refused("It is not held.");
        }

        if (facts.Image is not { } image || facts.Row is not { } row)
        {
            return new PlanDraft { Summary = "Ends the hold. Its row is gone, so nothing is set.", Warnings = [new ActionWarning("Only the dashboard's own record changes.")] };
        }

        if (row.Ongoing is not null || row.NextRun != hold.Until)
        {
            return new PlanDraft
            {
                Summary = "Ends the hold in the dashboard's records. The row says something else already, so nothing is set.",
                Warnings = [new ActionWarning(row.Ongoing is not null ? "It is running." : $"Its next run is {(row.NextRun is { } next ? PlanWords.At(next) : "not set")}: the runner or somebody has written it since.")],
            };
        }

        var back = hold.NextRunBefore ?? PlanDraft.Past(facts.Now);
        return new PlanDraft
        {
            Edit = RowEdit.Update(image, new Dictionary<string, string?> { ["next_run"] = PlanDraft.Cell(back) }),
            Summary = back < facts.Now ? $"Ends the hold of {hold.By}: it is due again, since {PlanWords.At(back)}." : $"Ends the hold of {hold.By}: its next run is at {PlanWords.At(back)} again.",
        };
    }

    // Children that the next tick runs only because their parent was moved.
    private static List<string> Freed(ActionFacts facts, string job, string nextRun)
    {
        var before = facts.Tick(facts.Rows);
        var after = facts.Tick(PlanCompletion.With(facts, job, facts.Image!.With(new Dictionary<string, string?> { ["next_run"] = nextRun })));
        return [.. after.Jobs
            .Where(child => child.Name != job && child.Outcome is TickOutcome.Runs && before.Find(child.Name) is { Outcome: not TickOutcome.Runs } or { After.Count: > 0 })
            .Where(child => facts.Book.Find(child.Name)?.DependsOn.Contains(job, StringComparer.Ordinal) == true)
            .Select(child => child.Name)];
    }
}
