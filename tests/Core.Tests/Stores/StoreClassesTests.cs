using Dashboard.Core.Configuration;
using Dashboard.Core.Configuration.Classes;
using Dashboard.Core.Configuration.Layers;
using Dashboard.Core.Configuration.Options;
using Dashboard.Core.Configuration.Readings;
using Dashboard.Core.Stores;
using Dashboard.Core.Stores.Composites;
using Dashboard.Core.Stores.Crashes;
using Dashboard.Core.Stores.Files;
using Dashboard.Core.Stores.S3;
using Microsoft.Extensions.DependencyInjection;

namespace Dashboard.Core.Tests.Stores;

public sealed class StoreClassesTests
{
    private readonly ClassRegistry registry = new ClassRegistry().AddCrashStores();

    [Theory]
    [InlineData("socorro.external.boto.crashstorage.BotoS3CrashStorage", "S3Store")]
    [InlineData("socorro.external.fs.crashstorage.FSDatedRadixTreeStorage", "DatedFileStore")]
    [InlineData("socorro.external.fs.crashstorage.FSPermanentStorage", "LegacyFileStore")]
    [InlineData("socorro.external.crashstorage_base.PolyCrashStorage", "PolyStore")]
    [InlineData("socorro.external.crashstorage_base.PrimaryDeferredProcessedStorage", "PrimaryDeferredStore")]
    [InlineData("FallbackStore", "FallbackStore")]
    public void A_store_is_named_as_in_the_field_or_as_here(string name, string expected) => Assert.Equal(expected, registry.Find(typeof(ICrashStore), name)?.Name);

    [Fact]
    public async Task A_tree_of_stores_is_made_of_what_a_configuration_says()
    {
        await using var maker = new ClassMaker(new ServiceCollection().BuildServiceProvider());
        var files = Named("FileStore", "destination:storage0", ("fs_root", "/srv/crashes"), ("layout", "legacy"));
        var bucket = Named("S3Store", "destination:storage1", ("bucket_name", "crashes"), ("access_key", "a"), ("secret_access_key", "b"), ("backoff_delays", "1, 2"));
        var options = registry.Find(typeof(ICrashStore), "PolyStore")!.Options;
        var poly = new ConfiguredClass(
            registry.Find(typeof(ICrashStore), "PolyStore")!,
            new SectionValues("destination", [new SectionValue(options[0], new List<string> { "FileStore", "S3Store" }) { Classes = [files, bucket] }]));

        var store = Assert.IsType<PolyStore>(maker.Make<ICrashStore>(poly));

        Assert.Equal(["destination:storage0", "destination:storage1"], store.Parts.Select(part => part.Name));
        Assert.IsType<FileStore>(store.Parts[0]);
        Assert.Equal("s3 crashes@s3.us-east-1.amazonaws.com", Assert.IsType<S3Store>(store.Parts[1]).Resource);
    }

    [Fact]
    public async Task A_tree_as_it_was_before_crashes_had_folders_is_a_class_of_its_own_name_with_its_own_layout()
    {
        await using var maker = new ClassMaker(new ServiceCollection().BuildServiceProvider());
        var root = Directory.CreateTempSubdirectory("dashboard-legacy-");
        try
        {
            var store = maker.Make<ICrashStore>(Named("socorro.external.fs.crashstorage.FSLegacyRadixTreeStorage", "destination", ("fs_root", root.FullName)));
            var id = CrashId.New(SampleCrashes.Day);
            await store.SaveRawCrashAsync(SampleCrashes.Raw, Dumps.None, id, TestContext.Current.CancellationToken);

            Assert.True(File.Exists(new FileTree(root.FullName, FileLayout.Legacy).File(id, CrashItem.Raw)));
        }
        finally
        {
            root.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("FileStore", "fs_root=/srv", "backoff_delays=soon", "it takes 1 to 100 numbers of seconds, each from 0 to 86400, separated by commas")]
    [InlineData("FileStore", "fs_root=/srv", "transaction_executor_class=Forever", "known are TransactionExecutor, TransactionExecutorWithLimitedBackoff, TransactionExecutorWithInfiniteBackoff")]
    [InlineData("MigrationStore", "primary.storage_class=NullStore\nfallback.storage_class=NullStore", "date_threshold=yesterday", "date_threshold is 'yesterday'; it takes a day as YYMMDD, as 150401 for 1 April 2015")]
    [InlineData("PrimaryDeferredStore", "primary.storage_class=NullStore\ndeferred.storage_class=NullStore", "deferral_criteria=__import__('os')", "deferral_criteria")]
    public void What_a_store_does_not_understand_is_told_with_its_file_and_line(string name, string needs, string said, string expected)
    {
        var text = $"[destination]\ncrashstorage_class={name}\n{needs}\n{said}\n";

        var fault = Assert.Single(ConfigurationResolver.Resolve(CoreCatalog.New(new ClassRegistry()), [SettingsFile.ReadText(text, "own.ini")]).Faults);

        Assert.Equal($"own.ini:{text.Count('\n')}", fault.Place);
        Assert.StartsWith($"destination:{said.Split('=')[0]} = ", fault.Found, StringComparison.Ordinal);
        Assert.Contains(expected, fault.Expected, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_store_says_what_it_is_and_shows_no_secret()
    {
        Assert.All(registry.Of(typeof(ICrashStore)), each => Assert.NotEmpty(each.Doc));
        Assert.All(registry.All.SelectMany(each => each.Options).Where(option => option.Name.Contains("password", StringComparison.Ordinal) || option.Name.Contains("secret", StringComparison.Ordinal)), option => Assert.True(option.IsSecret));
    }

    private ConfiguredClass Named(string name, string path, params (string Name, string Text)[] texts)
    {
        var named = registry.Find(typeof(ICrashStore), name)!;
        return new ConfiguredClass(named, SectionValues.Of(path, named.Options, texts));
    }
}
