using Dashboard.Core.Database;
using Dashboard.Core.Failures;
using Dashboard.Core.Retries;
using Dashboard.Core.Retries.Executor;
using Dashboard.Core.Stores;
using Dashboard.Core.Stores.Copying;
using Dashboard.Core.Stores.Crashes;
using Dashboard.Core.Stores.Files;
using Dashboard.Core.Stores.Health;
using Dashboard.Core.Stores.Parity;
using Dashboard.Core.Stores.Postgres;
using Dashboard.Core.Stores.S3;
using Dashboard.Kit;
using Dashboard.Kit.Stores;
using Npgsql;

namespace Dashboard.Stores.Tests;

/// <summary>Troubles that look like something else: a store that has too much to do, a pooler that is paused, a server that is tried before it is trusted.</summary>
[Collection("one after the other")]
public sealed class TroubleTests(RealStores real)
{
    private readonly CrashId id = CrashId.New(Sample.Day);

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_store_that_has_too_much_to_do_slows_the_copier_down_and_nothing_is_lost()
    {
        const int crashes = 30;
        var root = Directory.CreateTempSubdirectory("dashboard-test-slow-");
        await using var database = new OwnDatabase(await (await TestPostgres.SharedAsync()).NewDatabaseAsync());
        await database.MigrateAsync(Now);
        await using var faulty = await FaultyGateway.StartAsync((await real.CephAsync()).Endpoint);
        var told = new Told();
        var pace = new CopyPace(16, TimeProvider.System, told);
        await using var files = new FileStore("old", new FileTree(root.FullName), StoreContext.Silent);
        for (var crash = 0; crash < crashes; crash++)
        {
            await files.SaveRawCrashAsync(Sample.Raw, Sample.Dumps, CrashId.New(Sample.Day), Now);
        }

        await using var bucket = new S3Store("new", await real.NewBucketAsync() with { Endpoint = faulty.Endpoint }, Sample.Telling(pace), Sample.Patient, Sample.Patient);
        await bucket.CreateBucketAsync(Now);
        await faulty.BreakAsync(GatewayFault.SlowDown, 30);

        var progress = await new Copier(files, bucket, new CopyLedger(database), pace, TimeProvider.System, "test").RunAsync(new CopyPlan("old", "new", Sample.Day, Sample.Day), null, Now);

        await faulty.BreakAsync(GatewayFault.SlowDown, 0);
        Assert.True(progress.IsWhole);
        Assert.Equal((crashes, crashes * 4), (progress.Crashes, progress.Created + progress.Present));
        Assert.NotEqual(0, pace.HeldBack);
        Assert.Contains(told.All, one => one is { Outcome: RetryOutcome.Fail, Code: "SlowDown", Class: FailureClass.Busy });
        Assert.True((await new ParityAudit(files, bucket).RunAsync(new ParityPlan(Sample.Day, Sample.Day) { SampleRate = 1 }, null, Now)).IsWhole);
        root.Delete(recursive: true);
    }

    [Theory]
    [InlineData(GatewayFault.Stall)]
    [InlineData(GatewayFault.Drop)]
    public async Task What_nobody_answers_ends_at_its_deadline_and_gets_through_when_somebody_answers_again(GatewayFault fault)
    {
        await using var faulty = await FaultyGateway.StartAsync((await real.CephAsync()).Endpoint);
        var (options, told) = (await real.NewBucketAsync() with { Endpoint = faulty.Endpoint }, new Told());
        await using var patient = new S3Store("new", options, Sample.Telling(told), Sample.ImpatientForEver, Sample.ImpatientForEver);
        await patient.CreateBucketAsync(Now);
        await patient.SaveRawCrashAsync(Sample.Raw, Dumps.None, id, Now);
        await using var hasty = new S3Store("new", options, StoreContext.Silent, Sample.Impatient, Sample.Impatient);
        var large = new Dumps([KeyValuePair.Create("dump", Dump.Of(new byte[200_000]))]);
        Task save;

        await faulty.BreakAsync(fault, 100);
        try
        {
            await Assert.ThrowsAsync<AttemptDeadlineException>(async () => await hasty.GetRawCrashAsync(id, Now));
            await Assert.ThrowsAsync<AttemptDeadlineException>(async () => await hasty.SaveRawCrashAsync(Sample.Raw, large, id, Now));
            var step = Assert.Single(await new StoreProbe(TimeProvider.System, TimeSpan.FromSeconds(1)).ProbeAsync(hasty, Now));
            Assert.Equal((StoreProbeKind.Put, false, "Not done within 1 s."), (step.Kind, step.Ok, step.Detail));

            save = patient.SaveRawCrashAsync(Sample.Raw, large, id, Now).AsTask();
            await told.Failed.WaitAsync(Now);
        }
        finally
        {
            await faulty.BreakAsync(fault, 0);
        }

        await save;
        Assert.Equal(FailureClass.Network, told.All.First(one => one.Outcome == RetryOutcome.Fail).Class);
        Assert.Equal(200_000, (await patient.GetRawDumpAsync(id, null, Now)).Length);
    }

    [Fact]
    public async Task A_save_that_is_reset_in_the_middle_is_made_again_and_whole()
    {
        await using var faulty = await FaultyGateway.StartAsync((await real.CephAsync()).Endpoint);
        var told = new Told();
        await using var store = new S3Store("new", await real.NewBucketAsync() with { Endpoint = faulty.Endpoint }, Sample.Telling(told), Sample.Patient, Sample.Patient);
        await store.CreateBucketAsync(Now);
        var content = Enumerable.Range(0, 1_000_000).Select(at => (byte)(at * 7)).ToArray();
        Task save;

        await faulty.BreakAsync(GatewayFault.Cut, 100);
        try
        {
            save = store.SaveRawCrashAsync(Sample.Raw, new Dumps([KeyValuePair.Create("dump", Dump.Of(content))]), id, Now).AsTask();
            await told.Failed.WaitAsync(Now);
        }
        finally
        {
            await faulty.BreakAsync(GatewayFault.Cut, 0);
        }

        await save;
        Assert.Equal((FailureClass.Network, RetryOutcome.OkAfterRetry), (told.All.First(one => one.Outcome == RetryOutcome.Fail).Class, told.All[^1].Outcome));
        Assert.Equal(content, (await (await store.GetRawDumpAsync(id, null, Now)).BytesAsync(Now)).ToArray());
    }

    [Fact]
    public async Task A_pooler_that_is_paused_says_so_in_words_that_the_driver_takes_for_an_end_and_a_save_waits_all_the_same()
    {
        var postgres = await TestPostgres.SharedAsync();
        await using var pooler = await PgBouncer.StartAsync(postgres, "transaction", queryWaitSeconds: 1);
        var told = new Told();
        var direct = await postgres.NewDatabaseAsync();
        await postgres.ExecuteAsync(new NpgsqlConnectionStringBuilder(direct).Database!, """
            create table raw_crashes (uuid uuid not null, raw_crash json not null, date_processed timestamptz);
            create table raw_crashes_20150330 () inherits (raw_crashes);
            create unique index on raw_crashes_20150330 (uuid);
            """);
        var through = new NpgsqlConnectionStringBuilder(pooler.Through(direct)) { NoResetOnClose = true };
        await using var store = new PostgresStore("storage1", NpgsqlDataSource.Create(through), Sample.Telling(told), Sample.Patient);
        Task save;

        await pooler.PauseAsync();
        try
        {
            save = store.SaveRawCrashAsync(Sample.Raw, Dumps.None, id, Now).AsTask();
            await told.Failed.WaitAsync(Now);
        }
        finally
        {
            await pooler.ResumeAsync();
        }

        await save;
        var first = told.All.First(one => one.Outcome == RetryOutcome.Fail);
        Assert.Equal("08P01", first.Code);
        Assert.Contains("query_wait_timeout", first.ExceptionValue, StringComparison.Ordinal);
        Assert.Equal(RetryOutcome.OkAfterRetry, told.All[^1].Outcome);
        Assert.Equal(Sample.Raw.ToString(), (await store.GetRawCrashAsync(id, Now)).ToString());
    }

    [Fact]
    public async Task A_real_gateway_does_all_that_is_relied_on_and_tells_checksums()
    {
        await using var bucket = new S3Store("new", await real.NewBucketAsync(), StoreContext.Silent, Sample.Patient, Sample.Patient);
        await bucket.CreateBucketAsync(Now);
        await new StoreProbe(TimeProvider.System, TimeSpan.FromMinutes(2)).ProbeAsync(bucket, Now);

        var found = await new AbilityProbe(TimeProvider.System, TimeSpan.FromMinutes(2)).FindAsync(bucket, Now);

        Assert.Equal(Enum.GetValues<StoreAbilityKind>().Select(kind => (kind, (bool?)true)), found.Select(one => (one.Kind, one.Found)));
    }

    [Fact]
    public async Task Two_clusters_are_held_against_each_other_by_their_listings_over_days_and_layouts()
    {
        var (one, two) = (await real.NewBucketAsync() with { Prefix = "crashes" }, await real.NewBucketAsync(await real.OtherCephAsync()) with { Prefix = "crashes", Layout = S3Layout.Of2015 });
        await using var left = await NewAsync("old", one);
        await using var right = await NewAsync("new", two);
        var ids = Enumerable.Range(0, 24).Select(number => CrashId.New(Sample.Day.AddDays(number % 3))).ToList();
        foreach (var crash in ids)
        {
            await left.SaveRawCrashAsync(Sample.Raw, Sample.Dumps, crash, Now);
            await right.SaveRawCrashAsync(Sample.Raw, Sample.Dumps, crash, Now);
        }

        await right.RemoveAsync(ids[4], Now);
        await left.SaveRawCrashAsync(Sample.Raw, new Dumps([KeyValuePair.Create("dump", Dump.Of("MDMP another"u8.ToArray()))]), ids[9], Now);

        var report = await new ParityAudit(left, right).RunAsync(new ParityPlan(Sample.Day, Sample.Day.AddDays(1)) { SampleRate = 0 }, null, Now);

        Assert.Equal(16, report.Cells.Where(cell => cell.Kind == CrashItemKind.RawCrash).Sum(cell => cell.Expected));
        Assert.Equal(4, report.Differences.Count(one => one.Id == ids[4] && one.Outcome == ParityOutcome.OnlySource));
        Assert.Equal(new ParityDifference(ids[9], CrashItem.Dump(null), ParityOutcome.Differs), Assert.Single(report.Differences, one => one.Outcome == ParityOutcome.Differs));
        Assert.Equal(5, report.Differences.Count);
    }

    private static async Task<S3Store> NewAsync(string name, S3Options options)
    {
        var store = new S3Store(name, options, StoreContext.Silent, Sample.Patient, Sample.Patient);
        await store.CreateBucketAsync(Now);
        return store;
    }
}
