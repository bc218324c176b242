using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using Dashboard.Core.Retries;
using Dashboard.Web.Api;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Dashboard.Web.Ingest;

/// <summary>Reads events out of a request: a JSON array, or one object a line; bounded before and after it is unpacked.</summary>
internal static class IngestBody
{
    public const int MostBytes = 1024 * 1024;
    public const int MostEvents = 5_000;
    private const int MostErrors = 50;
    private static readonly JsonDocumentOptions Bounded = new() { MaxDepth = 16 };

    public static async Task<(IReadOnlyList<RetryEvent> Events, IResult? Problem)> ReadAsync(HttpContext context)
    {
        var request = context.Request;
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = MostBytes;
        }

        var type = MediaTypeHeaderValue.TryParse(request.ContentType, out var parsed) ? parsed : null;
        var lines = type?.MediaType.Value?.ToLowerInvariant() switch { "application/x-ndjson" or "application/ndjson" => true, "application/json" => false, _ => (bool?)null };
        var packed = request.Headers.ContentEncoding is ["gzip"];
        if (lines is null || (request.Headers.ContentEncoding.Count > 0 && !packed))
        {
            return ([], ApiProblem.Of(StatusCodes.Status415UnsupportedMediaType, "unsupported-media-type", "The body is not understood", "Send application/json (an array) or application/x-ndjson (an event a line), plain or with Content-Encoding: gzip."));
        }

        ReadOnlyMemory<byte>? body;
        try
        {
            await using var unpacked = packed ? new GZipStream(request.Body, CompressionMode.Decompress) : request.Body;
            body = await WholeAsync(unpacked, context.RequestAborted);
        }
        catch (InvalidDataException cause)
        {
            return ([], ApiProblem.Of(StatusCodes.Status400BadRequest, "bad-gzip", "The body is no gzip", cause.Message));
        }
        catch (BadHttpRequestException cause) when (cause.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            body = null;
        }

        if (body is not { } bytes)
        {
            return ([], ApiProblem.Of(StatusCodes.Status413PayloadTooLarge, "too-large", "The body is too large", $"At most {MostBytes} bytes, also unpacked, and {MostEvents} events; send less at once."));
        }

        return Parse(bytes, lines.Value);
    }

    private static (IReadOnlyList<RetryEvent> Events, IResult? Problem) Parse(ReadOnlyMemory<byte> bytes, bool lines)
    {
        var (events, errors) = (new List<RetryEvent>(), new SortedDictionary<int, string[]>());

        // Of lines the place is the line's, from 1, empty ones counted: whoever sent a file finds it there.
        var (count, place) = (0, 0);
        try
        {
            if (lines)
            {
                while (!bytes.IsEmpty)
                {
                    place++;
                    var end = bytes.Span.IndexOf((byte)'\n');
                    var line = end < 0 ? bytes : bytes[..end];
                    bytes = end < 0 ? default : bytes[(end + 1)..];
                    if (line.Span.Trim(" \t\r"u8).IsEmpty)
                    {
                        continue;
                    }

                    if (count == MostEvents)
                    {
                        return ([], TooMany());
                    }

                    try
                    {
                        using var one = JsonDocument.Parse(line, Bounded);
                        Take(one.RootElement);
                    }
                    catch (JsonException cause)
                    {
                        (errors[place], count) = ([Reason(cause)], count + 1);
                    }
                }
            }
            else
            {
                using var all = JsonDocument.Parse(bytes, Bounded);
                if (all.RootElement.ValueKind != JsonValueKind.Array)
                {
                    return ([], ApiProblem.Of(StatusCodes.Status400BadRequest, "bad-json", "The body is no array", "An array of events is needed; one event a line is application/x-ndjson."));
                }

                if (all.RootElement.GetArrayLength() > MostEvents)
                {
                    return ([], TooMany());
                }

                foreach (var one in all.RootElement.EnumerateArray())
                {
                    Take(one);
                    place++;
                }
            }
        }
        catch (JsonException cause)
        {
            return ([], ApiProblem.Of(StatusCodes.Status400BadRequest, "bad-json", "The body is no JSON", cause.Message));
        }

        return errors.Count == 0
            ? (events, null)
            : ([], ApiProblem.Of(
                StatusCodes.Status400BadRequest,
                "bad-event",
                "An event is not what was expected",
                $"{errors.Count} of {count} events cannot be kept, so none was; 'errors' names the first of them by their {(lines ? "line, from 1" : "place, from 0")}.",
                new Dictionary<string, object?> { ["errors"] = errors.Take(MostErrors).ToDictionary(pair => lines ? $"line {pair.Key}" : $"[{pair.Key}]", pair => pair.Value) }));

        void Take(JsonElement json)
        {
            if (RetryEventJson.Read(json, out var wrong) is { } told)
            {
                events.Add(told);
            }
            else
            {
                errors[place] = [.. wrong];
            }

            count++;
        }
    }

    // Its own counting begins anew with each line.
    private static string Reason(JsonException cause)
    {
        var at = cause.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return string.Create(CultureInfo.InvariantCulture, $"{(at < 0 ? cause.Message : cause.Message[..at])} At byte {cause.BytePositionInLine}.");
    }

    private static Microsoft.AspNetCore.Http.HttpResults.ProblemHttpResult TooMany() => ApiProblem.Of(StatusCodes.Status413PayloadTooLarge, "too-many", "There are too many events", $"At most {MostEvents} at once; send the rest after them.");

    // Null when it is more than may be.
    private static async Task<ReadOnlyMemory<byte>?> WholeAsync(Stream stream, CancellationToken cancellationToken)
    {
        var whole = new MemoryStream();
        var piece = new byte[16 * 1024];
        while (await stream.ReadAsync(piece, cancellationToken) is > 0 and var read)
        {
            if (whole.Length + read > MostBytes)
            {
                return null;
            }

            whole.Write(piece, 0, read);
        }

        return whole.GetBuffer().AsMemory(0, (int)whole.Length);
    }
}
