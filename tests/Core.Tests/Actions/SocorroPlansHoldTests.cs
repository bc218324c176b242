using System.Globalization;
using Dashboard.Core.Actions;
using Dashboard.Core.Backfill;
using Dashboard.Core.Schedules;
using Dashboard.Core.Sources;

namespace Dashboard.Core.Tests.Actions;

/// <summary>
/// What a plan for Socorro's tables says will run is what runs at the next tick, and nothing else. This program has no runner for these tables, so the tick is made by
/// <see cref="Cronrun"/>, a double of the real one.
/// </summary>
public sealed class SocorroPlansHoldTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(ActionKind.RunNow, false, false)]
    [InlineData(ActionKind.RunNow, true, false)]
    [InlineData(ActionKind.RunNow, true, true)]
    [InlineData(ActionKind.Backfill, true, false)]
    [InlineData(ActionKind.Backfill, true, true)]
    [InlineData(ActionKind.MarkSuccess, false, false)]
    [InlineData(ActionKind.MarkSuccess, true, false)]
    [InlineData(ActionKind.MarkSuccess, true, true)]
    [InlineData(ActionKind.Reset, false, false)]
    [InlineData(ActionKind.Reset, true, false)]
    [InlineData(ActionKind.Reset, true, true)]
    [InlineData(ActionKind.ClearLock, false, false)]
    [InlineData(ActionKind.ClearLock, true, true)]
    [InlineData(ActionKind.Hold, false, false)]
    [InlineData(ActionKind.Hold, true, true)]
    [InlineData(ActionKind.Release, false, false)]
    [InlineData(ActionKind.Release, true, true)]
    [InlineData(ActionKind.Acknowledge, false, false)]
    [InlineData(ActionKind.Acknowledge, true, true)]
    public async Task What_the_plan_says_runs_is_what_the_tick_runs(ActionKind kind, bool backfills, bool hasTime)
    {
        await using var stage = await CommitStage.SetAsync(flavour: Flavour.Socorro);
        var now = new DateTimeOffset(await stage.Observed.ScalarAsync<DateTime>("select now()"));

        // An hour that is past today, or still to come: whichever it is when this runs, the plan has to know.
        var time = hasTime ? now.AddHours(-3).ToString("HH:mm", CultureInfo.InvariantCulture) : null;
        var job = new CronSpec(backfills ? "back" : "slow", backfills ? "1d" : "1h", time, backfills);
        await ReadyAsync(stage, kind, job, now);
        var cron = new Cronrun(stage.Observed.Source.Database, job);

        var plan = await stage.PlanAsync(kind, job.Command, wish => wish with
        {
            Until = kind == ActionKind.Hold ? now.AddHours(5) : null,
            Slots = kind == ActionKind.Backfill ? new BackfillChoice(SlotWish.All, now.AddDays(-6), now) : null,
        });
        Assert.Equal(ActionOutcome.Done, (await stage.CommitAsync(plan)).Outcome);

        var said = plan.Plan;
        var next = said.Now + Soon;
        if (said.RunsAt is { } at)
        {
            // Not a moment sooner, on any tick between.
            foreach (var tick in (DateTimeOffset[])[next, said.Now + ((at - said.Now) / 2), at])
            {
                Assert.Empty(await cron.TickAsync(tick));
            }

            next = at + Soon;
        }

        var calls = await cron.TickAsync(next);
        Assert.Equal(said.Runs, calls.Count);
        if (backfills && calls.Count > 0 && calls[^1].RunTime != next)
        {
            Assert.Equal(said.Slots.Where(slot => slot.WillRun).Select(slot => slot.Slot), calls.Select(call => call.RunTime));
        }
        else
        {
            Assert.Equal(calls.Select(_ => next), calls.Select(call => call.RunTime));
        }
    }

    /// <summary>A date that failed is gone for Socorro itself; a backfill brings exactly it, and what came after, back.</summary>
    [Fact]
    public async Task A_date_Socorro_lost_is_run_again_by_the_plan_that_says_so()
    {
        await using var stage = await CommitStage.SetAsync(flavour: Flavour.Socorro);
        var now = new DateTimeOffset(await stage.Observed.ScalarAsync<DateTime>("select now()"));
        var job = new CronSpec("back", "1d", null, Backfills: true);
        var cron = new Cronrun(stage.Observed.Source.Database, job);
        stage.Book = Book(stage, job);
        var begin = now.AddDays(-3).AddMinutes(-5);
        await stage.Observed.ExecuteAsync($"update cron_job set last_success = '{begin:O}', next_run = '{begin.AddDays(1):O}' where app_name = 'back'");
        Assert.True((await cron.TickAsync(begin.AddDays(1).AddSeconds(1), _ => true))[0].Failed);
        Assert.Single(await cron.TickAsync(begin.AddDays(2).AddSeconds(1)));
        Assert.Single(await cron.TickAsync(begin.AddDays(3).AddSeconds(2)));

        var plan = await stage.PlanAsync(ActionKind.Backfill, "back", wish => wish with { Slots = BackfillChoice.Of(SlotWish.All, [begin.AddDays(1)]) });
        Assert.Equal(ActionOutcome.Done, (await stage.CommitAsync(plan)).Outcome);

        var calls = await cron.TickAsync(plan.Plan.Now + Soon);
        Assert.Equal(begin.AddDays(1), calls[0].RunTime);
        Assert.Equal(plan.Plan.Slots.Where(slot => slot.WillRun).Select(slot => slot.Slot), calls.Select(call => call.RunTime));
        Assert.Equal(3, calls.Count);
    }

    /// <summary>A ghost is in no list: its row goes, and no tick makes it again.</summary>
    [Fact]
    public async Task A_pruned_ghost_does_not_come_back()
    {
        await using var stage = await CommitStage.SetAsync(flavour: Flavour.Socorro);
        await stage.Observed.ExecuteAsync("insert into cron_job (app_name, error_count) values ('ghost', 0)");
        var plan = await stage.PlanAsync(ActionKind.Prune, "ghost");
        Assert.Equal(ActionOutcome.Done, (await stage.CommitAsync(plan)).Outcome);

        await new Cronrun(stage.Observed.Source.Database, new CronSpec("slow", "1h")).TickAsync(plan.Plan.Now + Soon);

        Assert.Equal((0L, 0L), (plan.Plan.Runs, await stage.Observed.ScalarAsync<long>("select count(*) from cron_job where app_name = 'ghost'")));
    }

    /// <summary>Socorro takes a row without a next run for new, so what is no news to it is refused, and said.</summary>
    [Fact]
    public async Task A_row_without_a_next_run_is_started_anyway_and_a_plan_to_run_it_now_says_so()
    {
        await using var stage = await CommitStage.SetAsync(flavour: Flavour.Socorro);
        await stage.Observed.ExecuteAsync("update cron_job set next_run = null where app_name = 'slow'");

        var answer = await stage.Operator.PlanAsync(CommitStage.Ada, new ActionWish(ActionKind.RunNow, "test", "slow"), null, Token);

        Assert.Equal("It has no next run, which Socorro takes for new: the next tick starts it anyway.", answer.Value!.Plan.Refusal);
        Assert.Single(await new Cronrun(stage.Observed.Source.Database, new CronSpec("slow", "1h")).TickAsync(answer.Value.Plan.Now + Soon));
    }

    private static ScheduleBook Book(CommitStage stage, CronSpec job) => stage.Book with
    {
        Settings = SchedulerSettings.Socorro,
        Jobs = [new JobDefinition { Name = job.Command, Schedule = new Schedule(job.Frequency, job.Time, job.Backfills, Flavour.Socorro) }],
    };

    // The state in which the action makes sense.
    private static async Task ReadyAsync(CommitStage stage, ActionKind kind, CronSpec job, DateTimeOffset now)
    {
        stage.Book = Book(stage, job);
        var name = job.Command;
        switch (kind)
        {
            case ActionKind.RunNow or ActionKind.Hold or ActionKind.Release:
                await stage.Observed.ExecuteAsync($"update cron_job set next_run = now() + interval '2 hours' where app_name = '{name}'");
                break;
            case ActionKind.Acknowledge:
                await stage.Observed.ExecuteAsync($"update cron_job set error_count = 2, last_error = '{{''type'': <class ''ValueError''>, ''value'': ''no'', ''traceback'': ''x''}}' where app_name = '{name}'");
                break;
            case ActionKind.ClearLock:
                await stage.Observed.ExecuteAsync($"update cron_job set ongoing = now() - interval '1 hour', next_run = now() - interval '1 hour' where app_name = '{name}'");
                Assert.Empty(await new Cronrun(stage.Observed.Source.Database, job).TickAsync(now));
                break;
            default:
                break;
        }

        if (kind == ActionKind.Release)
        {
            await stage.CommitAsync(await stage.PlanAsync(ActionKind.Hold, name, wish => wish with { Until = now.AddHours(9) }));
        }
    }
}
