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
        using var stop = new CancellationTokenSource();
        try
        {
            Console.CancelKeyPress += (_, pressed) =>
            {
                // Who presses it a second time does not want to wait for what is taken away.
                pressed.Cancel = !stop.IsCancellationRequested;
                stop.Cancel();
            };
            await TellAsync(folder.FullName, arguments is [_, _, var ceph] ? ceph : null, stop.Token);
            return 0;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            Console.Error.WriteLine("Ended before the end.");
            return 2;
        }
        finally
        {
            // Tens of thousands of small files: on a slow disk that takes minutes, and looks like a program that hangs.
            Console.WriteLine($"Taking away what it made in {folder.FullName}…");
            folder.Delete(recursive: true);
            Console.WriteLine("That is gone.");
        }
    }

    private static async Task TellAsync(string folder, string? ceph, CancellationToken cancellationToken)
    {
        var run = $"{Environment.ProcessId}";
        var gateway = new Uri("http://127.0.0.1:7480");

        // Both buckets are in the one Ceph there is, whose disk cannot freeze under one of them alone: the second one has a front that refuses.
        await using var front = ceph is null ? null : await FaultyGateway.StartAsync(gateway);
        StoryStore Place(string name, FaultyGateway? before) => ceph is null ? new StoryFiles(Path.Combine(folder, name)) : new StoryBucket(
            new S3Options { Endpoint = before?.Endpoint ?? gateway, Bucket = $"demo-{run}-{name}", AccessKey = CephCluster.AccessKey, SecretKey = CephCluster.SecretKey }, ceph, before);
        var (old, a, b) = (new StoryFiles(Path.Combine(folder, "old")), Place("a", null), Place("b", front));
        Console.WriteLine("Building the program as it stands here, and starting a PostgreSQL of its own…");
        var program = await DashboardProcess.ProgramAsync();
        var postgres = await TestPostgres.SharedAsync();
        var began = TimeProvider.System.GetTimestamp();
        await using var dashboard = new StoryDashboard(program, folder, await postgres.NewDatabaseAsync(), await postgres.NewDatabaseAsync("crontabber-healthy")) { Stop = cancellationToken };
        await using var story = new MigrationStory(dashboard, words => Console.WriteLine($"{TimeProvider.System.GetElapsedTime(began).TotalSeconds,6:0.0} s  {words}"), cancellationToken);
        await story.BeginAsync(old, FreePorts.Take());
        await story.MoveAsync(old, a, new MoveFaults(Kills: 20));
        await story.MoveAsync(a, b, new MoveFaults(Kills: 2));
        await story.EndAsync(b);
        if (ceph is not null)
        {
            Console.WriteLine($"The buckets demo-{run}-a and demo-{run}-b stay in the Ceph; they go with it: ./run stores down");
        }
    }
}
