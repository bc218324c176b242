using System.Net;
using System.Net.Sockets;
using Amazon.Runtime;
using Amazon.S3;
using Dashboard.Core.Retries.Executor;

namespace Dashboard.Core.Stores.S3;

/// <summary>A bucket as a resource of an executor.</summary>
/// <param name="client">The client; its own retries must be off, for retries nobody sees are nobody's evidence.</param>
/// <param name="options">Which bucket.</param>
public sealed class S3Resource(IAmazonS3 client, S3Options options) : StatelessResource<IAmazonS3>($"s3 {options.Bucket}@{options.Endpoint.Authority}", "s3", client)
{
    private const int Deepest = 8;

    /// <summary>A client with the settings that are known to work with Amazon and with Ceph.</summary>
    public static IAmazonS3 Client(S3Options options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var config = new AmazonS3Config
        {
            ServiceURL = options.Endpoint.ToString(),
            UseHttp = options.Endpoint.Scheme == Uri.UriSchemeHttp,
            ForcePathStyle = true,
            AuthenticationRegion = options.Region,
            MaxErrorRetry = 0,

            // Otherwise checksums come as trailers of a chunked body, which a Ceph gateway refuses and other servers keep as content.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,

            // The executor bounds each attempt; this bound is not heeded while a body is sent.
            Timeout = TimeSpan.FromMinutes(5),
        };
        return options is { AccessKey: { } access, SecretKey: { } secret }
            ? new AmazonS3Client(new BasicAWSCredentials(access, secret), config)
            : new AmazonS3Client(config);
    }

    /// <inheritdoc/>
    public override Trouble Classify(Exception failure, AttemptPhase phase, bool lost)
    {
        for (var (cause, depth) = (failure, 0); depth < Deepest && cause is not null; depth++, cause = cause.InnerException)
        {
            if (Known(cause) is { } known)
            {
                return known;
            }
        }

        return new(TroubleKind.Fatal, null);
    }

    private static Trouble? Known(Exception cause) => cause switch
    {
        CrashNotFoundException => new(TroubleKind.Fatal, "NoSuchKey"),
        StoreMisconfiguredException => new(TroubleKind.Fatal, "NoSuchBucket"),
        StoreCorruptedException => new(TroubleKind.Operational, "BadETag"),
        AmazonServiceException said when (int)said.StatusCode > 0 => new(KindOf(said.StatusCode, said.ErrorCode), said.ErrorCode),
        HttpRequestException or IOException or SocketException or TimeoutException => new(TroubleKind.Operational, null),

        // Not ours: the executor's own token is judged before.
        OperationCanceledException => new(TroubleKind.Operational, null),
        _ => null,
    };

    private static TroubleKind KindOf(HttpStatusCode status, string? code) => (status, code) switch
    {
        // Not a word of S3's: after a refused save a gateway may take the rest of its body for the next request. On a new connection it understands.
        (HttpStatusCode.BadRequest, "BadRequest") => TroubleKind.Operational,
        (_, "SlowDown" or "RequestTimeout" or "ServiceUnavailable" or "InternalError") => TroubleKind.Operational,
        (HttpStatusCode.Conflict, _) => TroubleKind.Conditional,
        (HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout, _) => TroubleKind.Operational,
        (>= HttpStatusCode.InternalServerError, _) and not (HttpStatusCode.NotImplemented, _) => TroubleKind.Operational,

        // A wrong secret, a used-up quota, a user who was shut out: nobody is helped by trying again.
        _ => TroubleKind.Fatal,
    };
}
