using System.Diagnostics;
using Dashboard.Kit;
using Microsoft.Playwright;

namespace Dashboard.Benchmarks;

/// <summary>
/// How soon an open page says that its database is gone, and how soon it is live again: the server is killed and started again, or made to hang and
/// to go on, while a real Chromium has the list of jobs open.
/// </summary>
internal static class OutageBench
{
    public static async Task RunAsync(Report report, bool quick)
    {
        var rounds = report.Rounds = quick ? 3 : 8;
        await using var server = await TestPostgres.StartAsync();
        var observed = await SampleData.NewAsync(server, jobs: 50, runs: 3000);
        var browser = await Browser.SharedAsync();
        await using var dashboard = await DashboardProcess.StartAsync(observed, "poll");
        await using var visit = await browser.VisitAsync();
        await visit.OpenAsync(await dashboard.LoginUrlAsync("/jobs"));
        foreach (var kind in (string[])["killed", "hanging"])
        {
            var (stale, live) = (new List<double>(), new List<double>());
            for (var round = 0; round < rounds; round++)
            {
                await SaysAsync(visit.Page, ".stamp", "live");
                stale.Add(await TimedAsync(() => kind == "killed" ? server.KillAsync() : server.SignalAllAsync("STOP"), () => SaysAsync(visit.Page, "header.top", "What you see is old")));
                live.Add(await TimedAsync(() => kind == "killed" ? server.StartAgainAsync() : server.SignalAllAsync("CONT"), () => SaysAsync(visit.Page, ".stamp", "live")));
            }

            report.Add(new Figure("outage", $"server-{kind}-until-stale-max", stale.Max(), "ms", AtMost: 10_000));
            report.Add(new Figure("outage", $"server-{kind}-until-live-again-max", live.Max(), "ms", AtMost: 5_000));
        }
    }

    // From the end of what is done until the page says so.
    private static async Task<double> TimedAsync(Func<Task> doing, Func<Task> seen)
    {
        await doing();
        var began = Stopwatch.GetTimestamp();
        await seen();
        return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
    }

    private static Task SaysAsync(IPage page, string where, string text) =>
        Assertions.Expect(page.Locator(where).First).ToContainTextAsync(text, new() { Timeout = 60_000 });
}
