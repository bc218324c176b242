using Dashboard.Core.Runner;
using static Dashboard.Core.Tests.Runner.RunnerStage;

namespace Dashboard.Core.Tests.Runner;

/// <summary>The experiments made with crontabber 0.18.1, once more with this runner in its compatible way: the same jobs, the same rows and exit codes.</summary>
public sealed class CompatTickTests
{
    private static Dashboard.Core.Runner.Jobs.RunnerJob[] Odd(Func<Dashboard.Core.Runner.Jobs.JobRun, CancellationToken, Task>? slow = null) =>
        [Job("after"), Job("slow", slow), Job("empty-dep"), Job("z-last"), Job("child-of-slow", after: "slow")];

    [Fact]
    public async Task Jobs_run_by_level_then_by_name_and_leave_the_rows_crontabber_leaves()
    {
        await using var stage = await SetAsync();
        var report = await stage.CompatAsync(Odd());

        Assert.Equal(0, report.ExitCode);
        Assert.Equal(["after 11-22 12:00 -", "empty-dep 11-22 12:00 -", "slow 11-22 12:00 -", "z-last 11-22 12:00 -", "child-of-slow 11-22 12:00 -"], await stage.LogAsync());
        var row = (await stage.RowAsync("child-of-slow"))!;
        Assert.Equal((Noon.AddHours(1), Noon, Noon, Noon, null, 0), (row.NextRun, row.FirstRun, row.LastRun, row.LastSuccess, row.Ongoing, row.ErrorCount));
        Assert.Equal(["{slow}|{}|00:00:00"], await stage.TextsAsync("select concat_ws('|', depends_on, last_error, duration) from crontabber join crontabber_log using (app_name) where app_name = 'child-of-slow'"));
    }

    /// <summary>exp-00: a list without jobs.</summary>
    [Fact]
    public async Task A_tick_without_jobs_dies_of_the_root_it_does_not_find()
    {
        await using var stage = await SetAsync();

        var report = await stage.CompatAsync();

        Assert.Equal((1, "CircularDAGError: No job is at the root"), (report.ExitCode, report.EndedBecause));
        Assert.Empty(report.Turns);
        Assert.Empty(await stage.TextsAsync("select app_name from crontabber"));
    }

    /// <summary>exp-01: what a first run that was killed leaves.</summary>
    [Theory]
    [InlineData(1, 3)]
    [InlineData(11 * 60 + 59, 3)]
    [InlineData(12 * 60, 0)]
    [InlineData(13 * 60, 0)]
    [InlineData(25 * 60, 3)]
    [InlineData(37 * 60, 0)]
    public async Task A_locked_job_ends_the_tick_unless_its_age_modulo_a_day_is_twelve_hours(int minutes, int code)
    {
        await using var stage = await SetAsync();
        await stage.DoAsync($"insert into crontabber (app_name, ongoing, error_count, depends_on, last_error) values ('slow', timestamptz '2026-11-22 12:00Z' - interval '{minutes} minutes', 0, '{{}}', '{{}}')");

        var report = await stage.CompatAsync(Odd());

        Assert.Equal(code, report.ExitCode);
        Assert.Equal(code == 0 ? 5 : 2, (await stage.LogAsync()).Count);
        Assert.Equal(code == 0 ? null : Noon.AddMinutes(-minutes), (await stage.RowAsync("slow"))!.Ongoing);
        Assert.Equal(code == 0 ? Noon : null, (await stage.RowAsync("slow"))!.FirstRun);
    }

    [Theory]
    [InlineData("slow", false, 1)]
    [InlineData("slow", true, 1)]
    [InlineData("z-last", false, 0)]
    [InlineData("child-of-slow", false, 1)]
    [InlineData("nope", false, 1)]
    public async Task One_job_by_name_answers_as_in_the_first_experiment(string name, bool force, int code)
    {
        await using var stage = await SetAsync();
        await stage.DoAsync("insert into crontabber (app_name, ongoing, error_count, depends_on, last_error) values ('slow', timestamptz '2026-11-22 11:59Z', 0, '{}', '{}')");

        var report = await stage.Tick(Odd(), new RunnerOptions { Compat = true }).RunOneAsync(name, force, TestContext.Current.CancellationToken);

        Assert.Equal(code, report.ExitCode);
        Assert.Equal(code == 0 ? [$"{name} 11-22 12:00 -"] : [], await stage.LogAsync());
    }

    /// <summary>exp-02: the lock of a killed first run cleared by hand.</summary>
    [Fact]
    public async Task A_parent_without_a_next_run_kills_the_tick_and_force_heals_it()
    {
        await using var stage = await SetAsync();
        await stage.DoAsync("insert into crontabber (app_name, error_count, depends_on, last_error) values ('slow', 0, '{}', '{}')");

        var report = await stage.CompatAsync(Odd());
        Assert.Equal(1, report.ExitCode);
        Assert.Contains("TypeError", report.EndedBecause, StringComparison.Ordinal);
        Assert.Equal(["after 11-22 12:00 -", "empty-dep 11-22 12:00 -", "z-last 11-22 12:00 -"], await stage.LogAsync());

        Assert.Equal(0, (await stage.Tick(Odd(), new RunnerOptions { Compat = true }).RunOneAsync("slow", force: true, TestContext.Current.CancellationToken)).ExitCode);
        Assert.Equal(0, (await stage.CompatAsync(Odd())).ExitCode);
        Assert.Equal(5, (await stage.LogAsync()).Count);
    }

    /// <summary>exp-03: the row deleted under a running job.</summary>
    [Fact]
    public async Task A_second_runner_meets_the_lock_and_a_row_reset_meanwhile_is_written_anew()
    {
        await using var stage = await SetAsync();
        int? second = null;
        var report = await stage.CompatAsync(Odd(async (_, _) =>
        {
            second = (await stage.CompatAsync(Odd())).ExitCode;
            Assert.True(await stage.Table.ResetAsync("slow", TestContext.Current.CancellationToken));
            stage.Clock.Advance(TimeSpan.FromSeconds(6));
        }));

        Assert.Equal((3, 0), (second, report.ExitCode));
        var row = (await stage.RowAsync("slow"))!;
        Assert.Equal((Noon.AddHours(1), Noon, Noon, Noon, null), (row.NextRun, row.FirstRun, row.LastRun, row.LastSuccess, row.Ongoing));
        Assert.Equal(["00:00:06"], await stage.TextsAsync("select duration::text from crontabber_log where app_name = 'slow'"));
    }

    /// <summary>exp-04: somebody holds the row when the job begins.</summary>
    [Theory]
    [InlineData("for update", 2, 1)]
    [InlineData("for share", 2, 1)]
    [InlineData("", 0, 0)]
    public async Task A_row_lock_at_the_start_ends_the_tick(string how, int all, int one)
    {
        await using var stage = await SetAsync();
        await stage.CompatAsync(Odd());
        stage.Clock.Advance(TimeSpan.FromHours(2));
        await using (await stage.HoldAsync("after", how))
        {
            Assert.Equal(one, (await stage.Tick(Odd(), new RunnerOptions { Compat = true }).RunOneAsync("after", force: true, TestContext.Current.CancellationToken)).ExitCode);
            Assert.Equal(all, (await stage.CompatAsync(Odd())).ExitCode);
        }
    }

    /// <summary>exp-12: somebody holds the row when the job ends.</summary>
    [Fact]
    public async Task A_row_lock_at_the_end_loses_the_result_and_leaves_a_stuck_lock()
    {
        await using var stage = await SetAsync();
        await stage.CompatAsync(Odd());
        stage.Clock.Advance(TimeSpan.FromHours(2));
        IAsyncDisposable? held = null;

        var report = await stage.CompatAsync(Odd(async (_, _) => held = await stage.HoldAsync("slow")));
        await held!.DisposeAsync();

        Assert.Equal(2, report.ExitCode);
        Assert.Equal(8, (await stage.LogAsync()).Count);
        var row = (await stage.RowAsync("slow"))!;
        Assert.Equal((Noon.AddHours(1), Noon, Noon.AddHours(2)), (row.NextRun, row.LastSuccess, row.Ongoing));
        Assert.Equal(3, (await stage.CompatAsync(Odd())).ExitCode);
    }

    /// <summary>exp-06: a frequency that is none.</summary>
    [Fact]
    public async Task A_job_with_a_bad_frequency_kills_the_tick_where_it_stands()
    {
        await using var stage = await SetAsync();

        var report = await stage.CompatAsync(Job("after"), Job("bad", frequency: "1x"), Job("z-last"));

        Assert.Equal(1, report.ExitCode);
        Assert.EndsWith("FrequencyDefinitionError: x", report.EndedBecause, StringComparison.Ordinal);
        Assert.Equal(["after 11-22 12:00 -"], await stage.LogAsync());
        Assert.Equal(["after"], await stage.TextsAsync("select app_name from crontabber"));
    }

    /// <summary>exp-06: a time of day with a frequency below a day, which puts the next run into the past, and an hour that never comes.</summary>
    [Fact]
    public async Task A_time_of_day_that_configtest_refuses_runs_all_the_same()
    {
        await using var stage = await SetAsync();

        var report = await stage.CompatAsync(Job("after", frequency: "1h", time: "05:00"), Job("empty-dep", frequency: "1d", time: "25:00"));

        Assert.Equal(0, report.ExitCode);
        Assert.Equal(["after 11-22 12:00 -"], await stage.LogAsync());
        var row = (await stage.RowAsync("after"))!;
        Assert.Equal((Noon.AddHours(-7), Noon, Noon, Noon, 0), (row.NextRun, row.FirstRun, row.LastRun, row.LastSuccess, row.ErrorCount));
        Assert.Null(await stage.RowAsync("empty-dep"));
    }

    /// <summary>exp-07: hostile messages.</summary>
    [Fact]
    public async Task What_no_text_can_hold_is_written_as_crontabber_writes_it()
    {
        await using var stage = await SetAsync();
        var report = await stage.CompatAsync(
            Failing("nul", new ArithmeticException("before\0after")), Failing("surrogate", new ArithmeticException("lone \ud83d surrogate")), Failing("quotes", new ArithmeticException("it's \"both\"\n")), Job("z-last"));

        Assert.Equal(0, report.ExitCode);
        Assert.Equal(
            [@"nul - ArithmeticException('before\x00after')", @"quotes - ArithmeticException('it\'s ""both""\n')", @"surrogate - ArithmeticException('lone \ud83d surrogate')", "z-last 11-22 12:00 -"],
            await stage.LogAsync());
        Assert.Equal(
            [
                """{"type": "<class 'System.ArithmeticException'>", "value": "before\u0000after", "traceback": """,
                """{"type": "<class 'System.ArithmeticException'>", "value": "it's \"both\"\n", "traceback": """,
                """{"type": "<class 'System.ArithmeticException'>", "value": "lone \ud83d surrogate", "traceback": """,
                "{}",
            ],
            await stage.TextsAsync("select regexp_replace(last_error::text, '(\"traceback\": ).*', '\\1') from crontabber order by app_name"));
        var row = (await stage.RowAsync("nul"))!;
        Assert.Equal((Noon.AddMinutes(5), null, 1, Noon), (row.NextRun, row.LastSuccess, row.ErrorCount, row.FirstRun));
    }

    /// <summary>exp-09: reset keeps the log.</summary>
    [Fact]
    public async Task A_reset_deletes_the_row_once_and_keeps_the_log()
    {
        await using var stage = await SetAsync();
        await stage.CompatAsync(Odd());

        Assert.True(await stage.Table.ResetAsync("z-last", TestContext.Current.CancellationToken));
        Assert.False(await stage.Table.ResetAsync("z-last", TestContext.Current.CancellationToken));
        Assert.Equal(5, (await stage.LogAsync()).Count);
    }

    /// <summary>exp-14: a backfill job, and what an operator does to its row.</summary>
    [Fact]
    public async Task A_backfill_job_makes_up_for_what_its_row_says_it_missed()
    {
        await using var stage = await SetAsync();
        var job = Job("back", frequency: "1d", backfills: true);
        await stage.CompatAsync(job);
        Assert.Equal(["back 11-22 12:00 -"], await stage.LogAsync());

        await stage.DoAsync("update crontabber set last_success = last_success - interval '3 days 1 hour', next_run = now() - interval '9 years'");
        await stage.CompatAsync(job);
        Assert.Equal(["back 11-20 11:00 -", "back 11-21 11:00 -", "back 11-22 11:00 -"], (await stage.LogAsync()).Skip(1));

        await stage.DoAsync("update crontabber set last_success = last_success - interval '2 days'");
        await stage.CompatAsync(job);
        Assert.Equal(4, (await stage.LogAsync()).Count);

        await stage.Tick([job], new RunnerOptions { Compat = true }).RunOneAsync("back", force: true, TestContext.Current.CancellationToken);
        Assert.Equal(["back 11-21 11:00 -", "back 11-22 11:00 -"], (await stage.LogAsync()).Skip(4));

        await stage.DoAsync("update crontabber set last_success = null, next_run = now() - interval '9 years'");
        var report = await stage.CompatAsync(job);
        Assert.Equal(["No previous last_success information available"], report.Turns[0].Remarks);
        Assert.Equal("back 11-22 12:00 -", (await stage.LogAsync())[^1]);

        await stage.DoAsync("update crontabber set next_run = null");
        await stage.CompatAsync(job);
        Assert.Equal(7, (await stage.LogAsync()).Count);
    }

    /// <summary>exp-15: an exception, and a kill, in the third of four days.</summary>
    [Fact]
    public async Task A_failing_slot_keeps_the_last_good_one_and_a_killed_run_starts_over()
    {
        await using var stage = await SetAsync();
        await stage.DoAsync("""
            insert into crontabber values ('back', '2026-11-22 11:00Z', '2026-11-01 00:00Z', '2026-11-21 00:00Z', '2026-11-18 00:00Z', null, 0, '{}', '{}')
            """);
        var slots = 0;
        var job = Job("back", (_, _) => ++slots == 3 ? throw new KeyNotFoundException("release") : Task.CompletedTask, frequency: "1d", backfills: true);
        await stage.CompatAsync(job);

        Assert.Equal(["back 11-19 00:00 -", "back 11-20 00:00 -", "back - KeyNotFoundException('release')"], await stage.LogAsync());
        var row = (await stage.RowAsync("back"))!;
        Assert.Equal((Noon.AddMinutes(5), Noon.Date.AddDays(-2), 1), (row.NextRun, row.LastSuccess!.Value.UtcDateTime, row.ErrorCount));
    }

    /// <summary>exp-05: jobs that wait for one another.</summary>
    [Fact]
    public async Task A_circle_of_jobs_ends_the_tick_before_anything_runs()
    {
        await using var stage = await SetAsync();

        var report = await stage.CompatAsync(Job("root"), Job("cycle-a", after: "cycle-c"), Job("cycle-b", after: "cycle-a"), Job("cycle-c", after: "cycle-b"));

        Assert.Equal(1, report.ExitCode);
        Assert.Empty(await stage.LogAsync());
        Assert.Empty(await stage.TextsAsync("select app_name from crontabber"));
    }

    /// <summary>exp-08: names of any letters, a job that waits for itself, and one that waits for nobody's job.</summary>
    [Fact]
    public async Task Odd_names_run_and_who_waits_for_himself_or_for_nobody_never_does()
    {
        const string html = """<b>&"bold"'</b>""", unicode = "résumé-日本-☃", spaces = @"O'Reilly; DROP TABLE crontabber;-- 100% \{a,b}";
        await using var stage = await SetAsync();

        var report = await stage.CompatAsync(
            Job(html, frequency: "1d"), Job(unicode, frequency: "1d"), Job("self-dep", after: "self-dep"), Job(spaces, frequency: "1d", after: unicode),
            Job("missing-parent", after: "no-such-job"), Job("awkward-deps", frequency: "1d", after: [html, spaces]));

        Assert.Equal(0, report.ExitCode);
        Assert.Equal([$"{html} 11-22 12:00 -", $"{unicode} 11-22 12:00 -", $"{spaces} 11-22 12:00 -", "awkward-deps 11-22 12:00 -"], await stage.LogAsync());
        Assert.Equal([html, spaces, "awkward-deps", unicode], await stage.TextsAsync("select app_name from crontabber order by app_name collate \"C\""));
        Assert.Equal([html, spaces], await stage.TextsAsync("select unnest(depends_on) from crontabber where app_name = 'awkward-deps'"));
    }

    /// <summary>
    /// exp-10: a signal in the middle of a first run. It is the running job's failure, as there. There the run went on behind it, and after SIGHUP was made once more; here
    /// the tick ends, and with the next one the rows are the same.
    /// </summary>
    [Fact]
    public async Task An_interrupt_is_the_failure_of_the_running_job_and_the_next_tick_does_what_was_left()
    {
        await using var stage = await SetAsync();
        using var quit = new CancellationTokenSource();
        var report = await stage.Tick(
            Odd(async (_, token) =>
            {
                await quit.CancelAsync();
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
            }),
            new RunnerOptions { Compat = true }).RunAsync(quit.Token);

        Assert.Equal(0, report.ExitCode);
        Assert.Equal(["after 11-22 12:00 -", "empty-dep 11-22 12:00 -", "slow - OperationCanceledException('The operation was canceled.')"], await stage.LogAsync());
        var row = (await stage.RowAsync("slow"))!;
        Assert.Equal((Noon.AddMinutes(5), Noon, null, null, 1), (row.NextRun, row.FirstRun, row.LastSuccess, row.Ongoing, row.ErrorCount));

        var next = await stage.CompatAsync(Odd());
        Assert.Equal(0, next.ExitCode);
        Assert.Equal(["z-last 11-22 12:00 -"], (await stage.LogAsync()).Skip(3));
        Assert.Equal("'slow' errored last time it ran", Assert.Single(next.Turns, turn => turn.Job == "child-of-slow").Because);
        Assert.Equal(["after", "empty-dep", "slow", "z-last"], await stage.TextsAsync("select app_name from crontabber order by app_name"));
    }

    /// <summary>exp-10: SIGTERM, or anything else that leaves no time. What stands in the row then ends the ticks that follow.</summary>
    [Fact]
    public async Task A_first_run_that_was_ended_with_its_process_leaves_its_lock_and_nothing_else()
    {
        await using var stage = await SetAsync();
        Dashboard.Core.Jobs.Job? left = null;
        await stage.CompatAsync(Odd(async (_, _) => left = await stage.RowAsync("slow")));

        Assert.Equal((Noon, null, null, null, 0), (left!.Ongoing, left.NextRun, left.FirstRun, left.LastSuccess, left.ErrorCount));
        await stage.DoAsync("update crontabber set ongoing = timestamptz '2026-11-22 12:00Z', next_run = null, first_run = null, last_run = null, last_success = null where app_name = 'slow'");
        stage.Clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(3, (await stage.CompatAsync(Odd())).ExitCode);
    }

    /// <summary>exp-11: rows somebody inserted with nothing but a name.</summary>
    [Fact]
    public async Task Rows_with_nothing_but_a_name_are_never_due()
    {
        await using var stage = await SetAsync();
        await stage.DoAsync("insert into crontabber (app_name) values ('after'), ('slow'), ('empty-dep'), ('z-last'), ('child-of-slow')");

        Assert.Equal(0, (await stage.CompatAsync(Odd())).ExitCode);
        Assert.Empty(await stage.LogAsync());
        Assert.Equal(["0"], await stage.TextsAsync("select count(*)::text from crontabber where num_nonnulls(next_run, first_run, last_run, last_success, ongoing) > 0"));
    }

    /// <summary>exp-13: an operator moves next_run.</summary>
    [Fact]
    public async Task A_moved_next_run_is_obeyed_and_a_postponed_parent_does_not_hold_its_child_back()
    {
        await using var stage = await SetAsync();
        await stage.CompatAsync(Odd());

        await stage.DoAsync("update crontabber set next_run = timestamptz '2026-11-24 12:00Z' where app_name = 'slow'");
        await stage.CompatAsync(Odd());
        Assert.Equal(5, (await stage.LogAsync()).Count);

        await stage.DoAsync("update crontabber set next_run = timestamptz '2026-11-22 11:59Z' where app_name = 'child-of-slow'");
        await stage.CompatAsync(Odd());
        Assert.Equal(["child-of-slow 11-22 12:00 -"], (await stage.LogAsync()).Skip(5));

        await stage.DoAsync("update crontabber set next_run = timestamptz '2026-11-22 11:59Z' where app_name in ('slow', 'child-of-slow')");
        await stage.CompatAsync(Odd());
        Assert.Equal(["slow 11-22 12:00 -", "child-of-slow 11-22 12:00 -"], (await stage.LogAsync()).Skip(6));
    }
}
