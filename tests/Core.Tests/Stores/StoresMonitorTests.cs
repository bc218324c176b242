using Dashboard.Core.Feeds;
using Dashboard.Core.Retries;
using Dashboard.Core.Stores.Copying;
using Dashboard.Core.Stores.Crashes;
using Dashboard.Core.Stores.CutOver;
using Dashboard.Core.Stores.Health;
using Dashboard.Core.Stores.Parity;
using Dashboard.Core.Stores.Trees;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Dashboard.Core.Tests.Stores;

public sealed class StoresMonitorTests : IAsyncDisposable
{
    private readonly DirectoryInfo root = Directory.CreateTempSubdirectory("dashboard-test-watched-");
    private readonly Feed<StoresSnapshot> feed = new(StoresSnapshot.Empty);
    private readonly Ledger ledger = new();
    private readonly KeptMinutes minutes = new();
    private readonly NoParity parity = new();
    private readonly StoreMeter meter = new(TimeProvider.System);
    private readonly Feed<MovesSnapshot> moves = new(MovesSnapshot.Empty);
    private readonly Feed<RetriesSnapshot> retries = new(RetriesSnapshot.Empty);
    private StoresMonitor? monitor;

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        if (monitor is not null)
        {
            await monitor.StopAsync(CancellationToken.None);
            monitor.Dispose();
        }

        root.Delete(recursive: true);
    }

    [Fact]
    public async Task Each_store_is_probed_and_one_that_does_not_work_holds_no_other_up()
    {
        await StartAsync(("good", $"files:{root.FullName}"), ("gone", "files:/proc/no/such/place"), ("secretless", "s3:http://nobody@127.0.0.1:1/crashes"));

        var seen = await feed.WatchAsync(Now).FirstAsync(snapshot => snapshot.Stores.Count == 3 && snapshot.Stores.All(store => store.Newest is not null), Now);

        Assert.Equal([("gone", false), ("good", true), ("secretless", false)], seen.Stores.Select(store => (store.Name, store.Newest!.IsOk)));
        Assert.Contains("StoreSecrets__nobody", seen.Stores[2].Newest!.Steps[^1].Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_comes_back_is_seen_by_the_next_probe()
    {
        var late = Path.Combine(root.FullName, "late");
        await File.WriteAllTextAsync(late, "no folder", Now);
        await StartAsync(("late", $"files:{late}"));
        await feed.WatchAsync(Now).FirstAsync(snapshot => snapshot.Stores.Any(store => store.FailingSince is not null), Now);

        File.Delete(late);
        Directory.CreateDirectory(late);

        var store = Assert.Single((await feed.WatchAsync(Now).FirstAsync(snapshot => snapshot.Stores is [{ Newest.IsOk: true }], Now)).Stores);
        Assert.Null(store.FailingSince);
    }

    [Fact]
    public async Task A_store_that_works_is_tried_once_and_what_waits_for_it_is_told_by_who_waits()
    {
        await StartAsync(("good", $"files:{root.FullName}"));
        var seen = await feed.WatchAsync(Now).FirstAsync(snapshot => snapshot.Stores is [{ Abilities.Count: > 0 }], Now);
        Assert.DoesNotContain(seen.Stores[0].Abilities, ability => ability.IsBroken || ability.Found is null);

        var resource = Assert.IsType<string>(seen.Stores[0].Resource);
        var streak = new RetryStreak
        {
            Id = Guid.NewGuid(), Who = new RetryTeller("stores", "h", "migrate-store/17", "t", resource), Backend = "files", Executor = ExecutorKind.Infinite, StartedAt = DateTimeOffset.UnixEpoch,
            State = StreakState.Open, Attempts = 2, HeardAt = DateTimeOffset.UnixEpoch, ExceptionType = "IOException", ExceptionValue = "away",
        };
        retries.Publish(RetriesSnapshot.Empty with { Resources = [new ResourceLane { Source = "stores", Resource = resource, Backend = "files", Open = [streak] }] });
        await feed.WatchAsync(Now).FirstAsync(snapshot => snapshot.Stores[0].Waiting is { Count: 1, Attempts: 2, Error: "IOException: away" }, Now);

        retries.Publish(RetriesSnapshot.Empty);
        await feed.WatchAsync(Now).FirstAsync(snapshot => snapshot.Stores[0].Waiting is null, Now);
    }

    [Fact]
    public async Task Copies_that_cannot_be_read_stay_and_say_how_old_they_are()
    {
        ledger.Copies = [new(1, new CopyPlan("a", "b", SampleCrashes.Day, SampleCrashes.Day), 16, 3, SampleCrashes.Day, 1, 1, 0, 1, 0, 0, 0, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, 1)];
        await StartAsync();
        await feed.WatchAsync(Now).FirstAsync(snapshot => snapshot.Copies.Count == 1, Now);

        ledger.Failure = new IOException("away");
        var stale = await feed.WatchAsync(Now).FirstAsync(snapshot => snapshot.StaleSince is not null, Now);
        Assert.Single(stale.Copies);

        ledger.Failure = null;
        await feed.WatchAsync(Now).FirstAsync(snapshot => snapshot.StaleSince is null, Now);
    }

    [Theory]
    [InlineData("files:crashes", "Stores:Watched:old: 'files:crashes' names no folder from the root on")]
    [InlineData("s3:http://key:secret@host/a", "A secret must not stand in an address")]
    public void A_faulty_address_is_told_at_the_start_with_its_key(string address, string expected)
    {
        var options = new StoresOptions { Watched = new Dictionary<string, string> { ["old"] = address } };

        Assert.Contains(expected, Assert.Single(options.Validate(new(options))).ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_asked_is_told_of_the_stores_that_are_looked_after_and_of_each_level_of_the_configured_ones()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2015, 3, 31, 12, 0, 30, TimeSpan.Zero));
        var resource = $"files {root.FullName}";
        moves.Publish(new MovesSnapshot { Tree = [new StoreNode("destination", "PolyStore", null, [new StoreNode("destination:storage0", "FileStore", resource, [])])] });
        minutes.Kept = [Minute(resource, 3), Minute("destination", 2), Minute(resource, 4), Minute("files /nobody/asks", 9)];
        await StartAsync(clock, ("good", $"files:{root.FullName}"));

        using var late = new CancellationTokenSource(TimeSpan.FromMinutes(1), TimeProvider.System);
        while (feed.Newest.Asked.Count == 0 || feed.Newest.Stores is not [{ Operations.Count: > 0 }])
        {
            Now.ThrowIfCancellationRequested();
            late.Token.ThrowIfCancellationRequested();
            clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.Equal([("destination", 2L), (resource, 7L)], feed.Newest.Asked.OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => (one.Key, Assert.Single(one.Value).Succeeded)));
        Assert.Equal(7, Assert.Single(feed.Newest.Stores[0].Operations).Succeeded);

        // Something that no probe does.
        meter.Count(resource, StoreOperation.Ack, StoreOutcome.Ok, TimeSpan.FromMilliseconds(5));
        await monitor!.StopAsync(CancellationToken.None);
        Assert.Contains(minutes.Added, minute => minute is { Operation: StoreOperation.Ack, Succeeded: 1 } && minute.Buckets.Sum() == 1);

        // However far the clock runs meanwhile, they are not too old to be told.
        OperationMinute Minute(string store, long succeeded) => new(store, StoreOperation.SaveRaw, clock.GetUtcNow().AddYears(1), succeeded, 0, 0, new long[Latencies.Buckets]);
    }

    private Task StartAsync(params (string Name, string Address)[] stores) => StartAsync(TimeProvider.System, stores);

    private Task StartAsync(TimeProvider clock, params (string Name, string Address)[] stores)
    {
        var options = new StoresOptions { Watched = stores.ToDictionary(store => store.Name, store => store.Address), ProbeSeconds = 1, DeadlineSeconds = 60 };
        monitor = new StoresMonitor(
            Options.Create(options), new ConfigurationBuilder().Build(), ledger, minutes, parity, meter, retries, moves, feed, clock, NullLoggerFactory.Instance, NullLogger<StoresMonitor>.Instance);
        return monitor.StartAsync(Now);
    }

    private sealed class Ledger : ICopyLedger
    {
        public volatile Exception? Failure;

        public IReadOnlyList<CopyProgress> Copies { get; set; } = [];

        public Task<IReadOnlyList<CopyProgress>> AllAsync(CancellationToken cancellationToken) => Failure is { } failure ? Task.FromException<IReadOnlyList<CopyProgress>>(failure) : Task.FromResult(Copies);

        public Task<long> BeginAsync(CopyPlan plan, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<CopyShard?> LeaseAsync(long copyId, string owner, TimeSpan length, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task RenewAsync(CopyShard shard, TimeSpan length, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<CopyShard?> CheckpointAsync(CopyShard shard, CopyPage page, TimeSpan length, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<IReadOnlyList<CrashId>> FailedAsync(long copyId, CrashId? after, int most, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task ReplaceFailuresAsync(long copyId, CrashId id, CopyPage page, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<CopyProgress> ProgressAsync(long copyId, CancellationToken cancellationToken) => throw new NotSupportedException();
    }

    private sealed class KeptMinutes : IStoreMinutes
    {
        public System.Collections.Concurrent.ConcurrentQueue<OperationMinute> Added { get; } = [];

        public Task KeepAsync(IReadOnlyList<OperationMinute> minutes, CancellationToken cancellationToken)
        {
            foreach (var minute in minutes)
            {
                Added.Enqueue(minute);
            }

            return Task.CompletedTask;
        }

        public IReadOnlyList<OperationMinute> Kept { get; set; } = [];

        public Task<IReadOnlyList<OperationMinute>> SinceAsync(IReadOnlyList<string> stores, DateTimeOffset since, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<OperationMinute>>([.. Kept.Where(minute => minute.Minute >= since && stores.Contains(minute.Store))]);

        public Task PruneAsync(DateTimeOffset before, CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class NoParity : IParityRecords
    {
        public Task<long> KeepAsync(ParityReport report, DateTimeOffset begunAt, DateTimeOffset endedAt, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<IReadOnlyList<KeptParity>> NewestAsync(IReadOnlyList<KeptParity> known, CancellationToken cancellationToken) => Task.FromResult(known);

        public Task PruneAsync(DateTimeOffset before, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
