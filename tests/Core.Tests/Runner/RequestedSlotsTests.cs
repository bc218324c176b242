using System.Collections.Concurrent;
using Dashboard.Core.Runner;
using Dashboard.Core.Runner.Jobs;
using Dashboard.Core.Runner.Requests;
using Npgsql;
using static Dashboard.Core.Tests.Runner.RunnerStage;

namespace Dashboard.Core.Tests.Runner;

/// <summary>Slots people chose one by one: exactly these run, once, and crontabber's row stays as it was.</summary>
public sealed class RequestedSlotsTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Exactly_the_chosen_slots_run_and_the_row_stays_as_it_was()
    {
        await using var stage = await BehindAsync(days: 0);
        await AskAsync(stage, Noon.AddDays(-4), Noon.AddDays(-7));
        var before = await RowTextAsync(stage);

        var report = await Tick(stage, Back()).RunAsync(Token);

        Assert.Equal(0, report.ExitCode);
        Assert.Equal([(Noon.AddDays(-7), TurnOutcome.Succeeded), (Noon.AddDays(-4), TurnOutcome.Succeeded)], report.Turns.Where(turn => turn.Requested is not null).Select(turn => (turn.Requested!.Value, turn.Outcome)));
        Assert.Equal(["back 11-15 12:00 -", "back 11-18 12:00 -"], await stage.LogAsync());
        Assert.Equal(before, await RowTextAsync(stage));
        Assert.Equal(["11-15 done it succeeded", "11-18 done it succeeded"], await SlotsAsync(stage));
        Assert.Equal(["done"], await stage.TextsAsync("select state from dashboard.operation"));
        Assert.Empty(await stage.TextsAsync("select app_name from dashboard.runner_lock"));
    }

    [Fact]
    public async Task A_slot_that_fails_keeps_no_other_and_is_no_failure_of_the_job()
    {
        await using var stage = await BehindAsync(days: 0);
        await AskAsync(stage, Noon.AddDays(-7), Noon.AddDays(-4));
        var before = await RowTextAsync(stage);

        await Tick(stage, Back((run, _) => run.Slot == Noon.AddDays(-7) ? throw new InvalidOperationException("no data, password=hunter2") : Task.CompletedTask)).RunAsync(Token);

        Assert.Equal(["11-15 failed System.InvalidOperationException: no data, password=•••", "11-18 done it succeeded"], await SlotsAsync(stage));
        Assert.Equal(["back 11-18 12:00 -"], await stage.LogAsync());
        Assert.Equal(before, await RowTextAsync(stage));
        Assert.Equal(["failed"], await stage.TextsAsync("select outcome from dashboard.run_slot"));
    }

    [Fact]
    public async Task Of_many_runners_one_runs_each_slot()
    {
        await using var stage = await BehindAsync(days: 0);
        DateTimeOffset[] slots = [.. Enumerable.Range(1, 12).Select(day => Noon.AddDays(-day - 1))];
        await AskAsync(stage, slots);
        var ran = new ConcurrentQueue<DateTimeOffset>();
        var job = Back(async (run, _) =>
        {
            ran.Enqueue(run.Slot!.Value);
            await Task.Yield();
        });

        for (var round = 0; round < 50 && ran.Count < slots.Length; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Tick(stage, job).RunAsync(Token))));
        }

        Assert.Equal(slots.Order(), ran.Order());
        Assert.Equal(slots.Length, (await SlotsAsync(stage)).Count(slot => slot.Contains(" done ", StringComparison.Ordinal)));
        Assert.Equal(slots.Length, (await stage.LogAsync()).Distinct().Count());
        Assert.Empty(await stage.TextsAsync("select app_name from crontabber where ongoing is not null"));
    }

    [Fact]
    public async Task A_slot_the_jobs_own_run_makes_up_for_is_not_run_twice()
    {
        await using var stage = await BehindAsync(days: 3);
        await AskAsync(stage, Noon.AddDays(-2), Noon.AddDays(-6));
        await stage.DoAsync($"update crontabber set next_run = '{Noon.AddHours(1):O}'");

        await Tick(stage, Back()).RunAsync(Token);

        Assert.Equal(["11-16 done it succeeded", "11-20 not_run the job's own next run makes up for it"], await SlotsAsync(stage));
        Assert.Equal(["back 11-16 12:00 -"], await stage.LogAsync());
    }

    [Theory]
    [InlineData("insert into dashboard.job_hold (action, source, app_name, until, held_by, reason) values (gen_random_uuid(), 'default', 'back', now() + interval '1 hour', 'ada', 'moving the disk')")]
    [InlineData("update dashboard.operation set state = 'paused'")]
    [InlineData("update dashboard.operation set state = 'cancelled'")]
    [InlineData("update dashboard.operation set source = 'another'")]
    [InlineData("update dashboard.operation set app_name = 'another'")]
    public async Task Slots_of_what_is_held_paused_cancelled_or_not_its_own_are_not_run(string sql)
    {
        await using var stage = await BehindAsync(days: 0);
        await AskAsync(stage, Noon.AddDays(-4));
        await stage.DoAsync(sql);

        await Tick(stage, Back()).RunAsync(Token);

        Assert.Equal(["11-18 waiting"], await SlotsAsync(stage));
        Assert.Empty(await stage.LogAsync());
    }

    [Fact]
    public async Task A_slot_whose_runner_is_gone_is_lost_and_said_so_and_the_others_go_on()
    {
        await using var stage = await BehindAsync(days: 0);
        await AskAsync(stage, Noon.AddDays(-7), Noon.AddDays(-4));
        var lost = await stage.Records.OwnAsync("back", Noon, Token);
        await stage.DoAsync($"update dashboard.operation_slot set state = 'running', owner = '{lost}' where slot < '{Noon.AddDays(-5):O}'; update crontabber set ongoing = '{Noon:O}'; update dashboard.runner_lock set process = -1");

        await Tick(stage, Back()).RunAsync(Token);

        Assert.Equal(2, (await SlotsAsync(stage)).Count);
        Assert.StartsWith("11-15 lost its runner ended on the way", (await SlotsAsync(stage))[0], StringComparison.Ordinal);
        Assert.Equal("11-18 done it succeeded", (await SlotsAsync(stage))[1]);
        Assert.Equal(["done"], await stage.TextsAsync("select state from dashboard.operation"));
    }

    [Fact]
    public async Task A_runner_that_is_asked_to_quit_gives_the_slot_and_the_lock_back()
    {
        await using var stage = await BehindAsync(days: 0);
        await AskAsync(stage, Noon.AddDays(-4));
        using var quit = CancellationTokenSource.CreateLinkedTokenSource(Token);

        await Tick(stage, Back(async (_, stop) =>
        {
            await quit.CancelAsync();
            stop.ThrowIfCancellationRequested();
        })).RunAsync(quit.Token);

        Assert.Equal(["11-18 waiting"], await SlotsAsync(stage));
        Assert.Empty(await stage.TextsAsync("select app_name from crontabber where ongoing is not null"));
        await Tick(stage, Back()).RunAsync(Token);
        Assert.Equal(["11-18 done it succeeded"], await SlotsAsync(stage));
    }

    [Fact]
    public async Task A_locked_job_waits_for_the_next_tick()
    {
        await using var stage = await BehindAsync(days: 0);
        await AskAsync(stage, Noon.AddDays(-4));
        await stage.Records.OwnAsync("back", Noon.AddMinutes(-1), Token);
        await stage.DoAsync($"update crontabber set ongoing = '{Noon.AddMinutes(-1):O}'");

        var report = await Tick(stage, Back()).RunAsync(Token);

        Assert.Equal(TurnOutcome.Locked, report.Turns[^1].Outcome);
        Assert.Equal(["11-18 waiting"], await SlotsAsync(stage));
    }

    [Fact]
    public async Task After_a_chosen_slot_a_failure_of_the_job_is_still_of_the_slot_after_its_last()
    {
        await using var stage = await BehindAsync(days: 1);
        await AskAsync(stage, Noon.AddDays(-7));
        await stage.DoAsync($"insert into crontabber_log (app_name, duration, success) values ('back', '1 s', '{Noon.AddDays(-1):O}')");
        var failing = Back((run, _) => run.Slot == Noon ? throw new InvalidOperationException("no") : Task.CompletedTask);
        await Tick(stage, failing).RunAsync(Token);
        stage.Clock.Advance(TimeSpan.FromHours(1));
        await Tick(stage, failing).RunAsync(Token);

        var runs = (await stage.TextsAsync("select coalesce(success::text, '') from crontabber_log order by id"))
            .Select((success, id) => new Core.Backfill.SlotRun(id, Noon, null, success.Length == 0 ? null : DateTimeOffset.Parse(success, System.Globalization.CultureInfo.InvariantCulture), success.Length == 0, null)).ToList();
        var attributed = Core.Backfill.AttributedRun.All(Back().Definition.Schedule!, runs, (await stage.RowAsync("back"))!.LastSuccess);

        Assert.Equal([Noon.AddDays(-1), Noon.AddDays(-7), Noon], attributed.Select(run => run.Slot!.Value).Distinct());
    }

    [Theory]
    [InlineData(false, TurnOutcome.Held, 1)]
    [InlineData(true, TurnOutcome.Succeeded, 0)]
    public async Task Forcing_a_held_job_names_the_hold_and_needs_to_be_told_to_ignore_it(bool ignores, TurnOutcome outcome, int code)
    {
        await using var stage = await BehindAsync(days: 0);
        await stage.DoAsync("insert into dashboard.job_hold (action, source, app_name, until, held_by, reason) values (gen_random_uuid(), 'default', 'back', now() + interval '1 hour', 'ada', 'moving the disk')");

        var report = await Tick(stage, Back()).RunOneAsync("back", force: true, ignores, Token);

        var turn = Assert.Single(report.Turns);
        Assert.Equal((outcome, code), (turn.Outcome, report.ExitCode));
        Assert.Equal(!ignores, turn.Because.StartsWith("ada holds it until", StringComparison.Ordinal) && turn.Because.EndsWith("moving the disk", StringComparison.Ordinal));
    }

    private static RunnerJob Back(Func<JobRun, CancellationToken, Task>? body = null) => Job("back", body, "1d", backfills: true);

    private static RunnerTick Tick(RunnerStage stage, RunnerJob job) => new(stage.Table, [job], new RunnerOptions(), stage.Clock, stage.Records, null, stage.Requests);

    // A row whose last success is so many days behind its last slot.
    private static async Task<RunnerStage> BehindAsync(int days)
    {
        var stage = await SetAsync();
        await stage.DoAsync($"""
            insert into crontabber values
            ('back', '{Noon.AddDays(days == 0 ? 1 : -days + 1):O}', '2026-01-01 12:00Z', '{Noon.AddDays(-days):O}', '{Noon.AddDays(-days):O}', null, 0, array[]::text[], '{"{}"}')
            """);
        return stage;
    }

    private static async Task AskAsync(RunnerStage stage, params DateTimeOffset[] slots)
    {
        await using var command = stage.Data.CreateCommand("""
            with asked as (
                insert into dashboard.operation (id, kind, source, action_kind, app_name, summary, state, made_by)
                values ($1, 'slots', 'default', 'backfill', 'back', 'asked for', 'active', 'ada')
            )
            insert into dashboard.operation_slot (operation, slot) select $1, unnest($2)
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = Guid.CreateVersion7() });
        command.Parameters.Add(new NpgsqlParameter<DateTime[]> { TypedValue = [.. slots.Select(slot => slot.UtcDateTime)] });
        await command.ExecuteNonQueryAsync(Token);
    }

    private static Task<IReadOnlyList<string>> SlotsAsync(RunnerStage stage) =>
        stage.TextsAsync("select concat_ws(' ', to_char(slot at time zone 'UTC', 'MM-DD'), state, because) from dashboard.operation_slot order by slot");

    private static async Task<string> RowTextAsync(RunnerStage stage) => Assert.Single(await stage.TextsAsync("select crontabber::text from crontabber"));
}
