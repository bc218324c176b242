using Dashboard.Core.Sources;

namespace Dashboard.Core.Backfill;

/// <summary>The making of one <see cref="BackfillPlan"/>.</summary>
internal sealed class PlanMaking(SlotLedger job, BackfillChoice choice, DateTimeOffset now)
{
    // A run starts after next_run, and its clock is not ours.
    private static readonly TimeSpan IntoThePast = TimeSpan.FromMinutes(1);

    public BackfillPlan Make()
    {
        var plan = new BackfillPlan { Job = job.Facts.Definition.Name, Choice = choice, Now = now };
        if (Refusal() is { } refusal)
        {
            return plan with { Refusal = refusal, Summary = refusal };
        }

        plan = choice.Picked is { } picked ? Picked(plan, picked) : Ranged(plan);
        var first = First();
        if (first is null || plan.WillRun == 0)
        {
            return plan with { Summary = Summary(plan) };
        }

        var back = job.Called.PlaceOf(first.Value) is null ? first.Value - job.Grid.Step : (DateTimeOffset?)null;
        var times = RunTimesRule.Backfilling(job.Facts.Schedule, back ?? job.Facts.Row!.LastSuccess, now);
        if (times.Error is { } error || times.Slots.PlaceOf(first.Value) is null)
        {
            var why = times.Error is { } broken ? $"its run would end with {broken}" : $"from {BackfillWords.At(back!.Value)} on it would be called for other moments, because its time of day and its frequency do not go together";
            return plan with { WillRun = 0, Refusal = $"The scheduler cannot be made to run these slots: {why}.", Summary = $"The scheduler cannot be made to run these slots: {why}." };
        }

        var nextRun = job.Facts.Row!.NextRun is { } next && next < now ? (DateTimeOffset?)null : Whole(now) - IntoThePast;
        plan = plan with
        {
            Runs = times.Slots,
            NewLastSuccess = back,
            NewNextRun = nextRun,
            Repeats = Done(job.Count(times.Slots)),
            Unwished = times.Slots.Count - plan.WillRun,
        };
        return plan with { Summary = Summary(plan), Warnings = Warnings(plan, first.Value) };
    }

    private string? Refusal()
    {
        var (schedule, row) = (job.Facts.Schedule, job.Facts.Row);
        return row switch
        {
            _ when !schedule.Backfills => "It does not backfill: each run is one run for now, whatever was missed.",
            null => "It has no row: its first run is one run for now. Only then can slots be made up for.",
            { Ongoing: { } since } => $"Its lock has been taken since {BackfillWords.At(since)}: a run that ends writes last_success itself and would undo what is set now.",
            _ when row.Unreadable.ContainsKey("last_success") => "Its last success cannot be read, so what its run would do cannot be told.",
            _ when job.Called.IsEndless => "Its frequency is nothing: a run never ends.",
            _ => null,
        };
    }

    private DateTimeOffset? First() => choice.Picked is { } picked
        ? picked.Where(slot => Judge(slot).Outcome == PlannedOutcome.Runs).Select(slot => (DateTimeOffset?)slot).FirstOrDefault()
        : job.First(Chosen().To(job.Come), state => BackfillPlan.Wishes(choice.Wish, Come(state)));

    private Slots Chosen() => job.Grid.Between(choice.From, choice.Until);

    private BackfillPlan Picked(BackfillPlan plan, IReadOnlyList<DateTimeOffset> picked)
    {
        var judged = picked.Select(Judge).ToList();
        long Count(PlannedOutcome outcome) => judged.Count(slot => slot.Outcome == outcome);
        return plan with
        {
            Chosen = judged.Count,
            WillRun = Count(PlannedOutcome.Runs),
            AlreadyDone = Count(PlannedOutcome.AlreadyDone),
            NotYet = Count(PlannedOutcome.NotYet),
            LeftOut = Count(PlannedOutcome.LeftOut),
            Cannot = Count(PlannedOutcome.Cannot),
            Listed = [.. judged.Take(BackfillPlan.MostListed)],
        };
    }

    private BackfillPlan Ranged(BackfillPlan plan)
    {
        var slots = Chosen();
        var come = slots.To(job.Come);
        var counts = job.Count(come);
        var runs = counts.Where(count => BackfillPlan.Wishes(choice.Wish, Come(count.Key))).Sum(count => count.Value);
        var done = choice.Wish == SlotWish.All ? 0 : Done(counts);
        return plan with
        {
            Chosen = slots.Count,
            WillRun = runs,
            AlreadyDone = done,
            NotYet = slots.Count - come.Count,
            LeftOut = come.Count - runs - done,
            Listed = [.. slots.Window(0, BackfillPlan.MostListed).Select(Judge)],
        };
    }

    private PlannedSlot Judge(DateTimeOffset slot)
    {
        if (!job.Grid.Has(slot))
        {
            var near = job.Grid.At(slot);
            return new PlannedSlot(new SlotCell(slot, SlotState.NotRecorded), PlannedOutcome.Cannot, $"no slot of this job; around it are {BackfillWords.At(near)} and {BackfillWords.At(near + job.Grid.Step)}");
        }

        var cell = job.At(slot);
        if (slot > job.Come)
        {
            return new PlannedSlot(cell, PlannedOutcome.NotYet, "has not come yet");
        }

        var state = Come(cell.State);
        return BackfillPlan.Wishes(choice.Wish, state)
            ? new PlannedSlot(cell, PlannedOutcome.Runs, state is SlotState.Done or SlotState.Repeated ? "runs again" : "runs")
            : state switch
            {
                SlotState.Done or SlotState.Repeated => new PlannedSlot(cell, PlannedOutcome.AlreadyDone, "already succeeded"),
                SlotState.Failed or SlotState.Lost => new PlannedSlot(cell, PlannedOutcome.LeftOut, "failed, and failed slots are not chosen"),
                SlotState.BeforeFirst => new PlannedSlot(cell, PlannedOutcome.LeftOut, "was before the job's first run"),
                _ => new PlannedSlot(cell, PlannedOutcome.LeftOut, "nothing is known of it, it may have succeeded"),
            };
    }

    // A slot that has come and waits for a run in its ordinary time is as good as owed once that run is called for.
    private static SlotState Come(SlotState state) => state == SlotState.NotYet ? SlotState.Owed : state;

    private static long Done(IReadOnlyDictionary<SlotState, long> counts) => counts.GetValueOrDefault(SlotState.Done) + counts.GetValueOrDefault(SlotState.Repeated);

    private static DateTimeOffset Whole(DateTimeOffset moment) => moment.AddTicks(-(moment.Ticks % TimeSpan.TicksPerSecond));

    private static string Summary(BackfillPlan plan)
    {
        if (plan.Chosen == 0)
        {
            return "No slot of this job lies there.";
        }

        List<string> rest = [];
        Say(plan.AlreadyDone, "already succeeded");
        Say(plan.LeftOut, "left out");
        Say(plan.NotYet, plan.NotYet == 1 ? "has not come yet" : "have not come yet");
        Say(plan.Cannot, plan.Cannot == 1 ? "is no slot of this job" : "are no slots of this job");
        return $"Will run {plan.WillRun:#,0} of {BackfillWords.Slots(plan.Chosen)}{(rest.Count == 0 ? "." : $"; {string.Join(", ", rest)}.")}";

        void Say(long count, string what)
        {
            if (count > 0)
            {
                rest.Add($"{count:#,0} {what}");
            }
        }
    }

    /// <summary>The warning of a job that something is in the way of.</summary>
    public static string NotStarted(BacklogFacts facts) => $"The next tick does not start it: {facts.Tick?.Because}";

    private List<string> Warnings(BackfillPlan plan, DateTimeOffset first)
    {
        var (facts, socorro) = (job.Facts, job.Facts.Schedule.Flavour == Flavour.Socorro);
        List<string> warnings = [];
        if (plan.Repeats > 0)
        {
            warnings.Add($"{BackfillWords.Slots(plan.Repeats)} {(plan.Repeats == 1 ? "is" : "are")} run again although {(plan.Repeats == 1 ? "it" : "they")} succeeded: the scheduler runs everything from last_success up to now.");
        }

        var others = plan.Unwished - (choice.Wish == SlotWish.All ? 0 : plan.Repeats);
        if (others > 0)
        {
            warnings.Add($"{BackfillWords.Slots(others)} that {(others == 1 ? "was" : "were")} not chosen {(others == 1 ? "runs" : "run")} as well.");
        }

        if (plan.NewNextRun is not null)
        {
            warnings.Add(facts.Row!.NextRun is { } next
                ? $"next_run is {BackfillWords.At(next)}: it is put into the past too, or nothing happens before then. Until the run has ended, jobs that depend on this one wait."
                : "next_run is not set: without one in the past the scheduler never starts it.");
        }

        if (facts.IsFailing)
        {
            warnings.Add(socorro
                ? "Its last run failed: a slot that fails again is lost again."
                : $"Its last run failed: slots are run in order, and while {BackfillWords.At(job.Called.Count > 0 && first >= job.Called.First ? job.Called.First : first)} or a later one fails nothing after it is reached.");
        }
        else if (socorro)
        {
            warnings.Add("A slot that fails is lost again: the scheduler takes it for done.");
        }

        if (facts.IsHeldBack)
        {
            warnings.Add(NotStarted(facts));
        }

        if (job.Called.Count > 0 && !job.Called.IsEndless)
        {
            warnings.Add($"A reset instead would make one run for now and lose {BackfillWords.Slots(job.Called.Count)}.");
        }

        return warnings;
    }
}
