using Dashboard.Core.Stores;
using Dashboard.Core.Stores.Crashes;
using Dashboard.Core.Stores.Health;
using FsCheck;
using FsCheck.Xunit;
using Microsoft.Extensions.Time.Testing;

namespace Dashboard.Core.Tests.Stores;

public sealed class StoreMeterTests
{
    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2015, 3, 31, 12, 0, 30, TimeSpan.Zero));
    private readonly CrashId id = CrashId.New(SampleCrashes.Day);

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    [Property]
    public bool A_length_lies_in_its_bucket_and_never_in_the_one_before(PositiveInt microseconds)
    {
        var took = TimeSpan.FromMicroseconds(microseconds.Get);
        var bucket = Latencies.BucketOf(took);

        return took.TotalSeconds <= Latencies.Bounds[bucket] && (bucket == 0 || took.TotalSeconds > Latencies.Bounds[bucket - 1]);
    }

    [Theory]
    [InlineData(0.5, 10)]
    [InlineData(0.99, 900)]
    public void A_share_is_never_wrong_by_more_than_its_bucket_is_wide(double share, double milliseconds)
    {
        var counts = new long[Latencies.Buckets];
        counts[Latencies.BucketOf(TimeSpan.FromMilliseconds(10))] = 97;
        counts[Latencies.BucketOf(TimeSpan.FromMilliseconds(900))] = 3;

        Assert.InRange(Latencies.Share(counts, share)!.Value.TotalMilliseconds, milliseconds / Math.Sqrt(2), milliseconds * Math.Sqrt(2));
    }

    [Fact]
    public void Of_nothing_there_is_no_share() => Assert.Null(Latencies.Share(new long[Latencies.Buckets], 0.5));

    [Fact]
    public async Task What_is_asked_of_a_store_is_counted_by_operation_and_minute_and_how_it_ended()
    {
        var (inner, meter) = (new MemoryStore("new"), new StoreMeter(clock));
        await using var store = new MeteredStore(inner, meter);
        await store.SaveRawCrashAsync(SampleCrashes.Raw, Dumps.None, id, Now);
        clock.Advance(TimeSpan.FromMinutes(1));
        await store.GetRawCrashAsync(id, Now);
        await Assert.ThrowsAsync<CrashNotFoundException>(async () => await store.GetRawCrashAsync(CrashId.New(SampleCrashes.Day), Now));
        inner.Failure = new IOException("away");
        await Assert.ThrowsAsync<IOException>(async () => await store.CatalogAsync(id, Now));
        inner.Failure = null;

        var minutes = meter.Take();

        Assert.Equal(
            [(StoreOperation.SaveRaw, 0, 1L, 0L, 0L), (StoreOperation.GetRaw, 1, 1L, 1L, 0L), (StoreOperation.Catalog, 1, 0L, 0L, 1L)],
            minutes.Select(minute => (minute.Operation, minute.Minute.Minute, minute.Succeeded, minute.NotFound, minute.Failed)));
        Assert.Equal([1L, 2L, 0L], minutes.Select(minute => minute.Buckets.Sum()));
        Assert.Empty(meter.Take());
        Assert.Equal([1L, 1L, 0L], meter.Totalled().OrderBy(total => total.Operation).Select(total => total.Succeeded));
    }

    [Fact]
    public async Task What_a_caller_broke_off_says_nothing_of_the_store()
    {
        var (inner, meter) = (new MemoryStore("new") { Failure = new OperationCanceledException() }, new StoreMeter(clock));
        await using var store = new MeteredStore(inner, meter);
        using var over = new CancellationTokenSource();
        await over.CancelAsync();

        await Assert.ThrowsAsync<OperationCanceledException>(async () => await store.CatalogAsync(id, over.Token));
        inner.Failure = null;

        Assert.Empty(meter.Take());
    }

    [Fact]
    public void Minutes_that_could_not_be_kept_are_kept_with_the_next_ones_and_never_become_too_many()
    {
        var meter = new StoreMeter(clock);
        meter.Count("new", StoreOperation.GetRaw, StoreOutcome.Ok, TimeSpan.FromMilliseconds(3));
        meter.GiveBack(meter.Take());
        meter.Count("new", StoreOperation.GetRaw, StoreOutcome.Failed, TimeSpan.FromSeconds(3));

        var minute = Assert.Single(meter.Take());
        Assert.Equal((1, 1, 1), (minute.Succeeded, minute.Failed, minute.Buckets.Sum()));

        for (var more = 0; more < StoreMeter.Most + 7; more++)
        {
            clock.Advance(TimeSpan.FromMinutes(1));
            meter.Count("new", StoreOperation.GetRaw, StoreOutcome.Ok, TimeSpan.Zero);
        }

        Assert.Equal((StoreMeter.Most, 7), (meter.Take().Count, meter.Dropped));
    }
}
