using System.Diagnostics;
using Dashboard.Core.Stores;
using Dashboard.Core.Stores.Composites;
using Dashboard.Core.Stores.Crashes;
using Dashboard.Core.Stores.Health;
using Dashboard.Core.Stores.S3;

namespace Dashboard.Benchmarks;

/// <summary>What keeping count of a store adds to a call, and how long a save into two stores at once takes beside a save into the slower of them.</summary>
internal static class StoreCallsBench
{
    private const int Calls = 2_000;
    private static readonly DateOnly Day = new(2015, 3, 31);

    public static async Task RunAsync(Report report, S3Options left, S3Options right, bool quick)
    {
        await CountAsync(report, quick ? 20 : 100);
        await BothAsync(report, left, right, saves: quick ? 100 : 400);
    }

    private static async Task CountAsync(Report report, int rounds)
    {
        await using var bare = new Later();
        await using var counted = new MeteredStore(new Later(), new StoreMeter(TimeProvider.System));
        ICrashStore[] ways = [bare, counted];
        var id = CrashId.New(Day);
        var took = ways.Select(_ => new List<double>()).ToArray();
        var bytes = ways.Select(_ => new List<double>()).ToArray();
        for (var round = -5; round < rounds; round++)
        {
            for (var turn = 0; turn < ways.Length; turn++)
            {
                // Each in turn goes first, so that none always meets the machine as another left it.
                var way = (turn + round + 5) % ways.Length;
                var allocated = GC.GetTotalAllocatedBytes(precise: true);
                var began = Stopwatch.GetTimestamp();
                for (var call = 0; call < Calls; call++)
                {
                    await ways[way].GetRawCrashAsync(id, CancellationToken.None);
                }

                var each = Stopwatch.GetElapsedTime(began).TotalMicroseconds / Calls;
                if (round >= 0)
                {
                    took[way].Add(each);
                    bytes[way].Add((GC.GetTotalAllocatedBytes(precise: true) - allocated) / (double)Calls);
                }
            }
        }

        // Rounds are compared with themselves: the machine is not as fast from one round to the next.
        double Over(List<double>[] of) => new Sample(of[1].Zip(of[0], (one, other) => one - other)).At(0.5);
        report.Add(new Figure("D8", "counting-a-call", Over(took), "us", AtMost: 5));
        report.Add(new Figure("D8", "counting-a-call-bytes", Over(bytes), "B", AtMost: 0.5));
    }

    private static async Task BothAsync(Report report, S3Options left, S3Options right, int saves)
    {
        await using var one = new S3Store("one", left, StoreContext.Silent);
        await using var two = new S3Store("two", right, StoreContext.Silent);
        await one.CreateBucketAsync(CancellationToken.None);
        await two.CreateBucketAsync(CancellationToken.None);
        await using var both = new PolyStore("both", [new S3Store("one", left, StoreContext.Silent), new S3Store("two", right, StoreContext.Silent)]);
        Func<Dumps, RawCrash, CrashId, Task>[] ways =
        [
            (dumps, raw, id) => one.SaveRawCrashAsync(raw, dumps, id, CancellationToken.None).AsTask(),
            (dumps, raw, id) => two.SaveRawCrashAsync(raw, dumps, id, CancellationToken.None).AsTask(),
            (dumps, raw, id) => both.SaveRawCrashAsync(raw, dumps, id, CancellationToken.None).AsTask(),
            (dumps, raw, id) => Task.WhenAll(one.SaveRawCrashAsync(raw, dumps, id, CancellationToken.None).AsTask(), two.SaveRawCrashAsync(raw, dumps, id, CancellationToken.None).AsTask()),
        ];
        var took = ways.Select(_ => new List<double>()).ToArray();
        var dumps = new Dumps([KeyValuePair.Create("upload_file_minidump", Dump.Of(new byte[20_000]))]);
        var raw = RawCrash.Parse("""{"ProductName":"Firefox"}""");
        for (var save = -20; save < saves; save++)
        {
            for (var turn = 0; turn < ways.Length; turn++)
            {
                var way = (turn + save + 20) % ways.Length;
                var began = Stopwatch.GetTimestamp();
                await ways[way](dumps, raw, CrashId.New(Day));
                if (save >= 0)
                {
                    took[way].Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
                }
            }
        }

        double Half(int way) => new Sample(took[way]).At(0.5);
        report.Add(new Figure("D8", "save-into-both-beside-the-slower", Half(2), "ms", Limit: Math.Max(Half(0), Half(1)), AtMostRatio: 1.15));
        report.Add(new Figure("D8", "save-into-both-beside-both-by-hand", Half(2), "ms", Limit: Half(3), AtMostRatio: 1.15));
        report.Add(new Figure("D8", "save-into-one-after-the-other", Half(0) + Half(1), "ms"));
        report.Note("A dump of 20 kB, the names and the raw crash, one crash after another; both clusters and the client share the machine, so two saves at once take longer than one whoever makes them.");
    }

    /// <summary>Answers, and not at once.</summary>
    private sealed class Later() : CrashStore("later")
    {
        public override StoreCapabilities Capabilities => StoreCapabilities.GetRaw;

        public override async ValueTask<RawCrash> GetRawCrashAsync(CrashId id, CancellationToken cancellationToken)
        {
            await Task.Yield();
            return RawCrash.Empty;
        }
    }
}
