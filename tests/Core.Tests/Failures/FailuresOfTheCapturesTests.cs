using Dashboard.Core.Database;
using Dashboard.Core.Failures;
using Dashboard.Core.Feeds;
using Dashboard.Core.Jobs;
using Dashboard.Core.Runs;
using Dashboard.Core.Sources;
using Dashboard.Core.Verdicts;
using Dashboard.Kit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dashboard.Core.Tests.Failures;

/// <summary>Which failures the captured databases hold, counted at the moment each was captured.</summary>
public sealed class FailuresOfTheCapturesTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_groups_of_the_incident_are_those_of_that_morning()
    {
        var failures = await OfAsync("crontabber-incident", Flavour.Crontabber, new DateTimeOffset(2014, 9, 5, 9, 0, 30, TimeSpan.Zero));

        Assert.Equal(
            [
                "failing ValueError: Data 2/2/2 duplicates x2",
                "failing socorro.cron.jobs.base.HTTPError: Network 4/4/4 bugzilla-associations x4",
                "failing psycopg2.errors.RaiseException: Unknown 0/92/254 adu-matview x254",
                "failing AssertionError: Code 0/92/152 weekly-reports-partitions x152",
                "failing ValueError: Data 0/94/306 suspicious-crashes x306",
                "recovered socorro.cron.jobs.base.NoRowsWritten: Unknown 0/0/461 fetch-adi-from-hive",
                "recovered RuntimeError: Unknown 0/0/22 reports-clean",
                "recovered KeyError: Code 0/0/3 ftpscraper",
                "recovered socorro.cron.jobs.base.HTTPError: Network 0/0/0 bugzilla-associations",
            ],
            Lines(failures));
        var adu = failures.FailingWith("adu-matview")!;
        Assert.Equal((254, "P0001", "jobs/matviews.py: call"), (adu.Jobs[0].Streak, adu.Kind.Code, adu.Print.Place));
        Assert.Equal(254, adu.LastWeek);
        Assert.Equal(adu.LastWeek, adu.Trend.Sum());
        Assert.Equal("raw_adi not updated for #", adu.Print.Pattern);
        Assert.StartsWith("raw_adi not updated for 2014-09-02", adu.Sample!.Error.Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_groups_of_the_healthy_day_have_all_recovered()
    {
        var failures = await OfAsync("crontabber-healthy", Flavour.Crontabber, new DateTimeOffset(2014, 8, 31, 12, 20, 0, TimeSpan.Zero));

        Assert.Equal(
            [
                "recovered KeyError: Code 0/0/3 ftpscraper",
                "recovered socorro.cron.jobs.base.HTTPError: Network 0/0/3 bugzilla-associations",
            ],
            Lines(failures));
    }

    [Fact]
    public async Task The_groups_of_socorros_incident_are_those_of_its_log()
    {
        var failures = await OfAsync("socorro-cron-incident", Flavour.Socorro, new DateTimeOffset(2026, 11, 15, 13, 30, 30, TimeSpan.Zero));

        Assert.Equal(
            [
                "failing django.db.utils.ProgrammingError: Code 2/22/22 updatemissing x22",
                "failing crashstats.cron.errors.JobError: Unknown 1/1/2 updatesignatures x1, bugassociations",
                "failing crashstats.cron.errors.JobError: Unknown 2/18/18 auditgroups x18",
                "recovered django.core.management.base.CommandError: Network 0/0/3 verifyprocessed",
                "recovered ValueError: Data 0/0/5 updatesignatures",
            ],
            Lines(failures));
    }

    [Fact]
    public async Task Without_the_records_what_fails_now_is_still_shown()
    {
        await using var database = await Observing.NewAsync("crontabber-incident");
        var rows = await StandingsAsync(database, new DateTimeOffset(2014, 9, 5, 9, 0, 30, TimeSpan.Zero));
        var failures = new FailuresFold(FrameRule.Usual).Next(FailuresSnapshot.Empty(database.Name), RecordedFailures.None, rows, RecordsNow.Empty(database.Name), rows.AsOf!.Value);

        Assert.NotEmpty(failures.Groups);
        Assert.All(failures.Groups, group => Assert.True(group.FailingNow));
        Assert.Equal(FailureClass.Code, failures.FailingWith("weekly-reports-partitions")!.Kind.Class);
    }

    [Fact]
    public async Task A_group_that_did_not_change_stays_the_same_object_and_nothing_new_is_the_same_snapshot()
    {
        await using var database = await Observing.NewAsync("crontabber-incident");
        var now = new DateTimeOffset(2014, 9, 5, 9, 0, 30, TimeSpan.Zero);
        var rows = await StandingsAsync(database, now);
        var fold = new FailuresFold(FrameRule.Usual);
        var first = fold.Next(FailuresSnapshot.Empty(database.Name), RecordedFailures.None, rows, RecordsNow.Empty(database.Name), now);
        Assert.Same(first, fold.Next(first, RecordedFailures.None, rows, RecordsNow.Empty(database.Name), now.AddMinutes(1)));

        var healed = rows with { Jobs = [.. rows.Jobs.Select(job => job.Job.Name == "adu-matview" ? job with { Job = job.Job with { LastError = null } } : job)] };
        var second = fold.Next(first, RecordedFailures.None, healed, RecordsNow.Empty(database.Name), now);
        Assert.Null(second.FailingWith("adu-matview"));
        Assert.Same(first.FailingWith("duplicates"), second.FailingWith("duplicates"));
    }

    [Fact]
    public async Task No_question_for_the_groups_scans_the_records()
    {
        await using var own = await OwnAsync();
        await using (var fill = own.Source.CreateCommand("""
            insert into dashboard.run_source (name) values ('test');
            insert into dashboard.run_record (source, log_time, id, outcome, job, fingerprint)
            select 1, '2014-01-01'::timestamptz + i * interval '1 minute', i, i % 20 / 19, 'job-' || i % 50, case when i % 20 = 19 then '1-' || lpad(to_hex(i % 100), 16, '0') end from generate_series(1, 200000) i;
            insert into dashboard.failure_group select 1, '1-' || lpad(to_hex(i), 16, '0'), 'T', 'p', '', 'Unknown', null, 'b', '2014-01-01', '2014-02-01', 1, 'j', '', '' from generate_series(1, 5000) i;
            analyze dashboard.run_record; analyze dashboard.failure_group
            """))
        {
            await fill.ExecuteNonQueryAsync(Stop);
        }

        foreach (var sql in (string[])[FailureQueries.GroupsSql, FailureQueries.OneSql, FailureQueries.CountsSql, FailureQueries.StreaksSql])
        {
            await using var command = own.Source.CreateCommand("explain (format json) " + sql
                .Replace("@source", "1", StringComparison.Ordinal).Replace("@most", "500", StringComparison.Ordinal).Replace("@jobs", "array['job-1']", StringComparison.Ordinal)
                .Replace("@fingerprints", "array['1-0000000000000001', '1-0000000000000013']", StringComparison.Ordinal).Replace("@week", "'2014-05-10'::timestamptz", StringComparison.Ordinal)
                .Replace("@hour", "'2014-05-16 23:00'::timestamptz", StringComparison.Ordinal).Replace("@day", "'2014-05-16'::timestamptz", StringComparison.Ordinal)
                .Replace("@now", "'2014-05-17'::timestamptz", StringComparison.Ordinal).Replace("@step", "21600", StringComparison.Ordinal));
            var plan = (string)(await command.ExecuteScalarAsync(Stop))!;
            TestContext.Current.TestOutputHelper?.WriteLine(plan);
            Assert.DoesNotContain("Seq Scan", plan, StringComparison.Ordinal);
        }
    }

    private static string[] Lines(FailuresSnapshot failures) =>
        [.. failures.Groups.Select(group => $"{(group.FailingNow ? "failing" : "recovered")} {group.Print.Type}: {group.Kind.Class} {group.LastHour}/{group.LastDay}/{group.LastWeek} {string.Join(", ", group.Jobs.Select(job => job.FailingNow ? $"{job.Name} x{job.Streak}" : job.Name))}")];

    private static async Task<FailuresSnapshot> OfAsync(string fixture, Flavour flavour, DateTimeOffset now)
    {
        await using var own = await OwnAsync();
        await using var database = await Observing.NewAsync(fixture, flavour);
        var store = new RunRecordStore(own);
        var walk = new RunWalk(database.Name, store, FrameRule.Usual, new RunOptions());
        await walk.BeginAsync(database.Source, database.Source.Capabilities.Log!, Stop);
        while (!walk.Done)
        {
            await walk.StepAsync(Stop);
        }

        var rows = await StandingsAsync(database, now);
        var fold = new FailuresFold(FrameRule.Usual);
        var recorded = await FailuresMonitor.ReadAsync(new FailureQueries(own, store), fold, rows, now, null, Stop);
        var records = new RunRecords(own, store);
        records.IsUpToNow(database.Name, true);
        var reach = await records.ReachAsync(database.Name, Stop);
        return fold.Next(FailuresSnapshot.Empty(database.Name), recorded, rows, new RecordsNow(database.Name, 1, reach, null), now);
    }

    private static async Task<OwnDatabase> OwnAsync()
    {
        var own = new OwnDatabase(await (await TestPostgres.SharedAsync()).NewDatabaseAsync());
        await own.MigrateAsync(Stop);
        return own;
    }

    private static async Task<StandingsSnapshot> StandingsAsync(Observing database, DateTimeOffset now)
    {
        var jobs = new SourceFeeds<JobsSnapshot>(JobsSnapshot.Empty);
        await new JobsMonitor(jobs, NullLogger<JobsMonitor>.Instance).ReadAsync(database.Source, SourceChange.Everything, Stop);
        return new StandingsSnapshot
        {
            Source = database.Name,
            Jobs = [.. jobs.Of(database.Name).Newest.Jobs.Select(job => new JobStanding(job, JobHistory.None, JobState.Waiting, "", null))],
            AsOf = now,
        };
    }
}
