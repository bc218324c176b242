using System.Text.RegularExpressions;
using Dashboard.Core.Database;
using Dashboard.Core.Retries;
using Dashboard.Core.Stores;
using Dashboard.Core.Stores.Copying;
using Dashboard.Core.Stores.Crashes;
using Dashboard.Core.Stores.Files;
using Dashboard.Core.Stores.Health;
using Dashboard.Core.Stores.Parity;
using Dashboard.Core.Stores.S3;
using Dashboard.Kit;
using Dashboard.Kit.Stores;

namespace Dashboard.Stores.Tests;

/// <summary>Copies between real stores: from a file tree into Ceph, from one cluster into another, with a disk that freezes in the middle.</summary>
[Collection("one after the other")]
public sealed partial class CopyTests(RealStores real) : IAsyncLifetime
{
    private const int Crashes = 40;
    private const int Kills = 5;
    private readonly string root = Directory.CreateTempSubdirectory("dashboard-test-copy-").FullName;
    private readonly CopyPlan plan = new("old", "new", Sample.Day, Sample.Day.AddDays(1));
    private readonly ParityPlan all = new(Sample.Day, Sample.Day.AddDays(1)) { SampleRate = 1 };
    private OwnDatabase database = null!;

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        database = new OwnDatabase(await (await TestPostgres.SharedAsync()).NewDatabaseAsync());
        await database.MigrateAsync(Now);
    }

    public async ValueTask DisposeAsync()
    {
        await database.DisposeAsync();
        Directory.Delete(root, recursive: true);
    }

    [Fact]
    public async Task A_copy_from_files_into_ceph_outlives_a_disk_that_freezes_in_the_middle()
    {
        var ceph = await real.CephAsync();
        var pace = new CopyPace(8, TimeProvider.System, SilentTelemetry.Instance);
        var told = new Told();
        var listening = Sample.Telling(new Both(pace, told));
        await using var files = new FileStore("old", new FileTree(root), StoreContext.Silent);
        await FillAsync(files);
        await using var bucket = new S3Store("new", await real.NewBucketAsync(), listening, Sample.ImpatientForEver, Sample.ImpatientForEver);
        await bucket.CreateBucketAsync(Now);
        var copying = new Copier(files, bucket, new CopyLedger(database), pace, TimeProvider.System, "test").RunAsync(plan, new FirstPage(() => ceph.SignalAsync("osd", "STOP").Wait(Now)), Now);
        try
        {
            await Task.WhenAny(told.Failed, copying);
        }
        finally
        {
            await ceph.SignalAsync("osd", "CONT");
        }

        var progress = await copying;

        Assert.True(told.Failed.IsCompleted);
        Assert.NotEqual(0, pace.HeldBack);
        Assert.True(progress.IsWhole);
        Assert.Equal(Crashes, progress.Crashes);
        Assert.Equal(Crashes * 5, progress.Created + progress.Present);
        Assert.True((await new ParityAudit(files, bucket).RunAsync(all, null, Now)).IsWhole);
    }

    [Fact]
    public async Task Differences_between_two_clusters_are_found_by_the_comparison_as_rclone_finds_them()
    {
        var (one, two) = (await real.NewBucketAsync(), await real.NewBucketAsync(await real.OtherCephAsync()));
        await using var left = await NewAsync("old", one);
        await using var right = await NewAsync("new", two);
        var ids = await FillAsync(left);
        var copier = new Copier(left, right, new CopyLedger(database), new CopyPace(8, TimeProvider.System, SilentTelemetry.Instance), TimeProvider.System, "test");
        var progress = await copier.RunAsync(plan, null, Now);
        Assert.Equal((true, (long)Crashes, Crashes * 5L, 0L), (progress.IsWhole, progress.Crashes, progress.Created, progress.Present));
        Assert.True((await new ParityAudit(left, right).RunAsync(all with { SampleRate = 0 }, null, Now)).IsWhole);
        Assert.Equal(0, await Rclone.DifferencesAsync(one, two, [], Now));

        // One is missing with all that is of it (five things), another is not the same in one.
        await right.RemoveAsync(ids[3], Now);
        await right.SaveProcessedAsync(ProcessedCrash.Parse($$"""{"uuid": "{{ids[7]}}", "signature": "js::Nothing99"}"""), Now);

        var report = await new ParityAudit(left, right).RunAsync(all with { SampleRate = 0 }, null, Now);
        Assert.Equal(
            [(ids[7], CrashItem.Processed, ParityOutcome.Differs)],
            report.Differences.Where(one => one.Outcome == ParityOutcome.Differs).Select(one => (one.Id, one.Item, one.Outcome)));
        Assert.Equal(5, report.Differences.Count(one => one.Id == ids[3] && one.Outcome == ParityOutcome.OnlySource));
        Assert.Equal(6, report.Differences.Count);
        Assert.Equal(6, await Rclone.DifferencesAsync(one, two, [], Now));

        // What is something else in the target stays so; what is missing is copied by a copy of its own.
        var again = await copier.RunAsync(plan with { Target = "new, again" }, null, Now);
        Assert.Equal((5, 1), (again.Created, again.Conflicts));
        Assert.Equal("js::Nothing99", (await right.GetUnredactedProcessedAsync(ids[7], Now)).Text("signature"));
    }

    [Fact]
    public async Task A_frozen_disk_fails_the_probe_at_its_deadline()
    {
        var ceph = await real.CephAsync();
        await using var bucket = await NewAsync("new", await real.NewBucketAsync());
        var probe = new StoreProbe(TimeProvider.System, TimeSpan.FromSeconds(2));
        var patient = new StoreProbe(TimeProvider.System, TimeSpan.FromMinutes(2));
        Assert.Equal([true, true, true], (await patient.ProbeAsync(bucket, Now)).Select(step => step.Ok));

        await ceph.SignalAsync("osd", "STOP");
        try
        {
            var step = Assert.Single(await probe.ProbeAsync(bucket, Now));
            Assert.Equal((StoreProbeKind.Put, false, "Not done within 2 s."), (step.Kind, step.Ok, step.Detail));
        }
        finally
        {
            await ceph.SignalAsync("osd", "CONT");
        }

        Assert.All(await patient.ProbeAsync(bucket, Now), step => Assert.True(step.Ok, step.Detail));
    }

    [Fact]
    public async Task A_copier_that_is_killed_again_and_again_goes_on_where_it_was_and_counts_each_crash_once()
    {
        var options = await real.NewBucketAsync();
        await using var files = new FileStore("old", new FileTree(root), StoreContext.Silent);
        await FillAsync(files);
        await using var bucket = await NewAsync("new", options);
        string[] command =
        [
            Path.Combine(AppContext.BaseDirectory, "Dashboard.Web.dll"), "migrate-store", $"files:{root}", $"s3:http://{CephCluster.AccessKey}@{options.Endpoint.Authority}/{options.Bucket}",
            "--from", "2015-03-31", "--to", "2015-04-01", "--parallel", "1",
        ];
        var environment = new Dictionary<string, string?> { ["ConnectionStrings__Dashboard"] = database.Source.ConnectionString, [$"StoreSecrets__{CephCluster.AccessKey}"] = CephCluster.SecretKey };

        for (var kill = 1; kill <= Kills; kill++)
        {
            await using var killed = ChildProcess.Start("dotnet", command, environment);
            await killed.SaysAsync(SomeCrashes());
            // At once: to start a program that sends the signal takes a busy machine longer than the rest of the copy.
            killed.Process.Kill();
            await killed.Process.WaitForExitAsync(Now);

            // As if the ten minutes of its lease were over.
            await using var over = database.Source.CreateCommand("update dashboard.store_copy_shard set lease_until = now() - interval '1 second' where lease_until is not null");
            await over.ExecuteNonQueryAsync(Now);
        }

        await using var last = ChildProcess.Start("dotnet", command, environment);
        await last.Process.WaitForExitAsync(Now);

        Assert.True(last.Process.ExitCode == 0, last.Words);
        await using var ledger = database.Source.CreateCommand("select sum(crashes)::int from dashboard.store_copy_shard");
        Assert.Equal(Crashes, await ledger.ExecuteScalarAsync(Now));
        Assert.True((await new ParityAudit(files, bucket).RunAsync(all, null, Now)).IsWhole);
    }

    // It says so after each part with crashes in it.
    [GeneratedRegex("^[1-9][0-9]* crash(es)?; ", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SomeCrashes();

    private static async Task<S3Store> NewAsync(string name, S3Options options)
    {
        var store = new S3Store(name, options, StoreContext.Silent, Sample.Patient, Sample.Patient);
        await store.CreateBucketAsync(Now);
        return store;
    }

    private static async Task<List<CrashId>> FillAsync(ICrashStore store)
    {
        var ids = Enumerable.Range(0, Crashes).Select(number => CrashId.New(Sample.Day.AddDays(number % 2))).ToList();
        foreach (var id in ids)
        {
            await store.SaveRawAndProcessedAsync(Sample.Raw, Sample.Dumps, ProcessedCrash.Parse($$"""{"uuid": "{{id}}", "signature": "js::Something"}"""), id, Now);
        }

        return ids;
    }

    /// <summary>Calls somebody at the first page.</summary>
    private sealed class FirstPage(Action then) : IProgress<CopyPage>
    {
        private int pages;

        public void Report(CopyPage value)
        {
            if (Interlocked.Increment(ref pages) == 1)
            {
                then();
            }
        }
    }

    private sealed class Both(IRetryTelemetry one, IRetryTelemetry two) : IRetryTelemetry
    {
        public void Tell(RetryEvent told)
        {
            one.Tell(told);
            two.Tell(told);
        }

        public void Count(Core.Retries.Executor.ExecutorIdentity who, string resource, string backend)
        {
        }
    }
}
