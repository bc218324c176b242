using System.Text;
using Dashboard.Core.Retries.Executor;
using Dashboard.Core.Stores;
using Dashboard.Core.Stores.Crashes;
using Dashboard.Core.Stores.Postgres;
using Dashboard.Kit;
using Npgsql;

namespace Dashboard.Core.Tests.Stores;

public sealed class PostgresStoreTests
{
    private static readonly ExecutorOptions Once = new() { TransactionExecutorClass = "TransactionExecutor" };
    private readonly CrashId id = CrashId.New(SampleCrashes.Day);

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_saved_is_read_back_to_the_byte_from_the_table_of_its_week()
    {
        await using var store = await StoreAsync();
        await store.SaveRawCrashAsync(SampleCrashes.Raw, SampleCrashes.Dumps, id, Now);
        await store.SaveRawAndProcessedAsync(SampleCrashes.Raw, null, SampleCrashes.Processed(id), id, Now);

        Assert.Equal(SampleCrashes.Raw.ToString(), (await store.GetRawCrashAsync(id, Now)).ToString());
        Assert.Equal("js::Something", (await store.GetUnredactedProcessedAsync(id, Now)).Text("signature"));
        Assert.Equal([SampleCrashes.Raw.Utf8.Length, SampleCrashes.Processed(id).Utf8.Length], (await store.CatalogAsync(id, Now)).Entries.Select(entry => (int)entry.Size!.Value));
        await Assert.ThrowsAsync<NotSupportedException>(async () => await store.GetRawDumpsAsync(id, Now));

        await store.RemoveAsync(id, Now);
        await Assert.ThrowsAsync<CrashNotFoundException>(async () => await store.GetRawCrashAsync(id, Now));
        await Assert.ThrowsAsync<CrashNotFoundException>(async () => await store.RemoveAsync(id, Now));
    }

    [Fact]
    public async Task Saving_again_replaces_and_creating_never_does()
    {
        await using var store = await StoreAsync();
        Assert.Equal(CreateOutcome.Created, await store.CreateItemAsync(id, CrashItem.Raw, SampleCrashes.Raw.Utf8, Now));
        Assert.Equal(CreateOutcome.Same, await store.CreateItemAsync(id, CrashItem.Raw, SampleCrashes.Raw.Utf8, Now));
        Assert.Equal(CreateOutcome.Differs, await store.CreateItemAsync(id, CrashItem.Raw, Encoding.UTF8.GetBytes("{}"), Now));
        Assert.Equal("Firefox", (await store.GetRawCrashAsync(id, Now)).Text("ProductName"));

        await store.SaveRawCrashAsync(RawCrash.Empty, Dumps.None, id, Now);
        Assert.Equal("{}", (await store.GetRawCrashAsync(id, Now)).ToString());
    }

    [Fact]
    public async Task A_week_without_a_table_has_no_crashes_but_takes_none_either()
    {
        await using var store = await StoreAsync();
        var elsewhere = CrashId.New(SampleCrashes.Day.AddDays(21));

        await Assert.ThrowsAsync<CrashNotFoundException>(async () => await store.GetRawCrashAsync(elsewhere, Now));
        Assert.Empty(await store.EnumerateAsync(SampleCrashes.Day.AddDays(21), 'a', null, Now).ToListAsync(Now));
        var refused = await Assert.ThrowsAsync<StoreMisconfiguredException>(async () => await store.SaveRawCrashAsync(SampleCrashes.Raw, Dumps.None, elsewhere, Now));
        Assert.Contains("raw_crashes_20150420", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_without_crashes_at_all_is_no_missing_crash()
    {
        var database = await (await TestPostgres.SharedAsync()).NewDatabaseAsync();
        await using var store = new PostgresStore("storage0", NpgsqlDataSource.Create(database), StoreContext.Silent, Once);

        await Assert.ThrowsAsync<StoreMisconfiguredException>(async () => await store.GetRawCrashAsync(id, Now));
    }

    [Fact]
    public async Task A_day_is_listed_in_the_order_of_ids_and_goes_on_behind_one()
    {
        await using var store = await StoreAsync();
        var ids = Enumerable.Range(0, 8).Select(_ => CrashId.Parse(string.Concat("a", CrashId.New(SampleCrashes.Day).Value.AsSpan(1)))).Order().ToList();
        foreach (var one in ids.Append(CrashId.New(SampleCrashes.Day.AddDays(1))))
        {
            await store.SaveRawCrashAsync(SampleCrashes.Raw, Dumps.None, one, Now);
        }

        Assert.Equal(ids, await store.EnumerateAsync(SampleCrashes.Day, 'a', null, Now).Select(one => one.Id).ToListAsync(Now));
        Assert.Equal(ids.Skip(3), await store.EnumerateAsync(SampleCrashes.Day, 'a', ids[2], Now).Select(one => one.Id).ToListAsync(Now));
    }

    // The tables as Socorro has them, for one week.
    private static async Task<PostgresStore> StoreAsync()
    {
        var server = await TestPostgres.SharedAsync();
        var database = await server.NewDatabaseAsync();
        await server.ExecuteAsync(new NpgsqlConnectionStringBuilder(database).Database!, """
            create table raw_crashes (uuid uuid not null, raw_crash json not null, date_processed timestamptz);
            create table processed_crashes (uuid uuid not null, processed_crash json not null, date_processed timestamptz);
            create table raw_crashes_20150330 () inherits (raw_crashes);
            create table processed_crashes_20150330 () inherits (processed_crashes);
            create unique index on raw_crashes_20150330 (uuid);
            create unique index on processed_crashes_20150330 (uuid);
            """);
        return new PostgresStore("storage0", NpgsqlDataSource.Create(database), StoreContext.Silent, Once);
    }
}
