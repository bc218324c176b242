using Dashboard.Core.Dependencies;
using Dashboard.Core.Feeds;
using Dashboard.Core.Jobs;
using Dashboard.Core.Runs;
using Dashboard.Core.Schedules;
using Dashboard.Core.Sources;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Dashboard.Core.Tests.Dependencies;

/// <summary>The captured databases with the configuration they were made by, as a tick finds them.</summary>
internal static class Captured
{
    public static readonly DateTimeOffset IncidentNow = new(2014, 9, 5, 9, 0, 30, TimeSpan.Zero);
    public static readonly DateTimeOffset HealthyNow = new(2014, 8, 31, 12, 20, 0, TimeSpan.Zero);
    public static readonly DateTimeOffset SocorroNow = new(2026, 11, 15, 13, 30, 30, TimeSpan.Zero);

    public const string Spaces = "O'Reilly; DROP TABLE crontabber;-- 100%\t\\{a,b}";

    /// <summary>The jobs of crontabber.ini in its order, by the names --list-jobs gives them, with the parents their classes name.</summary>
    public static ScheduleBook Book { get; } = BookOf(
    [
        Job("weekly-reports-partitions", "7d"),
        Job("product-versions-matview", "1d", "05:00", "reports-clean"),
        Job("signatures-matview", "1d", "05:00", "reports-clean"),
        Job("tcbs-matview", "1d", "05:00", "product-versions-matview", "signatures-matview", "reports-clean"),
        Job("adu-matview", "1d", "07:30", "reports-clean"),
        Job("fetch-adi-from-hive", "1d", "07:00"),
        Job("duplicates", "1h"),
        Job("reports-clean", "1h", null, "duplicates"),
        Job("bugzilla-associations", "1h"),
        Job("build-adu-matview", "1d", "07:30", "reports-clean"),
        Job("home-page-graph-matview", "1d", "07:30", "adu-matview", "reports-clean"),
        Job("explosiveness-matview", "1d", "07:30", "tcbs-matview", "adu-matview", "reports-clean"),
        Job("ftpscraper", "1h"),
        Job("suspicious-crashes", "1d"),
        Job("server-status", "15m"),
        Job("modulelist", "1d", "08:00"),
        Job("<b>&\"bold\"'</b>", "1d"),
        Job("résumé-日本-☃", "1d", "03:30"),
        Job(Spaces, "12h", null, "résumé-日本-☃"),
        Job("wants-a-parent-nobody-configured", "1h", null, "no-such-job"),
        Job("update-gccrashes", "1d", null, "reports-clean"),
    ]);

    /// <summary>The healthy day was before the odd ones were configured; one job of it is a ghost later.</summary>
    public static ScheduleBook HealthyBook { get; } = BookOf(
    [
        .. Book.Jobs.Where(job => job.Name is not ("modulelist" or "<b>&\"bold\"'</b>" or "résumé-日本-☃" or Spaces or "wants-a-parent-nobody-configured" or "update-gccrashes")),
        Job("android-devices-matview", "1d", "05:00"),
    ]);

    public static ScheduleBook BookOf(IReadOnlyList<JobDefinition> jobs) =>
        new() { Source = "test", Jobs = jobs, IsConfigured = true, AsOf = IncidentNow };

    public static JobDefinition Job(string name, string frequency = "1h", string? time = null, params string[] parents) => new()
    {
        Name = name,
        Schedule = new Schedule(frequency, time, Backfills: false),
        CadenceKnown = Knowledge.Configured,
        DependsOn = parents,
    };

    /// <summary>A row as the experiments printed them.</summary>
    public static Job Row(string name, DateTimeOffset? nextRun, DateTimeOffset? ongoing = null, params string[] parents) =>
        new() { Name = name, NextRun = nextRun, Ongoing = ongoing, DependsOn = parents };

    public static JobsSnapshot Rows(params IEnumerable<Job> rows) =>
        JobsSnapshot.Empty("test") with { Jobs = [.. rows.OrderBy(row => row.Name, CodePointOrder.Instance)], AsOf = IncidentNow };

    public static TickSnapshot Tick(ScheduleBook book, DateTimeOffset now, params IEnumerable<Job> rows) =>
        TickRule.Next(TickSnapshot.Empty("test"), book, Rows(rows), RunsSnapshot.Empty("test"), now);

    public static TickSnapshot Tick(ScheduleBook book, DateTimeOffset now, TickRunner runner, params IEnumerable<Job> rows) =>
        TickRule.Next(TickSnapshot.Empty("test"), book, Rows(rows), RunsSnapshot.Empty("test"), now, runner);

    /// <summary>The rows and runs of a captured database.</summary>
    public static async Task<(JobsSnapshot Rows, RunsSnapshot Runs)> ReadAsync(string fixture, Flavour flavour = Flavour.Crontabber)
    {
        await using var database = await Observing.NewAsync(fixture, flavour);
        var (jobs, runs, clock) = (new SourceFeeds<JobsSnapshot>(JobsSnapshot.Empty), new SourceFeeds<RunsSnapshot>(RunsSnapshot.Empty), new FakeTimeProvider());
        await new JobsMonitor(jobs, NullLogger<JobsMonitor>.Instance).ReadAsync(database.Source, SourceChange.Everything, TestContext.Current.CancellationToken);
        await new RunsMonitor(runs, jobs, new RunHistories(clock), Options.Create(new RunOptions()), clock, NullLogger<RunsMonitor>.Instance)
            .ReadAsync(database.Source, SourceChange.Everything, TestContext.Current.CancellationToken);
        return (jobs.Of(database.Name).Newest, runs.Of(database.Name).Newest);
    }

    public static TickSnapshot Unasked { get; } = TickSnapshot.Empty("test");

    public static string Line(JobTick job) =>
        $"{job.Name}: {job.Outcome}{(job.Parent is { } parent ? $", {parent.Reason}" : "")}{(job.StarvedBy is { } by ? $", behind {by}" : "")}";
}
