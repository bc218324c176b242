using System.Text;
using Dashboard.Core.Database;
using Dashboard.Core.Retries;
using Dashboard.Core.Retries.Executor;
using Dashboard.Core.Stores;
using Dashboard.Core.Stores.Copying;
using Dashboard.Core.Stores.Crashes;
using Dashboard.Core.Stores.Parity;
using Dashboard.Kit;
using Microsoft.Extensions.Time.Testing;
using Npgsql;

namespace Dashboard.Core.Tests.Stores;

public sealed class CopierTests : IAsyncLifetime
{
    private readonly MemoryStore source = new("old");
    private readonly MemoryStore target = new("new");
    private readonly CopyPlan plan = new("old", "new", SampleCrashes.Day, SampleCrashes.Day.AddDays(1));
    private OwnDatabase database = null!;
    private CopyLedger ledger = null!;

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        database = new OwnDatabase(await (await TestPostgres.SharedAsync()).NewDatabaseAsync());
        await database.MigrateAsync(Now);
        ledger = new CopyLedger(database);
    }

    public ValueTask DisposeAsync() => database.DisposeAsync();

    [Fact]
    public async Task Everything_is_copied_counted_and_left_where_it_was()
    {
        var ids = await FillAsync(30);

        var progress = await Copier(target).RunAsync(plan, null, Now);

        Assert.True(progress.IsWhole);
        Assert.Equal((32, 32, 30, 150, 0), (progress.Shards, progress.Done, progress.Crashes, progress.Created, progress.Present));
        Assert.True((await new ParityAudit(source, target).RunAsync(new ParityPlan(plan.From, plan.To) { SampleRate = 1 }, null, Now)).IsWhole);
        Assert.All(ids, id => Assert.NotEmpty(source.CatalogAsync(id, Now).AsTask().Result.Entries));
        Assert.DoesNotContain("Remove", source.Asked);
    }

    [Fact]
    public async Task What_is_there_already_is_not_written_again_and_what_is_something_else_is_never_overwritten()
    {
        var ids = await FillAsync(3);
        target.Put(ids[0], CrashItem.Dump(null), Encoding.ASCII.GetBytes("MDMP the first"));
        target.Put(ids[1], CrashItem.Dump(null), Encoding.ASCII.GetBytes("MDMP of another"));

        var progress = await Copier(target).RunAsync(plan, null, Now);

        Assert.Equal((13, 1, 1), ((int)progress.Created, (int)progress.Present, (int)progress.Conflicts));
        Assert.False(progress.IsWhole);
        Assert.Equal("MDMP of another", Encoding.ASCII.GetString((await target.ReadItemAsync(ids[1], CrashItem.Dump(null), Now)).Span));
    }

    [Fact]
    public async Task A_dump_that_cannot_be_read_keeps_its_crash_from_being_seen_and_is_copied_at_the_next_try_where_the_original_saved_an_empty_crash()
    {
        var id = (await FillAsync(1))[0];
        var flaky = new Flaky(source) { Refuses = CrashItem.Dump(null) };

        var first = await Copier(target, flaky).RunAsync(plan, null, Now);
        Assert.Equal(2, first.Failed);
        await Assert.ThrowsAsync<CrashNotFoundException>(async () => await target.GetRawCrashAsync(id, Now));

        flaky.Refuses = null;
        var second = await Copier(target, flaky).RunAsync(plan, null, Now);
        Assert.True(second.IsWhole);
        Assert.Equal(5, second.Created);
        Assert.Equal(1, second.Crashes);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_crash_that_was_torn_in_the_source_is_copied_and_told(bool listed)
    {
        source.Lists = listed;
        var id = (await FillAsync(1))[0];
        source.Put(id, CrashItem.Dump("upload_file_minidump_flash1"), null);

        var progress = await Copier(target).RunAsync(plan, null, Now);

        Assert.Equal((1, 0), (progress.Torn, progress.Failed));
        Assert.NotNull(await target.GetRawCrashAsync(id, Now));
    }

    [Fact]
    public async Task Many_copiers_share_a_copy_and_each_thing_is_counted_once()
    {
        await FillAsync(80);

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Copier(target).RunAsync(plan, null, Now), Now)));

        var progress = await ledger.ProgressAsync(await ledger.BeginAsync(plan, Now), Now);
        Assert.True(progress.IsWhole);
        Assert.Equal((80, 400, 0), (progress.Crashes, progress.Created, progress.Present));
    }

    [Fact]
    public async Task While_the_last_crashes_of_some_parts_are_under_way_the_next_part_is_begun()
    {
        var ids = Enumerable.Range(0, 6).Select(salt => CrashId.Parse($"{salt}bba929f-8721-460c-dead-a43c20150331")).ToList();
        foreach (var id in ids)
        {
            await source.SaveRawAndProcessedAsync(SampleCrashes.Raw, SampleCrashes.Dumps, SampleCrashes.Processed(id), id, Now);
        }

        // None of the six, each in a part of its own, is read before all are asked for.
        var pace = new CopyPace(ids.Count, TimeProvider.System, SilentTelemetry.Instance);
        pace.GotThrough();
        pace.GotThrough();
        var copier = new Copier(new Gathering(source, ids.Count), target, ledger, pace, TimeProvider.System, "test");
        var progress = await copier.RunAsync(plan, null, Now).WaitAsync(RunningDashboard.Deadline, Now);

        Assert.True(progress.IsWhole);
        Assert.Equal((ids.Count, 5 * ids.Count, 0), (progress.Crashes, progress.Created, progress.Present));
    }

    [Fact]
    public async Task Who_was_away_too_long_is_fenced_off_and_counts_nothing()
    {
        var copy = await ledger.BeginAsync(plan, Now);
        var late = (await ledger.LeaseAsync(copy, "late", TimeSpan.Zero, Now))!;
        var next = (await ledger.LeaseAsync(copy, "next", TimeSpan.FromHours(1), Now))!;
        Assert.Equal((late.Day, late.Salt), (next.Day, next.Salt));
        var page = new CopyPage(CrashId.New(late.Day), 500, 2_000, 0, 1_000, [], IsLast: false);

        Assert.Null(await ledger.CheckpointAsync(late, page, TimeSpan.FromHours(1), Now));
        Assert.NotNull(await ledger.CheckpointAsync(next, page, TimeSpan.FromHours(1), Now));

        Assert.Equal(500, (await ledger.ProgressAsync(copy, Now)).Crashes);
    }

    [Fact]
    public async Task A_page_that_is_told_twice_is_counted_once_also_the_last_one()
    {
        var copy = await ledger.BeginAsync(plan, Now);
        var shard = (await ledger.LeaseAsync(copy, "one", TimeSpan.FromHours(1), Now))!;
        var page = new CopyPage(CrashId.New(shard.Day), 2, 8, 0, 100, [], IsLast: false);
        await ledger.CheckpointAsync(shard, page, TimeSpan.FromHours(1), Now);

        var again = await ledger.CheckpointAsync(shard, page, TimeSpan.FromHours(1), Now);
        var last = new CopyPage(null, 0, 0, 0, 0, [], IsLast: true);
        Assert.NotNull(await ledger.CheckpointAsync(again!, last, TimeSpan.FromHours(1), Now));
        Assert.NotNull(await ledger.CheckpointAsync(again!, last, TimeSpan.FromHours(1), Now));

        var progress = await ledger.ProgressAsync(copy, Now);
        Assert.Equal((2, 8, 1), (progress.Crashes, progress.Created, progress.Done));
    }

    [Fact]
    public async Task A_copier_that_dies_in_the_middle_has_at_most_a_page_done_again()
    {
        await FillAsync(20);
        using var killed = CancellationTokenSource.CreateLinkedTokenSource(Now);
        var dying = new Flaky(source) { After = 37, Then = killed.Cancel };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Copier(target, dying).RunAsync(plan, null, killed.Token));

        // Its lease is over.
        var server = await TestPostgres.SharedAsync();
        await server.ExecuteAsync(new NpgsqlConnectionStringBuilder(database.Source.ConnectionString).Database!, "update dashboard.store_copy_shard set lease_until = now() - interval '1 second' where lease_until is not null");
        var progress = await Copier(target).RunAsync(plan, null, Now);

        Assert.True(progress.IsWhole);
        Assert.Equal(20, progress.Crashes);
        Assert.Equal(100, progress.Created + progress.Present);
    }

    [Fact]
    public void Many_failures_at_once_halve_the_pace_once_and_quiet_brings_it_back_step_by_step()
    {
        var clock = new FakeTimeProvider();
        var pace = new CopyPace(6, clock, SilentTelemetry.Instance);
        Assert.Equal(4, pace.Now);

        pace.Tell(Failure(clock));
        pace.Tell(Failure(clock));
        Assert.Equal((2, 1L), (pace.Now, pace.HeldBack));
        clock.Advance(TimeSpan.FromSeconds(1));
        pace.Tell(Failure(clock));
        clock.Advance(TimeSpan.FromSeconds(1));
        pace.Tell(Failure(clock));
        Assert.Equal(1, pace.Now);

        for (var expected = 2; expected <= 6; expected++)
        {
            clock.Advance(CopyPace.Quiet);
            Assert.Equal(expected, pace.Now);
        }

        clock.Advance(CopyPace.Quiet);
        Assert.Equal(6, pace.Now);
    }

    [Fact]
    public void Until_a_store_says_that_it_is_too_much_each_crash_that_is_through_lets_one_more_in()
    {
        var clock = new FakeTimeProvider();
        var pace = new CopyPace(30, clock, SilentTelemetry.Instance);
        foreach (var expected in (int[])[8, 16, 30, 30])
        {
            // As many are through as were under way. That time passes alone lets nobody in.
            clock.Advance(CopyPace.Quiet);
            for (var through = pace.Now; through > 0; through--)
            {
                pace.GotThrough();
            }

            Assert.Equal(expected, pace.Now);
        }

        pace.Tell(Failure(clock));
        pace.GotThrough();
        Assert.Equal(15, pace.Now);
    }

    private static RetryEvent Failure(TimeProvider clock) => new()
    {
        Id = Guid.NewGuid(), At = clock.GetUtcNow(), Who = new RetryTeller("stores", "here", "test/1", "run-1", "s3"), Backend = "s3", Executor = ExecutorKind.Limited, Attempt = 1,
        Outcome = RetryOutcome.Fail,
    };

    private Copier Copier(ICrashStore to, ICrashStore? from = null) =>
        new(from ?? source, to, ledger, new CopyPace(4, TimeProvider.System, SilentTelemetry.Instance), TimeProvider.System, "test");

    private async Task<List<CrashId>> FillAsync(int crashes)
    {
        var ids = Enumerable.Range(0, crashes).Select(number => CrashId.New(SampleCrashes.Day.AddDays(number % 2))).ToList();
        foreach (var id in ids)
        {
            await source.SaveRawAndProcessedAsync(SampleCrashes.Raw, SampleCrashes.Dumps, SampleCrashes.Processed(id), id, Now);
        }

        return ids;
    }

    /// <summary>Refuses to read one kind of thing, or calls somebody after so many reads.</summary>
    private sealed class Flaky(MemoryStore store) : CrashStore("old")
    {
        private int reads;

        public CrashItem? Refuses { get; set; }

        public int After { get; init; } = int.MaxValue;

        public Action? Then { get; init; }

        public override StoreCapabilities Capabilities => store.Capabilities;

        public override ValueTask<CrashCatalog> CatalogAsync(CrashId id, CancellationToken cancellationToken) => store.CatalogAsync(id, cancellationToken);

        public override IAsyncEnumerable<CrashCatalog> EnumerateAsync(DateOnly day, char salt, CrashId? after, CancellationToken cancellationToken) =>
            store.EnumerateAsync(day, salt, after, cancellationToken);

        public override ValueTask<ReadOnlyMemory<byte>> ReadItemAsync(CrashId id, CrashItem item, CancellationToken cancellationToken)
        {
            if (Interlocked.Increment(ref reads) > After)
            {
                Then?.Invoke();
                cancellationToken.ThrowIfCancellationRequested();
            }

            return item == Refuses ? throw new IOException("503 Slow Down") : store.ReadItemAsync(id, item, cancellationToken);
        }
    }

    /// <summary>Reads nothing before so many crashes were asked for.</summary>
    private sealed class Gathering(MemoryStore store, int all) : CrashStore("old")
    {
        private readonly HashSet<CrashId> asked = [];
        private readonly TaskCompletionSource gathered = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override StoreCapabilities Capabilities => store.Capabilities;

        public override ValueTask<CrashCatalog> CatalogAsync(CrashId id, CancellationToken cancellationToken) => store.CatalogAsync(id, cancellationToken);

        public override IAsyncEnumerable<CrashCatalog> EnumerateAsync(DateOnly day, char salt, CrashId? after, CancellationToken cancellationToken) =>
            store.EnumerateAsync(day, salt, after, cancellationToken);

        public override async ValueTask<ReadOnlyMemory<byte>> ReadItemAsync(CrashId id, CrashItem item, CancellationToken cancellationToken)
        {
            lock (asked)
            {
                asked.Add(id);
                if (asked.Count == all)
                {
                    gathered.TrySetResult();
                }
            }

            await gathered.Task.WaitAsync(cancellationToken);
            return await store.ReadItemAsync(id, item, cancellationToken);
        }
    }
}
