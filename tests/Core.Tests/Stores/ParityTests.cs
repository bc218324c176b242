using System.Runtime.CompilerServices;
using System.Text;
using Dashboard.Core.Stores;
using Dashboard.Core.Stores.Crashes;
using Dashboard.Core.Stores.Parity;
using FsCheck;
using FsCheck.Xunit;

namespace Dashboard.Core.Tests.Stores;

public sealed class ParityTests
{
    private readonly MemoryStore source = new("old");
    private readonly MemoryStore target = new("new");

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    // What is said of 0 to 5 bad ones in 3,000 and 30,000.
    [Theory]
    [InlineData(0, 2_995, 0.95, 1.0e-3)]
    [InlineData(0, 4_603, 0.99, 1.0e-3)]
    [InlineData(0, 29_956, 0.95, 1.0e-4)]
    [InlineData(1, 3_000, 0.95, 1.6e-3)]
    [InlineData(2, 3_000, 0.95, 2.1e-3)]
    [InlineData(3, 3_000, 0.95, 2.6e-3)]
    [InlineData(5, 30_000, 0.95, 3.5e-4)]
    public void A_sample_bounds_what_it_was_drawn_from(int bad, int drawn, double confidence, double expected) =>
        Assert.InRange(ConfidenceBound.Upper(bad, drawn, confidence) / expected, 0.97, 1.03);

    [Fact]
    public void Nothing_drawn_bounds_nothing() => Assert.Equal(1, ConfidenceBound.Upper(0, 0, 0.95));

    [Property]
    public bool A_bound_lies_above_what_was_seen_grows_with_what_is_bad_and_with_the_confidence(PositiveInt drawn, NonNegativeInt bad)
    {
        var (all, some) = (drawn.Get % 5_000 + 1, bad.Get % (drawn.Get % 5_000 + 1));
        var bound = ConfidenceBound.Upper(some, all, 0.95);

        return bound >= (double)some / all && bound <= 1 && bound <= ConfidenceBound.Upper(some, all, 0.99) && bound <= ConfidenceBound.Upper(some + 1, all, 0.95);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_difference_that_was_made_is_found_and_nothing_else(bool listed)
    {
        (source.Lists, target.Lists) = (listed, listed);
        var ids = await FillAsync(60);
        target.Put(ids[3], CrashItem.Raw, null);
        target.Put(ids[9], CrashItem.Dump("upload_file_minidump_flash1"), null);
        target.Put(ids[17], CrashItem.Dump(null), Encoding.ASCII.GetBytes("MDMP of another"));
        source.Put(ids[21], CrashItem.Processed, null);
        var whole = CrashId.New(SampleCrashes.Day);
        await target.SaveRawCrashAsync(SampleCrashes.Raw, Dumps.None, whole, Now);

        var report = await AuditAsync(new ParityPlan(SampleCrashes.Day, SampleCrashes.Day));

        Assert.Equal(
            new HashSet<ParityDifference>
            {
                new(ids[3], CrashItem.Raw, ParityOutcome.OnlySource),
                new(ids[9], CrashItem.Dump("upload_file_minidump_flash1"), ParityOutcome.OnlySource),
                new(ids[17], CrashItem.Dump(null), ParityOutcome.Differs),
                new(ids[21], CrashItem.Processed, ParityOutcome.OnlyTarget),
                new(whole, CrashItem.Raw, ParityOutcome.OnlyTarget),
                new(whole, CrashItem.DumpNames, ParityOutcome.OnlyTarget),
            },
            report.Differences.ToHashSet());
        Assert.Equal(6, report.Differences.Count);
        Assert.False(report.IsWhole);
        Assert.Equal(59, report.Cells.Single(cell => cell.Kind == CrashItemKind.RawCrash).Same);
    }

    [Fact]
    public async Task What_differs_inside_is_found_only_by_reading_and_all_of_a_seam_day_is_read()
    {
        var ids = await FillAsync(40);

        // As long as the right one: a listing cannot see it.
        target.Put(ids[5], CrashItem.Dump(null), Encoding.ASCII.GetBytes("MDMP the fIrst"));

        Assert.True((await AuditAsync(new ParityPlan(SampleCrashes.Day, SampleCrashes.Day) { SampleRate = 0 })).IsWhole);
        var report = await AuditAsync(new ParityPlan(SampleCrashes.Day, SampleCrashes.Day) { SampleRate = 0, Seam = [SampleCrashes.Day] });
        Assert.Equal(new ParityDifference(ids[5], CrashItem.Dump(null), ParityOutcome.Differs), Assert.Single(report.Differences));
        Assert.Equal(0, report.Sample.Drawn);
        Assert.Equal(1, report.Sample.Upper95);
    }

    [Fact]
    public async Task A_sample_is_drawn_by_its_seed_and_says_what_it_bounds()
    {
        await FillAsync(50);
        var plan = new ParityPlan(SampleCrashes.Day, SampleCrashes.Day) { SampleRate = 0.3, Seed = 7 };

        var (one, again, other) = (await AuditAsync(plan), await AuditAsync(plan), await AuditAsync(plan with { Seed = 8 }));

        Assert.Equal(one.Cells, again.Cells);
        Assert.NotEqual(one.Cells, other.Cells);
        Assert.InRange(one.Sample.Drawn, 1, 249);
        Assert.Equal(ConfidenceBound.Upper(0, one.Sample.Drawn, 0.95), one.Sample.Upper95);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Of_each_day_and_kind_as_many_are_read_as_asked_for_and_bound_that_day_and_kind_alone(bool listed)
    {
        (source.Lists, target.Lists) = (listed, listed);
        await FillAsync(40);

        var report = await AuditAsync(new ParityPlan(SampleCrashes.Day, SampleCrashes.Day) { SampleRate = 0, LeastOfEach = 7, Seed = 3 });

        Assert.All(report.Cells, cell => Assert.Equal((7, 7, 0, ConfidenceBound.Upper(0, 7, 0.95)), (cell.Read, cell.Drawn, cell.Bad, cell.Upper95)));
        Assert.Equal(0, report.Sample.Drawn);

        // More than there are is all there are.
        var all = await AuditAsync(new ParityPlan(SampleCrashes.Day, SampleCrashes.Day) { SampleRate = 0.2, LeastOfEach = 1_000 });
        Assert.All(all.Cells, cell => Assert.Equal((cell.Same, 0d), (cell.Read, cell.Upper95)));
        Assert.InRange(all.Sample.Drawn, 1, 199);
    }

    [Fact]
    public async Task Each_store_is_looked_at_once_and_asked_for_the_next_part_before_this_one_is_compared()
    {
        await FillAsync(3);
        (source.Lists, target.Lists) = (true, true);
        var (mine, its) = (new Begun(source), new Begun(target));

        var report = await new ParityAudit(mine, its).RunAsync(new ParityPlan(SampleCrashes.Day.AddDays(-1), SampleCrashes.Day.AddDays(1)), null, Now);

        Assert.True(report.IsWhole);
        Assert.Equal(15, report.Cells.Sum(cell => cell.Same));

        // Raw crashes of three days, and four other kinds of all days at once.
        Assert.Equal((7, 7), (mine.Parts, its.Parts));
        Assert.Equal((1, 1), (source.Asked.Count(what => what == "look"), target.Asked.Count(what => what == "look")));
    }

    [Fact]
    public async Task A_listing_that_fails_ends_the_comparison_and_leaves_none_under_way()
    {
        await FillAsync(3);
        (source.Lists, target.Lists) = (true, true);
        var failing = new Begun(target) { FailsAt = 3 };
        var mine = new Begun(source);

        await Assert.ThrowsAsync<IOException>(async () => await new ParityAudit(mine, failing).RunAsync(new ParityPlan(SampleCrashes.Day, SampleCrashes.Day), null, Now));

        Assert.Equal((mine.Parts, failing.Parts), (mine.Ended, failing.Ended));
    }

    [Fact]
    public async Task Where_one_day_of_very_many_is_asked_for_the_listing_of_all_is_not_worth_it()
    {
        (source.Lists, target.Lists) = (true, true);
        await FillAsync(2);
        for (var day = 1; day <= 60; day++)
        {
            await source.SaveRawCrashAsync(SampleCrashes.Raw, Dumps.None, CrashId.New(SampleCrashes.Day.AddDays(day)), Now);
        }

        // What only the source has on other days does not matter, whichever way is taken.
        Assert.True((await AuditAsync(new ParityPlan(SampleCrashes.Day, SampleCrashes.Day))).IsWhole);
    }

    [Fact]
    public async Task The_same_in_other_words_is_no_difference()
    {
        var id = (await FillAsync(1))[0];
        source.Put(id, CrashItem.Raw, """{"a": 1, "b": [true]}"""u8.ToArray());
        target.Put(id, CrashItem.Raw, """{"b":[true],"a":1}"""u8.ToArray());
        target.Put(id, CrashItem.DumpNames, """["upload_file_minidump", "upload_file_minidump_flash1"]"""u8.ToArray());

        Assert.True((await AuditAsync(new ParityPlan(SampleCrashes.Day, SampleCrashes.Day) { SampleRate = 1 })).IsWhole);
    }

    [Fact]
    public async Task What_cannot_be_read_is_neither_a_difference_nor_a_proof()
    {
        await FillAsync(2);
        var report = await new ParityAudit(source, new Unreadable(target)).RunAsync(new ParityPlan(SampleCrashes.Day, SampleCrashes.Day) { SampleRate = 1 }, null, Now);

        Assert.Empty(report.Differences);
        Assert.False(report.IsWhole);
        Assert.Equal(10, report.Cells.Sum(cell => cell.Unread));
        Assert.Equal(0, report.Sample.Drawn);
    }

    private Task<ParityReport> AuditAsync(ParityPlan plan) => new ParityAudit(source, target).RunAsync(plan, null, Now);

    private async Task<List<CrashId>> FillAsync(int crashes)
    {
        var ids = Enumerable.Range(0, crashes).Select(_ => CrashId.New(SampleCrashes.Day)).ToList();
        foreach (var id in ids)
        {
            foreach (var store in (MemoryStore[])[source, target])
            {
                await store.SaveRawAndProcessedAsync(SampleCrashes.Raw, SampleCrashes.Dumps, SampleCrashes.Processed(id), id, Now);
            }
        }

        return ids;
    }

    /// <summary>Lists as another does; each part ends only when the next has begun, but for the last of them.</summary>
    private sealed class Begun(MemoryStore store) : CrashStore("listed"), IItemListing
    {
        private const int AllParts = 7;
        private readonly List<TaskCompletionSource> begun = [.. Enumerable.Range(0, AllParts).Select(_ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously))];
        private int parts;
        private int ended;

        public int Parts => parts;

        public int Ended => ended;

        public int FailsAt { get; init; }

        public override IItemListing Listing => this;

        public override StoreCapabilities Capabilities => store.Capabilities;

        public override ValueTask<CrashCatalog> CatalogAsync(CrashId id, CancellationToken cancellationToken) => store.CatalogAsync(id, cancellationToken);

        // A hundredth of all things is read, drawn by ids that are others each time.
        public override ValueTask<ReadOnlyMemory<byte>> ReadItemAsync(CrashId id, CrashItem item, CancellationToken cancellationToken) => store.ReadItemAsync(id, item, cancellationToken);

        public ValueTask<ListedLayout> LookAsync(CancellationToken cancellationToken) => store.Listing!.LookAsync(cancellationToken);

        public async IAsyncEnumerable<ListedItem> ListItemsAsync(ListedLayout layout, CrashItem item, DateOnly from, DateOnly to, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            var part = Interlocked.Increment(ref parts);
            try
            {
                begun[part - 1].SetResult();
                if (part == FailsAt)
                {
                    throw new IOException("away");
                }

                await foreach (var one in store.Listing!.ListItemsAsync(layout, item, from, to, cancellationToken))
                {
                    yield return one;
                }

                await (part < AllParts && FailsAt == 0 ? begun[part].Task.WaitAsync(TimeSpan.FromMinutes(2), cancellationToken) : Task.CompletedTask);
            }
            finally
            {
                Interlocked.Increment(ref ended);
            }
        }

        public IAsyncEnumerable<CrashId> ListIdsAsync(ListedLayout layout, DateOnly day, char salt, CrashId? after, CancellationToken cancellationToken) => throw new NotSupportedException();
    }

    private sealed class Unreadable(MemoryStore store) : CrashStore("new")
    {
        public override StoreCapabilities Capabilities => store.Capabilities;

        public override ValueTask<CrashCatalog> CatalogAsync(CrashId id, CancellationToken cancellationToken) => store.CatalogAsync(id, cancellationToken);

        public override IAsyncEnumerable<CrashCatalog> EnumerateAsync(DateOnly day, char salt, CrashId? after, CancellationToken cancellationToken) =>
            store.EnumerateAsync(day, salt, after, cancellationToken);

        public override ValueTask<ReadOnlyMemory<byte>> ReadItemAsync(CrashId id, CrashItem item, CancellationToken cancellationToken) => throw new IOException("away");
    }
}
