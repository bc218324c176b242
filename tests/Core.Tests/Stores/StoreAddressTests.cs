using Dashboard.Core.Stores;
using Dashboard.Core.Stores.Crashes;
using Dashboard.Core.Stores.Files;
using Dashboard.Core.Stores.HBase;
using Dashboard.Core.Stores.Rabbit;
using Dashboard.Core.Stores.S3;

namespace Dashboard.Core.Tests.Stores;

public sealed class StoreAddressTests
{
    private static readonly CrashId Id = CrashId.Parse("0bba929f-8721-460c-dead-a43c22150331");

    [Theory]
    [InlineData(S3Layout.Today, "", "raw crash", "v1/raw_crash/20150331/0bba929f-8721-460c-dead-a43c22150331")]
    [InlineData(S3Layout.Today, "", "processed crash", "v1/processed_crash/0bba929f-8721-460c-dead-a43c22150331")]
    [InlineData(S3Layout.Today, "", "dump a", "v1/a/0bba929f-8721-460c-dead-a43c22150331")]
    [InlineData(S3Layout.Of2015, "", "raw crash", "/v1/raw_crash/0bba929f-8721-460c-dead-a43c22150331")]
    [InlineData(S3Layout.Of2015, "socorro", "names of dumps", "socorro/v1/dump_names/0bba929f-8721-460c-dead-a43c22150331")]
    public void Things_lie_under_the_keys_of_the_field(S3Layout layout, string prefix, string item, string expected)
    {
        var things = new[] { CrashItem.Raw, CrashItem.Processed, CrashItem.DumpNames, CrashItem.Dump("a") };

        Assert.Equal(expected, new S3Keys(prefix, layout).Of(Id, things.Single(one => one.ToString() == item))[0]);
    }

    [Theory]
    [InlineData("files:/srv/crashes?layout=legacy", typeof(FileStore))]
    [InlineData("s3:http://key@127.0.0.1:7480/crashes?layout=Of2015&prefix=socorro", typeof(S3Store))]
    [InlineData("hbase:http://gateway:8080/crash_reports", typeof(HBaseStore))]
    [InlineData("rabbitmq:amqp://guest@localhost", typeof(RabbitStore))]
    public async Task An_address_names_a_store(string address, Type expected)
    {
        await using var store = StoreAddress.Open(address, StoreContext.Silent, _ => "secret");

        Assert.IsType(expected, store);
        Assert.Equal(address, store.Name);
    }

    [Theory]
    [InlineData("", "files:/FOLDER")]
    [InlineData("/srv/crashes", "files:/FOLDER")]
    [InlineData("files:crashes", "from the root on")]
    [InlineData("files:/srv?depth=2", "what can be said is layout")]
    [InlineData("files:/srv?layout=flat", "RadixTree, Legacy, Today")]
    [InlineData("s3:http://host", "a bucket")]
    [InlineData("s3:http://host/a/b", "a bucket")]
    [InlineData("s3:ftp://host/a", "a bucket")]
    [InlineData("rabbitmq:amqp://localhost", "who asks")]
    [InlineData("rabbitmq:localhost", "who asks")]
    [InlineData("s3:http://key:secret@host/a", "must not stand in an address")]
    [InlineData("s3:http://nobody@host/a", "StoreSecrets__nobody")]
    public void What_is_no_address_says_what_one_is(string address, string expected) =>
        Assert.Contains(expected, Assert.Throws<FormatException>(() => StoreAddress.Open(address, StoreContext.Silent, _ => null)).Message, StringComparison.Ordinal);
}
