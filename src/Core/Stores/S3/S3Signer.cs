using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Amazon.Runtime;

namespace Dashboard.Core.Stores.S3;

/// <summary>
/// Signs requests as S3 asks for (Signature Version 4). The content is not part of what is signed: its MD5 is, which the server checks, so a content is hashed once and not twice.
/// </summary>
/// <param name="region">For which region.</param>
/// <param name="clock">Requests are signed for a moment.</param>
internal sealed class S3Signer(string region, TimeProvider clock)
{
    private const string Unsigned = "UNSIGNED-PAYLOAD";
    private volatile Key? newest;

    /// <summary>Signs a request whose address is final; what else is to be signed must be in its headers already.</summary>
    /// <param name="request">The request. Its query must be empty or already in the order and in the writing of the signature.</param>
    /// <param name="who">Who asks.</param>
    public void Sign(HttpRequestMessage request, ImmutableCredentials who)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(who);
        var address = request.RequestUri!;
        var now = clock.GetUtcNow().UtcDateTime;
        var (moment, day) = (now.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture), now.ToString("yyyyMMdd", CultureInfo.InvariantCulture));
        request.Headers.TryAddWithoutValidation("x-amz-date", moment);
        request.Headers.TryAddWithoutValidation("x-amz-content-sha256", Unsigned);
        var text = new StringBuilder(512).Append(request.Method.Method).Append('\n').Append(address.AbsolutePath).Append('\n').Append(address.Query.TrimStart('?')).Append('\n');
        var names = new StringBuilder(64);
        if (request.Content?.Headers.ContentMD5 is { } md5)
        {
            Add("content-md5", Convert.ToBase64String(md5));
        }

        Add("host", address.Authority);
        Add("x-amz-content-sha256", Unsigned);
        Add("x-amz-date", moment);
        if (who.UseToken)
        {
            request.Headers.TryAddWithoutValidation("x-amz-security-token", who.Token);
            Add("x-amz-security-token", who.Token);
        }

        text.Append('\n').Append(names).Append('\n').Append(Unsigned);
        var scope = $"{day}/{region}/s3/aws4_request";
        var signed = $"AWS4-HMAC-SHA256\n{moment}\n{scope}\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))}";
        var signature = Convert.ToHexStringLower(HMACSHA256.HashData(KeyOf(who.SecretKey, day), Encoding.UTF8.GetBytes(signed)));
        request.Headers.Authorization = new AuthenticationHeaderValue("AWS4-HMAC-SHA256", $"Credential={who.AccessKey}/{scope}, SignedHeaders={names}, Signature={signature}");

        void Add(string name, string value)
        {
            text.Append(name).Append(':').Append(value).Append('\n');
            names.Append(names.Length > 0 ? ";" : "").Append(name);
        }
    }

    // Of a day, and of a secret, it is always the same.
    private byte[] KeyOf(string secret, string day)
    {
        if (newest is { } known && known.Day == day && known.Secret == secret)
        {
            return known.Bytes;
        }

        var key = Encoding.UTF8.GetBytes($"AWS4{secret}");
        foreach (var part in (string[])[day, region, "s3", "aws4_request"])
        {
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        }

        newest = new Key(secret, day, key);
        return key;
    }

    private sealed record Key(string Secret, string Day, byte[] Bytes);
}
