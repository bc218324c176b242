using Dashboard.Core.Access;
using Dashboard.Core.Actions.Audit;
using Dashboard.Core.Database;
using Dashboard.Core.Stores.Crashes;
using Dashboard.Core.Stores.CutOver;
using Dashboard.Core.Stores.Health;
using Dashboard.Core.Stores.Parity;
using Dashboard.Kit;

namespace Dashboard.Core.Tests.Stores;

/// <summary>What was asked of stores and what comparisons found, in the dashboard's own records.</summary>
public sealed class StoreRecordsTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 31, 12, 0, 0, TimeSpan.Zero);
    private OwnDatabase database = null!;

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        database = new OwnDatabase(await (await TestPostgres.SharedAsync()).NewDatabaseAsync());
        await database.MigrateAsync(Now);
    }

    public ValueTask DisposeAsync() => database.DisposeAsync();

    [Fact]
    public async Task Minutes_of_several_programs_add_up_and_old_ones_go()
    {
        var kept = new StoreMinutes(database);
        var one = Minute("new", StoreOperation.GetRaw, Noon, 3, 1);
        await kept.KeepAsync([one, Minute("old", StoreOperation.SaveRaw, Noon, 1, 0)], Now);
        await kept.KeepAsync([one, Minute("new", StoreOperation.GetRaw, Noon.AddDays(-91), 1, 0)], Now);
        await kept.KeepAsync([], Now);

        var found = await kept.SinceAsync(["new"], Noon.AddYears(-1), Now);
        Assert.Equal([(Noon.AddDays(-91), 1L, 0L, 1L), (Noon, 6L, 2L, 6L)], found.Select(minute => (minute.Minute, minute.Succeeded, minute.Failed, minute.Buckets.Sum())));
        Assert.Equal(6, found[1].Buckets[Latencies.BucketOf(TimeSpan.FromMilliseconds(5))]);

        await kept.PruneAsync(Noon.AddDays(-90), Now);
        Assert.Equal(Noon, Assert.Single(await kept.SinceAsync(["new"], Noon.AddYears(-1), Now)).Minute);
    }

    [Fact]
    public async Task How_a_store_did_is_added_up_over_the_days_that_count()
    {
        var (kept, moves, options) = (new StoreMinutes(database), new MoveLedger(database), new CutOverOptions { BudgetSeconds = 1 });
        await kept.KeepAsync(
            [
                Minute("new", StoreOperation.GetRaw, Noon, 3, 1), Minute("new", StoreOperation.SaveRaw, Noon.AddDays(-6), 2, 0), Minute("new", StoreOperation.GetRaw, Noon.AddDays(-8), 9, 9), Minute("old", StoreOperation.GetRaw, Noon, 5, 5),
                Minute("new", StoreOperation.GetDumps, Noon, 0, 0) with { NotFound = 7, Buckets = Slow(0.99, 3, 4) },
            ],
            Now);

        Assert.Equal(new BudgetEvidence(Noon.AddDays(-6), 12, 1, 4, Noon.AddMinutes(1)), await moves.BudgetAsync("new", options, Noon.AddMinutes(1), Now));
        Assert.Null(await moves.BudgetAsync("another", options, Noon, Now));

        // So many within the bound, and so many that took two minutes.
        static long[] Slow(double within, int fast, int slow)
        {
            var buckets = new long[Latencies.Buckets];
            buckets[Latencies.BucketOf(TimeSpan.FromSeconds(within))] = fast;
            buckets[Latencies.BucketOf(TimeSpan.FromMinutes(2))] += slow;
            return buckets;
        }
    }

    [Fact]
    public async Task A_word_is_kept_with_its_line_in_the_audit_and_the_newest_of_each_line_holds()
    {
        var (moves, audit, ada) = (new MoveLedger(database), new AuditQueries(database), Actor.AtTerminal("ada"));
        await moves.TriedAsync("old", "new", "marker", ok: false, "It is not there.", "ada", Now);
        await moves.VouchAsync("old", "new", "capacity", "2 PB are free", ada, Now);
        var anchor = await moves.VouchAsync("old", "new", "capacity", "1 PB is free", ada, Now);

        Assert.Equal(
            [("capacity", true, "1 PB is free", "ada", (long?)anchor.Sequence), ("marker", false, "It is not there.", "ada", null)],
            (await moves.WordsAsync("old", "new", Now)).Select(word => (word.Line, word.Ok, word.Words, word.By, word.AuditLine)));
        var line = (await audit.PageAsync(new AuditFilter { Event = AuditEvents.Vouched }, Now))[0];
        Assert.Equal((anchor.Sequence, "ada", "terminal", "cut-over", "1 PB is free"), (line.Sequence, line.Entry.Who.Name, line.Entry.Who.Via, line.Entry.Kind, line.Entry.Reason));
        Assert.Equal("The new store has room for what is to come: for the move from old to new.", line.Entry.Summary);
        Assert.Equal((2L, 0), (await AuditVerification.RunAsync(audit, [anchor], Now)) is var report ? (report.Lines, report.Faults.Count) : default);
    }

    [Fact]
    public async Task The_newest_comparison_of_each_two_stores_is_read_whole_and_the_same_object_until_there_is_another()
    {
        var records = new ParityRecords(database);
        var day = SampleCrashes.Day;
        var id = CrashId.New(day);
        var found = new ParityReport(
            "old", "new", new ParityPlan(day, day.AddDays(1)) { Seam = [day.AddDays(1)], SampleRate = 0.1 },
            [new(day, CrashItemKind.RawCrash, 10, 1, 2, 3, 4, 5, 4, 0), new(day.AddDays(1), CrashItemKind.Dump, 7, 0, 0, 0, 7, 0)],
            [new(id, CrashItem.Raw, ParityOutcome.OnlySource), new(id, CrashItem.Dump("plugin"), ParityOutcome.Differs)],
            ParitySample.Of(300, 0));
        await records.KeepAsync(found with { Cells = [] }, Noon.AddHours(-2), Noon.AddHours(-1), Now);
        await records.KeepAsync(found, Noon.AddMinutes(-5), Noon, Now);
        await records.KeepAsync(found with { Target = "third", Differences = [] }, Noon, Noon, Now);

        var newest = await records.NewestAsync([], Now);

        Assert.Equal(["third", "new"], newest.Select(one => one.Target));
        var read = newest[1];
        Assert.Equal(found.Cells, read.Cells);
        Assert.Equal(found.Sample, read.Sample);
        Assert.Equal(found.Differences.OrderBy(one => one.Item.ToString()), read.Named.OrderBy(one => one.Item.ToString()));
        Assert.Equal((6L, Noon, day.AddDays(1)), (read.Differences, read.EndedAt, Assert.Single(read.Seam)));
        Assert.False(read.IsWhole);
        Assert.Same(newest, await records.NewestAsync(newest, Now));

        // The same row is the evidence of a move.
        var evidence = await new MoveLedger(database).ParityAsync("old", "new", Now);
        Assert.Equal((17L, 1L, 2L, 3L, 5L, 300L, found.Sample.Upper99, Noon), (evidence!.Same, evidence.OnlySource, evidence.OnlyTarget, evidence.Differs, evidence.Unread, evidence.Drawn, evidence.Upper99, evidence.EndedAt));

        // What nobody looks at any more goes; the newest of each two stays, however old.
        await records.PruneAsync(Noon.AddDays(1), Now);
        await using var count = database.Source.CreateCommand("select count(*)::int from dashboard.store_parity");
        Assert.Equal(2, await count.ExecuteScalarAsync(Now));
    }

    [Fact]
    public void What_a_cell_bounds_is_exact_where_all_was_read()
    {
        var cell = new ParityCell(SampleCrashes.Day, CrashItemKind.Dump, 100, 0, 0, 0, 30, 0, 30, 0);

        Assert.Equal(ConfidenceBound.Upper(0, 30, 0.95), cell.Upper95);
        Assert.Equal(0, (cell with { Read = 100 }).Upper95);
        Assert.Equal(1, (cell with { Read = 0, Drawn = 0 }).Upper95);
    }

    private static OperationMinute Minute(string store, StoreOperation operation, DateTimeOffset at, long succeeded, long failed)
    {
        var buckets = new long[Latencies.Buckets];
        buckets[Latencies.BucketOf(TimeSpan.FromMilliseconds(5))] = succeeded;
        return new OperationMinute(store, operation, at, succeeded, 0, failed, buckets);
    }
}
