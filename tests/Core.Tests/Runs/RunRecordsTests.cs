using System.Text.Json;
using Dashboard.Core.Database;
using Dashboard.Core.Failures;
using Dashboard.Core.Feeds;
using Dashboard.Core.Jobs;
using Dashboard.Core.Runs;
using Dashboard.Core.Sources;
using Dashboard.Kit;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Npgsql;

namespace Dashboard.Core.Tests.Runs;

/// <summary>The records of runs hold each row of a log once, whatever happens to the log, to the dashboard and between two of them.</summary>
public sealed class RunRecordsTests : IAsyncLifetime
{
    private static readonly RunOptions Patient = new() { RecordPages = 8, KeepDays = 36_500 };

    private OwnDatabase own = null!;
    private RunRecordStore store = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var postgres = await TestPostgres.SharedAsync();
        own = new OwnDatabase(await postgres.NewDatabaseAsync());
        await own.MigrateAsync(Stop);
        store = new RunRecordStore(own);
    }

    public async ValueTask DisposeAsync() => await own.DisposeAsync();

    [Theory]
    [InlineData("crontabber-incident", Flavour.Crontabber, 2_669)]
    [InlineData("crontabber-healthy", Flavour.Crontabber, 655)]
    [InlineData("socorro-cron-incident", Flavour.Socorro, 0)]
    public async Task All_of_a_log_is_recorded_and_found(string fixture, Flavour flavour, int rows)
    {
        await using var database = await Observing.NewAsync(fixture, flavour);
        await WalkAsync(database);
        await AssertSameAsync(database);
        var all = await database.ScalarAsync<long>($"select count(*) from {Log(database)}");
        Assert.True(rows == 0 || rows == all);

        var records = new RunRecords(own, store);
        records.IsUpToNow(database.Name, true);
        var reach = await records.ReachAsync(database.Name, Stop);
        Assert.Equal((true, 1.0), (reach.Whole, reach.Progress));
        if (fixture == "crontabber-incident")
        {
            var runs = await records.EndedAsync(database.Name, "fetch-adi-from-hive", At("2014-09-04T06:00Z"), At("2014-09-04T06:30Z"), 100, Stop);
            Assert.Equal(3, runs.Count(run => run.Outcome == RunOutcome.Success));
            Assert.Equal(runs.OrderByDescending(run => run.LogTime), runs);
            var slots = await records.SucceededAsync(database.Name, "fetch-adi-from-hive", At("2014-09-01T00:00Z"), At("2014-09-06T00:00Z"), 100, Stop);
            Assert.Equal(["2014-09-01 07:00", "2014-09-02 07:00", "2014-09-03 07:00", "2014-09-04 07:00", "2014-09-05 07:00"], slots.Select(run => $"{run.Success:yyyy-MM-dd HH:mm}").Distinct());
            Assert.All(slots, run => Assert.Null(run.Fingerprint));
            Assert.Equal(461, await OwnAsync<long>("select count(*) from dashboard.run_record r join dashboard.failure_group g using (source, fingerprint) where g.type like '%NoRowsWritten'"));
        }
    }

    [Fact]
    public async Task A_walk_that_is_killed_anywhere_goes_on_and_records_each_of_a_hundred_thousand_runs_once()
    {
        await using var database = await LogAsync(100_000);
        var walks = 0;
        for (var steps = 1; ; steps += 7, walks++)
        {
            // Killed after some steps: what follows is a new process that knows only what was kept.
            var walk = new RunWalk(database.Name, new RunRecordStore(own), FrameRule.Usual, Patient);
            await walk.BeginAsync(database.Source, database.Source.Capabilities.Log!, Stop);
            for (var step = 0; step < steps && !walk.Done; step++)
            {
                await walk.StepAsync(Stop);
            }

            if (walk.Done)
            {
                break;
            }

            await database.ExecuteAsync("insert into crontabber_log (app_name, success) select 'while away', now() from generate_series(1, 50)");
        }

        Assert.InRange(walks, 3, 100);
        await AssertSameAsync(database);
    }

    [Fact]
    public async Task Two_recorders_at_once_record_each_run_once_and_neither_fails()
    {
        await using var database = await LogAsync(20_000, failing: true);
        await Task.WhenAll(WalkAsync(database), WalkAsync(database), WalkAsync(database));
        await AssertSameAsync(database);
        Assert.Equal(1, await OwnAsync<long>("select count(*) from dashboard.failure_group"));
        Assert.True(await store.HoldAsync(database.Name, Guid.Parse("00000000-0000-0000-0000-000000000001"), TimeSpan.FromMinutes(1), Stop));
        Assert.False(await store.HoldAsync(database.Name, Guid.Parse("00000000-0000-0000-0000-000000000002"), TimeSpan.FromMinutes(1), Stop));
        Assert.True(await store.HoldAsync(database.Name, Guid.Parse("00000000-0000-0000-0000-000000000001"), TimeSpan.FromMinutes(1), Stop));
    }

    [Theory]
    [InlineData("truncate crontabber_log restart identity")]
    [InlineData("truncate crontabber_log")]
    [InlineData("vacuum full crontabber_log")]
    [InlineData("delete from crontabber_log where id > 5000")]
    [InlineData("delete from crontabber_log where id < 15000")]
    public async Task After_a_rewrite_every_row_that_is_there_is_recorded_and_what_is_gone_is_kept(string rewrite)
    {
        foreach (var inTheMiddle in (bool[])[false, true])
        {
            await using var database = await LogAsync(20_000);
            var walk = await BegunAsync(database);
            for (var step = 0; inTheMiddle ? step < 5 : !walk.Done; step++)
            {
                await walk.StepAsync(Stop);
            }

            var before = await OwnAsync<long>("select count(*) from dashboard.run_record");
            await database.ExecuteAsync(rewrite);
            await database.ExecuteAsync(rewrite.StartsWith("delete", StringComparison.Ordinal) ? "vacuum crontabber_log" : "select 1");
            await database.ExecuteAsync("insert into crontabber_log (app_name, success) select 'new', now() from generate_series(1, 300)");
            while (!walk.Done)
            {
                await walk.StepAsync(Stop);
            }

            await WalkAsync(database);
            Assert.Empty(await MissingAsync(database));
            Assert.True(before <= await OwnAsync<long>("select count(*) from dashboard.run_record"));
            await using var clean = own.Source.CreateCommand("truncate dashboard.run_record, dashboard.run_walk");
            await clean.ExecuteNonQueryAsync(Stop);
        }
    }

    [Fact]
    public async Task Rows_written_into_old_pages_while_nobody_looked_are_found()
    {
        await using var database = await LogAsync(50_000);
        await WalkAsync(database);
        await database.ExecuteAsync("delete from crontabber_log where id between 10000 and 12000");
        await database.ExecuteAsync("vacuum crontabber_log");
        await database.ExecuteAsync("insert into crontabber_log (app_name, success) select 'late', now() from generate_series(1, 40)");
        Assert.True(await database.ScalarAsync<bool>("select bool_and((ctid::text::point)[0] < 400) from crontabber_log where app_name = 'late'"));

        await WalkAsync(database);
        Assert.Empty(await MissingAsync(database));
    }

    [Fact]
    public async Task What_the_follower_reads_is_recorded_without_a_walk_and_once()
    {
        await using var database = await Observing.NewAsync("crontabber-incident");
        var (clock, inboxes) = (new FakeTimeProvider(), new RecordInboxes());
        var monitor = new RunsMonitor(
            new SourceFeeds<RunsSnapshot>(RunsSnapshot.Empty), new SourceFeeds<JobsSnapshot>(JobsSnapshot.Empty), new RunHistories(clock), Options.Create(new RunOptions()), clock,
            NullLogger<RunsMonitor>.Instance, inboxes);
        await monitor.ReadAsync(database.Source, SourceChange.Everything, Stop);
        var inbox = inboxes.Of(database.Name);
        Assert.True(inbox.Take(10).Missed);
        var walk = await BegunAsync(database);
        while (!walk.Done)
        {
            await walk.StepAsync(Stop);
        }

        for (var i = 0; i < 3; i++)
        {
            await database.ExecuteAsync(
                "insert into crontabber_log (app_name, exc_type, exc_value, exc_traceback) values "
                + "('duplicates', '<class ''KeyError''>', 'KeyError(''release'')', '  File \"/data/socorro/cron/jobs/socorro/cron/jobs/base.py\", line 74, in maybe_fail' || chr(10))");
            await monitor.ReadAsync(database.Source, SourceChange.Runs, Stop);
            await monitor.ReadAsync(database.Source, SourceChange.Jobs, Stop);
        }

        var (offered, missed) = inbox.Take(1_000);
        Assert.False(missed);
        Assert.Equal(3, await walk.RecordAsync(offered, Stop));
        Assert.Equal(0, await walk.RecordAsync(offered, Stop));
        await AssertSameAsync(database);

        // The group of the three that ftpscraper has: the frame was read where the row lies, for a list is read without it.
        Assert.Equal(2, await OwnAsync<long>("select count(distinct job) from dashboard.run_record r join dashboard.failure_group g using (source, fingerprint) where g.type = 'KeyError' and g.place <> ''"));
        Assert.Equal(1, await OwnAsync<long>("select count(*) from dashboard.failure_group where type = 'KeyError'"));
    }

    [Fact]
    public void An_inbox_that_overflows_says_so_and_holds_no_more_than_it_may()
    {
        var inbox = new RecordInbox();
        inbox.Take(1);
        inbox.Offer([.. Enumerable.Range(1, RecordInbox.Most + 1).Select(id => new Run { Id = id, Job = "a", LogTime = DateTimeOffset.UnixEpoch, Outcome = RunOutcome.Success })]);
        var (runs, missed) = inbox.Take(int.MaxValue);
        Assert.True(missed);
        Assert.InRange(runs.Count, 0, RecordInbox.Most);
    }

    [Fact]
    public async Task What_is_older_than_is_kept_is_neither_walked_to_nor_left()
    {
        await using var database = await LogAsync(20_000);
        var days = new RunOptions { RecordPages = 8, KeepDays = 3 };
        var walk = new RunWalk(database.Name, store, FrameRule.Usual, days);
        await walk.BeginAsync(database.Source, database.Source.Capabilities.Log!, Stop);
        var steps = 0;
        for (; !walk.Done; steps++)
        {
            await walk.StepAsync(Stop);
        }

        Assert.InRange(steps, 1, 15);
        Assert.Equal(3 * 24 * 60 + 1, await OwnAsync<long>("select count(*) from dashboard.run_record"));
        Assert.False((await new RunRecords(own, store).ReachAsync(database.Name, Stop)).Whole);

        var newest = (await store.NewestAsync(database.Name, DateTimeOffset.MaxValue, Stop))!.Value;
        Assert.Equal(100, await store.PruneAsync(database.Name, newest - TimeSpan.FromDays(1), 100, Stop));
        while (await store.PruneAsync(database.Name, newest - TimeSpan.FromDays(1), 1_000, Stop) == 1_000)
        {
        }

        Assert.Equal(24 * 60 + 1, await OwnAsync<long>("select count(*) from dashboard.run_record"));
    }

    [Fact]
    public async Task No_question_scans_the_records()
    {
        await using var database = await LogAsync(30_000, failing: true);
        await WalkAsync(database);
        await OwnAsync<object>("analyze dashboard.run_record; select 1");
        foreach (var sql in (string[])[RunRecords.EndedSql, RunRecords.SucceededSql])
        {
            await using var command = own.Source.CreateCommand("explain (format json) " + sql
                .Replace("@source", "1", StringComparison.Ordinal).Replace("@job", "'job-1'", StringComparison.Ordinal).Replace("@from", "'2010-01-05'", StringComparison.Ordinal)
                .Replace("@until", "'2010-01-06'", StringComparison.Ordinal).Replace("@most", "100", StringComparison.Ordinal));
            var plan = (string)(await command.ExecuteScalarAsync(Stop))!;
            TestContext.Current.TestOutputHelper?.WriteLine(plan);
            Assert.DoesNotContain("Seq Scan", plan, StringComparison.Ordinal);
            Assert.Contains("Index", plan, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_job_of_any_name_is_recorded()
    {
        await using var database = await Observing.NewAsync();
        var name = new string('é', 100_000) + "'\"\\";
        await database.ExecuteAsync($"insert into crontabber_log (app_name, success) values ('{name.Replace("'", "''", StringComparison.Ordinal)}', '2014-01-01'), ('', 'infinity'), ('x', '-infinity')");
        await WalkAsync(database);
        Assert.Equal(3, await OwnAsync<long>("select count(*) from dashboard.run_record"));
        Assert.Single(await new RunRecords(own, store).EndedAsync(database.Name, name, DateTimeOffset.MinValue, DateTimeOffset.MaxValue, 10, Stop));
    }

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

    private static string Log(Observing database) => database.Source.Capabilities.Log!.Sql;

    private async Task<RunWalk> BegunAsync(Observing database)
    {
        var walk = new RunWalk(database.Name, store, FrameRule.Usual, Patient);
        await walk.BeginAsync(database.Source, database.Source.Capabilities.Log!, Stop);
        return walk;
    }

    private async Task WalkAsync(Observing database)
    {
        var walk = await BegunAsync(database);
        while (!walk.Done)
        {
            await walk.StepAsync(Stop);
        }
    }

    private async Task AssertSameAsync(Observing database)
    {
        Assert.Empty(await MissingAsync(database));
        Assert.Equal(await database.ScalarAsync<long>($"select count(*) from {Log(database)}"), await OwnAsync<long>("select count(*) from dashboard.run_record"));
    }

    private async Task<List<string>> MissingAsync(Observing database)
    {
        var recorded = (await OwnAsync<string[]>("select coalesce(array_agg(id || ' ' || job || ' ' || log_time || ' ' || outcome), '{}') from dashboard.run_record")).ToHashSet(StringComparer.Ordinal);
        var there = await database.ScalarAsync<string[]>(
            $"select coalesce(array_agg(id || ' ' || app_name || ' ' || log_time || ' ' || case when success is null then 1 else 0 end), '{{}}') from {Log(database)}");
        return [.. there.Where(row => !recorded.Contains(row)).Take(5)];
    }

    private async Task<T> OwnAsync<T>(string sql)
    {
        await using var command = own.Source.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync(Stop))!;
    }

    private static async Task<Observing> LogAsync(int rows, bool failing = false)
    {
        var database = await Observing.NewAsync();
        await database.ExecuteAsync($"""
            insert into crontabber_log (app_name, log_time, duration, success, exc_type, exc_value)
            select 'job-' || i % 20, '2010-01-01'::timestamptz + i * interval '1 minute', '00:00:01.5', case when {failing} and i % 3 = 0 then null else now() end,
                   case when {failing} and i % 3 = 0 then '<class ''ValueError''>' end, case when {failing} and i % 3 = 0 then 'ValueError(''number ' || i || ''')' end
              from generate_series(1, {rows}) i
            """);
        await database.ExecuteAsync("vacuum (analyze) crontabber_log");
        return database;
    }
}
