using System.Text;
using Amazon.S3;
using Dashboard.Core.Retries.Executor;
using Dashboard.Core.Stores;
using Dashboard.Core.Stores.Composites;
using Dashboard.Core.Stores.Crashes;
using Dashboard.Core.Stores.S3;
using Dashboard.Kit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dashboard.Core.Tests.Stores;

/// <summary>What is made of what a server answers, where no real one can be made to answer so.</summary>
public sealed class S3AnswerTests : IAsyncDisposable
{
    private static readonly ExecutorOptions Twice = new() { TransactionExecutorClass = "TransactionExecutorWithLimitedBackoff", BackoffDelays = "0, 0" };
    private readonly CrashId id = CrashId.New(SampleCrashes.Day);
    private readonly Receiver server = Receiver.Start();

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Theory]
    [InlineData(404, "NoSuchKey", typeof(CrashNotFoundException), true)]
    [InlineData(404, "NoSuchBucket", typeof(StoreMisconfiguredException), false)]
    [InlineData(403, "AccessDenied", typeof(AmazonS3Exception), false)]
    [InlineData(503, "SlowDown", typeof(AmazonS3Exception), false)]
    public async Task Only_a_key_that_is_not_there_is_a_missing_crash_where_the_original_took_every_refusal_for_one_and_asked_the_old_store(int status, string code, Type failure, bool missing)
    {
        server.Answer = (_, _) => (status, null);
        server.Also = answer => answer.OutputStream.Write(Encoding.UTF8.GetBytes($"<Error><Code>{code}</Code></Error>"));
        var old = new MemoryStore("old");
        await old.SaveRawCrashAsync(SampleCrashes.Raw, Dumps.None, id, Now);
        await using var bucket = Bucket();
        await using var both = new FallbackStore("source", Bucket(), old, NullLogger.Instance);

        await Assert.ThrowsAsync(failure, async () => await bucket.GetRawCrashAsync(id, Now));
        var failed = await Record.ExceptionAsync(async () => await both.GetRawCrashAsync(id, Now));

        Assert.Equal(missing, failed is null);
    }

    [Fact]
    public async Task A_server_that_says_yes_and_kept_something_else_is_not_believed_as_the_original_did_and_the_crash_does_not_become_visible()
    {
        server.Also = answer => answer.AddHeader("ETag", "\"d41d8cd98f00b204e9800998ecf8427e\"");
        await using var bucket = Bucket();

        var corrupted = await Assert.ThrowsAsync<StoreCorruptedException>(async () => await bucket.SaveRawCrashAsync(SampleCrashes.Raw, SampleCrashes.Dumps, id, Now));

        Assert.Contains("has the ETag d41d8cd98f00b204e9800998ecf8427e", corrupted.Message, StringComparison.Ordinal);
        Assert.Equal(2, server.Got.Count);
        Assert.All(server.Got, put => Assert.DoesNotContain("raw_crash", put.Path, StringComparison.Ordinal));
        Assert.All(server.Got, put => Assert.NotEmpty(put.Headers["Content-MD5"]));
    }

    [Fact]
    public async Task Where_ETags_are_no_checksums_an_answer_is_taken_as_it_is()
    {
        server.Also = answer => answer.AddHeader("ETag", "\"d41d8cd98f00b204e9800998ecf8427e\"");
        await using var bucket = Bucket(checkETag: false);

        await bucket.SaveRawCrashAsync(SampleCrashes.Raw, Dumps.None, id, Now);

        Assert.Equal(["dump_names", "raw_crash"], server.Got.Select(put => put.Path.Split('/')[3]));
    }

    private S3Store Bucket(bool checkETag = true) =>
        new("new", new S3Options { Endpoint = server.Url, Bucket = "crashes", AccessKey = "only", SecretKey = "for tests", CheckETag = checkETag }, StoreContext.Silent, Twice, Twice);
}
