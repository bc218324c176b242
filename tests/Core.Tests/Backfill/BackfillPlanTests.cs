using Dashboard.Core.Backfill;
using Dashboard.Core.Jobs;
using Dashboard.Core.Runs;
using Dashboard.Core.Schedules;
using Dashboard.Core.Sources;

namespace Dashboard.Core.Tests.Backfill;

public sealed class BackfillPlanTests
{
    private static readonly DateTimeOffset Now = new(2014, 9, 5, 9, 0, 30, TimeSpan.Zero);

    [Fact]
    public void A_hole_in_the_middle_is_run_with_everything_after_it()
    {
        var plan = BackfillPlan.For(Daily(done: [1, 4, 5]), new BackfillChoice(SlotWish.Missing, Day(1), Day(7)), Now);

        Assert.Equal("Will run 2 of 7 slots; 3 already succeeded, 2 have not come yet.", plan.Summary);
        Assert.Equal([Day(2), Day(3), Day(4), Day(5)], plan.Runs);
        Assert.Equal((2L, 2L), (plan.Repeats, plan.Unwished));
        Assert.Equal(Day(1), plan.NewLastSuccess);
        Assert.Equal(new DateTimeOffset(2014, 9, 5, 8, 59, 30, TimeSpan.Zero), plan.NewNextRun);
        Assert.Contains("2 slots are run again although they succeeded: the scheduler runs everything from last_success up to now.", plan.Warnings);
        Assert.Equal(
            [PlannedOutcome.AlreadyDone, PlannedOutcome.Runs, PlannedOutcome.Runs, PlannedOutcome.AlreadyDone, PlannedOutcome.AlreadyDone, PlannedOutcome.NotYet, PlannedOutcome.NotYet],
            plan.Listed.Select(slot => slot.Outcome));
    }

    [Fact]
    public void What_is_owed_already_needs_no_new_last_success()
    {
        var plan = BackfillPlan.For(Daily(done: [1, 2], lastDone: 2, nextRun: Now.AddHours(-2)), new BackfillChoice(SlotWish.Missing, Day(4), Day(4)), Now);

        Assert.Null(plan.NewLastSuccess);
        Assert.Null(plan.NewNextRun);
        Assert.Equal([Day(3), Day(4), Day(5)], plan.Runs);
        Assert.Equal(["2 slots that were not chosen run as well.", "A reset instead would make one run for now and lose 3 slots."], plan.Warnings);
    }

    [Theory]
    [InlineData(SlotWish.Missing, 2, "Will run 2 of 4 slots; 1 already succeeded, 1 left out.")]
    [InlineData(SlotWish.MissingAndFailed, 3, "Will run 3 of 4 slots; 1 already succeeded.")]
    [InlineData(SlotWish.All, 4, "Will run 4 of 4 slots.")]
    public void A_wish_takes_in_what_it_says(SlotWish wish, long runs, string summary)
    {
        var plan = BackfillPlan.For(Daily(done: [1, 2], failed: 3, lastDone: 2), new BackfillChoice(wish, Day(2), Day(5)), Now);

        Assert.Equal((runs, summary), (plan.WillRun, plan.Summary));
    }

    [Fact]
    public void Slots_picked_one_by_one_must_be_slots_of_the_job()
    {
        var plan = BackfillPlan.For(Daily(done: [1, 4, 5]), BackfillChoice.Of(SlotWish.Missing, [Day(3), Day(3).AddMinutes(1), Day(4)]), Now);

        Assert.Equal("Will run 1 of 3 slots; 1 already succeeded, 1 is no slot of this job.", plan.Summary);
        Assert.Equal([Day(3), Day(4), Day(5)], plan.Runs);
        Assert.Equal("no slot of this job; around it are 2014-09-03 05:00Z and 2014-09-04 05:00Z", plan.Listed[1].Because);
    }

    [Fact]
    public async Task Socorros_lost_slots_are_brought_back_by_a_last_success_before_them()
    {
        var now = new DateTimeOffset(2026, 11, 15, 13, 30, 30, TimeSpan.Zero);
        var capture = await CapturedBacklogs.ReadAsync("socorro-cron-incident", Flavour.Socorro);
        var ledger = SlotLedger.For(capture.Facts("verifyprocessed"), KnownRuns.Recent(capture.Runs.Of("verifyprocessed"), capture.Runs.Since), now).Value;
        var (first, last) = (new DateTimeOffset(2026, 11, 12, 4, 0, 0, TimeSpan.Zero), new DateTimeOffset(2026, 11, 14, 4, 0, 0, TimeSpan.Zero));

        var shy = BackfillPlan.For(ledger, new BackfillChoice(SlotWish.Missing, first, last), now);
        var plan = BackfillPlan.For(ledger, new BackfillChoice(SlotWish.MissingAndFailed, first, last), now);

        Assert.Equal("Will run 0 of 3 slots; 3 left out.", shy.Summary);
        Assert.Equal(0, shy.Runs.Count);
        Assert.Equal("Will run 3 of 3 slots.", plan.Summary);
        Assert.Equal([first, first.AddDays(1), last, last.AddDays(1)], plan.Runs);
        Assert.Equal(first.AddDays(-1), plan.NewLastSuccess);
        Assert.Contains("A slot that fails is lost again: the scheduler takes it for done.", plan.Warnings);
    }

    [Fact]
    public void A_run_under_way_is_waited_for() =>
        Assert.StartsWith("Its lock has been taken since 2014-09-05 08:00Z", BackfillPlan.For(Daily(done: [1], ongoing: Now.AddHours(-1).AddSeconds(-30)), new BackfillChoice(SlotWish.All, Day(1), Day(5)), Now).Refusal, StringComparison.Ordinal);

    [Fact]
    public void A_time_of_day_with_a_frequency_of_less_than_a_day_is_refused_where_the_scheduler_would_do_otherwise()
    {
        var row = new Job { Name = "job", FirstRun = Day(1), LastSuccess = Now.AddHours(-1), NextRun = Now.AddHours(1) };
        var facts = new BacklogFacts(CapturedBacklogs.Define("job", "1h", "05:00", backfills: true), row, JobHistory.None, null);
        var ledger = SlotLedger.For(facts, new KnownRuns([], Day(1)), Now).Value;

        var plan = BackfillPlan.For(ledger, new BackfillChoice(SlotWish.All, Day(5).AddHours(-2), Day(5).AddHours(-2)), Now);

        Assert.StartsWith("The scheduler cannot be made to run these slots", plan.Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void Three_years_of_minutes_are_counted_without_being_walked()
    {
        var row = new Job { Name = "job", FirstRun = Now.AddYears(-4), LastSuccess = Now.AddYears(-3), NextRun = Now.AddYears(-3) };
        var facts = new BacklogFacts(CapturedBacklogs.Define("job", "1m", null, backfills: true), row, JobHistory.None, null);
        var ledger = SlotLedger.For(facts, new KnownRuns([], Now.AddYears(-4)), Now).Value;
        var before = GC.GetAllocatedBytesForCurrentThread();

        var plan = BackfillPlan.For(ledger, new BackfillChoice(SlotWish.Missing, Now.AddYears(-3), Now), Now);

        Assert.Equal(1096L * 1440 - 1, plan.WillRun);
        Assert.Equal(BackfillPlan.MostListed, plan.Listed.Count);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4_000_000);
    }

    private static DateTimeOffset Day(int day) => new(2014, 9, day, 5, 0, 0, TimeSpan.Zero);

    private static SlotLedger Daily(int[] done, int? failed = null, int lastDone = 5, DateTimeOffset? nextRun = null, DateTimeOffset? ongoing = null)
    {
        var runs = done.Select((day, at) => new SlotRun(at, Day(day).AddMinutes(1), TimeSpan.FromMinutes(1), Day(day), Failed: false, null)).ToList();
        if (failed is { } broken)
        {
            runs.Add(new SlotRun(99, Day(broken).AddMinutes(1), TimeSpan.FromMinutes(1), null, Failed: true, "ValueError"));
        }

        var row = new Job { Name = "job", FirstRun = Day(1), LastSuccess = Day(lastDone), NextRun = nextRun ?? Day(6), Ongoing = ongoing };
        var facts = new BacklogFacts(CapturedBacklogs.Define("job", "1d", "05:00", backfills: true), row, JobHistory.None, null);
        return SlotLedger.For(facts, new KnownRuns(runs, Day(1).AddHours(-1)), Now).Value;
    }
}
