using Dashboard.Core.Backfill;
using Dashboard.Core.Dependencies;
using Dashboard.Core.Jobs;
using Dashboard.Core.Schedules;

namespace Dashboard.Core.Actions.Plans;

/// <summary>
/// The rest of a plan: what follows from the row afterwards. The scheduler's own rules are asked twice, once with the row as it is and once as it will be;
/// what differs is what the action does.
/// </summary>
internal static class PlanCompletion
{
    public static ActionPlan Of(ActionWish wish, ActionFacts facts, PlanDraft draft)
    {
        var plan = new ActionPlan { Kind = wish.Kind, Source = wish.Source, Job = wish.Job, Now = facts.Now, Slots = draft.LeftOut, Warnings = draft.Warnings };
        if (draft.Refusal is { } refusal)
        {
            return plan with { Refusal = refusal, Summary = refusal };
        }

        if (draft.Exact is { } exact)
        {
            return plan with
            {
                Summary = draft.Summary,
                IsExact = true,
                Runs = exact.Count,
                Slots = [.. exact.Concat(draft.LeftOut).OrderBy(slot => slot.Slot).Take(ActionPlan.MostListed)],
                Then = ExactSlotsPlan.Then(facts),
            };
        }

        var image = draft.Edit.After(facts.Image);
        var before = facts.Tick(facts.Rows);
        var rows = With(facts, wish.Job, image);
        var after = draft.Edit.Kind == RowEditKind.None ? before : facts.Tick(rows);
        var row = rows.Jobs.FirstOrDefault(job => job.Name == wish.Job);
        var own = after.Find(wish.Job);
        var (slots, at) = Called(facts, wish.Job, row, own);
        List<ActionWarning> warnings = [.. draft.Warnings];
        if (Surprise(wish.Kind, own) is { } surprise)
        {
            warnings.Add(new ActionWarning(surprise));
        }

        return plan with
        {
            Summary = draft.Summary,
            Edit = draft.Edit,
            Changes = RowImage.Between(facts.Image, image),
            Runs = slots.IsEndless ? 0 : slots.Count,
            RunsAt = at,
            Slots = Listed(facts, slots, draft.LeftOut),
            Then = Then(facts, wish, own, row),
            Effects = Effects(before, after, wish.Job),
            Warnings = [.. warnings.DistinctBy(warning => warning.Text).OrderByDescending(warning => warning.IsGrave)],
            AsksForName = draft.AsksForName,
            AsksForAdmin = draft.AsksForAdmin,
            Sql = RowStatement.Words(draft.Edit, facts.State, facts.Flavour, wish.Job),
            HoldUntil = draft.HoldUntil,
        };
    }

    /// <summary>Every row, one of them with another image.</summary>
    internal static JobsSnapshot With(ActionFacts facts, string name, RowImage? image)
    {
        var others = facts.Rows.Jobs.Where(job => job.Name != name);
        return facts.Rows with { Jobs = [.. (image is null ? others : others.Append(Read(name, image))).OrderBy(job => job.Name, CodePointOrder.Instance)] };
    }

    /// <summary>An image as the rules read it.</summary>
    internal static Job Read(string name, RowImage image) => new JobRow(
        name, image["next_run"], image["first_run"], image["last_run"], image["last_success"], image["ongoing"], image["error_count"], Parents(image["depends_on"]), image["last_error"]).ToJob();

    // The image has the array as PostgreSQL writes it, rows are read from JSON.
    private static string? Parents(string? text) => text is null || !text.StartsWith('{') ? text is null ? null : System.Text.Json.JsonSerializer.Serialize(text) : ArrayText.ToJson(text);

    // Whoever asks for a run is told when none comes of it; why not stands once, in what the runner does then.
    private static string? Surprise(ActionKind kind, JobTick? own) => (kind, own) switch
    {
        (ActionKind.RunNow or ActionKind.Backfill or ActionKind.Reset or ActionKind.ClearLock, { IsHeld: true, Outcome: not (TickOutcome.Runs or TickOutcome.Queued) }) => "The next tick does not start it.",
        (ActionKind.Reset, { Outcome: TickOutcome.NotDue }) => "It does not run at once.",
        _ => null,
    };

    private static (Slots Slots, DateTimeOffset? At) Called(ActionFacts facts, string job, Job? row, JobTick? tick)
    {
        if (facts.Definition(job)?.Schedule is not { } schedule || tick is null or { Outcome: TickOutcome.Never or TickOutcome.Ghost or TickOutcome.NoTick or TickOutcome.Running })
        {
            return (Slots.None, null);
        }

        if (tick.Outcome == TickOutcome.NotDue)
        {
            // A run starts after its moment, never on it.
            return row?.NextRun is { } next && next < DateTimeOffset.MaxValue ? (RunTimesRule.For(schedule, row, next.AddTicks(1)).Slots, next) : (Slots.None, null);
        }

        return (RunTimesRule.For(schedule, row, facts.Now).Slots, null);
    }

    private static List<ActionSlot> Listed(ActionFacts facts, Slots slots, IReadOnlyList<ActionSlot> leftOut)
    {
        var runs = slots.Window(0, ActionPlan.MostListed).Select(slot => new ActionSlot(slot, true, Because(facts, slot)));
        var known = slots.Window(0, ActionPlan.MostListed).ToHashSet();
        return [.. runs.Concat(leftOut.Where(slot => !known.Contains(slot.Slot))).OrderBy(slot => slot.Slot).Take(ActionPlan.MostListed)];
    }

    private static string Because(ActionFacts facts, DateTimeOffset slot) => facts.Ledger is { Facts.Schedule.Backfills: true } ledger && ledger.Grid.Has(slot)
        ? ledger.At(slot).State switch
        {
            SlotState.Done or SlotState.Repeated => "succeeded already, runs again",
            SlotState.Failed or SlotState.Lost => "failed, runs again",
            _ => "runs",
        }
        : "one run for the moment it starts";

    private static string Then(ActionFacts facts, ActionWish wish, JobTick? own, Job? row) => own switch
    {
        null when wish.Kind == ActionKind.Prune => "Nobody starts it; the row is not made again.",
        null => row is null
            ? "A runner that is configured with it starts it anew; its first run is one run for now."
            : "The next tick does what its row says.",
        { Outcome: TickOutcome.NotDue } when wish.Kind == ActionKind.Hold => $"No tick starts it before {PlanWords.At(row!.NextRun!.Value)}; the first one after that does.",
        _ => own.Because,
    };

    private static List<JobEffect> Effects(TickSnapshot before, TickSnapshot after, string job)
    {
        if (ReferenceEquals(before, after))
        {
            return [];
        }

        // What runs because of it first.
        var effects = new List<JobEffect>();
        foreach (var other in after.Jobs.Where(other => other.Name != job).OrderBy(other => other.Outcome != TickOutcome.Runs))
        {
            if (before.Find(other.Name) is { } was && was.Outcome != other.Outcome)
            {
                effects.Add(new JobEffect(other.Name, was.Because, other.Because) { StaysOut = was.Outcome != TickOutcome.Runs && other.Outcome != TickOutcome.Runs });
            }
        }

        return effects.Count > ActionPlan.MostListed ? effects[..ActionPlan.MostListed] : effects;
    }
}
