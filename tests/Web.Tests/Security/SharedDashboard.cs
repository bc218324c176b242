using Dashboard.Core.Verdicts;
using Dashboard.Kit;
using Dashboard.Web.Tests.Security;

[assembly: AssemblyFixture(typeof(SharedDashboard))]

namespace Dashboard.Web.Tests.Security;

/// <summary>A dashboard of the incident that many tests read and none changes.</summary>
public sealed class SharedDashboard : IAsyncLifetime
{
    private RunningDashboard? running;

    public RunningDashboard Running => running ?? throw new InvalidOperationException("It has not been started.");

    public async ValueTask InitializeAsync()
    {
        running = await RunningDashboard.StartAsync("crontabber-incident", "poll");
        await running.UntilAsync<StandingsSnapshot>("demo", standings => standings is { AsOf: not null, RunsWhole: true });
    }

    public async ValueTask DisposeAsync()
    {
        if (running is not null)
        {
            await running.DisposeAsync();
        }
    }
}
