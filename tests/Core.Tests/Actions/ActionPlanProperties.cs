using Dashboard.Core.Actions;
using Dashboard.Core.Actions.Plans;
using Dashboard.Core.Backfill;
using Dashboard.Core.Jobs;
using Dashboard.Core.Runner.Jobs;
using Dashboard.Core.Schedules;
using Dashboard.Core.Sources;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using static Dashboard.Core.Tests.Actions.ActionStage;
using static Dashboard.Core.Tests.Runner.RunnerStage;

namespace Dashboard.Core.Tests.Actions;

/// <summary>What holds for any action on any row.</summary>
public sealed class ActionPlanProperties
{
    /// <summary>A job, its row and a wish; minutes are before noon.</summary>
    public sealed record Case(ActionKind Kind, string Frequency, string? Time, bool Backfills, Flavour Flavour, int? Next, int? Last, int? Ongoing, bool Failing, int Until, int From, int Length, SlotWish Wish);

    /// <summary>Makes cases.</summary>
    public static class Cases
    {
        /// <summary>Cases.</summary>
        public static Arbitrary<Case> Case() => (
            from kind in Gen.Elements(ActionWords.Askable.ToArray())
            from cadence in Gen.Elements<(string Frequency, string? Time)>(("1h", null), ("15m", null), ("1d", "05:00"), ("1d", null), ("7d", "23:30"))
            from backfills in Gen.Elements(true, false)
            from flavour in Gen.Elements(Flavour.Crontabber, Flavour.Socorro)
            from next in Gen.OneOf(Gen.Constant<int?>(null), Gen.Choose(-3_000, 3_000).Select(minutes => (int?)minutes), Gen.Choose(-3_000, 3_000).Select(minutes => (int?)minutes))
            from last in Gen.OneOf(Gen.Constant<int?>(null), Gen.Choose(1, 9_000).Select(minutes => (int?)minutes), Gen.Choose(1, 9_000).Select(minutes => (int?)minutes))
            from ongoing in Gen.OneOf(Gen.Constant<int?>(null), Gen.Constant<int?>(null), Gen.Choose(0, 3_000).Select(minutes => (int?)minutes))
            from failing in Gen.Elements(true, false)
            from until in Gen.Choose(-100, 5_000)
            from start in Gen.Choose(-20, 10)
            from length in Gen.Choose(0, 20)
            from wish in Gen.Elements(SlotWish.Missing, SlotWish.MissingAndFailed, SlotWish.All)
            select new Case(kind, cadence.Frequency, cadence.Time, backfills, flavour, next, last, ongoing, failing, until, start, length, wish)).ToArbitrary();
    }

    [Property(Arbitrary = [typeof(Cases)], MaxTest = 1_000)]
    public void What_is_refused_changes_nothing_and_what_is_not_keeps_the_runners_rules_content(Case given)
    {
        var (wish, facts) = (WishOf(given), FactsOf(given));

        var plan = ActionPlan.For(wish, facts);

        if (plan.Refusal is not null)
        {
            Assert.Equal((RowEditKind.None, 0), (plan.Edit.Kind, plan.Changes.Count));
            Assert.NotEmpty(plan.Summary);
            return;
        }

        var after = plan.Edit.After(facts.Image) is { } image ? PlanCompletion.Read("job", image) : null;
        Assert.Equal(facts.Image!.Version, plan.Edit.Kind == RowEditKind.None ? facts.Image.Version : plan.Edit.Version);
        Assert.Equal(plan.Edit.Kind == RowEditKind.Update ? plan.Edit.Set.Keys.Where(column => facts.Image[column] != plan.Edit.Set[column]).Order() : plan.Changes.Select(change => change.Column).Order(), plan.Changes.Select(change => change.Column).Order());
        Assert.False(after is { NextRun: null, Ongoing: null } && facts.Flavour == Flavour.Crontabber && plan.Edit.Kind != RowEditKind.None, "A row without a next run and without a lock never runs again.");
        Assert.True(Lawful(given.Kind, given, facts, after), $"{given.Kind} leaves {after}");
        Assert.DoesNotContain(plan.Warnings, warning => plan.Then.Length > 0 && warning.Text.Contains(plan.Then.TrimEnd('.'), StringComparison.OrdinalIgnoreCase));
    }

    [Property(Arbitrary = [typeof(Cases)], MaxTest = 1_000)]
    public void An_undo_is_the_inverse_of_what_was_done(Case given)
    {
        var facts = FactsOf(given);
        var plan = ActionPlan.For(WishOf(given), facts);
        if (plan.Refusal is not null || plan.Edit.Kind == RowEditKind.None)
        {
            return;
        }

        var after = plan.Edit.After(facts.Image) is { } image ? image with { Version = "2" } : null;
        var images = after is null ? [] : new Dictionary<string, RowImage> { ["job"] = after };
        var undo = ActionPlan.Undoing(new DoneAction(Guid.NewGuid(), plan, facts.Image, after?.Version), ActionStage.Facts("job", facts.Book, images, facts.Now));

        Assert.Null(undo.Refusal);
        Assert.Equal(facts.Image!.Cells, undo.Edit.After(after)!.Cells);
    }

    [Property(Arbitrary = [typeof(Cases)], MaxTest = 500)]
    public void A_plan_is_the_same_for_the_same_facts(Case given)
    {
        var facts = FactsOf(given);

        Assert.Equal(Text(ActionPlan.For(WishOf(given), facts)), Text(ActionPlan.For(WishOf(given), facts)));

        static string Text(ActionPlan plan) => System.Text.Json.JsonSerializer.Serialize(plan);
    }

    /// <summary>The runner, on a real table: what runs is what the plan listed, when it said.</summary>
    [Fact]
    public async Task Whatever_is_planned_the_runner_then_runs_exactly_that()
    {
        await using var stage = await OpenAsync();
        var compared = 0;
        foreach (var given in Gen.Sample(Cases.Case().Generator, 120).Where(given => given.Flavour == Flavour.Crontabber && given.Ongoing is null))
        {
            stage.Runner.Clock.AdjustTime(Noon);
            await stage.Runner.DoAsync("truncate crontabber; truncate crontabber_log");
            await stage.Runner.DoAsync($"insert into crontabber values ('job', {Sql(given.Next)}, '2026-10-01Z', '2026-10-01Z', {Sql(given.Last)}, null, {(given.Failing ? 1 : 0)}, '{{}}', '{(given.Failing ? Error.Replace("'", "''", StringComparison.Ordinal) : "{}")}')");
            RunnerJob job = Job("job", frequency: given.Frequency, time: given.Time, backfills: given.Backfills);
            var plan = await stage.PlanAsync(WishOf(given), job);
            if (plan.Refusal is not null || plan.Edit.Kind == RowEditKind.None)
            {
                continue;
            }

            Assert.True(await stage.CommitAsync(plan));
            if (plan.RunsAt is { } at)
            {
                await stage.Runner.CompatAsync(job);
                Assert.Empty(await stage.SucceededAsync("job"));
                stage.Runner.Clock.AdjustTime(at.AddTicks(10));
            }

            await stage.Runner.CompatAsync(job);
            var ran = await stage.SucceededAsync("job");
            Assert.Equal(plan.Runs, ran.Count);
            if (given.Backfills && given.Last is not null && given.Kind != ActionKind.Reset)
            {
                Assert.Equal(plan.Slots.Where(slot => slot.WillRun).Select(slot => slot.Slot), ran.Take(ActionPlan.MostListed));
            }

            compared++;
        }

        Assert.InRange(compared, 10, 120);
    }

    private const string Error = """{"type": "<class 'ValueError'>", "value": "no", "traceback": ""}""";

    private static string Sql(int? minutes) => minutes is { } before ? $"timestamptz '2026-11-22 12:00Z' - interval '{before} minutes'" : "null";

    private static bool Lawful(ActionKind kind, Case given, ActionFacts facts, Job? after)
    {
        var schedule = facts.Definition("job")!.Schedule!;
        DueAnswer? due = DueRule.Ask(schedule, after, facts.Now) is { Error: null } answer ? answer.Value : null;
        return kind switch
        {
            ActionKind.RunNow or ActionKind.Backfill => due is { IsDue: true } && after!.Ongoing is null,
            ActionKind.MarkSuccess => due is { IsDue: false } && after is { ErrorCount: 0, LastError: null } && (!given.Backfills || given.Last is null || RunTimesRule.For(schedule, after, facts.Now).Slots.Count == 0),
            ActionKind.Reset => after is null,
            ActionKind.ClearLock => after is { Ongoing: null },
            ActionKind.Hold => due is { IsDue: false } && after!.NextRun == Noon.AddMinutes(given.Until) && DueRule.Ask(schedule, after, after.NextRun.Value.AddTicks(10)).Value.IsDue,
            ActionKind.Acknowledge => after == facts.Row || after!.NextRun == facts.Row!.NextRun,
            _ => false,
        };
    }

    private static ActionWish WishOf(Case given) => Wish(given.Kind, "job") with
    {
        Until = Noon.AddMinutes(given.Until),
        Slots = new BackfillChoice(given.Wish, Noon.AddHours(given.From * 6), Noon.AddHours((given.From + given.Length) * 6)),
    };

    private static ActionFacts FactsOf(Case given)
    {
        var book = ScheduleBook.Empty(ActionStage.Source) with
        {
            Jobs = [new JobDefinition { Name = "job", Schedule = new Schedule(given.Frequency, given.Time, given.Backfills, given.Flavour) }],
            IsConfigured = true,
            Settings = SchedulerSettings.For(given.Flavour),
        };
        var image = new RowImage
        {
            Version = "1",
            Cells = new Dictionary<string, string?>
            {
                ["next_run"] = Cell(given.Next),
                ["first_run"] = Cell(90_000),
                ["last_run"] = Cell(given.Last),
                ["last_success"] = Cell(given.Last),
                ["ongoing"] = Cell(given.Ongoing),
                ["error_count"] = given.Failing ? "1" : "0",
                ["depends_on"] = given.Flavour == Flavour.Crontabber ? "{}" : null,
                ["last_error"] = given.Failing ? Error : "{}",
            },
        };
        return ActionStage.Facts("job", book, new Dictionary<string, RowImage> { ["job"] = image }, Noon);
    }

    private static string? Cell(int? minutes) => minutes is { } before ? PlanDraft.Cell(Noon.AddMinutes(-before)) : null;
}
