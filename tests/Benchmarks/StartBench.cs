using System.Diagnostics;
using System.Text.RegularExpressions;
using Dashboard.Kit;
using Microsoft.Playwright;

namespace Dashboard.Benchmarks;

/// <summary>P14: from <c>./run</c> on a built checkout to the list of the living sample's jobs in a real Chromium; cold with no data folder, warm on the one it left.</summary>
internal static partial class StartBench
{
    public static async Task RunAsync(Report report, bool quick)
    {
        var rounds = report.Rounds = quick ? 2 : 5;
        await DashboardProcess.ProgramAsync();
        var browser = await Browser.SharedAsync();
        var (cold, warm) = (new List<double>(), new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            var folder = Directory.CreateTempSubdirectory("dashboard-bench-start-");
            File.SetUnixFileMode(folder.FullName, File.GetUnixFileMode(folder.FullName) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
            cold.Add(await OnceAsync(browser, folder));
            warm.Add(await OnceAsync(browser, folder));
            folder.Delete(recursive: true);
        }

        report.Add(new Figure("P14", "start-cold-max", cold.Max(), "ms", AtMost: 15_000));
        report.Add(new Figure("P14", "start-warm-max", warm.Max(), "ms", AtMost: 5_000));
    }

    private static async Task<double> OnceAsync(Browser browser, DirectoryInfo folder)
    {
        await using var visit = await browser.VisitAsync();
        var began = Stopwatch.GetTimestamp();
        await using var program = ChildProcess.Start(
            Path.Combine(Machine.Root, "run"), ["--urls", $"http://127.0.0.1:{FreePorts.Take()}"], new Dictionary<string, string?> { ["DASHBOARD_DATA"] = Path.Combine(folder.FullName, "data") });
        await visit.Page.GotoAsync($"{(await program.SaysAsync(LoginLink())).Value}&to=%2Fjobs");
        await visit.Page.Locator("main[data-ready] [data-row]").First.WaitForAsync(new() { State = WaitForSelectorState.Attached });
        var passed = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        await program.SignalAsync("INT");
        await program.EndsWellAsync();
        return passed;
    }

    [GeneratedRegex(@"http://\S+token=\S+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex LoginLink();
}
