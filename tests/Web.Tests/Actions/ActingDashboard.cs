using Dashboard.Core.Schedules;
using Dashboard.Core.Verdicts;
using Dashboard.Kit;

namespace Dashboard.Web.Tests.Actions;

/// <summary>A dashboard whose jobs can be acted on: read, with their schedules, none of them running and none due within the hour.</summary>
internal static class ActingDashboard
{
    public static async Task<RunningDashboard> StartAsync()
    {
        var dashboard = await RunningDashboard.StartAsync("crontabber-healthy", "poll");
        await dashboard.UntilAsync<StandingsSnapshot>("demo", standings => standings.AsOf is not null && standings.Jobs.Count > 0);
        await dashboard.UntilAsync<ScheduleBook>("demo", book => book.AsOf is not null);
        await dashboard.ExecuteAsync("update crontabber set next_run = now() + interval '1 hour', ongoing = null");
        return dashboard;
    }
}
