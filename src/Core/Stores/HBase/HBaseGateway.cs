using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;

namespace Dashboard.Core.Stores.HBase;

/// <summary>What is asked of HBase's REST gateway, request by request. Rows and columns are text here and base64 on the way.</summary>
internal static class HBaseGateway
{
    private const string Json = "application/json";

    /// <summary>A row; null when it is not there.</summary>
    public static async ValueTask<HBaseRow?> RowAsync(HttpClient client, Uri table, string row, string? columns, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, At(table, columns is null ? row : $"{row}/{columns}"));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(Json));
        using var answer = await client.SendAsync(request, cancellationToken);
        if (answer.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }

        answer.EnsureSuccessStatusCode();
        return (await RowsAsync(answer, cancellationToken)).FirstOrDefault();
    }

    /// <summary>Writes cells of one row, all at once.</summary>
    public static async ValueTask PutAsync(HttpClient client, Uri table, string row, IEnumerable<(string Column, ReadOnlyMemory<byte> Value)> cells, CancellationToken cancellationToken)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new
        {
            Row = new[] { new { key = Base64(row), Cell = cells.Select(cell => new Dictionary<string, string> { ["column"] = Base64(cell.Column), ["$"] = Convert.ToBase64String(cell.Value.Span) }).ToArray() } },
        });
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue(Json);
        using var answer = await client.PutAsync(At(table, row), content, cancellationToken);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Removes a row.</summary>
    public static async ValueTask DeleteAsync(HttpClient client, Uri table, string row, CancellationToken cancellationToken)
    {
        using var answer = await client.DeleteAsync(At(table, row), cancellationToken);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>True when the table is there. A row and a table that are not there are answered alike.</summary>
    public static async ValueTask<bool> HasTableAsync(HttpClient client, Uri table, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, At(table, "schema"));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(Json));
        using var answer = await client.SendAsync(request, cancellationToken);
        if (answer.StatusCode == HttpStatusCode.NotFound)
        {
            return false;
        }

        answer.EnsureSuccessStatusCode();
        return true;
    }

    /// <summary>The columns of the rows from one to before another, without their contents. A page may end in the middle of a row.</summary>
    public static async IAsyncEnumerable<HBaseRow> ScanAsync(
        HttpClient client, Uri table, string from, string before, int page, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new { batch = page, startRow = Base64(from), endRow = Base64(before), filter = """{"type":"KeyOnlyFilter"}""" });
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue(Json);
        using var made = await client.PutAsync(At(table, "scanner"), content, cancellationToken);
        made.EnsureSuccessStatusCode();
        var scanner = made.Headers.Location ?? throw new HttpRequestException("The gateway made a scanner and does not say where.");
        try
        {
            while (true)
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, scanner);
                request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(Json));
                using var answer = await client.SendAsync(request, cancellationToken);
                answer.EnsureSuccessStatusCode();
                if (answer.StatusCode == HttpStatusCode.NoContent)
                {
                    yield break;
                }

                foreach (var row in await RowsAsync(answer, cancellationToken))
                {
                    yield return row;
                }
            }
        }
        finally
        {
            // A scanner nobody gives back stays in the gateway until its lease ends.
            using var gone = await client.DeleteAsync(scanner, CancellationToken.None);
        }
    }

    private static Uri At(Uri table, string below) => new($"{table.ToString().TrimEnd('/')}/{below}");

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static async ValueTask<List<HBaseRow>> RowsAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        using var read = await JsonDocument.ParseAsync(await answer.Content.ReadAsStreamAsync(cancellationToken), cancellationToken: cancellationToken);
        return [.. read.RootElement.GetProperty("Row").EnumerateArray().Select(row => new HBaseRow(
            Encoding.UTF8.GetString(row.GetProperty("key").GetBytesFromBase64()),
            [.. row.GetProperty("Cell").EnumerateArray().Select(cell => (
                Encoding.UTF8.GetString(cell.GetProperty("column").GetBytesFromBase64()),
                (ReadOnlyMemory<byte>)(cell.TryGetProperty("$", out var value) ? value.GetBytesFromBase64() : [])))]))];
    }
}

/// <summary>A row, or a part of one.</summary>
internal sealed record HBaseRow(string Key, IReadOnlyList<(string Column, ReadOnlyMemory<byte> Value)> Cells);
