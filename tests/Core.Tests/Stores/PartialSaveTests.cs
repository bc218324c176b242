using Dashboard.Core.Configuration.Classes;
using Dashboard.Core.Configuration.Generations;
using Dashboard.Core.Configuration.Layers;
using Dashboard.Core.Configuration;
using Dashboard.Core.Database;
using Dashboard.Core.Stores;
using Dashboard.Core.Stores.Composites;
using Dashboard.Core.Stores.Copying;
using Dashboard.Core.Stores.Crashes;
using Dashboard.Core.Stores.DualWrites;
using Dashboard.Core.Stores.Trees;
using Dashboard.Kit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dashboard.Core.Tests.Stores;

/// <summary>A save that reached one store and not the other is written down, and put right by the copier.</summary>
public sealed class PartialSaveTests : IAsyncLifetime
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("dashboard-partial-");
    private OwnDatabase own = null!;
    private PartialSaveLedger ledger = null!;
    private PartialSaveKeeper keeper = null!;
    private ServiceProvider services = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Old => Path.Combine(folder.FullName, "old");

    private string New => Path.Combine(folder.FullName, "new");

    public async ValueTask InitializeAsync()
    {
        own = new OwnDatabase(await (await TestPostgres.SharedAsync()).NewDatabaseAsync());
        await own.MigrateAsync(Stop);
        ledger = new PartialSaveLedger(own);
        keeper = new PartialSaveKeeper(ledger, TimeProvider.System, NullLogger<PartialSaveKeeper>.Instance);
        services = new ServiceCollection().AddSingleton<IPartialSaves>(keeper).BuildServiceProvider();
        Directory.CreateDirectory(Old);
    }

    public async ValueTask DisposeAsync()
    {
        keeper.Dispose();
        await services.DisposeAsync();
        await own.DisposeAsync();
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task It_is_repaired_as_soon_as_the_store_is_back_and_what_was_saved_meanwhile_counts_as_repaired()
    {
        await using var holder = new GenerationHolder<StoreTree>(await TreeAsync("PolyStore"));
        var (first, second) = (CrashId.New(SampleCrashes.Day), CrashId.New(SampleCrashes.Day));
        await File.WriteAllTextAsync(New, "no folder", Stop);
        await SaveAsync(holder, first);
        await SaveAsync(holder, second);
        var count = Assert.Single(await ledger.CountsAsync(Stop));
        Assert.Equal(($"files {New}", 2L, 0L), (count.Missing, count.Open, count.Repaired));
        Assert.NotNull(count.Why);
        Assert.Equal((24, 2, 2), (count.Hours.Count, count.Hours[^1], count.Hours.Sum()));
        await own.Now.Statements.ExecuteAsync("update dashboard.store_partial_save set last_at = now() - interval '5 hours 20 minutes' where crash_id = @id", new { id = first.Value }, Stop);
        count = Assert.Single(await ledger.CountsAsync(Stop));
        Assert.Equal((1, 1, 2), (count.Hours[^1], count.Hours[^6], count.Hours.Sum()));
        await own.Now.Statements.ExecuteAsync("update dashboard.store_partial_save set last_at = now() - interval '30 hours' where crash_id = @id", new { id = first.Value }, Stop);
        Assert.Equal(1, Assert.Single(await ledger.CountsAsync(Stop)).Hours.Sum());

        File.Delete(New);
        Directory.CreateDirectory(New);
        await SaveAsync(holder, second);
        Assert.Equal(2, await Repair(holder).RunOnceAsync(Stop));

        count = Assert.Single(await ledger.CountsAsync(Stop));
        Assert.Equal((0L, 2L, 0L, null), (count.Open, count.Repaired, count.Conflicts, count.Why));
        using var lease = holder.Take();
        foreach (var id in (CrashId[])[first, second])
        {
            var kept = await lease.Value.Find($"files {New}")!.GetRawDumpsAsync(id, Stop);
            Assert.Equal(SampleCrashes.Dumps.Keys, kept.Keys);
        }
    }

    [Fact]
    public async Task While_the_store_is_still_away_it_waits_a_while_and_says_why()
    {
        await using var holder = new GenerationHolder<StoreTree>(await TreeAsync("PolyStore"));
        await File.WriteAllTextAsync(New, "no folder", Stop);
        await SaveAsync(holder, CrashId.New(SampleCrashes.Day));

        Assert.Equal(0, await Repair(holder).RunOnceAsync(Stop));

        Assert.Equal(1, Assert.Single(await ledger.CountsAsync(Stop)).Open);
        Assert.Empty(await ledger.DueAsync([$"files {New}"], 10, Stop));
    }

    [Fact]
    public async Task What_has_something_else_in_its_place_is_never_overwritten()
    {
        await using var holder = new GenerationHolder<StoreTree>(await TreeAsync("PolyStore"));
        var id = CrashId.New(SampleCrashes.Day);
        await File.WriteAllTextAsync(New, "no folder", Stop);
        await SaveAsync(holder, id);
        File.Delete(New);
        Directory.CreateDirectory(New);
        using (var lease = holder.Take())
        {
            await lease.Value.Find($"files {New}")!.SaveRawCrashAsync(RawCrash.Parse("""{"ProductName": "Fennec"}"""), Dumps.None, id, Stop);
        }

        Assert.Equal(1, await Repair(holder).RunOnceAsync(Stop));

        var count = Assert.Single(await ledger.CountsAsync(Stop));
        Assert.Equal((0L, 1L, "Its raw crash is something else there."), (count.Open, count.Conflicts, count.Why));
    }

    [Fact]
    public async Task A_save_into_a_fallback_is_one_and_its_caller_is_told_of_no_failure()
    {
        await using var holder = new GenerationHolder<StoreTree>(await TreeAsync("FallbackStore"));
        await File.WriteAllTextAsync(New, "no folder", Stop);
        using (var lease = holder.Take())
        {
            await lease.Value.Destination!.SaveRawCrashAsync(SampleCrashes.Raw, SampleCrashes.Dumps, CrashId.New(SampleCrashes.Day), Stop);
        }

        var open = Assert.Single(await ledger.DueAsync([$"files {New}"], 10, Stop));
        Assert.Equal((SavedKind.Raw, "destination", $"files {Old}"), (open.Save.Kind, open.Save.Composite, Assert.Single(open.Save.Has)));
    }

    [Fact]
    public async Task A_save_that_is_cut_off_in_one_store_is_one_too()
    {
        var (quick, hung) = (new MemoryStore("quick"), new HungStore("hung"));
        using var impatient = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        await using var poly = new PolyStore("destination", [quick, hung], keeper);
        var saving = poly.SaveRawCrashAsync(SampleCrashes.Raw, SampleCrashes.Dumps, CrashId.New(SampleCrashes.Day), impatient.Token).AsTask();
        await hung.Asked.Task.WaitAsync(Stop);
        await impatient.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => saving);

        Assert.Equal("quick", Assert.Single(Assert.Single(await ledger.DueAsync(["hung"], 10, Stop)).Save.Has));
    }

    [Fact]
    public async Task What_cannot_be_written_down_waits_in_memory_until_it_can()
    {
        await own.Source.CreateCommand("alter table dashboard.store_partial_save rename to away").ExecuteNonQueryAsync(Stop);
        await keeper.TellAsync(new PartialSave(CrashId.New(SampleCrashes.Day), SavedKind.Raw, "destination", "new", ["old"], "away"));
        Assert.Equal(1, keeper.Waiting);

        await own.Source.CreateCommand("alter table dashboard.away rename to store_partial_save").ExecuteNonQueryAsync(Stop);
        await keeper.StartAsync(Stop);
        while ((await ledger.CountsAsync(Stop)).Count == 0 || keeper.Waiting > 0)
        {
            await Task.Yield();
        }

        await keeper.StopAsync(Stop);
        Assert.Equal((1L, 0L), (Assert.Single(await ledger.CountsAsync(Stop)).Open, keeper.Lost));
    }

    private static async Task SaveAsync(GenerationHolder<StoreTree> holder, CrashId id)
    {
        using var lease = holder.Take();
        try
        {
            await lease.Value.Destination!.SaveRawCrashAsync(SampleCrashes.Raw, SampleCrashes.Dumps, id, Stop);
        }
        catch (StoresFailedException)
        {
            // Told to who saves as well.
        }
    }

    private PartialSaveRepair Repair(GenerationHolder<StoreTree> holder) => new(holder, ledger, new CopyLedger(own), TimeProvider.System, NullLogger<PartialSaveRepair>.Instance);

    private async Task<StoreTree> TreeAsync(string kind)
    {
        var conf = Path.Combine(folder.FullName, $"{kind}.ini");
        var parts = kind == "PolyStore"
            ? $"storage_classes=FileStore, FileStore\n[[storage0]]\nfs_root={Old}\n[[storage1]]\nfs_root={New}\n"
            : $"[[primary]]\nstorage_class=FileStore\nfs_root={New}\n[[fallback]]\nstorage_class=FileStore\nfs_root={Old}\n";
        await File.WriteAllTextAsync(conf, $"[destination]\ncrashstorage_class={kind}\n{parts}", Stop);
        var reading = new ConfigurationSources(CoreCatalog.New(new ClassRegistry()), folder.FullName, [$"--admin.conf={conf}"], EnvironmentLayer.Of([])).Read();
        Assert.Empty(reading.Faults);
        return await StoreTree.BuildAsync(reading, services);
    }

    private sealed class HungStore(string name) : CrashStore(name)
    {
        public TaskCompletionSource Asked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override StoreCapabilities Capabilities => StoreCapabilities.SaveRaw;

        public override async ValueTask SaveRawCrashAsync(RawCrash raw, Dumps dumps, CrashId id, CancellationToken cancellationToken)
        {
            Asked.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        }
    }
}
