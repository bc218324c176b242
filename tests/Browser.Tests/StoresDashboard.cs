using Dashboard.Core.Configuration.Generations;
using Dashboard.Core.Failures;
using Dashboard.Core.Feeds;
using Dashboard.Core.Retries;
using Dashboard.Core.Stores;
using Dashboard.Core.Stores.Copying;
using Dashboard.Core.Stores.Crashes;
using Dashboard.Core.Stores.Health;
using Dashboard.Core.Stores.Parity;
using Dashboard.Core.Stores.Trees;
using Microsoft.Extensions.DependencyInjection;

namespace Dashboard.Browser.Tests;

/// <summary>A dashboard that looks after two crash stores in the middle of a move: the old one works, the new one is away, operations wait for it, saves into both reach the old one only, and a comparison found something missing.</summary>
public sealed class StoresDashboard : IAsyncLifetime
{
    private const string New = "s3:http://crashes@127.0.0.1:1/crashes?prefix=socorro";
    private static readonly DateOnly First = new(2014, 8, 1);
    private DirectoryInfo? folder;

    /// <summary>It.</summary>
    public RunningDashboard Dashboard { get; private set; } = null!;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        folder = Directory.CreateTempSubdirectory("dashboard-test-stores-");
        var old = $"files:{folder.FullName}";
        Dashboard = await RunningDashboard.StartAsync(
            [new TestSource("demo", await (await TestPostgres.SharedAsync()).NewDatabaseAsync("crontabber-healthy"))],
            new Dictionary<string, string?>
            {
                ["Stores:Watched:old"] = old, ["Stores:Watched:new"] = New, ["StoreSecrets:crashes"] = "only-for-tests", ["Stores:ProbeSeconds"] = "1", ["Stores:DeadlineSeconds"] = "30",
                ["destination:crashstorage_class"] = "PolyStore", ["destination:storage_classes"] = "FileStore, S3Store", ["destination:storage0:fs_root"] = folder.FullName,
                ["destination:storage1:endpoint_url"] = "http://127.0.0.1:1", ["destination:storage1:bucket_name"] = "crashes", ["destination:storage1:prefix"] = "socorro",
                ["destination:storage1:access_key"] = "crashes", ["destination:storage1:secret_access_key"] = "only-for-tests", ["destination:storage1:backoff_delays"] = "0.1",
            });
        var stop = TestContext.Current.CancellationToken;
        await Dashboard.Services.GetRequiredService<IParityRecords>().KeepAsync(Found($"files {folder.FullName}"), TimeProvider.System.GetUtcNow().AddMinutes(-40), TimeProvider.System.GetUtcNow().AddMinutes(-12), stop);
        await CopyAsync(old, stop);
        await SaveAsync(stop);
        await Dashboard.TellAsync([Waiting(1, 120), Waiting(2, 90), Waiting(3, 60)]);
        await foreach (var snapshot in Dashboard.Services.GetRequiredService<Feed<StoresSnapshot>>().WatchAsync(stop))
        {
            if (snapshot.Stores is [{ FailedInARow: >= 2, Waiting.Count: 1 }, { Newest.IsOk: true, Abilities.Count: > 0 }] && snapshot is { Compared.Count: 1, Copies.Count: 1 } && snapshot.Asked.ContainsKey("destination"))
            {
                break;
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Dashboard.DisposeAsync();
        folder?.Delete(recursive: true);
    }

    private async Task CopyAsync(string old, CancellationToken stop)
    {
        var ledger = Dashboard.Services.GetRequiredService<ICopyLedger>();
        var copy = await ledger.BeginAsync(new CopyPlan(old, New, First, First.AddDays(59)), stop);
        var shard = await ledger.LeaseAsync(copy, "copies", TimeSpan.FromMinutes(10), stop);
        await ledger.CheckpointAsync(shard!, new CopyPage(null, 412, 1_640, 8, 41_200_000, [new CopyFailure(CrashId.New(First), CrashItem.Raw, CopyFailureKind.Conflict, null)], IsLast: true), TimeSpan.FromMinutes(10), stop);
    }

    // Through the configured stores, of which one is away: each reaches the other one only.
    private async Task SaveAsync(CancellationToken stop)
    {
        using var tree = Dashboard.Services.GetRequiredService<GenerationHolder<StoreTree>>().Take();
        for (var crash = 0; crash < 3; crash++)
        {
            await Assert.ThrowsAsync<StoresFailedException>(async () => await tree.Value.Destination!.SaveRawCrashAsync(RawCrash.Empty, Dumps.None, CrashId.New(First), stop));
        }
    }

    private static ParityReport Found(string old)
    {
        var cells = Enumerable.Range(0, 60).SelectMany(day => Enum.GetValues<CrashItemKind>().Select(kind =>
            new ParityCell(First.AddDays(day), kind, 1_204 + day, day == 41 ? 2 : 0, 0, day == 41 && kind == CrashItemKind.Dump ? 1 : 0, 12, 0, 12, 0))).ToList();
        return new ParityReport(
            old, "s3 crashes@127.0.0.1:1", new ParityPlan(First, First.AddDays(59)) { Seam = [First.AddDays(59)] }, cells,
            [new(CrashId.Parse("0bba929f-8721-460c-dead-a43c20140911"), CrashItem.Raw, ParityOutcome.OnlySource), new(CrashId.Parse("1bba929f-8721-460c-dead-a43c20140911"), CrashItem.Dump(null), ParityOutcome.Differs)],
            ParitySample.Of(3_012, 0));
    }

    private static RetryEvent Waiting(int attempt, double ago) => new()
    {
        Id = Guid.NewGuid(), At = TimeProvider.System.GetUtcNow().AddSeconds(-ago), Who = new RetryTeller("stores", "worker1", "migrate-store/4711", "run-1", "s3 crashes@127.0.0.1:1"),
        Backend = "s3", Executor = ExecutorKind.Infinite, Attempt = attempt, Outcome = RetryOutcome.Fail, ExceptionType = "AmazonS3Exception", ExceptionValue = "Please reduce your request rate.", Code = "SlowDown",
        Class = FailureClass.Busy, Delay = TimeSpan.FromSeconds(300), NextAttemptAt = TimeProvider.System.GetUtcNow().AddSeconds(300 - ago),
    };
}
