using System.Globalization;
using System.Text;
using CsvHelper;
using CsvHelper.Configuration;
using Microsoft.Net.Http.Headers;

namespace Dashboard.Web.Api;

/// <summary>One column of an export.</summary>
/// <typeparam name="T">What a row is made of.</typeparam>
/// <param name="Name">Its heading, a field name of the JSON answer.</param>
/// <param name="Value">The cell: text, a number, an instant (ISO 8601 in UTC), a length (seconds), a truth, names (one on each line), or null for nothing.</param>
internal sealed record CsvColumn<T>(string Name, Func<T, object?> Value);

/// <summary>
/// A table as CSV (RFC 4180, UTF-8 with its mark so that spreadsheets know) with a strong tag, or 304 when the caller has it already. What a spreadsheet
/// would take for a formula is given an apostrophe in front, whatever the column.
/// </summary>
/// <typeparam name="T">What a row is made of.</typeparam>
/// <param name="name">The file's name without its ending.</param>
/// <param name="columns">In order.</param>
/// <param name="rows">All of them are held in memory for a moment: no more than a snapshot or a page has.</param>
internal sealed class CsvAnswer<T>(string name, IReadOnlyList<CsvColumn<T>> columns, IEnumerable<T> rows) : IResult
{
    private static readonly CsvConfiguration Form = new(CultureInfo.InvariantCulture)
    {
        NewLine = "\r\n",
        InjectionOptions = InjectionOptions.Escape,
        InjectionEscapeCharacter = '\'',

        // The last four are what an East Asian keyboard gives; some spreadsheets take them for the plain ones.
        InjectionCharacters = ['=', '+', '-', '@', '\t', '\r', '\n', '\uff1d', '\uff0b', '\uff0d', '\uff20'],
    };

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var (request, response) = (httpContext.Request, httpContext.Response);
        var body = Bytes();
        var tag = EntityTag.Of(body);
        response.Headers.ETag = tag.ToString();
        response.Headers.CacheControl = "no-store";
        if (EntityTag.Knows(request, tag))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        response.ContentType = Csv.ContentType;
        response.ContentLength = body.Length;
        var disposition = new ContentDispositionHeaderValue("attachment");
        disposition.SetHttpFileName(name + ".csv");
        response.Headers.ContentDisposition = disposition.ToString();
        if (!HttpMethods.IsHead(request.Method))
        {
            await response.Body.WriteAsync(body, httpContext.RequestAborted);
        }
    }

    /// <summary>The file.</summary>
    public byte[] Bytes()
    {
        using var bytes = new MemoryStream();
        using (var text = new StreamWriter(bytes, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), bufferSize: 1 << 14, leaveOpen: true))
        using (var csv = new CsvWriter(text, Form))
        {
            foreach (var column in columns)
            {
                csv.WriteField(column.Name);
            }

            csv.NextRecord();
            foreach (var row in rows)
            {
                foreach (var column in columns)
                {
                    csv.WriteField(Csv.Cell(column.Value(row)));
                }

                csv.NextRecord();
            }
        }

        return bytes.ToArray();
    }
}

/// <summary>What all exports have in common.</summary>
internal static class Csv
{
    /// <summary>The parameter that asks for it.</summary>
    public const string Parameter = "format";

    /// <summary>What it is.</summary>
    public const string ContentType = "text/csv; charset=utf-8; header=present";

    /// <summary>What to say of the parameter.</summary>
    public const string Description = "json, or csv for a table to download; json when absent.";

    /// <summary>Whether a request asks for CSV: by <c>?format=csv</c>, or by an address that ends with <c>.csv</c>.</summary>
    /// <remarks>The caller names <see cref="Parameter"/> among the known ones.</remarks>
    public static bool Asked(HttpContext context, QueryReader query)
    {
        var format = query.Text(Parameter);
        if (format is not (null or "json" or "csv"))
        {
            query.Expect(Parameter, "expected json or csv.");
        }

        return format == "csv" || (format is null && context.GetEndpoint() is RouteEndpoint { RoutePattern.RawText: { } pattern } && pattern.EndsWith(".csv", StringComparison.Ordinal));
    }

    /// <summary>An address to read and the same with <c>.csv</c> at its end; the description tells of the first only.</summary>
    public static RouteHandlerBuilder MapReadOrCsv(this RouteGroupBuilder api, string pattern, Delegate read)
    {
        api.MapRead(pattern + ".csv", read).ExcludeFromDescription();
        return api.MapRead(pattern, read);
    }

    /// <summary>A file's name: what it is, of which source, as of when.</summary>
    public static string FileName(string what, string source, DateTimeOffset? asOf)
    {
        var name = new StringBuilder(what).Append('-');
        foreach (var letter in source.Length > 60 ? source[..60] : source)
        {
            name.Append(char.IsAsciiLetterOrDigit(letter) ? letter : '_');
        }

        return asOf is { } at ? name.Append(CultureInfo.InvariantCulture, $"-{at.UtcDateTime:yyyyMMdd'T'HHmmss'Z'}").ToString() : name.ToString();
    }

    /// <summary>A value as a cell.</summary>
    public static string Cell(object? value) => value switch
    {
        null => "",
        string text => text,
        bool truth => truth ? "true" : "false",
        DateTimeOffset instant => instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture),
        TimeSpan length => Math.Round(length.TotalSeconds, 6).ToString(CultureInfo.InvariantCulture),
        Enum word => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(word.ToString()),
        IEnumerable<string> names => string.Join('\n', names),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };
}
