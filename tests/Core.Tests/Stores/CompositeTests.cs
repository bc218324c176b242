using Dashboard.Core.Stores;
using Dashboard.Core.Stores.Composites;
using Dashboard.Core.Stores.Crashes;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Dashboard.Core.Tests.Stores;

public sealed class CompositeTests
{
    private static readonly CrashId Id = CrashId.Parse("0bba929f-8721-460c-dead-a43c20150331");
    private readonly MemoryStore first = new("storage0");
    private readonly MemoryStore second = new("storage1");

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("raw")]
    [InlineData("processed")]
    [InlineData("both")]
    public async Task Poly_saves_everywhere_and_gathers_failures_in_all_saves_where_the_original_stopped_at_the_first_in_one_of_three(string save)
    {
        first.Failure = new IOException("the disk is full");
        await using var poly = new PolyStore("destination", [first, second]);

        var failed = await Assert.ThrowsAsync<StoresFailedException>(async () => await (save switch
        {
            "raw" => poly.SaveRawCrashAsync(SampleCrashes.Raw, SampleCrashes.Dumps, Id, Now),
            "processed" => poly.SaveProcessedAsync(SampleCrashes.Processed(Id), Now),
            _ => poly.SaveRawAndProcessedAsync(SampleCrashes.Raw, SampleCrashes.Dumps, SampleCrashes.Processed(Id), Id, Now),
        }));
        first.Failure = null;

        Assert.Equal("storage0", Assert.Single(failed.Failures).Store);
        Assert.NotEmpty((await second.CatalogAsync(Id, Now)).Entries);
        Assert.Empty((await first.CatalogAsync(Id, Now)).Entries);
    }

    [Fact]
    public async Task A_store_cannot_alter_what_the_next_one_gets_where_the_original_handed_all_the_same_object()
    {
        var processed = SampleCrashes.Processed(Id);
        await using var poly = new PolyStore("destination", [new RedactingStore("storage0"), second]);

        await poly.SaveProcessedAsync(processed, Now);

        Assert.Equal("who@example.org", (await second.GetUnredactedProcessedAsync(Id, Now)).Text("email"));
    }

    [Fact]
    public async Task Fallback_saves_into_the_second_only_when_the_first_failed_and_raises_both_when_both_did()
    {
        await using var store = new FallbackStore("destination", first, second, NullLogger.Instance);
        await store.SaveRawCrashAsync(SampleCrashes.Raw, Dumps.None, Id, Now);
        Assert.Empty(second.Asked);

        first.Failure = new IOException("away");
        await store.SaveRawCrashAsync(SampleCrashes.Raw, Dumps.None, Id, Now);
        Assert.Single(second.Asked);

        second.Failure = new IOException("away as well");
        var failed = await Assert.ThrowsAsync<StoresFailedException>(async () => await store.SaveRawCrashAsync(SampleCrashes.Raw, Dumps.None, Id, Now));
        Assert.Equal(["storage0", "storage1"], failed.Failures.Select(one => one.Store));
        (first.Failure, second.Failure) = (null, null);
    }

    [Fact]
    public async Task Fallback_asks_the_second_for_what_the_first_has_not_but_takes_no_outage_for_a_miss()
    {
        await using var store = new FallbackStore("source", first, second, NullLogger.Instance);
        await second.SaveRawCrashAsync(SampleCrashes.Raw, SampleCrashes.Dumps, Id, Now);
        Assert.Equal("Firefox", (await store.GetRawCrashAsync(Id, Now)).Text("ProductName"));

        first.Failure = new IOException("503 Slow Down");
        await Assert.ThrowsAsync<IOException>(async () => await store.GetRawCrashAsync(Id, Now));
        first.Failure = null;
    }

    [Fact]
    public async Task Fallback_tells_the_store_that_handed_a_crash_out_where_the_original_told_nobody()
    {
        var other = CrashId.New(SampleCrashes.Day);
        first.Waiting.Enqueue(Id);
        second.Waiting.Enqueue(other);
        await using var store = new FallbackStore("source", first, second, NullLogger.Instance);

        var handed = await store.NewCrashesAsync(Now).ToListAsync(Now);
        foreach (var crash in handed)
        {
            await store.AckCrashAsync(crash, Now);
        }

        Assert.Equal([other, Id], handed.Select(crash => crash.Id));
        Assert.Equal([Id], first.Acked);
        Assert.Equal([other], second.Acked);
    }

    [Fact]
    public async Task Closing_closes_all_and_one_that_fails_is_told_where_the_original_told_only_when_all_did()
    {
        first.Failure = new IOException("cannot flush");

        var failed = await Assert.ThrowsAsync<StoresFailedException>(async () => await new FallbackStore("source", first, second, NullLogger.Instance).DisposeAsync());

        Assert.Equal("storage0", Assert.Single(failed.Failures).Store);
        Assert.True(second.Closed);
    }

    [Theory]
    [InlineData("150331", "storage1")]
    [InlineData("150401", "storage0")]
    [InlineData("160101", "storage0")]
    public async Task Migration_sends_a_crash_where_its_day_says(string day, string expected)
    {
        var id = CrashId.Parse($"0bba929f-8721-460c-dead-a43c20{day}");
        await using var store = new MigrationStore("destination", first, second, MigrationStore.ParseThreshold("150401"));

        await store.SaveRawCrashAsync(SampleCrashes.Raw, Dumps.None, id, Now);

        Assert.NotEmpty(expected == "storage0" ? first.Asked : second.Asked);
        Assert.Empty(expected == "storage0" ? second.Asked : first.Asked);
    }

    [Fact]
    public async Task Migration_refuses_an_id_or_a_threshold_that_is_no_day_where_the_original_compared_text()
    {
        await using var store = new MigrationStore("destination", first, second, new DateOnly(2015, 4, 1));

        await Assert.ThrowsAsync<FormatException>(async () => await store.GetRawCrashAsync(CrashId.Parse("0bba929f-8721-460c-dead-a43c20150231"), Now));
        Assert.Throws<FormatException>(() => MigrationStore.ParseThreshold("159901"));
        Assert.Throws<FormatException>(() => MigrationStore.ParseThreshold("20150401"));
    }

    [Fact]
    public async Task Migration_finds_a_processed_crash_by_uuid_and_by_crash_id_where_the_original_knew_only_one()
    {
        await using var store = new MigrationStore("destination", first, second, new DateOnly(2015, 4, 1));

        await store.SaveProcessedAsync(ProcessedCrash.Parse($$"""{"uuid":"{{Id}}"}"""), Now);
        await store.SaveProcessedAsync(ProcessedCrash.Parse($$"""{"crash_id":"{{Id}}"}"""), Now);

        Assert.Equal(2, second.Asked.Count);
    }

    [Fact]
    public async Task Migration_looks_on_the_other_side_of_the_seam_only_when_asked_to_and_counts_it()
    {
        await first.SaveRawCrashAsync(SampleCrashes.Raw, Dumps.None, Id, Now);
        await using var faithful = new MigrationStore("source", first, second, new DateOnly(2015, 4, 1));
        await Assert.ThrowsAsync<CrashNotFoundException>(async () => await faithful.GetRawCrashAsync(Id, Now));

        var through = new MigrationStore("source", first, second, new DateOnly(2015, 4, 1), readThrough: true);
        Assert.Equal("Firefox", (await through.GetRawCrashAsync(Id, Now)).Text("ProductName"));
        Assert.Equal(1, through.SeamMisses);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Deferred_crashes_go_elsewhere_and_are_found_there(int legacy)
    {
        await using var store = new PrimaryDeferredStore("destination", first, second, DeferralRule.Default);

        await store.SaveRawCrashAsync(RawCrash.Parse($$"""{"legacy_processing": {{legacy}}}"""), Dumps.None, Id, Now);

        Assert.Equal(legacy, second.Asked.Count);
        Assert.NotNull(await store.GetRawCrashAsync(Id, Now));
    }

    [Fact]
    public async Task What_was_processed_goes_to_a_third_store_whatever_the_rule_says()
    {
        var third = new MemoryStore("storage2");
        await using var store = new PrimaryDeferredStore("destination", first, second, DeferralRule.Parse("always"), third);

        await store.SaveRawAndProcessedAsync(SampleCrashes.Raw, SampleCrashes.Dumps, SampleCrashes.Processed(Id), Id, Now);

        Assert.Empty(first.Asked);
        Assert.Equal(["SaveRawCrash"], second.Asked);
        Assert.Equal(["SaveProcessed"], third.Asked);
        Assert.Equal("js::Something", (await store.GetUnredactedProcessedAsync(Id, Now)).Text("signature"));
    }

    [Theory]
    [InlineData("fallback")]
    [InlineData("migration")]
    [InlineData("deferred")]
    [InlineData("benchmarking")]
    [InlineData("poly")]
    public async Task A_processor_without_dumps_in_hand_loses_none_where_the_original_forgot_their_names(string kind)
    {
        await first.SaveRawCrashAsync(SampleCrashes.Raw, SampleCrashes.Dumps, Id, Now);
        await using CompositeStore store = kind switch
        {
            "fallback" => new FallbackStore("destination", first, second, NullLogger.Instance),
            "migration" => new MigrationStore("destination", first, second, new DateOnly(2015, 1, 1)),
            "deferred" => new PrimaryDeferredStore("destination", first, second, DeferralRule.Default),
            "benchmarking" => new BenchmarkingStore("destination", "here", first, TimeProvider.System, NullLogger.Instance),
            _ => new PolyStore("destination", [first, second]),
        };

        await store.SaveRawAndProcessedAsync(SampleCrashes.Raw, null, SampleCrashes.Processed(Id), Id, Now);

        Assert.Contains("SaveRawAndProcessed", first.Asked);
        Assert.Equal(["dump", "upload_file_minidump_flash1"], (await first.GetRawDumpsAsync(Id, Now)).Keys);
    }

    [Fact]
    public async Task Benchmarking_times_failures_too_and_passes_the_name_of_a_dump_on_where_the_original_dropped_it()
    {
        var log = new Lines();
        await first.SaveRawCrashAsync(SampleCrashes.Raw, SampleCrashes.Dumps, Id, Now);
        var store = new BenchmarkingStore("destination", "S3", first, new FakeTimeProvider(), log);

        var dump = await store.GetRawDumpAsync(Id, "upload_file_minidump_flash1", Now);
        await Assert.ThrowsAsync<CrashNotFoundException>(async () => await store.GetRawDumpAsync(Id, "none", Now));

        Assert.Equal("MDMP of flash", System.Text.Encoding.UTF8.GetString((await dump.BytesAsync(Now)).Span));
        Assert.Equal(["S3 GetRawDumpAsync 0", "S3 GetRawDumpAsync 0 failed with CrashNotFoundException"], log);
    }

    [Fact]
    public async Task Null_keeps_nothing_and_misses_nothing()
    {
        await using var store = new NullStore("destination");
        await store.SaveRawCrashAsync(SampleCrashes.Raw, SampleCrashes.Dumps, Id, Now);

        Assert.Equal("{}", (await store.GetRawCrashAsync(Id, Now)).ToString());
        Assert.Empty(await store.GetRawDumpsAsync(Id, Now));
        Assert.Empty(await store.NewCrashesAsync(Now).ToListAsync(Now));
    }

    [Fact]
    public async Task A_store_that_keeps_a_part_passes_over_the_rest_and_refuses_to_read_it()
    {
        await using var store = new RedactingStore("storage0");
        await store.SaveRawCrashAsync(SampleCrashes.Raw, SampleCrashes.Dumps, Id, Now);

        var refused = await Assert.ThrowsAsync<NotSupportedException>(async () => await store.GetRawCrashAsync(Id, Now));
        Assert.Contains("GetRawCrash", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>As the original's store of Elasticsearch: keeps only what everybody may see.</summary>
    private sealed class RedactingStore(string name) : CrashStore(name)
    {
        public override StoreCapabilities Capabilities => StoreCapabilities.SaveProcessed;

        public override ValueTask SaveProcessedAsync(ProcessedCrash processed, CancellationToken cancellationToken)
        {
            Assert.Null(Redactor.Default.Redact(processed).Text("email"));
            return default;
        }
    }

    private sealed class Lines : List<string>, ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Add(formatter(state, exception));
    }
}
