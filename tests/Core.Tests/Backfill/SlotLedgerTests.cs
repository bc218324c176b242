using System.Globalization;
using Dashboard.Core.Backfill;
using Dashboard.Core.Jobs;
using Dashboard.Core.Runs;
using Dashboard.Core.Sources;

namespace Dashboard.Core.Tests.Backfill;

public sealed class SlotLedgerTests
{
    [Fact]
    public async Task The_days_of_a_job_that_failed_and_caught_up_are_done_and_remember_their_failures()
    {
        var capture = await CapturedBacklogs.ReadAsync("crontabber-incident");
        var ledger = Ledger(capture, "fetch-adi-from-hive", CapturedBacklogs.Incident, await AllRunsAsync("crontabber-incident", "fetch-adi-from-hive"));

        Assert.Equal(
            [
                "08-27 07:00 BeforeFirst", "08-28 07:00 Done", "08-29 07:00 Done", "08-30 07:00 Done", "08-31 07:00 Done", "09-01 07:00 Done after 461 failures",
                "09-02 07:00 Done", "09-03 07:00 Done", "09-04 07:00 Done", "09-05 07:00 Done", "09-06 07:00 NotYet",
            ],
            Said(ledger, new(2014, 8, 27, 0, 0, 0, TimeSpan.Zero), new(2014, 9, 6, 23, 0, 0, TimeSpan.Zero)));
    }

    [Fact]
    public async Task The_first_owed_day_of_a_failing_job_failed_and_the_others_are_owed()
    {
        var capture = await CapturedBacklogs.ReadAsync("crontabber-incident");
        var ledger = Ledger(capture, "adu-matview", CapturedBacklogs.Incident, await AllRunsAsync("crontabber-incident", "adu-matview"));

        Assert.Equal(
            ["09-02 07:30 Done", "09-03 07:30 Failed after 254 failures", "09-04 07:30 Owed", "09-05 07:30 Owed", "09-06 07:30 NotYet"],
            Said(ledger, new(2014, 9, 2, 0, 0, 0, TimeSpan.Zero), new(2014, 9, 6, 23, 0, 0, TimeSpan.Zero)));
    }

    [Fact]
    public async Task The_three_days_that_Socorro_lost_are_lost()
    {
        var now = new DateTimeOffset(2026, 11, 15, 13, 30, 30, TimeSpan.Zero);
        var capture = await CapturedBacklogs.ReadAsync("socorro-cron-incident", Flavour.Socorro);
        var ledger = Ledger(capture, "verifyprocessed", now, KnownRuns.Recent(capture.Runs.Of("verifyprocessed"), capture.Runs.Since));

        Assert.Equal(
            [
                "11-10 04:00 Done", "11-11 04:00 Done", "11-12 04:00 Lost after 1 failures", "11-13 04:00 Lost after 1 failures", "11-14 04:00 Lost after 1 failures",
                "11-15 04:00 Done", "11-16 04:00 NotYet",
            ],
            Said(ledger, new(2026, 11, 10, 0, 0, 0, TimeSpan.Zero), new(2026, 11, 16, 23, 0, 0, TimeSpan.Zero)));
    }

    [Fact]
    public async Task The_slot_that_a_catch_up_is_at_is_running_and_those_of_an_earlier_killed_run_are_repeated()
    {
        await using var database = await Observing.NewAsync();
        await database.ExecuteAsync(
            """
            insert into crontabber (app_name, next_run, first_run, last_run, last_success, ongoing, error_count, depends_on, last_error)
            values ('signatures-matview', '2014-09-04 05:00+00', '2014-08-28 05:00+00', '2014-08-31 05:00+00', '2014-08-31 05:00+00', '2014-09-04 05:10+00', 0, '{}', '{}');
            insert into crontabber_log (app_name, log_time, duration, success) values
                ('signatures-matview', '2014-08-31 05:01+00', '1 minute', '2014-08-31 05:00+00'),
                ('signatures-matview', '2014-09-04 05:01+00', '1 minute', '2014-09-01 05:00+00'),
                ('signatures-matview', '2014-09-04 05:02+00', '1 minute', '2014-09-02 05:00+00'),
                ('signatures-matview', '2014-09-04 05:11+00', '1 minute', '2014-09-01 05:00+00')
            """);
        var capture = await CapturedBacklogs.ReadAsync(database);
        var ledger = Ledger(capture, "signatures-matview", new(2014, 9, 4, 5, 11, 30, TimeSpan.Zero), KnownRuns.Recent(capture.Runs.Of("signatures-matview"), capture.Runs.Since));

        Assert.Equal(
            ["08-31 05:00 Done", "09-01 05:00 Repeated", "09-02 05:00 Running", "09-03 05:00 Owed", "09-04 05:00 Owed", "09-05 05:00 NotYet"],
            Said(ledger, new(2014, 8, 31, 0, 0, 0, TimeSpan.Zero), new(2014, 9, 5, 23, 0, 0, TimeSpan.Zero)));
        Assert.Equal(1, BacklogRule.For(capture.Facts("signatures-matview"), ledger.Now).Progress!.Done);
    }

    [Fact]
    public void A_hole_in_the_past_is_missing_and_what_lies_before_the_records_is_not_recorded()
    {
        var now = new DateTimeOffset(2014, 9, 5, 9, 0, 0, TimeSpan.Zero);
        var row = new Job { Name = "job", FirstRun = now.AddDays(-30), LastSuccess = new(2014, 9, 5, 5, 0, 0, TimeSpan.Zero), NextRun = new(2014, 9, 6, 5, 0, 0, TimeSpan.Zero) };
        var facts = new BacklogFacts(CapturedBacklogs.Define("job", "1d", "05:00", backfills: true), row, JobHistory.None, null);
        var known = new KnownRuns([new SlotRun(7, now.AddDays(-3), TimeSpan.FromMinutes(1), new(2014, 9, 2, 5, 0, 0, TimeSpan.Zero), Failed: false, null)], new(2014, 9, 2, 0, 0, 0, TimeSpan.Zero));

        Assert.Equal(
            ["09-01 05:00 NotRecorded", "09-02 05:00 Done", "09-03 05:00 Missing", "09-04 05:00 Missing", "09-05 05:00 Done", "09-06 05:00 NotYet"],
            Said(SlotLedger.For(facts, known, now).Value, new(2014, 9, 1, 0, 0, 0, TimeSpan.Zero), new(2014, 9, 6, 5, 0, 0, TimeSpan.Zero)));
    }

    [Fact]
    public async Task A_job_that_does_not_backfill_is_shown_by_its_intervals()
    {
        var capture = await CapturedBacklogs.ReadAsync("crontabber-healthy");
        var ledger = Ledger(capture, "bugzilla-associations", new(2014, 8, 31, 12, 20, 0, TimeSpan.Zero), KnownRuns.Recent(capture.Runs.Of("bugzilla-associations"), capture.Runs.Since));

        Assert.Equal(
            ["08-31 10:00 Done", "08-31 11:00 Done", "08-31 12:00 NotYet", "08-31 13:00 NotYet"],
            Said(ledger, new(2014, 8, 31, 10, 0, 0, TimeSpan.Zero), new(2014, 8, 31, 13, 0, 0, TimeSpan.Zero)));
    }

    private static SlotLedger Ledger(CapturedBacklogs capture, string job, DateTimeOffset now, KnownRuns known) => SlotLedger.For(capture.Facts(job), known, now).Value;

    private static IEnumerable<string> Said(SlotLedger ledger, DateTimeOffset from, DateTimeOffset until) => ledger.In(ledger.Grid.Between(from, until)).Select(cell =>
        string.Create(CultureInfo.InvariantCulture, $"{cell.Slot:MM-dd HH:mm} {cell.State}{(cell.Failures > 0 ? $" after {cell.Failures} failures" : "")}"));

    // As the dashboard's own records would give them.
    private static async Task<KnownRuns> AllRunsAsync(string fixture, string job)
    {
        await using var database = await Observing.NewAsync(fixture);
        await using var command = database.Source.Database.CreateCommand("select id, log_time, duration, success, exc_type from crontabber_log where app_name = $1 order by id");
        command.Parameters.AddWithValue(job);
        await using var row = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        List<SlotRun> runs = [];
        while (await row.ReadAsync(TestContext.Current.CancellationToken))
        {
            runs.Add(new SlotRun(
                row.GetInt32(0),
                row.GetFieldValue<DateTimeOffset>(1),
                row.GetTimeSpan(2),
                await row.IsDBNullAsync(3, TestContext.Current.CancellationToken) ? null : row.GetFieldValue<DateTimeOffset>(3),
                !await row.IsDBNullAsync(4, TestContext.Current.CancellationToken),
                null));
        }

        return new KnownRuns(runs, runs[0].Ended.AddDays(-1));
    }
}
