using Dashboard.Core.Database.Embedded;
using Dashboard.Core.Verdicts;

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
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Dashboard.DisposeAsync();
        folder?.Delete(recursive: true);
    }
}
