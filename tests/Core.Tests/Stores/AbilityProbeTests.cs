using Dashboard.Core.Stores;
using Dashboard.Core.Stores.Crashes;
using Dashboard.Core.Stores.Files;
using Dashboard.Core.Stores.Health;

namespace Dashboard.Core.Tests.Stores;

public sealed class AbilityProbeTests : IDisposable
{
    private readonly DirectoryInfo root = Directory.CreateTempSubdirectory("dashboard-test-ability-");
    private readonly AbilityProbe probe = new(TimeProvider.System, TimeSpan.FromMinutes(1));

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    public void Dispose() => root.Delete(recursive: true);

    [Fact]
    public async Task A_file_tree_does_what_it_says_and_does_it_again_the_next_time()
    {
        await using var store = new FileStore("files", new FileTree(root.FullName), StoreContext.Silent);
        await new StoreProbe(TimeProvider.System, TimeSpan.FromMinutes(1)).ProbeAsync(store, Now);

        foreach (var _ in (int[])[1, 2])
        {
            var found = await probe.FindAsync(store, Now);
            Assert.Equal(
                [(StoreAbilityKind.SaysWhatIsMissing, true), (StoreAbilityKind.ConditionalCreate, true), (StoreAbilityKind.Listing, true), (StoreAbilityKind.Sizes, false), (StoreAbilityKind.Checksums, false)],
                found.Select(one => (one.Kind, one.Found!.Value)));
            Assert.DoesNotContain(found, one => one.IsBroken);
        }

        Assert.Empty((await store.CatalogAsync(AbilityProbe.Nobody, Now)).Entries);
    }

    [Fact]
    public async Task A_server_that_overwrites_what_it_was_to_create_is_found_out()
    {
        var found = await probe.FindAsync(new Overwriting(), Now);

        var broken = Assert.Single(found, one => one.IsBroken);
        Assert.Equal((StoreAbilityKind.ConditionalCreate, "It overwrote what was there, although it was asked to create only what is not."), (broken.Kind, broken.Detail));
    }

    [Fact]
    public async Task What_did_not_answer_is_not_known()
    {
        var found = await probe.FindAsync(new Overwriting { Failure = new IOException("away") }, Now);

        Assert.All(found.Where(one => one.Kind != StoreAbilityKind.Listing), one => Assert.Null(one.Found));
        Assert.Equal("IOException: away", found[0].Detail);
        Assert.Empty(await probe.FindAsync(new NullStore("null"), Now));
    }

    /// <summary>As servers do that take a condition they do not understand for none.</summary>
    private sealed class Overwriting() : CrashStore("new")
    {
        private ReadOnlyMemory<byte> kept;

        public Exception? Failure { get; init; }

        public override StoreCapabilities Capabilities => StoreCapabilities.All | StoreCapabilities.ConditionalCreate;

        public override ValueTask<RawCrash> GetRawCrashAsync(CrashId id, CancellationToken cancellationToken) => throw Failure ?? new CrashNotFoundException(Name, id);

        public override ValueTask<ReadOnlyMemory<byte>> ReadItemAsync(CrashId id, CrashItem item, CancellationToken cancellationToken) => Failure is { } failure ? throw failure : new(kept);

        public override ValueTask<CrashCatalog> CatalogAsync(CrashId id, CancellationToken cancellationToken) => Failure is { } failure ? throw failure : new(new CrashCatalog(id, [new CatalogEntry(CrashItem.Processed, kept.Length, null)]));

        public override ValueTask<CreateOutcome> CreateItemAsync(CrashId id, CrashItem item, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
        {
            if (Failure is not null)
            {
                throw Failure;
            }

            kept = content;
            return new(CreateOutcome.Created);
        }
    }
}
