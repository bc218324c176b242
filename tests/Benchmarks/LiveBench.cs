using Dashboard.Benchmarks.Bare;
using Dashboard.Kit;

namespace Dashboard.Benchmarks;

/// <summary>
/// P1, commit to pixel: from the moment COMMIT returned in the writer until the changed cell stands in the DOM of a real Chromium.
/// The dashboard and the bare way take turns, each on a database of its own, with the same writer and the same observer.
/// </summary>
internal static class LiveBench
{
    private const int WarmUps = 60;

    public static async Task RunAsync(Report report, bool quick)
    {
        var postgres = await TestPostgres.SharedAsync();
        var browser = await Browser.SharedAsync();
        int[] sizes = [50, 1000];
        foreach (var capture in (string[])["logical", "notify"])
        {
            foreach (var jobs in sizes)
            {
                await CompareAsync(report, postgres, browser, capture, jobs, samples: quick ? 120 : 360);
            }
        }

        await PollAsync(report, postgres, browser, samples: quick ? 60 : 300);
    }

    private static async Task CompareAsync(Report report, TestPostgres postgres, Browser browser, string capture, int jobs, int samples)
    {
        const int rounds = 6;
        report.Rounds = rounds;
        var observed = await SampleData.NewAsync(postgres, jobs, runs: jobs * 60);
        var bareDatabase = await SampleData.NewAsync(postgres, jobs, runs: 0);
        await BareApp.InstallAsync(bareDatabase, capture);
        await using var dashboard = await DashboardProcess.StartAsync(observed, capture);
        await using var bare = await BareProcess.StartAsync(capture, bareDatabase);
        await using var ours = await Course.OpenAsync(browser, await dashboard.LoginUrlAsync("/jobs"), observed);
        await using var theirs = await Course.OpenAsync(browser, bare.Url.AbsoluteUri, bareDatabase);
        await dashboard.HistoryRecordedAsync();
        foreach (var course in (Course[])[ours, theirs])
        {
            await course.RunAsync(WarmUps, measured: false);
        }

        for (var round = 0; round < rounds; round++)
        {
            foreach (var course in round % 2 == 0 ? (Course[])[ours, theirs] : [theirs, ours])
            {
                await course.RunAsync(samples / rounds, measured: true);
            }
        }

        var (shown, missed) = await ours.ResultAsync();
        var (bareShown, bareMissed) = await theirs.ResultAsync();
        report.Note($"{capture}, {jobs} jobs: {shown.Count} changes seen in the dashboard ({missed} overtaken by a newer one), {bareShown.Count} on the bare page ({bareMissed} overtaken)");
        report.AddDistribution("P1", $"commit-to-pixel-{capture}-{jobs}", shown, p50: 5, p95: 10, p99: 20, limit: bareShown, ratio: 3);
    }

    private static async Task PollAsync(Report report, TestPostgres postgres, Browser browser, int samples)
    {
        var observed = await SampleData.NewAsync(postgres, jobs: 50, runs: 3000);
        await using var dashboard = await DashboardProcess.StartAsync(observed, "poll");
        await using var course = await Course.OpenAsync(browser, await dashboard.LoginUrlAsync("/jobs"), observed, slow: true);
        await course.RunAsync(samples, measured: true);
        var (shown, missed) = await course.ResultAsync();
        report.Note($"poll, 50 jobs: {shown.Count} changes seen ({missed} overtaken by a newer one)");
        report.Add(new Figure("P1", "commit-to-pixel-poll-50-p50", shown.At(0.5), "ms", AtMost: 1100));
        report.Add(new Figure("P1", "commit-to-pixel-poll-50-p99", shown.At(0.99), "ms"));
    }

    /// <summary>One page, the database behind it, and the changes made there.</summary>
    internal sealed class Course(Visit visit, PixelWatch watch, Writer writer, string[] jobs, bool slow) : IAsyncDisposable
    {
        private readonly Dictionary<int, double> committed = [];
        private readonly Random random = new(42);
        private int next;

        public static async Task<Course> OpenAsync(Browser browser, string url, string connectionString, bool slow = false)
        {
            var visit = await browser.VisitAsync();
            await visit.OpenAsync(url);
            var watch = new PixelWatch(visit.Page);
            await watch.InstallAsync();
            var jobs = await watch.JobsShownAsync();
            if (jobs.Length == 0)
            {
                throw new InvalidOperationException($"{url} shows none of the jobs: {await visit.Page.Locator("body").InnerTextAsync()}");
            }

            return new Course(visit, watch, await Writer.ConnectAsync(connectionString), jobs, slow);
        }

        public async Task RunAsync(int changes, bool measured)
        {
            await visit.Page.BringToFrontAsync();
            await watch.SettledAsync();
            for (var i = 0; i < changes; i++)
            {
                if (next % jobs.Length == 0)
                {
                    random.Shuffle(jobs);
                }

                var (number, at) = await writer.FailAsync(jobs[next++ % jobs.Length]);
                if (measured)
                {
                    committed[number] = at;
                }

                // About forty changes a second, not in step with anything; when polled, no row twice within a round of polling.
                var pause = slow ? random.Next(80, 120) : random.Next(15, 35);
                await Task.Delay(TimeSpan.FromMilliseconds(pause), TimeProvider.System);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(slow ? 3000 : 300), TimeProvider.System);
        }

        public async Task<(Sample Shown, int Missed)> ResultAsync()
        {
            var seen = await watch.SeenAsync();
            var latencies = committed.Where(change => seen.ContainsKey(change.Key)).Select(change => seen[change.Key] - change.Value).ToList();
            return (new Sample(latencies), committed.Count - latencies.Count);
        }

        public async ValueTask DisposeAsync()
        {
            await writer.DisposeAsync();
            await visit.DisposeAsync();
        }
    }
}
