using Dashboard.Core.Database.Embedded;
using Dashboard.Core.Pings;
using Dashboard.Core.Verdicts;
using Microsoft.Extensions.DependencyInjection;

namespace Dashboard.Browser.Tests;

/// <summary>A dashboard over what a first start shows: the captured bad morning with its times moved to now.</summary>
public sealed class DemoDashboard : IAsyncLifetime
{
    private DirectoryInfo? folder;

    /// <summary>It.</summary>
    public RunningDashboard Dashboard { get; private set; } = null!;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        var database = await (await TestPostgres.SharedAsync()).NewDatabaseAsync();
        await DemoDatabase.LoadAsync(database, _ => { }, TestContext.Current.CancellationToken);
        folder = Directory.CreateTempSubdirectory("demo-schedule-");
        var schedule = new DataFolder(folder.FullName);
        await DemoSchedule.WriteAsync(schedule, database, TestContext.Current.CancellationToken);
        Dashboard = await RunningDashboard.StartAsync(
            [new TestSource(DemoDatabase.Name, database, "logical", DemoSchedule.JobsFile(schedule), DemoSchedule.MappingFile(schedule))]);
        await Dashboard.UntilAsync<StandingsSnapshot>(DemoDatabase.Name, standings => standings.Jobs.Count == 20);
        await Dashboard.TellAsync(new SampleRetries(TimeProvider.System.GetUtcNow(), DemoDatabase.Name).Told);
        var pings = Dashboard.Services.GetRequiredService<IPingStore>();
        foreach (var (slug, kind, code, message) in ((string, PingKind, int?, string?)[])
            [("backup-of-db1", PingKind.Start, null, null), ("backup-of-db1", PingKind.Fail, 3, "pg_basebackup: error: could not write to file \"base.tar\": No space left on device"), ("adu-matview", PingKind.Start, null, null), ("symbols-sync", PingKind.Start, null, null), ("symbols-sync", PingKind.Success, 0, null)])
        {
            await pings.KeepAsync(new PingTold(DemoDatabase.Name, slug, kind, code, null, message), TestContext.Current.CancellationToken);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Dashboard.DisposeAsync();
        folder?.Delete(recursive: true);
    }
}
