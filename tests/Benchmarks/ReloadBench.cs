using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Dashboard.Core.Access;
using Dashboard.Core.Actions.Audit;
using Dashboard.Core.Configuration;
using Dashboard.Core.Configuration.Classes;
using Dashboard.Core.Configuration.Generations;
using Dashboard.Core.Configuration.Layers;
using Dashboard.Core.Configuration.Reload;
using Dashboard.Core.Database;
using Dashboard.Core.Feeds;
using Dashboard.Core.Stores;
using Dashboard.Core.Stores.Crashes;
using Dashboard.Core.Stores.Trees;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dashboard.Benchmarks;

/// <summary>How long work with the crash stores stands still while they are exchanged, beside how long it stands still anyway; and whether anything is lost.</summary>
internal static class ReloadBench
{
    private const int Workers = 16;

    // Each worker saves the same ones again and again, each time with another number: what is lost is seen, and the trees stay small.
    private const int CrashesOfEach = 100;

    public static async Task RunAsync(Report report, bool quick)
    {
        var reloads = quick ? 100 : 500;
        report.Rounds = reloads;
        var folder = Directory.CreateTempSubdirectory("dashboard-bench-reload-");
        try
        {
            await MeasureAsync(report, folder.FullName, reloads);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task MeasureAsync(Report report, string folder, int reloads)
    {
        var conf = Path.Combine(folder, "stores.ini");
        string Said(int round) =>
            $"[destination]\ncrashstorage_class=PolyStore\nstorage_classes=FileStore, FileStore\n[[storage0]]\nfs_root={folder}/old\n[[storage1]]\nfs_root={folder}/new-{round % 2}\n";
        foreach (var name in (string[])["old", "new-0", "new-1"])
        {
            Directory.CreateDirectory(Path.Combine(folder, name));
        }

        await File.WriteAllTextAsync(conf, Said(0));
        await using var services = new ServiceCollection().AddSingleton(new StoreUses()).AddSingleton(TimeProvider.System).BuildServiceProvider();

        // Gone from the beginning: a reload does not depend on the audit.
        var nowhere = new OwnDatabase("Host=127.0.0.1;Port=1");
        await nowhere.DisposeAsync();
        var sources = new ConfigurationSources(CoreCatalog.New(new ClassRegistry()), folder, [$"--admin.conf={conf}"], EnvironmentLayer.Of([]));
        var first = sources.Read();
        await using var holder = new GenerationHolder<StoreTree>(await StoreTree.BuildAsync(first, services));
        using var reload = new ConfigurationReload(
            sources, new LayeredConfiguration(first), [new StoreTreeStep(holder, services, TimeProvider.System)], [], new Feed<ConfigurationSnapshot>(new ConfigurationSnapshot(1, first, TimeProvider.System.GetUtcNow())),
            new Anybody(), new DeedPace(TimeProvider.System), new AuditQueries(nowhere), TimeProvider.System, NullLogger<ConfigurationReload>.Instance);

        var over = false;
        var begun = new ConcurrentQueue<long>();
        var (saves, failed) = (0L, 0);
        var saved = Enumerable.Range(0, Workers).Select(_ => Enumerable.Range(0, CrashesOfEach).Select(_ => (Id: CrashId.New(new DateOnly(2015, 3, 31)), Number: 0L)).ToArray()).ToList();
        var work = saved.Select(mine => Task.Run(async () =>
        {
            for (var number = 1L; !Volatile.Read(ref over); number++)
            {
                try
                {
                    using var lease = holder.Take();
                    begun.Enqueue(Stopwatch.GetTimestamp());
                    var id = mine[number % CrashesOfEach].Id;
                    await lease.Value.Destination!.SaveRawCrashAsync(Numbered(number), Dumps.None, id, CancellationToken.None);
                    mine[number % CrashesOfEach] = (id, number);
                    Interlocked.Increment(ref saves);
                }
                catch (Exception)
                {
                    Interlocked.Increment(ref failed);
                }
            }
        })).ToList();

        // An exchange is somewhere in the span of its reload; the longest time no operation began within a tenth of a second round its end is the pause it may have made.
        var (swaps, swapped) = (new List<long>(), new List<double>());
        for (var round = 1; round <= reloads; round++)
        {
            await File.WriteAllTextAsync(conf, Said(round));
            var told = await reload.ReloadAsync("bench", CancellationToken.None);
            swaps.Add(Stopwatch.GetTimestamp());
            swapped.Add(told.Swapped?.TotalMilliseconds ?? double.NaN);
            await reload.Draining;
        }

        Volatile.Write(ref over, true);
        await Task.WhenAll(work);
        var moments = begun.Order().ToArray();
        var pauses = swaps.Select(swap => Longest(moments, swap - (Stopwatch.Frequency / 20), swap + (Stopwatch.Frequency / 20))).ToList();
        var between = swaps.Zip(swaps.Skip(1), (one, next) => one + ((next - one) / 2)).Select(at => Longest(moments, at - (Stopwatch.Frequency / 20), at + (Stopwatch.Frequency / 20))).ToList();
        report.AddDistribution("reload", "swap", new Sample(swapped), p99: 50);
        report.AddDistribution("reload", "pause", new Sample(pauses), p99: 50, limit: new Sample(between));
        report.Add(new Figure("reload", "pause-max", pauses.Max(), "ms", Limit: between.Max()));
        report.Add(new Figure("reload", "operations", saves, "saves"));
        report.Add(new Figure("reload", "failed", failed, "saves", AtMost: 0));
        report.Add(new Figure("reload", "lost", await LostAsync(holder, saved.SelectMany(mine => mine).Where(one => one.Number > 0)), "saves", AtMost: 0));
        report.Add(new Figure("reload", "trees", holder.Number, "trees"));
        report.Note($"{Workers} workers save into two file trees without pause, each a hundred crashes of its own again and again, and the last of each must be there; the limit is the same measure half-way between two reloads, on the same cores.");
    }

    private static double Longest(long[] moments, long from, long to)
    {
        var (longest, last) = (0L, from);
        for (var at = Array.BinarySearch(moments, from) is var found && found < 0 ? ~found : found; at < moments.Length && moments[at] <= to; at++)
        {
            (longest, last) = (Math.Max(longest, moments[at] - last), moments[at]);
        }

        return Stopwatch.GetElapsedTime(0, Math.Max(longest, to - last)).TotalMilliseconds;
    }

    private static RawCrash Numbered(long number) => RawCrash.Parse(string.Create(CultureInfo.InvariantCulture, $$"""{"number": "{{number}}"}"""));

    private static async Task<int> LostAsync(GenerationHolder<StoreTree> holder, IEnumerable<(CrashId Id, long Number)> saved)
    {
        using var lease = holder.Take();
        var (old, lost) = (lease.Value.Leaves[0].Store, 0);
        await Parallel.ForEachAsync(saved, async (one, token) =>
        {
            try
            {
                if ((await old.GetRawCrashAsync(one.Id, token)).Text("number") == one.Number.ToString(CultureInfo.InvariantCulture))
                {
                    return;
                }
            }
            catch (CrashNotFoundException)
            {
                // Lost altogether.
            }

            Interlocked.Increment(ref lost);
        });
        return lost;
    }

    private sealed class Anybody : IAuthority
    {
        public Task<Permission> AskAsync(Actor actor, Deed deed, CancellationToken cancellationToken) => Task.FromResult(Permission.Of(actor, deed, Standing.Of(actor.Role)));
    }
}
