using System.Diagnostics;
using Dashboard.Core.Configuration.Generations;

namespace Dashboard.Benchmarks;

/// <summary>
/// What a reload costs those who work meanwhile: the longest an operation waited for its lease while generations are exchanged under load, beside the same load
/// with no exchange at all; and what a lease costs beside calling the thing itself.
/// </summary>
internal static class ReloadBench
{
    private static readonly int Workers = Math.Max(2, Environment.ProcessorCount);

    public static async Task RunAsync(Report report, bool quick)
    {
        report.Rounds = quick ? 3 : 7;
        var length = TimeSpan.FromSeconds(quick ? 1 : 5);
        var (still, exchanged) = (new List<double>(), new List<double>());
        var (operations, swaps, lost) = (0L, 0L, 0L);
        for (var round = 0; round < report.Rounds; round++)
        {
            still.Add((await LoadAsync(length, exchange: false)).Longest);
            var loaded = await LoadAsync(length, exchange: true);
            exchanged.Add(loaded.Longest);
            (operations, swaps, lost) = (operations + loaded.Operations, swaps + loaded.Swaps, lost + loaded.Lost);
        }

        report.Note(FormattableString.Invariant($"{Workers} workers, {operations:N0} operations over {swaps:N0} exchanges, {lost} of them on something disposed of; the worst of each round counts"));
        report.Add(new Figure("D8", "operations-lost-in-reloads", lost, "operations", AtMost: 0));
        report.Add(new Figure("D8", "reload-pause-worst", exchanged.Max(), "ms", AtMost: 50, Limit: still.Max()));
        report.Add(new Figure("D8", "lease", LeaseCost(quick ? 2_000_000 : 20_000_000), "ns"));
    }

    private static async Task<(double Longest, long Operations, long Swaps, long Lost)> LoadAsync(TimeSpan length, bool exchange)
    {
        var holder = new GenerationHolder<Thing>(new Thing());
        var ends = Stopwatch.GetTimestamp() + (long)(length.TotalSeconds * Stopwatch.Frequency);
        var workers = Enumerable.Range(0, Workers).Select(_ => Task.Run(() => Work(holder, ends))).ToList();
        var swaps = 0L;
        while (exchange && Stopwatch.GetTimestamp() < ends)
        {
            var old = holder.Swap(new Thing());
            swaps++;

            // A drain between two exchanges, as a reload does it.
            await old.Drained;
        }

        var all = await Task.WhenAll(workers);
        await holder.DisposeAsync();
        return (all.Max(each => each.Longest), all.Sum(each => each.Operations), swaps, all.Sum(each => each.Lost));
    }

    private static (double Longest, long Operations, long Lost) Work(GenerationHolder<Thing> holder, long ends)
    {
        var (longest, operations, lost) = (0L, 0L, 0L);
        for (var before = Stopwatch.GetTimestamp(); before < ends;)
        {
            using var lease = holder.Take();
            longest = Math.Max(longest, Stopwatch.GetTimestamp() - before);
            operations++;
            lost += lease.Value.IsDisposed ? 1 : 0;
            before = Stopwatch.GetTimestamp();
        }

        return (longest * 1_000.0 / Stopwatch.Frequency, operations, lost);
    }

    private static double LeaseCost(int times)
    {
        var holder = new GenerationHolder<Thing>(new Thing());
        var began = Stopwatch.GetTimestamp();
        for (var i = 0; i < times; i++)
        {
            using var lease = holder.Take();
            _ = lease.Value;
        }

        return Stopwatch.GetElapsedTime(began).TotalNanoseconds / times;
    }

    private sealed class Thing : IAsyncDisposable
    {
        private int disposed;

        public bool IsDisposed => Volatile.Read(ref disposed) != 0;

        public ValueTask DisposeAsync()
        {
            Volatile.Write(ref disposed, 1);
            return ValueTask.CompletedTask;
        }
    }
}
