using System.Diagnostics;
using System.Net;
using Dashboard.Core.Database;
using Dashboard.Core.Stores.Crashes;
using Dashboard.Core.Stores.Parity;
using Dashboard.Kit;

namespace Dashboard.Benchmarks;

/// <summary>The page of crash stores with a comparison of 400 days and four kinds: how long the server takes to answer with all of it.</summary>
internal static class StoresPageBench
{
    private const int Days = 400;

    public static async Task RunAsync(Report report, bool quick)
    {
        await using var dashboard = await DashboardProcess.StartAsync(await (await TestPostgres.SharedAsync()).NewDatabaseAsync(), "poll");
        await using (var own = new OwnDatabase(dashboard.Own))
        {
            await new ParityRecords(own).KeepAsync(Found(), TimeProvider.System.GetUtcNow().AddMinutes(-9), TimeProvider.System.GetUtcNow(), CancellationToken.None);
        }

        using var client = new HttpClient(new SocketsHttpHandler { CookieContainer = new CookieContainer() }) { BaseAddress = dashboard.Url };

        // As if somebody had opened the link: nobody is asked then.
        client.DefaultRequestHeaders.Add("Sec-Fetch-Site", "none");
        using (var login = await client.GetAsync(new Uri(await dashboard.LoginUrlAsync("/stores"))))
        {
            login.EnsureSuccessStatusCode();
        }

        var (deadline, last) = (Stopwatch.GetTimestamp(), Found().Plan.From.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture));
        while (!(await client.GetStringAsync(new Uri("stores", UriKind.Relative))).Contains($">{last}<", StringComparison.Ordinal))
        {
            if (Stopwatch.GetElapsedTime(deadline) > TimeSpan.FromMinutes(1))
            {
                throw new InvalidOperationException("The page does not show the comparison.");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System);
        }

        var (whole, settings) = (new List<double>(), new List<double>());
        for (var round = -5; round < (quick ? 20 : 100); round++)
        {
            foreach (var (page, times) in ((string, List<double>)[])[("stores", whole), ("settings/access", settings)])
            {
                var began = Stopwatch.GetTimestamp();
                await client.GetStringAsync(new Uri(page, UriKind.Relative));
                if (round >= 0)
                {
                    times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
                }
            }
        }

        report.Add(new Figure("D8", "stores-page-400-days-p50", new Sample(whole).At(0.5), "ms", AtMost: 50, Limit: new Sample(settings).At(0.5)));
        report.Add(new Figure("D8", "stores-page-400-days-p95", new Sample(whole).At(0.95), "ms", Limit: new Sample(settings).At(0.95)));
        report.Note($"{Days} days × 4 kinds; from the request to the last byte, on loopback, another page of the same program beside it.");
    }

    private static ParityReport Found()
    {
        var from = new DateOnly(2014, 8, 1);
        var cells = Enumerable.Range(0, Days).SelectMany(day => Enum.GetValues<CrashItemKind>().Select(kind => new ParityCell(from.AddDays(day), kind, 10_000, day % 90 == 89 ? 1 : 0, 0, 0, 30, 0, 30, 0))).ToList();
        return new ParityReport("files /srv/crashes", "s3 crashes@ceph:7480", new ParityPlan(from, from.AddDays(Days - 1)), cells, [], ParitySample.Of(30_000, 0));
    }
}
