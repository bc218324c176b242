using System.Net;
using System.Net.Http.Headers;
using System.Xml;
using System.Xml.Linq;
using Amazon.Runtime;
using Amazon.Runtime.Credentials;
using Amazon.S3;

namespace Dashboard.Core.Stores.S3;

/// <summary>
/// Reads and writes contents over plain HTTP, signed by hand: of a copy of many crashes that is nearly everything, and the driver spends two to three times the time of a processor on it. All
/// else goes through the driver. What a server refuses is thrown as the driver throws it.
/// </summary>
internal sealed class S3Wire : IDisposable
{
    private const int LongestRefusal = 64 * 1024;
    private readonly HttpClient http;
    private readonly S3Signer signer;
    private readonly AWSCredentials who;
    private readonly string bucket;

    public S3Wire(S3Options options, TimeProvider clock)
    {
        // No bound of its own: the executor's token bounds each attempt. Connections are made anew now and then, so that a name that moves is followed.
        http = new HttpClient(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5), AllowAutoRedirect = false, UseCookies = false, UseProxy = true, AutomaticDecompression = DecompressionMethods.None })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        signer = new S3Signer(options.Region, clock);
        who = options is { AccessKey: { } access, SecretKey: { } secret } ? new BasicAWSCredentials(access, secret) : DefaultAWSCredentialsIdentityResolver.GetCredentials();
        bucket = $"{options.Endpoint.ToString().TrimEnd('/')}/{Uri.EscapeDataString(options.Bucket)}/";
    }

    /// <summary>The content under a key.</summary>
    /// <exception cref="AmazonS3Exception">The server refused.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> GetAsync(string key, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, At(key));
        using var answer = await SendAsync(request, cancellationToken);
        if (answer.Content.Headers.ContentLength is not { } length)
        {
            return await answer.Content.ReadAsByteArrayAsync(cancellationToken);
        }

        var content = GC.AllocateUninitializedArray<byte>(checked((int)length));
        await using var stream = await answer.Content.ReadAsStreamAsync(cancellationToken);
        await stream.ReadExactlyAsync(content, cancellationToken);
        return content;
    }

    /// <summary>Puts a content under a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="content">The content.</param>
    /// <param name="md5">Its MD5, which the server checks.</param>
    /// <param name="type">Its media type.</param>
    /// <param name="onlyNew">Only if nothing is under the key.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The ETag.</returns>
    /// <exception cref="AmazonS3Exception">The server refused.</exception>
    public async ValueTask<string?> PutAsync(string key, ReadOnlyMemory<byte> content, byte[] md5, string type, bool onlyNew, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, At(key)) { Content = new ReadOnlyMemoryContent(content) };
        request.Content.Headers.ContentMD5 = md5;
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(type);
        if (onlyNew)
        {
            request.Headers.IfNoneMatch.Add(EntityTagHeaderValue.Any);
        }

        using var answer = await SendAsync(request, cancellationToken);
        return answer.Headers.ETag?.Tag;
    }

    public void Dispose() => http.Dispose();

    private async ValueTask<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        signer.Sign(request, await who.GetCredentialsAsync());
        var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (answer.IsSuccessStatusCode)
        {
            return answer;
        }

        using (answer)
        {
            throw await RefusalAsync(answer, cancellationToken);
        }
    }

    // The path is signed as it is sent: each part escaped once, slashes left alone.
    private Uri At(string key) => new(bucket + string.Join('/', key.Split('/').Select(Uri.EscapeDataString)));

    private static async ValueTask<AmazonS3Exception> RefusalAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        var (code, said) = ((string?)null, $"The server answered {(int)answer.StatusCode} {answer.ReasonPhrase}.");
        try
        {
            await answer.Content.LoadIntoBufferAsync(LongestRefusal, cancellationToken);
            var text = await answer.Content.ReadAsStringAsync(cancellationToken);
            if (text.Length > 0 && XDocument.Parse(text).Root is { } error)
            {
                code = error.Elements().FirstOrDefault(one => one.Name.LocalName == "Code")?.Value;
                said = error.Elements().FirstOrDefault(one => one.Name.LocalName == "Message") is { Value: { Length: > 0 } message } ? message : code is null ? said : $"The server refused: {code}.";
            }
        }
        catch (Exception cause) when (cause is XmlException or HttpRequestException or IOException)
        {
            // Of a refusal without words its number is all there is.
        }

        return new AmazonS3Exception(said, null, (int)answer.StatusCode >= 500 ? ErrorType.Receiver : ErrorType.Sender, code ?? CodeOf(answer.StatusCode), null, answer.StatusCode);
    }

    private static string CodeOf(HttpStatusCode status) => status == HttpStatusCode.NotFound ? "NotFound" : $"{status}";
}
