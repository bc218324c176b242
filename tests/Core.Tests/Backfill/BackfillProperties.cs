using Dashboard.Core.Backfill;
using Dashboard.Core.Jobs;
using Dashboard.Core.Runs;
using Dashboard.Core.Schedules;
using Dashboard.Core.Sources;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Dashboard.Core.Tests.Backfill;

/// <summary>What holds for any job, any runs and any choice.</summary>
public sealed class BackfillProperties
{
    private static readonly DateTimeOffset Now = new(2014, 9, 5, 9, 0, 30, TimeSpan.Zero);

    /// <summary>A job, its runs and a choice of slots, small enough to be stepped by hand.</summary>
    public sealed record Case(string Frequency, string? Time, Flavour Flavour, int LastMinutes, int FirstMinutes, int NextMinutes, bool Failing, int[] Done, SlotWish Wish, int From, int Length);

    /// <summary>Makes cases.</summary>
    public static class Cases
    {
        /// <summary>Cases.</summary>
        public static Arbitrary<Case> Case() => (
            from kind in Gen.Elements<(string Frequency, string? Time)>(("1h", null), ("15m", null), ("1d", "05:00"), ("1d", null), ("7d", "23:30"), ("12h", null), ("2d", "09:00"))
            from flavour in Gen.Elements(Flavour.Crontabber, Flavour.Socorro)
            from last in Gen.Choose(0, 20_000)
            from older in Gen.Choose(0, 40_000)
            from next in Gen.Choose(-3_000, 3_000)
            from failing in Gen.Elements(true, false)
            from done in Gen.ArrayOf(Gen.Choose(-40, 0))
            from wish in Gen.Elements(SlotWish.Missing, SlotWish.MissingAndFailed, SlotWish.All)
            from start in Gen.Choose(-60, 40)
            from length in Gen.Choose(0, 80)
            select new Case(kind.Frequency, kind.Time, flavour, last, last + older, next, failing, done, wish, start, length)).ToArbitrary();
    }

    [Property(Arbitrary = [typeof(Cases)], MaxTest = 500)]
    public void A_backlog_is_what_stepping_the_schedulers_rule_gives(Case given)
    {
        var facts = Facts(given);

        var backlog = BacklogRule.For(facts, Now);

        var stepped = Stepped(facts.Schedule, facts.Row!.LastSuccess!.Value, Now);
        var due = facts.IsFailing || facts.Row.NextRun < Now;
        Assert.Equal(due ? stepped : [.. stepped.Where(slot => slot + facts.Schedule.Interval.Value <= facts.Row.NextRun)], backlog.Owed);
    }

    [Property(Arbitrary = [typeof(Cases)], MaxTest = 500)]
    public void The_slots_of_a_plan_are_in_order_apart_from_each_other_and_inside_what_was_chosen(Case given)
    {
        var (ledger, choice) = Chosen(given);

        var plan = BackfillPlan.For(ledger, choice, Now);

        var slots = plan.Listed.Select(slot => slot.Cell.Slot).ToList();
        Assert.Equal(slots.Distinct().Order(), slots);
        Assert.All(slots, slot => Assert.InRange(slot, choice.From, choice.Until));
        Assert.Equal(plan.Chosen, plan.WillRun + plan.AlreadyDone + plan.NotYet + plan.LeftOut + plan.Cannot);
        Assert.Equal(plan.WillRun, slots.Count == plan.Chosen ? plan.Listed.Count(slot => slot.Outcome == PlannedOutcome.Runs) : plan.WillRun);
        Assert.All(plan.Listed.Where(slot => slot.Outcome == PlannedOutcome.Runs), slot => Assert.NotNull(plan.Runs.PlaceOf(slot.Cell.Slot)));
    }

    [Property(Arbitrary = [typeof(Cases)], MaxTest = 500)]
    public void What_a_plan_says_is_what_the_scheduler_does_with_the_row_it_leaves(Case given)
    {
        var (ledger, choice) = Chosen(given);
        var plan = BackfillPlan.For(ledger, choice, Now);
        if (plan.WillRun == 0)
        {
            Assert.Equal(0, plan.Runs.Count);
            return;
        }

        var schedule = ledger.Facts.Schedule;
        var row = ledger.Facts.Row! with
        {
            LastSuccess = plan.NewLastSuccess ?? ledger.Facts.Row!.LastSuccess,
            NextRun = plan.NewNextRun ?? ledger.Facts.Row!.NextRun,
        };

        Assert.True(DueRule.Ask(schedule, row, Now).Value.IsDue);
        Assert.Equal(Stepped(schedule, row.LastSuccess!.Value, Now), plan.Runs);
        var after = NextRunRule.After(row, "job", [], schedule, SchedulerSettings.For(given.Flavour), new EndedRun(Now, plan.Runs.Last, null)).Value;
        Assert.Equal(0, RunTimesRule.For(schedule, after, Now).Slots.Count);
    }

    [Property(Arbitrary = [typeof(Cases)], MaxTest = 500)]
    public void Counting_slots_gives_what_walking_them_gives(Case given)
    {
        var (ledger, choice) = Chosen(given);
        var slots = ledger.Grid.Between(choice.From, choice.Until);

        var walked = ledger.In(slots);

        Assert.Equal(walked.CountBy(cell => cell.State).OrderBy(count => count.Key), ledger.Count(slots).Select(count => KeyValuePair.Create(count.Key, (int)count.Value)).OrderBy(count => count.Key));
        foreach (var state in Enum.GetValues<SlotState>())
        {
            Assert.Equal(walked.FirstOrDefault(cell => cell.State == state)?.Slot, ledger.First(slots, other => other == state));
        }
    }

    private static BacklogFacts Facts(Case given)
    {
        var row = new Job
        {
            Name = "job",
            FirstRun = Now.AddMinutes(-given.FirstMinutes),
            LastSuccess = Now.AddMinutes(-given.LastMinutes),
            NextRun = Now.AddMinutes(given.NextMinutes),
            ErrorCount = given.Failing ? 2 : 0,
        };
        return new BacklogFacts(CapturedBacklogs.Define("job", given.Frequency, given.Time, backfills: true, given.Flavour), row, JobHistory.None, null);
    }

    private static (SlotLedger Ledger, BackfillChoice Choice) Chosen(Case given)
    {
        var facts = Facts(given);
        var grid = SlotGrid.Of(facts.Schedule, facts.Row, Now).Value;
        SlotRun[] runs = [.. given.Done.Distinct().Order().Select((place, id) =>
            new SlotRun(id, grid.Anchor + (place * grid.Step), TimeSpan.FromSeconds(1), place % 3 == 0 ? null : grid.Anchor + (place * grid.Step), Failed: place % 3 == 0, null))];
        var ledger = SlotLedger.For(facts, new KnownRuns(runs, grid.Anchor - (50 * grid.Step)), Now).Value;
        var from = grid.Anchor + (given.From * grid.Step);
        return (ledger, new BackfillChoice(given.Wish, from, from + (given.Length * grid.Step)));
    }

    // BaseCronApp.main and get_run_times, as they are written: a loop.
    private static List<DateTimeOffset> Stepped(Schedule schedule, DateTimeOffset lastSuccess, DateTimeOffset now)
    {
        List<DateTimeOffset> slots = [];
        var when = schedule.AtItsTime(lastSuccess).Value;
        while (schedule.Flavour == Flavour.Socorro ? when + schedule.Interval.Value <= now : when + schedule.Interval.Value < now)
        {
            when += schedule.Interval.Value;
            slots.Add(when);
        }

        return slots;
    }
}
