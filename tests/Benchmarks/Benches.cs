namespace Dashboard.Benchmarks;

/// <summary>The benches by name.</summary>
internal static class Benches
{
    private static readonly IReadOnlyList<(string Name, string What, Func<Report, bool, Task> RunAsync)> All =
    [
        ("graph", "P9: layout of graphs, beside Graphviz dot", GraphBench.RunAsync),
        ("live", "P1: commit to pixel, beside the bare path", LiveBench.RunAsync),
        ("outage", "how soon a page says that its database is gone, and that it is back", OutageBench.RunAsync),
        ("start", "P14: from ./run to the first page with live data", StartBench.RunAsync),
        ("hostile", "what is too much: years of minutes owed, errors of ten megabytes, a hundred thousand groups of failures", async (report, quick) =>
        {
            await HostileBench.RunAsync(report, quick);
            await FailuresBench.RunAsync(report, quick);
        }),
        ("verdict", "P8: the verdict of 1,000 jobs with 50,000 runs", VerdictBench.RunAsync),
        ("executor", "P10: a transaction through the executor, beside the same by hand", ExecutorBench.RunAsync),
        ("log", "P11: logs of executors read on one core", LogBench.RunAsync),
        ("fuzz", "a million bent inputs for each reader of what others wrote", FuzzBench.RunAsync),
        ("ingest", "P11: events kept, beside a bare COPY of the same rows, and over HTTP by the second", IngestBench.RunAsync),
        ("records", "P5: questions to the dashboard's own records of runs", RecordsBench.RunAsync),
        ("reload", "how long work with the crash stores stands still while they are exchanged", ReloadBench.RunAsync),
        ("runner", "P13: what a run costs besides the job's own work", RunnerBench.RunAsync),
        ("stores", "P12: crashes copied between two clusters, beside a bare copy and rclone; two stores held against each other, beside bare listings; a save into both, beside one; the page with 400 days", async (report, quick) =>
        {
            await StoresBench.RunAsync(report, quick);
            await StoresPageBench.RunAsync(report, quick);
        }),
    ];

    /// <summary>Runs the named benches, all when none is named.</summary>
    /// <returns>0 when every target is met, 1 when one is not, 2 when a name is unknown.</returns>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var quick = arguments.Contains("--quick", StringComparer.Ordinal);
        string[] names = [.. arguments.Where(argument => !argument.StartsWith('-'))];
        if (names.FirstOrDefault(name => All.All(bench => bench.Name != name)) is { } unknown)
        {
            Console.Error.WriteLine($"There is no bench '{unknown}'. There are:");
            foreach (var (name, what, _) in All)
            {
                Console.Error.WriteLine($"  {name,-8} {what}");
            }

            return 2;
        }

        var met = true;
        foreach (var (name, what, runAsync) in All.Where(bench => names.Length == 0 || names.Contains(bench.Name, StringComparer.Ordinal)))
        {
            Console.WriteLine($"# {name} — {what}");
            var report = new Report(name, quick);
            await runAsync(report, quick);
            await report.CloseAsync();
            met &= report.Ok;
        }

        return met ? 0 : 1;
    }
}
