using System.Diagnostics;
using System.Globalization;
using Amazon.S3;
using Amazon.S3.Model;
using Dashboard.Core.Database;
using Dashboard.Core.Retries;
using Dashboard.Core.Stores;
using Dashboard.Core.Stores.Copying;
using Dashboard.Core.Stores.Crashes;
using Dashboard.Core.Stores.Parity;
using Dashboard.Core.Stores.S3;
using Dashboard.Kit;
using Dashboard.Kit.Stores;

namespace Dashboard.Benchmarks;

/// <summary>
/// P12: crashes copied from one Ceph cluster into another, beside the same objects streamed from GET to PUT with nothing between, and beside rclone. And two buckets held against each other by their
/// listings, beside the bare listings.
/// </summary>
internal static class StoresBench
{
    private const int AtOnce = 8;
    private static readonly DateOnly Day = new(2015, 3, 31);

    public static async Task RunAsync(Report report, bool quick)
    {
        await using var one = await CephCluster.StartAsync();
        await using var two = await CephCluster.StartAsync();
        await CopyAsync(report, one, two, crashes: quick ? 150 : 600, rounds: quick ? 2 : 3);
        await ListAsync(report, one, two, crashes: quick ? 600 : 3_000, rounds: quick ? 2 : 5);
        await StoreCallsBench.RunAsync(report, Options(one, "alone"), Options(two, "alone"), quick);
    }

    private static async Task CopyAsync(Report report, CephCluster one, CephCluster two, int crashes, int rounds)
    {
        report.Rounds = rounds;
        var from = Options(one, "from");
        var objects = await FillAsync(from, crashes, dump: 100_000, raw: 4_000);
        await using var database = new OwnDatabase(await (await TestPostgres.SharedAsync()).NewDatabaseAsync());
        await database.MigrateAsync(CancellationToken.None);
        Func<string, Task<(double Ms, double Cpu)>>[] ways = [to => BareAsync(from, Options(two, to), objects), to => OursAsync(from, Options(two, to), database, crashes), to => RcloneAsync(from, Options(two, to))];
        var took = ways.Select(_ => new List<double>()).ToArray();
        var spent = ways.Select(_ => new List<double>()).ToArray();
        for (var round = -1; round < rounds; round++)
        {
            for (var turn = 0; turn < ways.Length; turn++)
            {
                // Each in turn goes first, so that none always meets the machine as another left it.
                var way = (turn + round + 1) % ways.Length;
                var (ms, cpu) = await ways[way]($"to-{way}-{round + 1}");
                if (round >= 0)
                {
                    took[way].Add(ms / objects.Count);
                    spent[way].Add(cpu / objects.Count);
                }
            }
        }

        var (bare, ours, rclone) = (Half(took[0]), Half(took[1]), Half(took[2]));
        report.Add(new Figure("P12", "bare-copy-objects-per-second", 1_000 / bare, "1/s"));
        report.Add(new Figure("P12", "rclone-objects-per-second", 1_000 / rclone, "1/s"));
        report.Add(new Figure("P12", "copy-objects-per-second", 1_000 / ours, "1/s"));
        report.Add(new Figure("P12", "copy-per-object-beside-bare", ours, "ms", Limit: bare, AtMostRatio: 1 / 0.85));
        report.Add(new Figure("P12", "copy-per-object-beside-rclone", ours, "ms", Limit: rclone, AtMostRatio: 1));
        report.Add(new Figure("P12", "copy-processor-per-object", Half(spent[1]), "ms", AtMost: 2.9, Limit: Half(spent[0])));
        report.Add(new Figure("P12", "rclone-processor-per-object", Half(spent[2]), "ms", Limit: Half(spent[0])));
        report.Note($"{objects.Count} objects of {crashes} crashes, a dump of 100 kB in each; bare and rclone {AtOnce} at once with every key known, the copy with ids listed, every object hashed, created only if new, and counted in its ledger.");
    }

    // Every key is known and signed before the clock starts.
    private static async Task<(double Ms, double Cpu)> BareAsync(S3Options from, S3Options to, IReadOnlyList<string> objects)
    {
        using var target = S3Resource.Client(to);
        await target.PutBucketAsync(to.Bucket);
        using var source = S3Resource.Client(from);
        var pairs = objects.Select(key => (Get: Signed(source, from.Bucket, key, HttpVerb.GET), Put: Signed(target, to.Bucket, key, HttpVerb.PUT))).ToList();
        using var http = new HttpClient(new SocketsHttpHandler()) { Timeout = TimeSpan.FromMinutes(5) };
        return await MeasuredAsync(() => Parallel.ForEachAsync(pairs, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (pair, token) =>
        {
            using var got = await http.GetAsync(pair.Get, HttpCompletionOption.ResponseHeadersRead, token);
            got.EnsureSuccessStatusCode();
            using var content = new StreamContent(await got.Content.ReadAsStreamAsync(token));
            content.Headers.ContentLength = got.Content.Headers.ContentLength;
            using var put = await http.PutAsync(pair.Put, content, token);
            put.EnsureSuccessStatusCode();
        }));
    }

    private static async Task<(double Ms, double Cpu)> OursAsync(S3Options from, S3Options to, OwnDatabase database, int crashes)
    {
        var pace = new CopyPace(AtOnce, TimeProvider.System, SilentTelemetry.Instance);
        await using var source = new S3Store("from", from, StoreContext.Silent);
        await using var target = new S3Store(to.Bucket, to, StoreContext.Silent);
        await target.CreateBucketAsync(CancellationToken.None);
        var copier = new Copier(source, target, new CopyLedger(database), pace, TimeProvider.System, "bench");
        CopyProgress? progress = null;
        var measured = await MeasuredAsync(async () => progress = await copier.RunAsync(new CopyPlan("from", to.Bucket, Day, Day), null, CancellationToken.None));
        return progress is { IsWhole: true } && progress.Crashes == crashes ? measured : throw new InvalidOperationException($"The copy is not whole: {progress}");
    }

    private static async Task<(double Ms, double Cpu)> RcloneAsync(S3Options from, S3Options to)
    {
        using (var target = S3Resource.Client(to))
        {
            await target.PutBucketAsync(to.Bucket);
        }

        var environment = new Dictionary<string, string?> { ["AWS_CA_BUNDLE"] = null };
        foreach (var (name, bucket) in ((string, S3Options)[])[("ONE", from), ("TWO", to)])
        {
            environment[$"RCLONE_CONFIG_{name}_TYPE"] = "s3";
            environment[$"RCLONE_CONFIG_{name}_PROVIDER"] = "Ceph";
            environment[$"RCLONE_CONFIG_{name}_ACCESS_KEY_ID"] = bucket.AccessKey;
            environment[$"RCLONE_CONFIG_{name}_SECRET_ACCESS_KEY"] = bucket.SecretKey;
            environment[$"RCLONE_CONFIG_{name}_ENDPOINT"] = bucket.Endpoint.ToString();
        }

        // It is told that nothing is there yet, and looks into nothing twice.
        var (spent, began) = (ChildrenSpent(), Stopwatch.GetTimestamp());
        await using var rclone = ChildProcess.Start("rclone", ["copy", $"one:{from.Bucket}", $"two:{to.Bucket}", "--config", "/dev/null", "--transfers", $"{AtOnce}", "--checkers", $"{AtOnce}", "--no-check-dest"], environment);
        await rclone.EndsWellAsync();
        return (Stopwatch.GetElapsedTime(began).TotalMilliseconds, ChildrenSpent() - spent);
    }

    // Of a process that has ended nobody can be asked any more but the kernel, which adds it to what its parent's children took: fields 16 and 17 of proc_pid_stat(5), in hundredths of a second.
    private static double ChildrenSpent()
    {
        var stat = File.ReadAllText("/proc/self/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return 10 * (double.Parse(fields[13], CultureInfo.InvariantCulture) + double.Parse(fields[14], CultureInfo.InvariantCulture));
    }

    private static async Task ListAsync(Report report, CephCluster one, CephCluster two, int crashes, int rounds)
    {
        var (left, right) = (Options(one, "left"), Options(two, "right"));
        var ids = Enumerable.Range(0, crashes).Select(number => CrashId.New(Day.AddDays(number % 3))).ToList();
        var keys = (await Task.WhenAll(FillAsync(left, ids, 200, 200), FillAsync(right, ids, 200, 200)))[0].Count;
        await using var source = new S3Store("left", left, StoreContext.Silent);
        await using var target = new S3Store("right", right, StoreContext.Silent);
        var (bare, ours, memory) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = -1; round < rounds; round++)
        {
            var listed = await MeasuredAsync(() => Task.WhenAll(ListAllAsync(left), ListAllAsync(right)));
            var before = GC.GetTotalMemory(forceFullCollection: true);
            ParityReport? found = null;
            var compared = await MeasuredAsync(async () => found = await new ParityAudit(source, target).RunAsync(new ParityPlan(Day, Day.AddDays(2)) { SampleRate = 0 }, null, CancellationToken.None));
            if (!found!.IsWhole || found.Cells.Sum(cell => cell.Same) != keys)
            {
                throw new InvalidOperationException($"The comparison found {found.Cells.Sum(cell => cell.Same)} of {keys} things.");
            }

            if (round >= 0)
            {
                bare.Add(listed.Ms / keys * 1_000);
                ours.Add(compared.Ms / keys * 1_000);
                memory.Add((GC.GetTotalMemory(forceFullCollection: true) - before) / 1e6);
            }
        }

        report.Add(new Figure("L1", "bare-listing-of-both-keys-per-second", 1e6 / Half(bare) * 2, "1/s"));
        report.Add(new Figure("L1", "inventory-of-both-per-thousand-keys", Half(ours), "ms", Limit: Half(bare), AtMostRatio: 1 / 0.9));
        report.Add(new Figure("L1", "inventory-memory-left", Half(memory), "MB"));
        report.Note($"{keys} keys on each side over three days, sizes and checksums compared, nothing read.");
    }

    private static async Task ListAllAsync(S3Options options)
    {
        using var client = S3Resource.Client(options);
        string? next = null;
        do
        {
            var page = await client.ListObjectsV2Async(new ListObjectsV2Request { BucketName = options.Bucket, ContinuationToken = next });
            next = page.IsTruncated == true ? page.NextContinuationToken : null;
        }
        while (next is not null);
    }

    private static Task<IReadOnlyList<string>> FillAsync(S3Options options, int crashes, int dump, int raw) => FillAsync(options, Enumerable.Range(0, crashes).Select(_ => CrashId.New(Day)).ToList(), dump, raw);

    private static async Task<IReadOnlyList<string>> FillAsync(S3Options options, IReadOnlyList<CrashId> ids, int dump, int raw)
    {
        await using var store = new S3Store("bench", options, StoreContext.Silent);
        await store.CreateBucketAsync(CancellationToken.None);
        var random = new Random(7);
        var content = new byte[dump];
        random.NextBytes(content);
        var said = RawCrash.Parse($$"""{"ProductName":"Firefox","padding":"{{new string('x', raw)}}"}""");
        await Parallel.ForEachAsync(ids, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (id, token) =>
            await store.SaveRawAndProcessedAsync(said, new Dumps([KeyValuePair.Create("upload_file_minidump", Dump.Of(content))]), ProcessedCrash.Parse($$"""{"uuid":"{{id}}","padding":"{{new string('x', 2 * raw)}}"}"""), id, token));
        return await store.ListAsync("", CancellationToken.None).Select(listed => listed.Key).ToListAsync();
    }

    private static async Task<(double Ms, double Cpu)> MeasuredAsync(Func<Task> work)
    {
        using var mine = Process.GetCurrentProcess();
        var (cpu, began) = (mine.TotalProcessorTime, Stopwatch.GetTimestamp());
        await work();
        var passed = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        mine.Refresh();
        return (passed, (mine.TotalProcessorTime - cpu).TotalMilliseconds);
    }

    private static Uri Signed(IAmazonS3 client, string bucket, string key, HttpVerb verb) =>
        new(client.GetPreSignedURL(new GetPreSignedUrlRequest { BucketName = bucket, Key = key, Verb = verb, Protocol = Protocol.HTTP, Expires = TimeProvider.System.GetUtcNow().UtcDateTime.AddHours(1) }));

    private static double Half(List<double> values) => new Sample(values).At(0.5);

    private static S3Options Options(CephCluster cluster, string bucket) => new() { Endpoint = cluster.Endpoint, Bucket = bucket, AccessKey = CephCluster.AccessKey, SecretKey = CephCluster.SecretKey };
}
