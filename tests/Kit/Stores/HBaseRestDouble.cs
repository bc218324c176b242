using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Dashboard.Kit.Stores;

/// <summary>
/// No HBase: a double that speaks as much of its REST gateway's documented protocol as a store of crashes asks for — rows of a table in the order of their bytes, several cells
/// at once, scanners that end with 204, a table and a row that are not there both answered 404. What works with it has not been shown to work with HBase.
/// </summary>
public sealed class HBaseRestDouble : IAsyncDisposable
{
    private readonly HttpListener listener;
    private readonly string tableName;
    private readonly SortedDictionary<string, SortedDictionary<string, string>> rows = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Queue<JsonObject>> scanners = [];
    private readonly Queue<int> refusals = [];
    private readonly Task serving;
    private int made;
    private bool away;

    /// <summary>Starts one with an empty table.</summary>
    public HBaseRestDouble(string table = "crash_reports")
    {
        tableName = table;
        (listener, Gateway) = Listen();
        serving = ServeAsync();
    }

    /// <summary>Where it listens.</summary>
    public Uri Gateway { get; }

    /// <summary>Whether every request is answered with 503.</summary>
    public bool IsAway
    {
        get => Volatile.Read(ref away);
        set => Volatile.Write(ref away, value);
    }

    /// <summary>How many scanners nobody has given back.</summary>
    public int OpenScanners => scanners.Count;

    /// <summary>Answers the next request with a status and does nothing else.</summary>
    public void RefuseNext(HttpStatusCode status) => refusals.Enqueue((int)status);

    /// <summary>A cell's content, as text; null when it is not there.</summary>
    public string? Cell(string row, string column) => rows.GetValueOrDefault(row)?.GetValueOrDefault(column) is { } value ? Text(value) : null;

    /// <summary>Puts a cell past the protocol, as something else wrote it.</summary>
    public void Put(string row, string column, string value)
    {
        if (!rows.TryGetValue(row, out var cells))
        {
            rows[row] = cells = new(StringComparer.Ordinal);
        }

        cells[column] = Base64(value);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        listener.Close();
        await serving;
    }

    private static (HttpListener Listener, Uri Gateway) Listen()
    {
        while (true)
        {
            using var free = new TcpListener(IPAddress.Loopback, 0);
            free.Start();
            var address = $"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}/";
            free.Stop();
            var listener = new HttpListener { Prefixes = { address } };
            try
            {
                listener.Start();
                return (listener, new Uri(address));
            }
            catch (HttpListenerException)
            {
                // Somebody else was quicker: another port.
            }
        }
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static string Text(string base64) => Encoding.UTF8.GetString(Convert.FromBase64String(base64));

    // One request after the other: nothing here has to be fast.
    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                var asked = await listener.GetContextAsync();
                if (IsAway)
                {
                    asked.Response.StatusCode = (int)HttpStatusCode.ServiceUnavailable;
                }
                else if (refusals.TryDequeue(out var refusal))
                {
                    asked.Response.StatusCode = refusal;
                }
                else
                {
                    await AnswerAsync(asked);
                }

                asked.Response.Close();
            }
        }
        catch (Exception over) when (over is HttpListenerException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task AnswerAsync(HttpListenerContext asked)
    {
        string[] path = [.. asked.Request.Url!.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString)];
        using var reader = new StreamReader(asked.Request.InputStream);
        var body = await reader.ReadToEndAsync();
        if (path.Length < 2 || path[0] != tableName)
        {
            asked.Response.StatusCode = 404;
            return;
        }

        switch (asked.Request.HttpMethod, path)
        {
            case ("GET", [_, "schema"]):
                await WriteAsync(asked, new JsonObject { ["name"] = tableName });
                break;
            case ("PUT" or "POST", [_, "scanner"]):
                var scanner = $"s{++made}";
                scanners[scanner] = Scan(JsonNode.Parse(body)!.AsObject());
                asked.Response.StatusCode = 201;
                asked.Response.Headers["Location"] = new Uri(Gateway, $"{tableName}/scanner/{scanner}").ToString();
                break;
            case ("GET", [_, "scanner", var id]) when scanners.TryGetValue(id, out var pages):
                if (pages.TryDequeue(out var page))
                {
                    await WriteAsync(asked, page);
                }
                else
                {
                    asked.Response.StatusCode = 204;
                }

                break;
            case ("DELETE", [_, "scanner", var id]):
                scanners.Remove(id);
                break;
            case ("GET", [_, var row]) when rows.TryGetValue(row, out var cells):
                await WriteAsync(asked, Rows([Row(row, cells)]));
                break;
            case ("GET", [_, var row, var columns]) when rows.TryGetValue(row, out var all) && columns.Split(',').Where(all.ContainsKey).ToList() is { Count: > 0 } there:
                await WriteAsync(asked, Rows([Row(row, there.Select(column => KeyValuePair.Create(column, all[column])))]));
                break;
            case ("PUT" or "POST", [_, _]):
                foreach (var row in JsonNode.Parse(body)!["Row"]!.AsArray())
                {
                    foreach (var cell in row!["Cell"]!.AsArray())
                    {
                        Put(Text(row["key"]!.GetValue<string>()), Text(cell!["column"]!.GetValue<string>()), Text(cell["$"]!.GetValue<string>()));
                    }
                }

                break;
            case ("DELETE", [_, var row]):
                asked.Response.StatusCode = rows.Remove(row) ? 200 : 404;
                break;
            default:
                asked.Response.StatusCode = 404;
                break;
        }
    }

    // Pages are counted in cells, so that a row may be cut in two.
    private Queue<JsonObject> Scan(JsonObject asked)
    {
        var (from, before, batch) = (Text(asked["startRow"]!.GetValue<string>()), Text(asked["endRow"]!.GetValue<string>()), asked["batch"]!.GetValue<int>());
        var keysOnly = asked["filter"]?.GetValue<string>().Contains("KeyOnlyFilter", StringComparison.Ordinal) == true;
        return new(rows.Where(row => string.CompareOrdinal(row.Key, from) >= 0 && string.CompareOrdinal(row.Key, before) < 0)
            .SelectMany(row => row.Value.Select(cell => (row.Key, Cell: KeyValuePair.Create(cell.Key, keysOnly ? "" : cell.Value))))
            .Chunk(batch)
            .Select(page => Rows(page.GroupBy(one => one.Key).Select(row => Row(row.Key, row.Select(one => one.Cell))))));
    }

    private static JsonObject Rows(IEnumerable<JsonNode> rows) => new() { ["Row"] = new JsonArray([.. rows]) };

    private static JsonObject Row(string key, IEnumerable<KeyValuePair<string, string>> cells) => new()
    {
        ["key"] = Base64(key),
        ["Cell"] = new JsonArray([.. cells.Select(cell => (JsonNode)new JsonObject { ["column"] = Base64(cell.Key), ["timestamp"] = 1, ["$"] = cell.Value })]),
    };

    private static async Task WriteAsync(HttpListenerContext asked, JsonNode answer)
    {
        asked.Response.ContentType = "application/json";
        await asked.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(answer.ToJsonString(JsonSerializerOptions.Default)));
    }
}
