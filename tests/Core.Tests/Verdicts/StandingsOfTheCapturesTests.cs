using Dashboard.Core.Dependencies;
using Dashboard.Core.Feeds;
using Dashboard.Core.Jobs;
using Dashboard.Core.Runs;
using Dashboard.Core.Schedules;
using Dashboard.Core.Sources;
using Dashboard.Core.Verdicts;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Dashboard.Core.Tests.Verdicts;

public sealed class StandingsOfTheCapturesTests
{
    [Fact]
    public async Task Every_job_of_the_incident_stands_where_it_stood_that_morning()
    {
        var standings = await AsOfAsync("crontabber-incident", Flavour.Crontabber, new DateTimeOffset(2014, 9, 5, 9, 0, 30, TimeSpan.Zero));

        Assert.Equal(
            [
                "<b>&\"bold\"'</b>: Waiting",
                "O'Reilly; DROP TABLE crontabber;-- 100%\t\\{a,b}: Blocked",
                "adu-matview: Failing",
                "android-devices-matview: Overdue",
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
        Assert.StartsWith("Locked since 2014-09-04 22:00Z. Its runs last ", standings.Find("ftpscraper")!.Because, StringComparison.Ordinal);
        Assert.Equal(
            "Locked since 2014-09-04 21:40Z. No earlier run is known; the process that took the lock is most likely gone."
            + " It is its first run: clear the lock by deleting the row, for without a next run it would never start again.",
            standings.Find("update-gccrashes")!.Because);
        const string Lock = "The tick ends at the lock of ftpscraper, taken at 2014-09-04 22:00Z, before it comes to this one; crontabber takes it over from 2014-09-05 10:00Z.";
        Assert.Equal(
            $"Its last 254 runs failed. Due since 2014-09-04 22:00Z. {Lock} Even then: its parent reports-clean is past its own time and has not run, so it is passed over."
            + " The cause is duplicates, which is tried again at 2014-09-05 09:05Z.",
            standings.Find("adu-matview")!.Because);
        Assert.Equal($"Due since 2014-09-04 22:10Z. {Lock}", standings.Find("server-status")!.Because);
        Assert.Equal("Its last 4 runs failed. The next try is due at 2014-09-05 09:05Z.", standings.Find("bugzilla-associations")!.Because);
    }

    [Fact]
    public async Task On_the_healthy_day_nothing_stands_out()
    {
        var standings = await AsOfAsync("crontabber-healthy", Flavour.Crontabber, new DateTimeOffset(2014, 8, 31, 12, 20, 0, TimeSpan.Zero));

        Assert.Equal(16, standings.Jobs.Count);
        Assert.All(standings.Jobs, standing => Assert.True(standing.State is JobState.Waiting or JobState.Due, $"{standing.Job.Name}: {standing.State}, {standing.Because}"));
    }

    [Fact]
    public async Task Socorros_morning_shows_three_failing_jobs_and_a_lock()
    {
        var standings = await AsOfAsync("socorro-cron-incident", Flavour.Socorro, new DateTimeOffset(2026, 11, 15, 13, 30, 30, TimeSpan.Zero));

        Assert.Equal(
            [
                "archivescraper: StuckLock", "auditgroups: Failing", "bugassociations: Waiting", "cleanse_cronlog: Waiting", "clearsessions: Waiting",
                "crontest: Waiting", "esclean: Waiting", "update_graphics_pci: Waiting", "updatemissing: Failing", "updatesignatures: Failing", "verifyprocessed: Waiting",
            ],
            standings.Jobs.Select(standing => $"{standing.Job.Name}: {standing.State}"));
    }

    private static async Task<StandingsSnapshot> AsOfAsync(string fixture, Flavour flavour, DateTimeOffset now)
    {
        await using var database = await Observing.NewAsync(fixture, flavour);
        var (jobs, runs, clock) = (new SourceFeeds<JobsSnapshot>(JobsSnapshot.Empty), new SourceFeeds<RunsSnapshot>(RunsSnapshot.Empty), new FakeTimeProvider());
        await new JobsMonitor(jobs, NullLogger<JobsMonitor>.Instance).ReadAsync(database.Source, SourceChange.Everything, TestContext.Current.CancellationToken);
        await new RunsMonitor(runs, jobs, new RunHistories(clock), Options.Create(new RunOptions()), clock, NullLogger<RunsMonitor>.Instance)
            .ReadAsync(database.Source, SourceChange.Everything, TestContext.Current.CancellationToken);
        var (rows, log) = (jobs.Of(database.Name).Newest, runs.Of(database.Name).Newest);
        var book = ScheduleBook.Empty(database.Name) with { Settings = SchedulerSettings.For(flavour) };
        return StandingsFold.Next(StandingsSnapshot.Empty(database.Name), TickRule.Next(TickSnapshot.Empty(database.Name), book, rows, log, now), log, now);
    }
}
