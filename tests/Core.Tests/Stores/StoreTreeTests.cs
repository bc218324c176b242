using Dashboard.Core.Access;
using Dashboard.Core.Actions.Audit;
using Dashboard.Core.Configuration;
using Dashboard.Core.Configuration.Classes;
using Dashboard.Core.Configuration.Generations;
using Dashboard.Core.Configuration.Layers;
using Dashboard.Core.Configuration.Readings;
using Dashboard.Core.Configuration.Reload;
using Dashboard.Core.Database;
using Dashboard.Core.Feeds;
using Dashboard.Core.Stores;
using Dashboard.Core.Stores.Composites;
using Dashboard.Core.Stores.Crashes;
using Dashboard.Core.Stores.Health;
using Dashboard.Core.Stores.Trees;
using Dashboard.Kit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dashboard.Core.Tests.Stores;

/// <summary>A tree of stores as a file says it, and its exchange under load.</summary>
public sealed class StoreTreeTests : IAsyncLifetime
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("dashboard-tree-");
    private readonly StoreUses uses = new();
    private readonly StoreMeter meter = new(TimeProvider.System);
    private ServiceProvider services = null!;
    private Feed<ConfigurationSnapshot> snapshots = null!;
    private GenerationHolder<StoreTree> holder = null!;
    private ConfigurationReload reload = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Conf => Path.Combine(folder.FullName, "stores.ini");

    public async ValueTask InitializeAsync()
    {
        // Gone from the beginning: the audit is not what these tests are about, and a reload does not depend on it.
        var own = new OwnDatabase("Host=127.0.0.1;Port=1");
        await own.DisposeAsync();
        services = new ServiceCollection().AddSingleton(uses).AddSingleton(meter).AddSingleton(TimeProvider.System).BuildServiceProvider();
        foreach (var name in (string[])["old", "other-1", "other-3"])
        {
            folder.CreateSubdirectory(name);
        }

        await SayAsync(One("old"));
        var sources = new ConfigurationSources(CoreCatalog.New(new ClassRegistry()), folder.FullName, [$"--admin.conf={Conf}"], EnvironmentLayer.Of([]));
        var first = sources.Read();
        (snapshots, holder) = (new(new ConfigurationSnapshot(1, first, TimeProvider.System.GetUtcNow())), new(await StoreTree.BuildAsync(first, services)));
        var step = new StoreTreeStep(holder, services, TimeProvider.System);
        reload = new ConfigurationReload(
            sources, new LayeredConfiguration(first), [step], [], snapshots, new Anybody(), new DeedPace(TimeProvider.System), new AuditQueries(own), TimeProvider.System, NullLogger<ConfigurationReload>.Instance);
    }

    public async ValueTask DisposeAsync()
    {
        await reload.Draining.WaitAsync(Stop);
        reload.Dispose();
        await holder.DisposeAsync();
        await services.DisposeAsync();
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_file_says_what_stores_are_made_of_by_the_names_of_the_field()
    {
        await SayAsync($"""
            [source]
            crashstorage_class=socorro.external.fs.crashstorage.FSDatedRadixTreeStorage
            fs_root={folder.FullName}/queue
            [destination]
            crashstorage_class=socorro.external.crashstorage_base.PolyCrashStorage
            storage_classes=FallbackStore, S3Store
            [[storage0]]
            [[[primary]]]
            storage_class=FileStore
            fs_root={folder.FullName}/new
            [[[fallback]]]
            storage_class=FileStore
            fs_root={folder.FullName}/old
            [[storage1]]
            bucket_name=crashes
            access_key=a
            secret_access_key=hunter2
            """);

        await using var tree = await StoreTree.BuildAsync(Read(), services);

        Assert.Equal(
            [$"files {folder.FullName}/queue", $"PolyStore(FallbackStore(files {folder.FullName}/new, files {folder.FullName}/old), s3 crashes@s3.us-east-1.amazonaws.com)"],
            tree.Shape.Select(root => root.ToString()));
        Assert.Equal(["source", "destination:storage0:primary", "destination:storage0:fallback", "destination:storage1"], tree.Leaves.Select(leaf => leaf.Place));
        Assert.True(tree.Shape[1].Keeps($"files {folder.FullName}/old"));
        Assert.False(tree.Shape[1].SavesInto($"files {folder.FullName}/old", "s3 crashes@s3.us-east-1.amazonaws.com"));
        Assert.DoesNotContain("hunter2", string.Join(' ', tree.Shape) + tree.Fingerprint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_exchange_is_used_at_once_and_what_a_store_was_called_stays_known()
    {
        var id = CrashId.New(SampleCrashes.Day);
        using (var lease = holder.Take())
        {
            await lease.Value.Destination!.SaveRawCrashAsync(SampleCrashes.Raw, SampleCrashes.Dumps, id, Stop);
        }

        folder.CreateSubdirectory("new");
        await SayAsync(Both("old", "new"));
        var report = await reload.ReloadAsync("SIGHUP", Stop);

        Assert.Equal((ReloadOutcome.Accepted, 2L), (report.Outcome, holder.Number));
        using var now = holder.Take();
        Assert.Equal(nameof(PolyStore), Assert.Single(now.Value.Shape).Class);
        await now.Value.Destination!.SaveProcessedAsync(SampleCrashes.Processed(id), Stop);
        Assert.Equal([2L, 1L], ((string[])["old", "new"]).Select(name => uses.Of($"files {folder.FullName}/{name}").Take().Writes));
    }

    [Fact]
    public async Task What_is_asked_of_the_tree_is_counted_at_every_level_and_goes_on_through_an_exchange()
    {
        var (old, gone) = ($"files {folder.FullName}/old", $"files {folder.FullName}/gone");
        folder.CreateSubdirectory("gone");
        await SayAsync(Both("old", "gone"));
        Assert.Equal(ReloadOutcome.Accepted, (await reload.ReloadAsync("SIGHUP", Stop)).Outcome);
        await reload.Draining.WaitAsync(Stop);
        using (var lease = holder.Take())
        {
            await lease.Value.Destination!.SaveRawCrashAsync(SampleCrashes.Raw, Dumps.None, CrashId.New(SampleCrashes.Day), Stop);
            Directory.Delete(Path.Combine(folder.FullName, "gone"), recursive: true);
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "gone"), "no folder", Stop);
            await Assert.ThrowsAsync<StoresFailedException>(async () => await lease.Value.Destination!.SaveRawCrashAsync(SampleCrashes.Raw, Dumps.None, CrashId.New(SampleCrashes.Day), Stop));
            await Assert.ThrowsAsync<CrashNotFoundException>(async () => await lease.Value.Find(old)!.GetRawCrashAsync(CrashId.New(SampleCrashes.Day), Stop));
        }

        await SayAsync(One("old"));
        Assert.Equal(ReloadOutcome.Accepted, (await reload.ReloadAsync("SIGHUP", Stop)).Outcome);
        using (var lease = holder.Take())
        {
            await lease.Value.Destination!.SaveRawCrashAsync(SampleCrashes.Raw, Dumps.None, CrashId.New(SampleCrashes.Day), Stop);
        }

        Assert.Equal(
            [("destination", StoreOperation.SaveRaw, 1L, 0L, 1L), (gone, StoreOperation.SaveRaw, 1L, 0L, 1L), (old, StoreOperation.SaveRaw, 3L, 0L, 0L), (old, StoreOperation.GetRaw, 0L, 1L, 0L)],
            meter.Totalled().OrderBy(total => total.Store, StringComparer.Ordinal).ThenBy(total => total.Operation).Select(total => (total.Store, total.Operation, total.Succeeded, total.NotFound, total.Failed)));
    }

    [Fact]
    public async Task What_does_not_work_is_told_with_its_place_and_the_old_tree_stays()
    {
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "new"), "no folder", Stop);
        await SayAsync(Both("old", "new"));

        var report = await reload.ReloadAsync("SIGHUP", Stop);

        Assert.Equal((ReloadOutcome.Rejected, 1L), (report.Outcome, holder.Number));
        Assert.StartsWith($"The crash stores do not work: destination:storage1 (files {folder.FullName}/new) does not put: ", Assert.Single(report.Reasons), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_made_is_told_with_its_place_and_the_old_tree_stays()
    {
        await SayAsync($"""
            [destination]
            crashstorage_class=MigrationStore
            date_threshold=150432
            [[primary]]
            storage_class=FileStore
            fs_root={folder.FullName}/new
            [[fallback]]
            storage_class=FileStore
            fs_root={folder.FullName}/old
            """);

        var report = await reload.ReloadAsync("SIGHUP", Stop);

        Assert.Equal((ReloadOutcome.Rejected, 1L), (report.Outcome, holder.Number));
        Assert.StartsWith($"{Conf}:3: destination", Assert.Single(report.Reasons), StringComparison.Ordinal);
        Assert.Contains("'150432'", Assert.Single(report.Reasons), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_is_away_keeps_nobody_from_taking_it_out_or_from_changing_something_else()
    {
        folder.CreateSubdirectory("new");
        await SayAsync(Both("old", "new"));
        Assert.Equal(ReloadOutcome.Accepted, (await reload.ReloadAsync("SIGHUP", Stop)).Outcome);
        await reload.Draining.WaitAsync(Stop);
        Directory.Delete(Path.Combine(folder.FullName, "old"), recursive: true);
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "old"), "no folder", Stop);

        await SayAsync(Both("old", "new") + "[Mover]\nParallel=7\n");
        Assert.Equal((ReloadOutcome.Accepted, 2L), ((await reload.ReloadAsync("SIGHUP", Stop)).Outcome, holder.Number));
        await reload.Draining.WaitAsync(Stop);
        await SayAsync(One("new"));
        Assert.Equal((ReloadOutcome.Accepted, 3L), ((await reload.ReloadAsync("SIGHUP", Stop)).Outcome, holder.Number));
    }

    [Fact]
    public async Task In_a_storm_of_reloads_no_save_and_no_read_of_many_writers_is_lost()
    {
        const int reloads = 100;
        const int writers = 4;
        var over = false;
        var work = Enumerable.Range(0, writers).Select(writer => Task.Run(async () =>
        {
            var saved = new List<CrashId>();
            while (!Volatile.Read(ref over))
            {
                // One lease for one operation: whatever is exchanged meanwhile, it ends with the tree it began with.
                using var lease = holder.Take();
                var (store, id) = (lease.Value.Destination!, CrashId.New(SampleCrashes.Day));
                await store.SaveRawCrashAsync(SampleCrashes.Raw, Dumps.None, id, Stop);
                saved.Add(id);
                using var reading = holder.Take();
                await ReadAsync(reading.Value.Destination!, saved[saved.Count / 2]);
            }

            return saved;
        }, Stop)).ToList();

        var accepted = 0;
        for (var round = 1; round <= reloads; round++)
        {
            // Every tree has the folder "old" in it; every tenth file is wrong.
            await SayAsync(round % 10 == 0 ? "[destination]\ncrashstorage_class=NoStore\n" : round % 2 == 0 ? One("old") : Both("old", $"other-{round % 4}"));
            accepted += (await reload.ReloadAsync("SIGHUP", Stop)).Outcome == ReloadOutcome.Accepted ? 1 : 0;
        }

        Volatile.Write(ref over, true);
        var all = (await Task.WhenAll(work)).SelectMany(ids => ids).ToList();
        await reload.Draining.WaitAsync(Stop);

        Assert.Equal(accepted + 1, holder.Number);
        Assert.True(accepted >= reloads * 8 / 10, $"{accepted} of {reloads} were accepted");
        Assert.True(all.Count > writers, $"{all.Count} operations in all");
        await SayAsync(One("old"));
        await using var tree = await StoreTree.BuildAsync(Read(), services);
        var lost = 0;
        foreach (var id in all)
        {
            lost += (await tree.Destination!.CatalogAsync(id, Stop)).Has(CrashItem.Raw) ? 0 : 1;
        }

        Assert.Equal(0, lost);
    }

    // A poly store reads nothing: what it is made of does.
    private static async Task ReadAsync(ICrashStore store, CrashId id) => await (store is MeteredStore { Inner: PolyStore poly } ? poly.Parts[0] : store).GetRawCrashAsync(id, Stop);

    private ConfigurationReading Read()
    {
        var reading = new ConfigurationSources(CoreCatalog.New(new ClassRegistry()), folder.FullName, [$"--admin.conf={Conf}"], EnvironmentLayer.Of([])).Read();
        Assert.Empty(reading.Faults);
        return reading;
    }

    private string One(string name) => $"[destination]\ncrashstorage_class=FileStore\nfs_root={folder.FullName}/{name}\n";

    private string Both(string one, string other) =>
        $"[destination]\ncrashstorage_class=PolyStore\nstorage_classes=FileStore, FileStore\n[[storage0]]\nfs_root={folder.FullName}/{one}\n[[storage1]]\nfs_root={folder.FullName}/{other}\n";

    private Task SayAsync(string text) => File.WriteAllTextAsync(Conf, text, Stop);

    private sealed class Anybody : IAuthority
    {
        public Task<Permission> AskAsync(Actor actor, Deed deed, CancellationToken cancellationToken) => Task.FromResult(Permission.Of(actor, deed, Standing.Of(actor.Role)));
    }
}
