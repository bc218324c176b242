using System.Globalization;
using Dashboard.Core.Backfill;
using Dashboard.Core.Dependencies;
using Dashboard.Core.Sources;

namespace Dashboard.Core.Tests.Backfill;

public sealed class BacklogsOfTheCapturesTests
{
    [Fact]
    public async Task Every_backfill_job_of_the_incident_owes_what_it_owed_that_morning()
    {
        var backlogs = (await CapturedBacklogs.ReadAsync("crontabber-incident")).Fold(CapturedBacklogs.Incident);

        Assert.Equal(
            [
                "adu-matview: Failing, 3: 09-03 07:30:00 to 09-05 07:30:00, fails at 09-03 07:30:00",
                "build-adu-matview: Behind, 1: 09-05 07:30:00 to 09-05 07:30:00",
                "duplicates: Failing, 2: 09-05 08:00:10 to 09-05 09:00:10, fails at 09-05 08:00:10",
                "explosiveness-matview: Behind, 3: 09-03 07:30:00 to 09-05 07:30:00",
                "fetch-adi-from-hive: Nothing, 0",
                "ftpscraper: Stuck, 13: 09-04 21:00:23 to 09-05 09:00:23",
                "home-page-graph-matview: Behind, 3: 09-03 07:30:00 to 09-05 07:30:00",
                "reports-clean: Behind, 11: 09-04 22:01:47 to 09-05 08:01:47",
                "signatures-matview: Behind, 1: 09-05 05:00:00 to 09-05 05:00:00",
                "suspicious-crashes: Failing, 3: 09-03 00:01:17 to 09-05 00:01:17, fails at 09-03 00:01:17",
                "tcbs-matview: Behind, 1: 09-05 05:00:00 to 09-05 05:00:00",
                "update-gccrashes: FirstRun, 0",
            ],
            backlogs.Jobs.Select(Said));
        Assert.Equal(6, backlogs.Plain);
        Assert.Equal(
            "Not before the slot 2014-09-03 07:30Z stops failing: 254 failures in a row; it is tried every 9.5 min, the median of 59 distances between tries.",
            backlogs.Find("adu-matview")!.Eta!.Because);
        Assert.Equal("11 slots, 26.6 s each, the median of 60 runs, from the next tick on.", backlogs.Find("reports-clean")!.Eta!.Because);
    }

    [Fact]
    public async Task On_the_healthy_day_nothing_is_owed()
    {
        var backlogs = (await CapturedBacklogs.ReadAsync("crontabber-healthy")).Fold(new DateTimeOffset(2014, 8, 31, 12, 20, 0, TimeSpan.Zero));

        Assert.All(backlogs.Jobs, backlog => Assert.Equal(0, backlog.Owed.Count));
    }

    [Fact]
    public async Task What_is_starved_is_done_once_crontabber_takes_the_lock_in_the_way_over()
    {
        var free = new DateTimeOffset(2014, 9, 5, 10, 0, 2, TimeSpan.Zero);
        var capture = await CapturedBacklogs.ReadAsync("crontabber-incident");
        var starved = new JobTick("reports-clean", TickOutcome.Starved, "The tick ends at the lock of ftpscraper.") { StarvedBy = "ftpscraper", LockTakenOverFrom = free };

        var backlog = BacklogRule.For(capture.Facts("reports-clean", starved), CapturedBacklogs.Incident);

        Assert.Equal((BacklogState.Blocked, "The tick ends at the lock of ftpscraper."), (backlog.State, backlog.Because));
        Assert.InRange(backlog.Eta!.At!.Value, free.AddMinutes(4), free.AddMinutes(6));
        Assert.Contains("takes the lock of ftpscraper over, from 2014-09-05 10:00Z on", backlog.Eta.Because, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Socorros_scheduler_lost_the_slots_it_failed_for()
    {
        var backlogs = (await CapturedBacklogs.ReadAsync("socorro-cron-incident", Flavour.Socorro)).Fold(new DateTimeOffset(2026, 11, 15, 13, 30, 30, TimeSpan.Zero));

        Assert.Equal(["11-12 04:00:00", "11-13 04:00:00", "11-14 04:00:00"], backlogs.Find("verifyprocessed")!.Lost.Select(At));
        Assert.Equal(0, backlogs.Find("verifyprocessed")!.Owed.Count);
        Assert.Equal("11-15 13:00:02", At(backlogs.Find("updatesignatures")!.Lost[^1]));
        Assert.Null(backlogs.Find("updatesignatures")!.FailingSlot);
        Assert.Null(backlogs.Find("auditgroups"));
    }

    [Fact]
    public async Task A_catch_up_is_seen_slot_by_slot_in_the_log_while_the_row_stays_as_it_was()
    {
        await using var database = await Observing.NewAsync("crontabber-incident");
        await database.ExecuteAsync(
            """
            delete from crontabber_log where id > 2179;
            update crontabber set ongoing = '2014-09-04 06:00:02.5+00', next_run = '2014-09-04 05:55:02+00', last_run = '2014-09-04 05:50:03+00',
                last_success = '2014-08-31 07:00:00+00', error_count = 461, last_error = '{"type": "NoRowsWritten", "value": "", "traceback": ""}'
             where app_name = 'fetch-adi-from-hive'
            """);
        var capture = await CapturedBacklogs.ReadAsync(database);

        var backlog = BacklogRule.For(capture.Facts("fetch-adi-from-hive"), new DateTimeOffset(2014, 9, 4, 6, 13, 0, TimeSpan.Zero));

        Assert.Equal(BacklogState.CatchingUp, backlog.State);
        Assert.Equal((3L, 2L), (backlog.Progress!.Planned.Count, backlog.Progress.Done));
        Assert.Equal("fetch-adi-from-hive: CatchingUp, 1: 09-03 07:00:00 to 09-03 07:00:00", Said(backlog));
        Assert.Null(backlog.FailingSlot);
    }

    [Fact]
    public async Task A_job_that_heals_before_its_time_of_day_owes_that_days_slot_until_the_next()
    {
        await using var database = await Observing.NewAsync("crontabber-incident");
        await database.ExecuteAsync(
            """
            delete from crontabber_log where id > 2180;
            update crontabber set next_run = '2014-09-05 07:00:00+00', last_run = '2014-09-04 06:00:02+00', last_success = '2014-09-03 07:00:00+00'
             where app_name = 'fetch-adi-from-hive'
            """);
        var capture = await CapturedBacklogs.ReadAsync(database);

        var before = BacklogRule.For(capture.Facts("fetch-adi-from-hive"), new DateTimeOffset(2014, 9, 4, 6, 59, 0, TimeSpan.Zero));
        var after = BacklogRule.For(capture.Facts("fetch-adi-from-hive"), new DateTimeOffset(2014, 9, 4, 7, 1, 0, TimeSpan.Zero));

        Assert.Equal("fetch-adi-from-hive: Nothing, 0", Said(before));
        Assert.Equal("fetch-adi-from-hive: Behind, 1: 09-04 07:00:00 to 09-04 07:00:00", Said(after));
        Assert.Equal(2, after.Next!.Slots.Count);
    }

    [Fact]
    public async Task Backlogs_that_did_not_change_stay_the_same_objects_and_nothing_is_reckoned_before_the_clock_can_change_it()
    {
        var capture = await CapturedBacklogs.ReadAsync("crontabber-incident");
        var (fold, inputs) = (new BacklogFold(), new BacklogInputs(capture.Book, capture.Rows, capture.Runs, TickSnapshot.Empty("test")));
        var first = fold.Next(BacklogSnapshot.Empty("test"), inputs, CapturedBacklogs.Incident);
        var until = fold.Until;

        Assert.InRange(until, CapturedBacklogs.Incident, CapturedBacklogs.Incident.AddMinutes(2));
        Assert.Same(first, fold.Next(first, inputs, until));

        // The next slot of reports-clean has come.
        var second = fold.Next(first, inputs, new DateTimeOffset(2014, 9, 5, 9, 2, 0, TimeSpan.Zero));
        Assert.Equal(12, second.Find("reports-clean")!.Owed.Count);
        Assert.Equal(["reports-clean"], second.Jobs.Except(first.Jobs).Select(backlog => backlog.Job));
    }

    private static string Said(Backlog backlog)
    {
        var owed = backlog.Owed;
        return string.Create(CultureInfo.InvariantCulture, $"{backlog.Job}: {backlog.State}, {owed.Count}")
            + (owed.Count == 0 ? "" : $": {At(owed.First)} to {At(owed.Last!.Value)}")
            + (backlog.FailingSlot is { } slot ? $", fails at {At(slot)}" : "");
    }

    private static string At(DateTimeOffset moment) => moment.ToString("MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
