using System.Net;
using System.Text;
using Amazon.S3;
using Dashboard.Core.Retries;
using Dashboard.Core.Retries.Executor;
using Dashboard.Core.Stores;
using Dashboard.Core.Stores.Composites;
using Dashboard.Core.Stores.Crashes;
using Dashboard.Core.Stores.S3;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dashboard.Stores.Tests;

/// <summary>The store of S3 with a real Ceph cluster, also while a part of it hangs. One after the other, for they share it.</summary>
[Collection("one after the other")]
public sealed class CephTests(RealStores real)
{
    private readonly CrashId id = CrashId.New(Sample.Day);

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(S3Layout.Today, "", "v1/raw_crash/20150331/")]
    [InlineData(S3Layout.Of2015, "crashes", "crashes/v1/raw_crash/")]
    public async Task What_was_saved_lies_where_the_field_looks_for_it_is_read_back_and_removed(S3Layout layout, string prefix, string key)
    {
        var options = await real.NewBucketAsync() with { Layout = layout, Prefix = prefix };
        await using var store = await NewAsync(options);
        await store.SaveRawCrashAsync(Sample.Raw, Sample.Dumps, id, Now);
        await store.SaveRawAndProcessedAsync(Sample.Raw, null, Sample.Processed(id), id, Now);

        Assert.Equal($"{key}{id}", Assert.Single(await store.ListAsync(key, Now).ToListAsync(Now)).Key);
        Assert.Equal(Sample.Raw.ToString(), (await store.GetRawCrashAsync(id, Now)).ToString());
        Assert.Equal(["dump", "upload_file_minidump_flash1"], (await store.GetRawDumpsAsync(id, Now)).Keys);
        Assert.Equal("MDMP the first", Encoding.UTF8.GetString((await (await store.GetRawDumpAsync(id, null, Now)).BytesAsync(Now)).Span));
        Assert.Equal("js::Something", (await store.GetUnredactedProcessedAsync(id, Now)).Text("signature"));
        var entries = (await store.CatalogAsync(id, Now)).Entries;
        Assert.Equal(["dump dump", "dump upload_file_minidump_flash1", "names of dumps", "raw crash", "processed crash"], entries.Select(entry => entry.Item.ToString()));
        Assert.All(entries, entry => Assert.NotNull(entry.Md5));

        await store.RemoveAsync(id, Now);
        await Assert.ThrowsAsync<CrashNotFoundException>(async () => await store.GetRawCrashAsync(id, Now));
        Assert.Empty(await store.ListAsync("", Now).ToListAsync(Now));
    }

    [Fact]
    public async Task What_was_kept_as_in_2015_is_found_by_the_layout_of_today()
    {
        var options = await real.NewBucketAsync() with { Prefix = "crashes" };
        await using var old = await NewAsync(options with { Layout = S3Layout.Of2015 });
        await old.SaveRawCrashAsync(Sample.Raw, Dumps.None, id, Now);

        await using var today = new S3Store("storage1", options, StoreContext.Silent, Sample.Patient, Sample.Patient);

        Assert.NotNull(await today.GetRawCrashAsync(id, Now));
        Assert.Equal(id, Assert.Single(await today.EnumerateAsync(Sample.Day, id.Salt, null, Now).ToListAsync(Now)).Id);
    }

    [Fact]
    public async Task A_bucket_that_is_not_there_is_no_missing_crash_although_both_are_answered_404()
    {
        await using var store = new S3Store("storage1", await real.NewBucketAsync(), StoreContext.Silent, Sample.Patient, Sample.Patient);

        await Assert.ThrowsAsync<StoreMisconfiguredException>(async () => await store.GetRawCrashAsync(id, Now));
        await Assert.ThrowsAsync<StoreMisconfiguredException>(async () => await store.CatalogAsync(id, Now));
        await Assert.ThrowsAsync<StoreMisconfiguredException>(async () => await store.SaveRawCrashAsync(Sample.Raw, Dumps.None, id, Now));
        await Assert.ThrowsAsync<StoreMisconfiguredException>(async () => await store.CreateItemAsync(id, CrashItem.Raw, Sample.Raw.Utf8, Now));
    }

    [Fact]
    public async Task A_wrong_secret_is_raised_at_once_also_by_who_would_wait_for_ever()
    {
        var told = new Told();
        await using var store = new S3Store("storage1", await real.NewBucketAsync() with { SecretKey = "another" }, Sample.Telling(told), Sample.Patient, Sample.Patient);

        var refused = await Assert.ThrowsAsync<AmazonS3Exception>(async () => await store.SaveProcessedAsync(Sample.Processed(id), Now));

        Assert.Equal("SignatureDoesNotMatch", refused.ErrorCode);
        Assert.Equal(RetryOutcome.NotRetryable, Assert.Single(told.All).Outcome);
    }

    [Fact]
    public async Task Of_many_who_create_the_same_thing_at_once_one_wins_and_nothing_is_overwritten()
    {
        await using var store = await NewAsync(await real.NewBucketAsync());

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(
            async writer => (Writer: writer, Outcome: await store.CreateItemAsync(id, CrashItem.Raw, Encoding.UTF8.GetBytes($$"""{"by":"{{writer}}"}"""), Now))));

        var winner = Assert.Single(outcomes, one => one.Outcome == CreateOutcome.Created).Writer;
        Assert.All(outcomes.Where(one => one.Writer != winner), one => Assert.Equal(CreateOutcome.Differs, one.Outcome));
        Assert.Equal($"{winner}", (await store.GetRawCrashAsync(id, Now)).Text("by"));
        Assert.Equal(CreateOutcome.Same, await store.CreateItemAsync(id, CrashItem.Raw, Encoding.UTF8.GetBytes($$"""{"by":"{{winner}}"}"""), Now));
    }

    [Theory]
    [InlineData(S3Layout.Today)]
    [InlineData(S3Layout.Of2015)]
    public async Task A_day_is_listed_in_the_order_of_ids_and_goes_on_behind_one(S3Layout layout)
    {
        await using var store = await NewAsync(await real.NewBucketAsync() with { Layout = layout, Prefix = "crashes" });
        var ids = Enumerable.Range(0, 12).Select(_ => CrashId.Parse(string.Concat("a", CrashId.New(Sample.Day).Value.AsSpan(1)))).Order().ToList();
        foreach (var one in ids.Append(CrashId.Parse(string.Concat("a", CrashId.New(Sample.Day.AddDays(1)).Value.AsSpan(1)))))
        {
            await store.SaveRawCrashAsync(Sample.Raw, Dumps.None, one, Now);
        }

        Assert.Equal(ids, await store.EnumerateAsync(Sample.Day, 'a', null, Now).Select(one => one.Id).ToListAsync(Now));
        Assert.Equal(ids.Skip(3), await store.EnumerateAsync(Sample.Day, 'a', ids[2], Now).Select(one => one.Id).ToListAsync(Now));

        // Keys with days in them begin with a 2, as ids may.
        Assert.Empty(await store.EnumerateAsync(Sample.Day, '2', null, Now).ToListAsync(Now));
    }

    [Fact]
    public async Task How_a_bucket_is_laid_out_is_seen_by_looking_and_what_a_program_of_2015_wrote_into_it_is_listed_too()
    {
        var options = await real.NewBucketAsync() with { Prefix = "crashes" };
        await using var store = await NewAsync(options);
        await using var older = new S3Store("older", options with { Layout = S3Layout.Of2015 }, StoreContext.Silent, Sample.Patient, Sample.Patient);
        var (first, second) = (CrashId.Parse(string.Concat("a", CrashId.New(Sample.Day).Value.AsSpan(1))), CrashId.Parse(string.Concat("a", CrashId.New(Sample.Day).Value.AsSpan(1))));
        await store.SaveRawCrashAsync(Sample.Raw, Sample.Dumps, first, Now);
        await store.SaveProcessedAsync(Sample.Processed(CrashId.New(Sample.Day.AddDays(1))), Now);
        await store.SaveRawCrashAsync(Sample.Raw, Dumps.None, CrashId.New(Sample.Day.AddDays(1)), Now);

        var dated = await store.Listing.LookAsync(Now);

        Assert.Equal(((CrashItem[])[CrashItem.Raw, CrashItem.DumpNames, CrashItem.Processed, .. Sample.Dumps.Keys.Select(CrashItem.Dump)]).Order(), dated.Items);
        Assert.Equal(2, dated.Days);
        Assert.Equal([CrashItem.Raw], dated.Apart);
        Assert.Equal([first], await store.Listing.ListIdsAsync(dated, Sample.Day, 'a', null, Now).ToListAsync(Now));

        await older.SaveRawCrashAsync(Sample.Raw, Dumps.None, second, Now);
        var mixed = await store.Listing.LookAsync(Now);

        Assert.Null(mixed.Days);
        Assert.Empty(mixed.Apart);
        Assert.Equal(((CrashId[])[first, second]).Order(), await store.Listing.ListIdsAsync(mixed, Sample.Day, 'a', null, Now).ToListAsync(Now));
        Assert.Equal(((CrashId[])[first, second]).Order(), await store.Listing.ListItemsAsync(mixed, CrashItem.Raw, Sample.Day, Sample.Day, Now).Select(one => one.Id).ToListAsync(Now));
        Assert.Empty((await older.Listing.LookAsync(Now)).Apart);
    }

    [Fact]
    public async Task A_save_that_ends_in_the_middle_leaves_no_crash_to_see_where_the_original_left_one_without_dumps()
    {
        await using var store = await NewAsync(await real.NewBucketAsync());
        var vanishing = Path.GetTempFileName();
        var dumps = new Dumps([KeyValuePair.Create("a", Dump.Of("whole"u8.ToArray())), KeyValuePair.Create("b", Dump.OfFile(vanishing))]);
        File.Delete(vanishing);

        await Assert.ThrowsAsync<FileNotFoundException>(async () => await store.SaveRawCrashAsync(Sample.Raw, dumps, id, Now));

        await Assert.ThrowsAsync<CrashNotFoundException>(async () => await store.GetRawCrashAsync(id, Now));
        Assert.EndsWith($"/a/{id}", Assert.Single(await store.ListAsync("", Now).ToListAsync(Now)).Key, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_frozen_disk_is_seen_by_reading_while_the_gateway_still_says_that_all_is_well()
    {
        var options = await real.NewBucketAsync();
        var ceph = await real.CephAsync();
        var told = new Told();
        await using var store = await NewAsync(options);
        await store.SaveRawCrashAsync(Sample.Raw, Sample.Dumps, id, Now);
        await using var impatient = new S3Store("storage1", options, StoreContext.Silent, Sample.Impatient, Sample.Impatient);
        await using var patient = new S3Store("storage1", options, Sample.Telling(told), Sample.ImpatientForEver, Sample.ImpatientForEver);
        using var browser = new HttpClient();
        Task<RawCrash> read;

        await ceph.SignalAsync("osd", "STOP");
        try
        {
            using var front = await browser.GetAsync(ceph.Endpoint, Now);
            Assert.Equal(HttpStatusCode.OK, front.StatusCode);
            await Assert.ThrowsAsync<AttemptDeadlineException>(async () => await impatient.GetRawCrashAsync(id, Now));
            await Assert.ThrowsAsync<AttemptDeadlineException>(async () => await impatient.SaveProcessedAsync(Sample.Processed(id), Now));

            // Nor is an outage a miss, for which a fallback would ask the old store.
            await using var fallback = new FallbackStore("source", impatient, new NullStore("old"), NullLogger.Instance);
            await Assert.ThrowsAsync<AttemptDeadlineException>(async () => await fallback.GetRawCrashAsync(id, Now));

            read = patient.GetRawCrashAsync(id, Now).AsTask();
            await told.Failed.WaitAsync(Now);
        }
        finally
        {
            await ceph.SignalAsync("osd", "CONT");
        }

        Assert.Equal(Sample.Raw.ToString(), (await read).ToString());
        Assert.Equal(RetryOutcome.OkAfterRetry, told.All[^1].Outcome);
    }

    [Fact]
    public async Task A_large_save_into_a_gateway_that_hangs_ends_at_its_deadline_which_the_drivers_own_bound_does_not_do()
    {
        var options = await real.NewBucketAsync();
        var ceph = await real.CephAsync();
        await using var store = await NewAsync(options);
        await using var impatient = new S3Store("storage1", options, StoreContext.Silent, Sample.Impatient, Sample.Impatient);
        var large = new Dumps([KeyValuePair.Create("dump", Dump.Of(new byte[8 * 1024 * 1024]))]);

        await ceph.SignalAsync("radosgw", "STOP");
        try
        {
            await Assert.ThrowsAsync<AttemptDeadlineException>(async () => await impatient.SaveRawCrashAsync(Sample.Raw, large, id, Now));
        }
        finally
        {
            await ceph.SignalAsync("radosgw", "CONT");
        }

        await store.SaveRawCrashAsync(Sample.Raw, large, id, Now);
        Assert.Equal(8 * 1024 * 1024, (await store.GetRawDumpAsync(id, null, Now)).Length);
    }

    private static async Task<S3Store> NewAsync(S3Options options)
    {
        var store = new S3Store("storage1", options, StoreContext.Silent, Sample.Patient, Sample.Patient);
        await store.CreateBucketAsync(Now);
        return store;
    }
}
