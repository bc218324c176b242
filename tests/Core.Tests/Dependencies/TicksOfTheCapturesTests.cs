using Dashboard.Core.Dependencies;
using Dashboard.Core.Schedules;
using Dashboard.Core.Sources;
using Dashboard.Core.Verdicts;

namespace Dashboard.Core.Tests.Dependencies;

/// <summary>The tick at the moment of each capture, job by job, worked out by hand from what the real programs did there.</summary>
public sealed class TicksOfTheCapturesTests
{
    [Fact]
    public async Task In_the_incident_the_lock_of_ftpscraper_starves_everything_behind_it()
    {
        var (rows, runs) = await Captured.ReadAsync("crontabber-incident");
        var tick = TickRule.Next(Captured.Unasked, Captured.Book, rows, runs, Captured.IncidentNow);

        Assert.Equal(
            [
                "<b>&\"bold\"'</b>: NotDue",
                "bugzilla-associations: NotDue",
                "duplicates: NotDue",
                "fetch-adi-from-hive: NotDue",
                "ftpscraper: Locked",
                "modulelist: Starved, behind ftpscraper",
                "résumé-日本-☃: Starved, behind ftpscraper",
                "server-status: Starved, behind ftpscraper",
                "suspicious-crashes: Starved, behind ftpscraper",
                "weekly-reports-partitions: Starved, behind ftpscraper",
                Captured.Spaces + ": Starved, behind ftpscraper",
                "reports-clean: Starved, 'duplicates' errored last time it ran, behind ftpscraper",
                "wants-a-parent-nobody-configured: Starved, 'no-such-job' hasn't been run yet, behind ftpscraper",
                "adu-matview: Starved, 'reports-clean' hasn't recently run, behind ftpscraper",
                "build-adu-matview: Starved, 'reports-clean' hasn't recently run, behind ftpscraper",
                "product-versions-matview: Starved, 'reports-clean' hasn't recently run, behind ftpscraper",
                "signatures-matview: Starved, 'reports-clean' hasn't recently run, behind ftpscraper",
                "update-gccrashes: Starved, 'reports-clean' hasn't recently run, behind ftpscraper",
                "home-page-graph-matview: Starved, 'adu-matview' errored last time it ran, behind ftpscraper",
                "tcbs-matview: Starved, 'product-versions-matview' hasn't recently run, behind ftpscraper",
                "explosiveness-matview: Starved, 'tcbs-matview' hasn't recently run, behind ftpscraper",
                "android-devices-matview: Ghost",
            ],
            tick.Jobs.Select(Captured.Line));

        // Fifteen that are merely due, and update-gccrashes, which is a stuck lock itself.
        Assert.Equal(16, tick.Waiting("ftpscraper").Count);
        Assert.Equal(["ftpscraper"], tick.Ends);
        Assert.Equal(new DateTimeOffset(2014, 9, 5, 10, 0, 2, TimeSpan.Zero).AddMicroseconds(555191), tick.Find("modulelist")!.LockTakenOverFrom);
        Assert.Equal(["home-page-graph-matview", "adu-matview", "reports-clean", "duplicates"], tick.Chain("home-page-graph-matview"));
        Assert.Equal(("ftpscraper", "duplicates"), (tick.Find("home-page-graph-matview")!.Root, tick.Find("home-page-graph-matview")!.ParentRoot));
        Assert.Equal(["no-such-job"], tick.Missing);
        Assert.Equal(
            "Due since 2014-09-03 07:30Z. The tick ends at the lock of ftpscraper, taken at 2014-09-04 22:00Z, before it comes to this one;"
            + " crontabber takes it over from 2014-09-05 10:00Z. Even then: its parent adu-matview failed last time, so it is passed over."
            + " The cause is duplicates, which is tried again at 2014-09-05 09:05Z.",
            tick.Find("home-page-graph-matview")!.Because);
    }

    [Fact]
    public async Task An_hour_later_the_lock_is_taken_over_and_the_tick_does_what_the_real_one_did()
    {
        var (rows, runs) = await Captured.ReadAsync("crontabber-incident");

        // The first tick after the lock is twelve hours old, as the log of that morning has it.
        var tick = TickRule.Next(Captured.Unasked, Captured.Book, rows, runs, new DateTimeOffset(2014, 9, 5, 10, 5, 2, TimeSpan.Zero));

        Assert.Null(tick.EndsAt);
        Assert.Equal(
            ["bugzilla-associations", "duplicates", "ftpscraper", "modulelist", "résumé-日本-☃", "server-status", "suspicious-crashes", "weekly-reports-partitions", Captured.Spaces],
            tick.Jobs.Where(job => job is { Outcome: TickOutcome.Runs, After.Count: 0 } or { Outcome: TickOutcome.Runs, After: ["résumé-日本-☃"] }).Select(job => job.Name));

        // All that hangs on duplicates ran on one condition, which was not met: duplicates failed again.
        Assert.Equal(
            "Due since 2014-09-04 22:30Z. The next tick starts it after its parent duplicates, which failed last time, if that succeeds now.",
            tick.Find("reports-clean")!.Because);
        Assert.Equal(
            ["reports-clean", "adu-matview", "build-adu-matview", "product-versions-matview", "signatures-matview", "update-gccrashes", "home-page-graph-matview", "tcbs-matview", "explosiveness-matview"],
            tick.Jobs.Where(job => job.Outcome == TickOutcome.Runs && job.After.Any(parent => parent != "résumé-日本-☃")).Select(job => job.Name));
        Assert.Equal("wants-a-parent-nobody-configured: Blocked, 'no-such-job' hasn't been run yet", Captured.Line(tick.Find("wants-a-parent-nobody-configured")!));
    }

    [Fact]
    public async Task On_the_healthy_day_one_job_is_about_to_be_due_and_nothing_is_in_the_way()
    {
        var (rows, runs) = await Captured.ReadAsync("crontabber-healthy");
        var tick = TickRule.Next(Captured.Unasked, Captured.HealthyBook, rows, runs, Captured.HealthyNow);

        Assert.Equal(16, tick.Jobs.Count);
        Assert.All(tick.Jobs, job => Assert.Equal(TickOutcome.NotDue, job.Outcome));
        Assert.Null(tick.EndsAt);
        Assert.Equal(rows.Jobs.Single(row => row.Name == "server-status").NextRun, tick.Until);

        var later = TickRule.Next(tick, Captured.HealthyBook, rows, runs, tick.Until.AddTicks(1));
        Assert.Equal(["server-status"], later.Jobs.Where(job => job.Outcome == TickOutcome.Runs).Select(job => job.Name));
        Assert.All(later.Jobs.Where(job => job.Outcome == TickOutcome.NotDue), job => Assert.Same(tick.Find(job.Name), job));
    }

    [Fact]
    public async Task Socorros_lock_is_in_nobodys_way_but_its_own()
    {
        var (rows, runs) = await Captured.ReadAsync("socorro-cron-incident", Flavour.Socorro);
        var tick = TickRule.Next(Captured.Unasked, ScheduleBook.Empty("test") with { Settings = SchedulerSettings.Socorro }, rows, runs, Captured.SocorroNow);

        Assert.Equal(
            [
                "archivescraper: Locked", "auditgroups: NotDue", "bugassociations: NotDue", "cleanse_cronlog: NotDue", "clearsessions: NotDue", "crontest: NotDue",
                "esclean: NotDue", "update_graphics_pci: NotDue", "updatemissing: NotDue", "updatesignatures: NotDue", "verifyprocessed: NotDue",
            ],
            tick.Jobs.Select(Captured.Line));
        Assert.Null(tick.EndsAt);
    }

    [Fact]
    public async Task Without_a_configuration_the_rows_tell_what_they_can()
    {
        var (rows, runs) = await Captured.ReadAsync("crontabber-incident");
        var tick = TickRule.Next(Captured.Unasked, ScheduleBook.Empty("test"), rows, runs, Captured.IncidentNow);

        Assert.Equal(rows.Jobs.Count, tick.Jobs.Count);
        Assert.Equal("ftpscraper", tick.EndsAt);
        Assert.Equal(TickOutcome.Runs, tick.Find("android-devices-matview")!.Outcome);
        Assert.Equal(14, tick.Waiting("ftpscraper").Count);
    }

    [Fact]
    public async Task Standings_say_who_is_blocked_by_whom()
    {
        var (rows, runs) = await Captured.ReadAsync("crontabber-incident");
        var tick = TickRule.Next(Captured.Unasked, Captured.Book, rows, runs, Captured.IncidentNow);
        var standings = StandingsFold.Next(StandingsSnapshot.Empty("test"), tick, runs, Captured.IncidentNow);

        Assert.Equal(
            [
                "<b>&\"bold\"'</b>: Waiting",
                Captured.Spaces + ": Blocked",
                "adu-matview: Failing",
                "android-devices-matview: Ghost",
                "bugzilla-associations: Failing",
                "build-adu-matview: Blocked",
                "duplicates: Failing",
                "explosiveness-matview: Blocked",
                "fetch-adi-from-hive: Waiting",
                "ftpscraper: StuckLock",
                "home-page-graph-matview: Blocked",
                "product-versions-matview: Blocked",
                "reports-clean: Blocked",
                "résumé-日本-☃: Blocked",
                "server-status: Blocked",
                "signatures-matview: Blocked",
                "suspicious-crashes: Failing",
                "tcbs-matview: Blocked",
                "update-gccrashes: StuckLock",
                "weekly-reports-partitions: Failing",
            ],
            standings.Jobs.Select(standing => $"{standing.Job.Name}: {standing.State}"));
        Assert.EndsWith("Until the scheduler itself takes it over, from 2014-09-05 10:00Z, every tick ends here.", standings.Find("ftpscraper")!.Because, StringComparison.Ordinal);
        Assert.StartsWith("Its last 254 runs failed. Due since 2014-09-04 22:00Z. The tick ends at the lock of ftpscraper", standings.Find("adu-matview")!.Because, StringComparison.Ordinal);
    }
}
