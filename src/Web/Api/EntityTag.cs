using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Net.Http.Headers;

namespace Dashboard.Web.Api;

/// <summary>A strong validator: two answers with the same tag are the same bytes.</summary>
internal static class EntityTag
{
    // Snapshots are numbered from the start of the process: another process gives the same number to something else.
    private static readonly string Process = Guid.CreateVersion7().ToString("N");

    /// <summary>The tag of an answer that follows from these values alone.</summary>
    public static EntityTagHeaderValue Of(params ReadOnlySpan<string?> parts)
    {
        var text = new StringBuilder(Process);
        foreach (var part in parts)
        {
            text.Append('\u001f').Append(part);
        }

        return Of(Encoding.UTF8.GetBytes(text.ToString()));
    }

    /// <summary>The tag of these bytes.</summary>
    public static EntityTagHeaderValue Of(ReadOnlySpan<byte> content) => new($"\"{Base64Url.EncodeToString(SHA256.HashData(content).AsSpan(0, 16))}\"");

    /// <summary>True when the caller already has it, so that 304 is the answer.</summary>
    public static bool Knows(HttpRequest request, EntityTagHeaderValue tag) =>
        EntityTagHeaderValue.TryParseList(request.Headers.IfNoneMatch, out var known)
        && known.Any(candidate => candidate.Equals(EntityTagHeaderValue.Any) || candidate.Compare(tag, useStrongComparison: false));
}

/// <summary>JSON with a strong tag, or 304 when the caller has it already.</summary>
/// <typeparam name="T">The wire record; what the OpenAPI document describes.</typeparam>
/// <param name="content">Makes the record; not called for a 304 when the tag is known beforehand.</param>
/// <param name="tag">The tag when it follows from something cheaper than the bytes.</param>
internal sealed class TaggedJson<T>(Func<T> content, EntityTagHeaderValue? tag = null) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var (request, response) = (httpContext.Request, httpContext.Response);
        byte[]? body = null;
        var known = tag;
        if (known is null)
        {
            body = JsonSerializer.SerializeToUtf8Bytes(content(), WireJson.Options);
            known = EntityTag.Of(body);
        }

        response.Headers.ETag = known.ToString();
        response.Headers.CacheControl = "no-store";
        if (EntityTag.Knows(request, known))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        body ??= JsonSerializer.SerializeToUtf8Bytes(content(), WireJson.Options);
        response.ContentType = "application/json; charset=utf-8";
        response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(request.Method))
        {
            await response.Body.WriteAsync(body, httpContext.RequestAborted);
        }
    }
}
