using Dashboard.Core.Configuration.Generations;
using Microsoft.Extensions.Time.Testing;

namespace Dashboard.Core.Tests.Configuration;

/// <summary>What is in use is exchanged under load, and what works with the old one ends in peace.</summary>
public sealed class GenerationHolderTests
{
    [Fact]
    public async Task In_a_storm_of_reloads_no_operation_meets_what_is_disposed_of_and_each_generation_ends_once()
    {
        const int Swaps = 2_000;
        var trees = new List<Tree> { new(1) };
        var holder = new GenerationHolder<Tree>(trees[0]);
        using var over = new CancellationTokenSource();
        var done = 0L;
        var workers = Enumerable.Range(0, 4).Select(worker => Task.Run(async () =>
        {
            var (operations, seen) = (0L, 0L);
            while (!over.IsCancellationRequested)
            {
                using var lease = holder.Take();
                lease.Value.Work();
                Assert.True(lease.Number >= seen);
                seen = lease.Number;
                if (operations++ % 64 == worker)
                {
                    // Some operations wait for something in the middle.
                    await Task.Yield();
                }

                lease.Value.Work();
                Interlocked.Increment(ref done);
            }

            return operations;
        }, TestContext.Current.CancellationToken)).ToList();

        for (var swap = 0; swap < Swaps; swap++)
        {
            var next = new Tree(swap + 2);
            trees.Add(next);
            var old = holder.Swap(next);
            if (swap % 100 == 0)
            {
                // So that there is work in between, however few of the workers have a turn.
                await old.Drained.WaitAsync(TestContext.Current.CancellationToken);
                for (var before = Interlocked.Read(ref done); Interlocked.Read(ref done) == before && !workers.Exists(worker => worker.IsCompleted);)
                {
                    await Task.Yield();
                }
            }
        }

        await over.CancelAsync();
        var operations = (await Task.WhenAll(workers)).Sum();
        await holder.DisposeAsync();

        Assert.Equal(Swaps + 1, holder.Number);
        Assert.True(operations >= Swaps / 100);
        Assert.Equal(0, trees.Sum(tree => tree.UsedTooLate));
        Assert.All(trees, tree => Assert.Equal(1, tree.Disposals));
    }

    [Fact]
    public async Task The_old_one_lives_as_long_as_somebody_works_with_it_and_new_work_gets_the_new_one()
    {
        var (first, second) = (new Tree(1), new Tree(2));
        var holder = new GenerationHolder<Tree>(first);
        var lease = holder.Take();

        var old = holder.Swap(second);
        using (var after = holder.Take())
        {
            Assert.Same(second, after.Value);
            Assert.Equal((2L, 1L), (after.Number, old.Leases));
        }

        Assert.Same(first, lease.Value);
        Assert.Equal((0, false), (first.Disposals, old.Drained.IsCompleted));
        lease.Dispose();
        lease.Dispose();
        await old.Drained;
        Assert.Equal((1, 0), (first.Disposals, second.Disposals));
        Assert.Throws<ObjectDisposedException>(() => lease.Value);
    }

    [Fact]
    public async Task Who_waits_for_the_end_is_told_after_thirty_seconds_that_it_has_not_come_and_nobody_is_cut_off()
    {
        var clock = new FakeTimeProvider();
        var first = new Tree(1);
        var holder = new GenerationHolder<Tree>(first);
        using var lease = holder.Take();
        var old = holder.Swap(new Tree(2));

        var waiting = old.DrainAsync(TimeSpan.FromSeconds(30), clock, CancellationToken.None);
        Assert.False(waiting.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(30));

        Assert.False(await waiting);
        Assert.Equal(0, first.Disposals);
    }

    [Fact]
    public async Task Once_all_is_over_nobody_gets_a_lease_and_what_is_swapped_in_too_late_does_not_outlive_it()
    {
        var holder = new GenerationHolder<Tree>(new Tree(1));
        await holder.DisposeAsync();

        Assert.Throws<ObjectDisposedException>(() => holder.Take());
        Assert.Throws<ObjectDisposedException>(() => holder.Swap(new Tree(2)));
    }

    [Fact]
    public async Task One_that_cannot_be_disposed_of_harms_nobody_but_whoever_waits_for_that()
    {
        var holder = new GenerationHolder<Tree>(new Tree(1) { Fails = true });
        var lease = holder.Take();
        var old = holder.Swap(new Tree(2));

        lease.Dispose();

        await Assert.ThrowsAsync<InvalidOperationException>(() => old.Drained);
        using var next = holder.Take();
        Assert.Equal(2, next.Value.Number);
    }

    private sealed class Tree(int number) : IAsyncDisposable
    {
        private int disposals;
        private int tooLate;

        public int Number { get; } = number;

        public bool Fails { get; init; }

        public int Disposals => Volatile.Read(ref disposals);

        public int UsedTooLate => Volatile.Read(ref tooLate);

        public void Work()
        {
            if (Volatile.Read(ref disposals) != 0)
            {
                Interlocked.Increment(ref tooLate);
            }
        }

        public ValueTask DisposeAsync()
        {
            Interlocked.Increment(ref disposals);
            return Fails ? throw new InvalidOperationException("it will not go") : ValueTask.CompletedTask;
        }
    }
}
