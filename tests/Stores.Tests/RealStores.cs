using System.Collections.Concurrent;
using Dashboard.Core.Retries;
using Dashboard.Core.Retries.Executor;
using Dashboard.Core.Stores;
using Dashboard.Core.Stores.Crashes;
using Dashboard.Core.Stores.S3;
using Dashboard.Kit.Stores;

[assembly: AssemblyFixture(typeof(Dashboard.Stores.Tests.RealStores))]

namespace Dashboard.Stores.Tests;

/// <summary>The real servers of this run: each is started when a test first asks for it, and goes with the last test.</summary>
public sealed class RealStores : IAsyncDisposable
{
    private readonly Lazy<Task<CephCluster>> ceph = new(CephCluster.StartAsync);
    private readonly Lazy<Task<CephCluster>> otherCeph = new(CephCluster.StartAsync);
    private readonly Lazy<Task<RabbitServer>> rabbit = new(RabbitServer.StartAsync);
    private int buckets;

    public Task<CephCluster> CephAsync() => ceph.Value;

    /// <summary>A cluster that has nothing to do with the first one.</summary>
    public Task<CephCluster> OtherCephAsync() => otherCeph.Value;

    public Task<RabbitServer> RabbitAsync() => rabbit.Value;

    /// <summary>How to reach a bucket nobody else uses; it is not made.</summary>
    /// <param name="cluster">Where; null for the first cluster.</param>
    public async Task<S3Options> NewBucketAsync(CephCluster? cluster = null) => new()
    {
        Endpoint = (cluster ?? await CephAsync()).Endpoint,
        Bucket = $"crashes-{Interlocked.Increment(ref buckets)}",
        AccessKey = CephCluster.AccessKey,
        SecretKey = CephCluster.SecretKey,
    };

    public async ValueTask DisposeAsync()
    {
        foreach (var cluster in (Lazy<Task<CephCluster>>[])[ceph, otherCeph])
        {
            if (cluster.IsValueCreated)
            {
                await (await cluster.Value).DisposeAsync();
            }
        }

        if (rabbit.IsValueCreated)
        {
            await (await rabbit.Value).DisposeAsync();
        }
    }
}

/// <summary>Keeps what executors tell.</summary>
internal sealed class Told : IRetryTelemetry
{
    private readonly ConcurrentQueue<RetryEvent> all = new();
    private readonly TaskCompletionSource failed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IReadOnlyList<RetryEvent> All => [.. all];

    /// <summary>Done when an attempt has failed that another one follows.</summary>
    public Task Failed => failed.Task;

    public void Tell(RetryEvent told)
    {
        all.Enqueue(told);
        if (told.Outcome == RetryOutcome.Fail)
        {
            failed.TrySetResult();
        }
    }

    public void Count(ExecutorIdentity who, string resource, string backend)
    {
    }
}

internal static class Sample
{
    public static readonly DateOnly Day = new(2015, 3, 31);

    /// <summary>One attempt that may take two seconds.</summary>
    public static ExecutorOptions Impatient { get; } = new() { TransactionExecutorClass = "TransactionExecutor", AttemptDeadlineSeconds = 2 };

    /// <summary>For ever, soon again, each attempt ten seconds at most.</summary>
    public static ExecutorOptions Patient { get; } = new() { TransactionExecutorClass = "TransactionExecutorWithInfiniteBackoff", BackoffDelays = "0.2", AttemptDeadlineSeconds = 10 };

    /// <summary>For ever, each attempt two seconds at most.</summary>
    public static ExecutorOptions ImpatientForEver { get; } = Patient with { AttemptDeadlineSeconds = 2 };

    public static RawCrash Raw { get; } = RawCrash.Parse("""{"ProductName": "Firefox", "legacy_processing": 0}""");

    public static Dumps Dumps { get; } = new([
        KeyValuePair.Create("upload_file_minidump", Dump.Of("MDMP the first"u8.ToArray())),
        KeyValuePair.Create("upload_file_minidump_flash1", Dump.Of("MDMP of flash"u8.ToArray())),
    ]);

    public static ProcessedCrash Processed(CrashId id) => ProcessedCrash.Parse($$"""{"uuid": "{{id}}", "signature": "js::Something"}""");

    public static StoreContext Telling(IRetryTelemetry told) => StoreContext.Silent with { Telemetry = told };
}
