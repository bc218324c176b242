using Dashboard.Core.Feeds;

namespace Dashboard.Core.Tests.Feeds;

public sealed class FeedTests
{
    [Fact]
    public async Task A_watcher_sees_the_newest_at_once_and_each_newer_one()
    {
        var feed = new Feed<string>("one");
        await using var watch = feed.WatchAsync(TestContext.Current.CancellationToken).GetAsyncEnumerator();

        Assert.True(await watch.MoveNextAsync());
        Assert.Equal("one", watch.Current);

        feed.Publish("two");
        Assert.True(await watch.MoveNextAsync());
        Assert.Equal("two", watch.Current);
    }

    [Fact]
    public async Task A_slow_watcher_skips_to_the_newest()
    {
        var feed = new Feed<string>("one");
        await using var watch = feed.WatchAsync(TestContext.Current.CancellationToken).GetAsyncEnumerator();
        await watch.MoveNextAsync();

        feed.Publish("two");
        feed.Publish("three");
        await watch.MoveNextAsync();

        Assert.Equal("three", watch.Current);
    }

    [Fact]
    public async Task The_same_snapshot_again_wakes_nobody()
    {
        var snapshot = "one";
        var feed = new Feed<string>(snapshot);
        await using var watch = feed.WatchAsync(TestContext.Current.CancellationToken).GetAsyncEnumerator();
        await watch.MoveNextAsync();
        var next = watch.MoveNextAsync().AsTask();

        feed.Publish(snapshot);
        Assert.False(next.IsCompleted);

        feed.Publish("two");
        Assert.True(await next);
        Assert.Equal("two", watch.Current);
    }

    [Fact]
    public async Task A_cancelled_watch_ends()
    {
        using var cancelled = new CancellationTokenSource();
        var feed = new Feed<string>("one");
        await using var watch = feed.WatchAsync(cancelled.Token).GetAsyncEnumerator();
        await watch.MoveNextAsync();
        var next = watch.MoveNextAsync().AsTask();

        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
    }
}
