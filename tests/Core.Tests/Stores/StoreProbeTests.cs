using Dashboard.Core.Stores;
using Dashboard.Core.Stores.Crashes;
using Dashboard.Core.Stores.Files;
using Dashboard.Core.Stores.Health;
using Microsoft.Extensions.Time.Testing;

namespace Dashboard.Core.Tests.Stores;

public sealed class StoreProbeTests
{
    private readonly FakeTimeProvider clock = new();

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_store_is_probed_by_saving_reading_and_listing()
    {
        var root = Directory.CreateTempSubdirectory("dashboard-test-probe-");
        try
        {
            await using var store = new FileStore("storage0", new FileTree(root.FullName), StoreContext.Silent);

            var steps = await new StoreProbe(TimeProvider.System, TimeSpan.FromMinutes(1)).ProbeAsync(store, Now);

            Assert.Equal([(StoreProbeKind.Put, true), (StoreProbeKind.Get, true), (StoreProbeKind.List, true)], steps.Select(step => (step.Kind, step.Ok)));
        }
        finally
        {
            root.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_store_that_answers_with_what_it_had_before_is_found_out()
    {
        var steps = await new StoreProbe(clock, TimeSpan.FromSeconds(2)).ProbeAsync(new Stale(), Now);

        Assert.Equal((StoreProbeKind.Get, false, "What was read is not what was saved."), (steps[^1].Kind, steps[^1].Ok, steps[^1].Detail));
    }

    [Fact]
    public async Task A_store_that_hangs_and_heeds_nothing_is_given_up_at_the_deadline()
    {
        var hanging = new Hanging();
        var probing = new StoreProbe(clock, TimeSpan.FromSeconds(2)).ProbeAsync(hanging, Now);
        await hanging.Asked.Task.WaitAsync(Now);

        clock.Advance(TimeSpan.FromSeconds(2));

        var step = Assert.Single(await probing);
        Assert.Equal((StoreProbeKind.Put, false, TimeSpan.FromSeconds(2), "Not done within 2 s."), (step.Kind, step.Ok, step.Took, step.Detail));
    }

    [Fact]
    public async Task A_queue_is_looked_into_and_nothing_is_put_in()
    {
        var queue = new MemoryStore("a");

        Assert.True(Assert.Single(await new StoreProbe(clock, TimeSpan.FromSeconds(2)).ProbeAsync(queue, Now)).Ok);
        Assert.Equal(["Catalog"], queue.Asked);
    }

    [Fact]
    public async Task What_a_store_fails_with_is_told() =>
        Assert.Equal("IOException: the disk is full", Assert.Single(await new StoreProbe(clock, TimeSpan.FromSeconds(2)).ProbeAsync(new MemoryStore("a") { Failure = new IOException("the disk is full") }, Now)).Detail);

    [Fact]
    public async Task A_store_that_gives_nothing_back_is_not_saved_into() => Assert.Empty(await new StoreProbe(clock, TimeSpan.FromSeconds(2)).ProbeAsync(new NullStore("a"), Now));

    private sealed class Stale() : CrashStore("stale")
    {
        public override StoreCapabilities Capabilities => StoreCapabilities.SaveRaw | StoreCapabilities.GetRaw;

        public override ValueTask<RawCrash> GetRawCrashAsync(CrashId id, CancellationToken cancellationToken) => new(RawCrash.Empty);
    }

    private sealed class Hanging() : CrashStore("hanging")
    {
        public TaskCompletionSource Asked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override StoreCapabilities Capabilities => StoreCapabilities.SaveRaw | StoreCapabilities.GetRaw;

        public override async ValueTask SaveRawCrashAsync(RawCrash raw, Dumps dumps, CrashId id, CancellationToken cancellationToken)
        {
            Asked.TrySetResult();
            await new TaskCompletionSource().Task;
        }
    }
}
