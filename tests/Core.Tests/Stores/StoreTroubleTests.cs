using System.Net;
using System.Net.Sockets;
using Amazon.Runtime;
using Amazon.S3;
using Dashboard.Core.Retries.Executor;
using Dashboard.Core.Stores;
using Dashboard.Core.Stores.Crashes;
using Dashboard.Core.Stores.Files;
using Dashboard.Core.Stores.Http;
using Dashboard.Core.Stores.Rabbit;
using Dashboard.Core.Stores.S3;
using RabbitMQ.Client.Exceptions;

namespace Dashboard.Core.Tests.Stores;

/// <summary>Which failures of stores heal by waiting: each as it was seen from its driver.</summary>
public sealed class StoreTroubleTests
{
    private static readonly CrashId Id = CrashId.New(SampleCrashes.Day);

    [Theory]
    [InlineData(503, "SlowDown", TroubleKind.Operational)]
    [InlineData(503, "ServiceUnavailable", TroubleKind.Operational)]
    [InlineData(500, "InternalError", TroubleKind.Operational)]
    [InlineData(400, "RequestTimeout", TroubleKind.Operational)]
    [InlineData(400, "BadRequest", TroubleKind.Operational)]
    [InlineData(429, "TooManyRequests", TroubleKind.Operational)]
    [InlineData(409, "OperationAborted", TroubleKind.Conditional)]
    [InlineData(403, "QuotaExceeded", TroubleKind.Fatal)]
    [InlineData(403, "UserSuspended", TroubleKind.Fatal)]
    [InlineData(403, "SignatureDoesNotMatch", TroubleKind.Fatal)]
    [InlineData(403, "InvalidAccessKeyId", TroubleKind.Fatal)]
    [InlineData(404, "NoSuchBucket", TroubleKind.Fatal)]
    [InlineData(400, "BadDigest", TroubleKind.Fatal)]
    [InlineData(400, "XAmzContentSHA256Mismatch", TroubleKind.Fatal)]
    [InlineData(501, "NotImplemented", TroubleKind.Fatal)]
    public void What_s3_answers(int status, string code, TroubleKind expected)
    {
        var trouble = S3().Classify(new AmazonS3Exception("as seen", ErrorType.Receiver, code, "request", (HttpStatusCode)status), AttemptPhase.Working, lost: false);

        Assert.Equal(new Trouble(expected, code), trouble);
    }

    [Fact]
    public void What_s3_does_not_answer()
    {
        Assert.Equal(TroubleKind.Operational, Kind(new HttpRequestException(HttpRequestError.ConnectionError, "refused", new SocketException((int)SocketError.ConnectionRefused))));
        Assert.Equal(TroubleKind.Operational, Kind(new AmazonClientException("wrapped", new IOException("ended early"))));
        Assert.Equal(TroubleKind.Operational, Kind(new TimeoutException()));
        Assert.Equal(TroubleKind.Operational, Kind(new TaskCanceledException()));
        Assert.Equal(TroubleKind.Operational, Kind(new StoreCorruptedException("storage1", Id, "its ETag")));
        Assert.Equal(TroubleKind.Fatal, Kind(new CrashNotFoundException("storage1", Id)));
        Assert.Equal(TroubleKind.Fatal, Kind(new StoreMisconfiguredException("storage1", "no bucket")));
        Assert.Equal(TroubleKind.Fatal, Kind(new FormatException()));

        static TroubleKind Kind(Exception failure) => S3().Classify(failure, AttemptPhase.Working, lost: false).Kind;
    }

    [Fact]
    public void What_rabbitmq_says()
    {
        var refused = new BrokerUnreachableException(new AggregateException(new ConnectFailureException("refused", new SocketException((int)SocketError.ConnectionRefused))));

        Assert.Equal(TroubleKind.Operational, Kind(refused, lost: false));
        Assert.Equal(TroubleKind.Operational, Kind(new TaskCanceledException(), lost: false));
        Assert.Equal(TroubleKind.Operational, Kind(new InvalidOperationException(), lost: true));
        Assert.Equal(TroubleKind.Fatal, Kind(new InvalidOperationException(), lost: false));

        static TroubleKind Kind(Exception failure, bool lost) => new RabbitResource(new RabbitOptions()).Classify(failure, AttemptPhase.Working, lost).Kind;
    }

    [Theory]
    [InlineData(503, TroubleKind.Operational)]
    [InlineData(429, TroubleKind.Operational)]
    [InlineData(408, TroubleKind.Operational)]
    [InlineData(501, TroubleKind.Fatal)]
    [InlineData(404, TroubleKind.Fatal)]
    [InlineData(400, TroubleKind.Fatal)]
    public void What_a_service_answers(int status, TroubleKind expected) => Assert.Equal(expected, HttpResource.KindOf((HttpStatusCode)status));

    [Fact]
    public void A_full_disk_heals_and_a_missing_folder_does_not()
    {
        var files = new FileResource(new FileTree("/srv"));

        Assert.Equal(TroubleKind.Operational, files.Classify(new IOException("No space left on device"), AttemptPhase.Working, lost: false).Kind);
        Assert.Equal(TroubleKind.Fatal, files.Classify(new DirectoryNotFoundException(), AttemptPhase.Working, lost: false).Kind);
        Assert.Equal(TroubleKind.Fatal, files.Classify(new UnauthorizedAccessException(), AttemptPhase.Working, lost: false).Kind);
    }

    private static S3Resource S3() => new(new AmazonS3Client(new AnonymousAWSCredentials(), new AmazonS3Config { ServiceURL = "http://127.0.0.1:1" }), new S3Options { Endpoint = new Uri("http://127.0.0.1:1"), Bucket = "crashes" });
}
