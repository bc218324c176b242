using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Dashboard.Core.Retries.Executor;

namespace Dashboard.Core.Stores.Http;

/// <summary>A service over HTTP as a resource of an executor.</summary>
/// <param name="kind">What it is to people, <c>collector</c>, <c>hbase</c>.</param>
/// <param name="client">The client; its own bound must not be shorter than an attempt's.</param>
/// <param name="address">Where it is, for its name.</param>
public sealed class HttpResource(string kind, HttpClient client, Uri address) : StatelessResource<HttpClient>($"{kind} {address.Authority}", "http", client)
{
    private const int Deepest = 8;

    /// <summary>What an answer is to an executor.</summary>
    public static TroubleKind KindOf(HttpStatusCode status) => status switch
    {
        HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests => TroubleKind.Operational,
        HttpStatusCode.NotImplemented or HttpStatusCode.HttpVersionNotSupported => TroubleKind.Fatal,
        >= HttpStatusCode.InternalServerError => TroubleKind.Operational,
        _ => TroubleKind.Fatal,
    };

    /// <inheritdoc/>
    public override Trouble Classify(Exception failure, AttemptPhase phase, bool lost)
    {
        for (var (cause, depth) = (failure, 0); depth < Deepest && cause is not null; depth++, cause = cause.InnerException)
        {
            switch (cause)
            {
                case CrashNotFoundException or StoreMisconfiguredException:
                    return new(TroubleKind.Fatal, null);
                case HttpRequestException { StatusCode: { } status }:
                    return new(KindOf(status), ((int)status).ToString(CultureInfo.InvariantCulture));
                case HttpRequestException or IOException or SocketException or TimeoutException or OperationCanceledException:
                    return new(TroubleKind.Operational, null);
            }
        }

        return new(TroubleKind.Fatal, null);
    }
}
