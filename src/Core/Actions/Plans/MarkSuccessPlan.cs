using Dashboard.Core.Backfill;
using Dashboard.Core.Schedules;
using Dashboard.Core.Sources;

namespace Dashboard.Core.Actions.Plans;

/// <summary>Mark success: the row as a run that went well just now would leave it, without a run.</summary>
internal static class MarkSuccessPlan
{
    public static PlanDraft Draft(ActionWish wish, ActionFacts facts)
    {
        if (PlanDraft.IsGhost(facts, wish.Job))
        {
            return PlanDraft.Refused("It is not configured: no runner looks at its row. Prune it instead.");
        }

        if (PlanDraft.Locked(facts, "what is set now is lost") is { } locked)
        {
            return PlanDraft.Refused(locked);
        }

        if (facts.Definition(wish.Job)?.Schedule is not { } schedule)
        {
            return PlanDraft.Refused("When it runs is not known, so neither is its next run.");
        }

        if (NextRunRule.AfterSuccess(schedule, facts.Now) is not { Error: null, Value: var next })
        {
            return PlanDraft.Refused("Its frequency or its time of day cannot be used: the scheduler itself has no next run for it.");
        }

        if (facts.Row is null && facts.Flavour == Flavour.Socorro)
        {
            return PlanDraft.Refused("It has no row: the scheduler makes it when it starts the job for the first time.");
        }

        var called = facts.Row is { } row ? RunTimesRule.For(schedule, row, facts.Now) : new RunTimes(Slots.None);
        if (called is { Error: not null } or { Slots.IsEndless: true })
        {
            return PlanDraft.Refused("The scheduler has no answer for this row, so nobody can say which slots would be taken for done.");
        }

        // A backfill job steps from its last slot: that is the moment marked, or all later slots would shift.
        var succeeded = schedule.Backfills && facts.Row?.LastSuccess is { } last ? called.Slots.Last ?? last : facts.Now;
        var cells = new Dictionary<string, string?>(StringComparer.Ordinal) { ["next_run"] = PlanDraft.Cell(next), ["last_success"] = PlanDraft.Cell(succeeded) };
        PlanDraft.NoError(cells);
        List<ActionWarning> warnings = [];
        if (schedule.Backfills && called.Slots.Count > 0 && facts.Row?.LastSuccess is not null)
        {
            warnings.Add(new ActionWarning($"{PlanWords.Slots(called.Slots.Count)} it owes, {PlanWords.At(called.Slots.First)} to {PlanWords.At(called.Slots.Last!.Value)}, {(called.Slots.Count == 1 ? "is" : "are")} taken for done and will not run.", IsGrave: true));
        }

        if (facts.Row?.LastError is not null)
        {
            warnings.Add(new ActionWarning("Its last error goes from the row; the log keeps it. Jobs that depend on it may start although it did nothing."));
        }

        var summary = schedule.Backfills && facts.Row?.LastSuccess is not null
            ? $"Takes everything up to the slot {PlanWords.At(succeeded)} for done, without a run; the next run is at {PlanWords.At(next)}."
            : $"Counts as having succeeded now, without a run; the next run is at {PlanWords.At(next)}.";
        if (facts.Image is { } image)
        {
            return new PlanDraft { Edit = RowEdit.Update(image, cells), Summary = summary, Warnings = warnings, AsksForName = called.Slots.Count > 1 };
        }

        cells["first_run"] = cells["last_run"] = PlanDraft.Cell(facts.Now);
        cells["ongoing"] = null;
        cells["depends_on"] = Literal(facts.Definition(wish.Job)!.DependsOn);
        return new PlanDraft { Edit = RowEdit.Insert(cells), Summary = summary, Warnings = warnings };
    }

    /// <summary>Names as the text of an array.</summary>
    private static string Literal(IEnumerable<string> names) =>
        $"{{{string.Join(',', names.Select(name => $"\"{name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\""))}}}";
}
