using Dashboard.Core.Configuration.Classes;
using Dashboard.Core.Configuration.Options;
using Dashboard.Core.Stores;
using Dashboard.Core.Stores.Composites;
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

    [Theory]
    [InlineData("backoff_delays", "soon")]
    [InlineData("transaction_executor_class", "Forever")]
    public async Task What_an_executor_does_not_understand_is_told_with_its_place(string option, string text)
    {
        await using var maker = new ClassMaker(new ServiceCollection().BuildServiceProvider());

        var refused = Assert.Throws<ClassMakingException>(() => maker.Make<ICrashStore>(Named("FileStore", "destination", ("fs_root", "/srv"), (option, text))));

        Assert.Contains("destination", refused.Message, StringComparison.Ordinal);
        Assert.Contains(text, refused.Message, StringComparison.Ordinal);
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
