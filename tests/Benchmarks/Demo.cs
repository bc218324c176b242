using Dashboard.Core.Stores.S3;
using Dashboard.Kit;
using Dashboard.Kit.Stores;

namespace Dashboard.Benchmarks;

/// <summary><c>./run demo migration</c>: a whole move between crash stores with the real program, told as it happens.</summary>
internal static class Demo
{
    /// <summary>Runs the demo.</summary>
    /// <returns>0 when nothing was lost and all was found, 2 when it is not known.</returns>
    public static async Task<int> RunAsync(string[] arguments)
    {
        if (arguments is not (["migration"] or ["migration", "--with-ceph", _]))
        {
            Console.Error.WriteLine("There is one demo: ./run demo migration [--with ceph]");
            return 2;
        }

        var folder = Directory.CreateTempSubdirectory("dashboard-demo-");
        try
        {
            using var stop = new CancellationTokenSource();
            Console.CancelKeyPress += (_, pressed) =>
            {
                pressed.Cancel = true;
                stop.Cancel();
            };
            await TellAsync(folder.FullName, arguments is [_, _, var ceph] ? ceph : null, stop.Token);
            return 0;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task TellAsync(string folder, string? ceph, CancellationToken cancellationToken)
    {
        var (run, began) = ($"{Environment.ProcessId}", TimeProvider.System.GetTimestamp());
        StoryStore Place(string name) => ceph is null ? new StoryFiles(Path.Combine(folder, name)) : new StoryBucket(
            new S3Options { Endpoint = new Uri("http://127.0.0.1:7480"), Bucket = $"demo-{run}-{name}", AccessKey = CephCluster.AccessKey, SecretKey = CephCluster.SecretKey }, ceph);
        var (old, a, b) = (new StoryFiles(Path.Combine(folder, "old")), Place("a"), Place("b"));
        var postgres = await TestPostgres.SharedAsync();
        await using var dashboard = new StoryDashboard(await DashboardProcess.ProgramAsync(), folder, await postgres.NewDatabaseAsync(), await postgres.NewDatabaseAsync("crontabber-healthy"));
        await using var story = new MigrationStory(dashboard, words => Console.WriteLine($"{TimeProvider.System.GetElapsedTime(began).TotalSeconds,6:0.0} s  {words}"), cancellationToken);
        await story.BeginAsync(old, Machine.FreePort());
        await story.MoveAsync(old, a, new MoveFaults(Kills: 20));
        await story.MoveAsync(a, b, new MoveFaults(Kills: 2));
        await story.EndAsync(b);
    }
}
