using Dashboard.Core.Backfill;
using Dashboard.Core.Dependencies;
using Dashboard.Core.Feeds;
using Dashboard.Core.Jobs;
using Dashboard.Core.Runs;
using Dashboard.Core.Schedules;
using Dashboard.Core.Sources;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Dashboard.Core.Tests.Backfill;

/// <summary>A capture of the real programs with what its configuration says, as the Backfill room sees it.</summary>
internal sealed record CapturedBacklogs(JobsSnapshot Rows, RunsSnapshot Runs, ScheduleBook Book)
{
    public static readonly DateTimeOffset Incident = new(2014, 9, 5, 9, 0, 30, TimeSpan.Zero);

    // crontabber.ini and the classes behind it: those above the line make up for missed slots.
    private static readonly (string Name, string Frequency, string? Time, bool Backfills)[] Configured =
    [
        ("signatures-matview", "1d", "05:00", true),
        ("tcbs-matview", "1d", "05:00", true),
        ("adu-matview", "1d", "07:30", true),
        ("fetch-adi-from-hive", "1d", "07:00", true),
        ("duplicates", "1h", null, true),
        ("reports-clean", "1h", null, true),
        ("build-adu-matview", "1d", "07:30", true),
        ("home-page-graph-matview", "1d", "07:30", true),
        ("explosiveness-matview", "1d", "07:30", true),
        ("ftpscraper", "1h", null, true),
        ("suspicious-crashes", "1d", null, true),
        ("update-gccrashes", "1d", null, true),
        ("weekly-reports-partitions", "7d", null, false),
        ("product-versions-matview", "1d", "05:00", false),
        ("android-devices-matview", "1d", "05:00", false),
        ("bugzilla-associations", "1h", null, false),
        ("server-status", "15m", null, false),
        ("modulelist", "1d", "08:00", false),
    ];

    private static readonly (string Name, string Frequency, string? Time, bool Backfills)[] Socorro =
        [("verifyprocessed", "1d", "04:00", true), ("updatesignatures", "1h", null, true), ("auditgroups", "1d", "05:00", false)];

    public static async Task<CapturedBacklogs> ReadAsync(string fixture, Flavour flavour = Flavour.Crontabber)
    {
        await using var database = await Observing.NewAsync(fixture, flavour);
        return await ReadAsync(database);
    }

    public static async Task<CapturedBacklogs> ReadAsync(Observing database)
    {
        var flavour = database.Source.Capabilities.Flavour;
        var (jobs, runs, clock) = (new SourceFeeds<JobsSnapshot>(JobsSnapshot.Empty), new SourceFeeds<RunsSnapshot>(RunsSnapshot.Empty), new FakeTimeProvider());
        await new JobsMonitor(jobs, NullLogger<JobsMonitor>.Instance).ReadAsync(database.Source, SourceChange.Everything, TestContext.Current.CancellationToken);
        await new RunsMonitor(runs, jobs, new RunHistories(clock), Options.Create(new RunOptions()), clock, NullLogger<RunsMonitor>.Instance)
            .ReadAsync(database.Source, SourceChange.Everything, TestContext.Current.CancellationToken);
        var book = ScheduleBook.Empty(database.Name) with
        {
            Jobs = [.. (flavour == Flavour.Socorro ? Socorro : Configured).Select(job => Define(job.Name, job.Frequency, job.Time, job.Backfills, flavour))],
            IsConfigured = true,
            Settings = SchedulerSettings.For(flavour),
        };
        return new CapturedBacklogs(jobs.Of(database.Name).Newest, runs.Of(database.Name).Newest, book);
    }

    public static JobDefinition Define(string name, string frequency, string? time, bool backfills, Flavour flavour = Flavour.Crontabber) => new()
    {
        Name = name,
        Schedule = new Schedule(frequency, time, backfills, flavour),
        CadenceKnown = Knowledge.Configured,
        BackfillsKnown = Knowledge.Configured,
    };

    public BacklogFacts Facts(string name, JobTick? tick = null) =>
        new(Book.Find(name)!, Rows.Jobs.FirstOrDefault(row => row.Name == name), Runs.Of(name), tick) { HistorySince = Runs.Whole ? null : Runs.Since };

    public BacklogSnapshot Fold(DateTimeOffset now, TickSnapshot? tick = null) =>
        new BacklogFold().Next(BacklogSnapshot.Empty("test"), new BacklogInputs(Book, Rows, Runs, tick ?? TickSnapshot.Empty("test")), now);
}
