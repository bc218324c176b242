using System.Net;
using System.Text;
using Dashboard.Core.Retries.Executor;
using Dashboard.Core.Stores;
using Dashboard.Core.Stores.Crashes;
using Dashboard.Core.Stores.HBase;
using Dashboard.Kit.Stores;

namespace Dashboard.Core.Tests.Stores;

/// <summary>Against a double, not against HBase.</summary>
public sealed class HBaseStoreTests : IAsyncDisposable
{
    private static readonly CrashId Id = CrashId.Parse("0bba929f-8721-460c-dead-a43c22150331");
    private readonly HBaseRestDouble gateway = new();
    private readonly HBaseStore store;

    public HBaseStoreTests() => store = Store("crash_reports");

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await store.DisposeAsync();
        await gateway.DisposeAsync();
    }

    [Fact]
    public async Task A_crash_is_one_row_with_the_columns_of_the_original()
    {
        await store.SaveRawCrashAsync(SampleCrashes.Raw, SampleCrashes.Dumps, Id, Now);
        const string row = "01503310bba929f-8721-460c-dead-a43c22150331";
        Assert.Equal(row, HBaseStore.RowOf(Id));
        Assert.Equal(SampleCrashes.Raw.ToString(), gateway.Cell(row, "meta_data:json"));
        Assert.Equal("MDMP the first", gateway.Cell(row, "raw_data:dump"));
        Assert.Equal("N", gateway.Cell(row, "flags:processed"));
        Assert.Equal(Id.Value, gateway.Cell(row, "ids:ooid"));

        await store.SaveProcessedAsync(ProcessedCrash.Parse($$"""{"uuid":"{{Id}}","signature":""}"""), Now);
        Assert.Equal("##empty##", gateway.Cell(row, "processed_data:signature"));
        Assert.Equal("Y", gateway.Cell(row, "flags:processed"));
    }

    [Fact]
    public async Task What_was_saved_is_read_back_and_what_was_removed_is_not_there()
    {
        await store.SaveRawAndProcessedAsync(SampleCrashes.Raw, SampleCrashes.Dumps, SampleCrashes.Processed(Id), Id, Now);

        Assert.Equal(SampleCrashes.Raw.ToString(), (await store.GetRawCrashAsync(Id, Now)).ToString());
        Assert.Equal(["dump", "upload_file_minidump_flash1"], (await store.GetRawDumpsAsync(Id, Now)).Keys);
        Assert.Equal("js::Something", (await store.GetUnredactedProcessedAsync(Id, Now)).Text("signature"));
        Assert.Equal(5, (await store.CatalogAsync(Id, Now)).Entries.Count);

        await store.RemoveAsync(Id, Now);
        await Assert.ThrowsAsync<CrashNotFoundException>(async () => await store.GetRawCrashAsync(Id, Now));
        await Assert.ThrowsAsync<CrashNotFoundException>(async () => await store.GetRawDumpsAsync(Id, Now));
        await Assert.ThrowsAsync<CrashNotFoundException>(async () => await store.RemoveAsync(Id, Now));
    }

    [Fact]
    public async Task The_first_dump_is_found_under_the_name_it_was_sent_under_as_well()
    {
        gateway.Put(HBaseStore.RowOf(Id), "meta_data:json", "{}");
        gateway.Put(HBaseStore.RowOf(Id), "raw_data:upload_file_minidump", "MDMP of old");

        Assert.Equal("MDMP of old", Encoding.UTF8.GetString((await (await store.GetRawDumpAsync(Id, null, Now)).BytesAsync(Now)).Span));
        Assert.Equal(["dump"], (await store.GetRawDumpsAsync(Id, Now)).Keys);
    }

    [Fact]
    public async Task A_table_that_is_not_there_is_no_missing_crash_although_both_are_answered_404()
    {
        await using var other = Store("elsewhere");

        await Assert.ThrowsAsync<StoreMisconfiguredException>(async () => await other.GetRawCrashAsync(Id, Now));
        await Assert.ThrowsAsync<StoreMisconfiguredException>(async () => await other.SaveRawCrashAsync(SampleCrashes.Raw, Dumps.None, Id, Now));
        await Assert.ThrowsAsync<StoreMisconfiguredException>(async () => await other.EnumerateAsync(SampleCrashes.Day, '0', null, Now).ToListAsync(Now));
    }

    [Fact]
    public async Task A_region_that_is_moving_is_asked_again()
    {
        await store.SaveRawCrashAsync(SampleCrashes.Raw, SampleCrashes.Dumps, Id, Now);
        gateway.RefuseNext(HttpStatusCode.ServiceUnavailable);

        Assert.NotNull(await store.GetRawCrashAsync(Id, Now));
    }

    [Fact]
    public async Task A_day_is_listed_in_the_order_of_ids_goes_on_behind_one_and_gives_its_scanners_back_also_when_a_row_is_cut_in_two()
    {
        var ids = Enumerable.Range(0, 9).Select(_ => CrashId.Parse(string.Concat("a", CrashId.New(SampleCrashes.Day).Value.AsSpan(1)))).Order().ToList();
        foreach (var id in ids.Append(CrashId.New(SampleCrashes.Day.AddDays(1))))
        {
            await store.SaveRawCrashAsync(SampleCrashes.Raw, SampleCrashes.Dumps, id, Now);
        }

        var listed = await store.EnumerateAsync(SampleCrashes.Day, 'a', null, Now).ToListAsync(Now);
        Assert.Equal(ids, listed.Select(one => one.Id));
        Assert.All(listed, one => Assert.Equal(4, one.Entries.Count));
        Assert.Equal(ids.Skip(3), await store.EnumerateAsync(SampleCrashes.Day, 'a', ids[2], Now).Select(one => one.Id).ToListAsync(Now));
        Assert.Equal(ids[0], (await store.EnumerateAsync(SampleCrashes.Day, 'a', null, Now).FirstAsync(Now)).Id);
        Assert.Equal(0, gateway.OpenScanners);
    }

    [Fact]
    public async Task Creating_never_overwrites_what_is_there()
    {
        Assert.Equal(CreateOutcome.Created, await store.CreateItemAsync(Id, CrashItem.Raw, SampleCrashes.Raw.Utf8, Now));
        Assert.Equal(CreateOutcome.Same, await store.CreateItemAsync(Id, CrashItem.Raw, SampleCrashes.Raw.Utf8, Now));
        Assert.Equal(CreateOutcome.Differs, await store.CreateItemAsync(Id, CrashItem.Raw, "{}"u8.ToArray(), Now));
        Assert.False(store.Does(StoreCapabilities.ConditionalCreate));
    }

    private HBaseStore Store(string table) => new(
        "storage0",
        new HBaseOptions { Gateway = gateway.Gateway, Table = table, Page = 7 },
        StoreContext.Silent,
        new ExecutorOptions { TransactionExecutorClass = "TransactionExecutorWithLimitedBackoff", BackoffDelays = "0, 0, 0" });
}
