using Dashboard.Core.Configuration;
using Dashboard.Core.Configuration.Classes;
using Dashboard.Core.Configuration.Generations;
using Dashboard.Core.Configuration.Layers;
using Dashboard.Core.Stores;
using Dashboard.Core.Stores.Crashes;
using Dashboard.Core.Stores.Files;
using Dashboard.Core.Stores.Moving;
using Dashboard.Core.Stores.Trees;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Dashboard.Core.Tests.Stores;

public sealed class CrashMoverTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("dashboard-mover-");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task New_crashes_are_moved_with_all_that_is_of_them_and_answered_for()
    {
        await using var holder = new GenerationHolder<StoreTree>(await TreeAsync());
        using var mover = Mover(holder);
        var ids = await FillAsync();

        Assert.Equal((3, 0), await mover.RunOnceAsync(Stop));

        using var lease = holder.Take();
        foreach (var id in ids)
        {
            var kept = await lease.Value.Destination!.CatalogAsync(id, Stop);
            Assert.Equal(5, kept.Entries.Count);
        }

        Assert.Equal((0, 0), await mover.RunOnceAsync(Stop));
        Assert.Equal((3L, 0L), (mover.Moved, mover.Failed));
    }

    [Fact]
    public async Task What_could_not_be_saved_is_handed_out_again_later()
    {
        await using var holder = new GenerationHolder<StoreTree>(await TreeAsync());
        using var mover = Mover(holder);
        await FillAsync();
        var kept = Path.Combine(folder.FullName, "kept");
        await File.WriteAllTextAsync(kept, "no folder", Stop);

        Assert.Equal((3, 3), await mover.RunOnceAsync(Stop));
        Assert.Equal((0, 0), await mover.RunOnceAsync(Stop));

        // Somebody else's queue with the same folder, by whose clock the time of those is over.
        File.Delete(kept);
        await using var later = new DatedFileStore("queue", new FileTree(Path.Combine(folder.FullName, "queue")), StoreContext.Silent with { Clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddHours(1)) });
        Assert.Equal(3, await later.NewCrashesAsync(Stop).CountAsync(Stop));
    }

    [Fact]
    public async Task Without_a_source_nothing_is_moved()
    {
        await using var holder = new GenerationHolder<StoreTree>(await TreeAsync(source: false));
        using var mover = Mover(holder);

        Assert.Equal((0, 0), await mover.RunOnceAsync(Stop));
    }

    private static CrashMover Mover(GenerationHolder<StoreTree> holder) => new(holder, new Same(), TimeProvider.System, NullLogger<CrashMover>.Instance);

    private async Task<IReadOnlyList<CrashId>> FillAsync()
    {
        await using var queue = new DatedFileStore("queue", new FileTree(Path.Combine(folder.FullName, "queue")), StoreContext.Silent);
        var ids = Enumerable.Range(0, 3).Select(_ => CrashId.New(SampleCrashes.Day)).ToList();
        foreach (var id in ids)
        {
            await queue.SaveRawAndProcessedAsync(SampleCrashes.Raw, SampleCrashes.Dumps, SampleCrashes.Processed(id), id, Stop);
        }

        return ids;
    }

    private async Task<StoreTree> TreeAsync(bool source = true)
    {
        var conf = Path.Combine(folder.FullName, "stores.ini");
        Directory.CreateDirectory(Path.Combine(folder.FullName, "queue"));
        await File.WriteAllTextAsync(conf, $"{(source ? $"[source]\ncrashstorage_class=DatedFileStore\nfs_root={folder.FullName}/queue\n" : "")}[destination]\ncrashstorage_class=FileStore\nfs_root={folder.FullName}/kept\n", Stop);
        var reading = new ConfigurationSources(CoreCatalog.New(new ClassRegistry()), folder.FullName, [$"--admin.conf={conf}"], EnvironmentLayer.Of([])).Read();
        Assert.Empty(reading.Faults);
        return await StoreTree.BuildAsync(reading, NoServices.Instance);
    }

    private sealed class Same : IOptionsMonitor<MoverOptions>
    {
        public MoverOptions CurrentValue { get; } = new();

        public MoverOptions Get(string? name) => CurrentValue;

        public IDisposable? OnChange(Action<MoverOptions, string?> listener) => null;
    }
}
