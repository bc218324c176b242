using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Dashboard.Core.Access;
using Dashboard.Core.Database;
using Dashboard.Kit;
using Microsoft.Extensions.DependencyInjection;

namespace Dashboard.Web.Tests.Ingest;

/// <summary>What other programs tell is kept once it is acknowledged, and only then.</summary>
public sealed class IngestApiTests : IAsyncLifetime
{
    private static readonly Uri Events = new("/api/v1/ingest/events", UriKind.Relative);
    private RunningDashboard dashboard = null!;
    private HttpClient teller = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        dashboard = await RunningDashboard.StartAsync("crontabber-healthy", "poll");
        teller = await ClientAsync("ingest");
    }

    public async ValueTask DisposeAsync()
    {
        teller.Dispose();
        await dashboard.DisposeAsync();
    }

    [Fact]
    public async Task Events_are_kept_once_however_often_they_are_delivered()
    {
        var events = $"[{Event()},{Event(attempt: 2)}]";
        Assert.Equal("""{"kept":2,"known":0}""", await AcceptedAsync(Body(events)));
        Assert.Equal("""{"kept":0,"known":2}""", await AcceptedAsync(Body(events)));
        Assert.Equal("""{"kept":1,"known":0}""", await AcceptedAsync(Body($"\n{Event()}\r\n\n", "application/x-ndjson")));

        var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionMode.Compress, leaveOpen: true))
        {
            await gzip.WriteAsync(Encoding.UTF8.GetBytes($"[{Event()}]"), Stop);
        }

        var body = new ByteArrayContent(packed.ToArray()) { Headers = { ContentType = new MediaTypeHeaderValue("application/json"), ContentEncoding = { "gzip" } } };
        Assert.Equal("""{"kept":1,"known":0}""", await AcceptedAsync(body));
        Assert.Equal(4, await CountAsync());
    }

    [Fact]
    public async Task One_bad_event_is_named_by_its_place_and_nothing_is_kept()
    {
        using var answer = await teller.PostAsync(Events, Body($$"""[{{Event()}},{"id":7,"at":"2014-06-08T03:23:53"},7]"""), Stop);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        using var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Stop));
        var errors = problem.RootElement.GetProperty("errors");
        Assert.Equal(["[1]", "[2]"], errors.EnumerateObject().Select(error => error.Name));
        Assert.Contains(errors.GetProperty("[1]").EnumerateArray(), error => error.GetString()!.StartsWith("'at'", StringComparison.Ordinal));
        Assert.Equal(0, await CountAsync());
    }

    [Fact]
    public async Task A_bad_line_is_named_by_its_number_in_the_file()
    {
        using var answer = await teller.PostAsync(Events, Body($"{Event()}\n\nno JSON\n{{\"id\":7}}\n", "application/x-ndjson"), Stop);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        using var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Stop));
        Assert.Contains("2 of 3 events", problem.RootElement.GetProperty("detail").GetString(), StringComparison.Ordinal);
        var errors = problem.RootElement.GetProperty("errors");
        Assert.Equal(["line 3", "line 4"], errors.EnumerateObject().Select(error => error.Name));
        Assert.EndsWith("At byte 1.", errors.GetProperty("line 3")[0].GetString(), StringComparison.Ordinal);
        Assert.Equal(0, await CountAsync());
    }

    [Fact]
    public async Task What_is_too_much_or_not_understood_is_refused()
    {
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await StatusAsync(Body("[" + new string(' ', 1024 * 1024) + "]")));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await StatusAsync(Body("[" + string.Join(',', Enumerable.Repeat("1", 5_001)) + "]")));
        Assert.Equal(HttpStatusCode.BadRequest, await StatusAsync(Body(new string('[', 100) + new string(']', 100))));
        Assert.Equal(HttpStatusCode.BadRequest, await StatusAsync(Body("{}")));
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, await StatusAsync(Body("[]", "text/plain")));

        var bomb = new MemoryStream();
        await using (var gzip = new GZipStream(bomb, CompressionMode.Compress, leaveOpen: true))
        {
            await gzip.WriteAsync(new byte[8 * 1024 * 1024], Stop);
        }

        var body = new ByteArrayContent(bomb.ToArray()) { Headers = { ContentType = new MediaTypeHeaderValue("application/json"), ContentEncoding = { "gzip" } } };
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await StatusAsync(body));
    }

    [Fact]
    public async Task Only_a_key_that_may_tell_tells_and_such_a_key_reads_nothing()
    {
        Assert.Equal(HttpStatusCode.Forbidden, (await dashboard.Client.PostAsync(Events, Body("[]"), Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await dashboard.Anonymous.PostAsync(Events, Body("[]"), Stop)).StatusCode);
        using var browser = await dashboard.LoggedInAsync();
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.PostAsync(Events, Body("[]"), Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await teller.GetAsync(new Uri("/api/v1/jobs", UriKind.Relative), Stop)).StatusCode);
        using var got = await teller.GetAsync(Events, Stop);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, got.StatusCode);
    }

    [Fact]
    public async Task What_was_told_is_shown()
    {
        await AcceptedAsync(Body($"[{Event()}]"));
        var feed = dashboard.Services.GetRequiredService<Dashboard.Core.Feeds.Feed<Dashboard.Core.Retries.RetriesSnapshot>>();
        await feed.WatchAsync(Stop).FirstAsync(snapshot => snapshot.Resources.Any(lane => lane.Source == "socorro"), Stop);
        using var answer = await dashboard.Client.GetAsync(new Uri("/api/v1/retries?source=socorro", UriKind.Relative), Stop);
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Stop));
        var streak = json.RootElement.GetProperty("resources")[0].GetProperty("open")[0];
        Assert.Equal(("open", "OperationalError", 60.0), (streak.GetProperty("state").GetString(), streak.GetProperty("exc_type").GetString(), streak.GetProperty("delay_s").GetDouble()));
        Assert.NotNull(answer.Headers.ETag);
    }

    [Fact]
    public async Task The_python_client_delivers_through_a_restart_of_the_own_database()
    {
        await using var postgres = await TestPostgres.StartAsync();
        await using var own = await RunningDashboard.StartAsync([], new Dictionary<string, string?> { ["ConnectionStrings:Dashboard"] = await postgres.NewDatabaseAsync() });
        var secret = await own.Services.GetRequiredService<ApiKeyQueries>().CreateAsync("python", "ingest", null, "a test", Stop);
        var program = """
            import sys
            sys.path.insert(0, sys.argv[1])
            import crontabber_dashboard as c
            s = c.Sender(sys.argv[2], sys.argv[3], 'socorro', first_pause=0.2, longest_pause=0.5)
            class TransactionExecutorWithInfiniteBackoff(object):
                def responsive_sleep(self, seconds, wait_log_interval=0, wait_reason=''):
                    pass
                def __call__(self, function):
                    while True:
                        try:
                            return function()
                        except IOError:
                            pass
                        self.responsive_sleep(10)
            class Telling(c.TellingExecutor, TransactionExecutorWithInfiniteBackoff):
                dashboard = s
            left = [3]
            def work():
                left[0] -= 1
                if left[0] > 0:
                    raise IOError('refused')
            Telling()(work)
            for number in range(1000):
                s.tell(resource='r', backend='postgres', executor=c.INFINITE, attempt=number + 1, outcome='fail', delay_s=10)
            print('told')
            sys.stdout.flush()
            sys.stdin.readline()
            for number in range(1000):
                s.tell(resource='r', backend='postgres', executor=c.INFINITE, attempt=number + 1001, outcome='fail', delay_s=10)
            print('told')
            sys.stdout.flush()
            sys.stdin.readline()
            print('all' if s.flush(60) else 'not all', s.kept, s.dropped, s.refused)
            """;
        var start = new System.Diagnostics.ProcessStartInfo("python3") { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var argument in (string[])["-c", program, Path.Combine(AppContext.BaseDirectory, "clients", "python"), own.Url.ToString(), secret!.Text])
        {
            start.ArgumentList.Add(argument);
        }

        using var python = System.Diagnostics.Process.Start(start)!;
        Assert.Equal("told", await python.StandardOutput.ReadLineAsync(Stop));
        await postgres.StopAsync();
        await python.StandardInput.WriteLineAsync();
        await python.StandardInput.FlushAsync(Stop);
        Assert.Equal("told", await python.StandardOutput.ReadLineAsync(Stop));
        await postgres.StartAgainAsync();
        await python.StandardInput.WriteLineAsync();
        await python.StandardInput.FlushAsync(Stop);
        Assert.Equal("all 2003 0 0", await python.StandardOutput.ReadLineAsync(Stop));
        await python.WaitForExitAsync(Stop);
        await using var count = own.Services.GetRequiredService<OwnDatabase>().Source.CreateCommand("select count(*) || ' ' || count(*) filter (where outcome = 'ok_after_retry' and attempt = 3) from dashboard.retry_event where source = 'socorro'");
        Assert.Equal("2003 1", await count.ExecuteScalarAsync(Stop));
    }

    private static string Event(int attempt = 1) => $$$"""
        {"id":"{{{Guid.NewGuid()}}}","at":"{{{TimeProvider.System.GetUtcNow():O}}}","source":"socorro","host":"h","process":"crontabber/1","thread":"MainThread","resource":"postgres db1","backend":"postgres",
         "executor":"crontabber.transaction_executor.TransactionExecutorWithInfiniteBackoff","attempt":{{{attempt}}},"outcome":"fail","exc_type":"OperationalError","exc_value":"gone","class":"network","delay_s":60,
         "next_attempt_at":null,"further":{"a":[1]}}
        """.ReplaceLineEndings(" ");

    private static StringContent Body(string text, string type = "application/json") => new(text, Encoding.UTF8, type);

    private async Task<string> AcceptedAsync(HttpContent body)
    {
        using var answer = await teller.PostAsync(Events, body, Stop);
        var text = await answer.Content.ReadAsStringAsync(Stop);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, text);
        return text;
    }

    private async Task<HttpStatusCode> StatusAsync(HttpContent body) => (await teller.PostAsync(Events, body, Stop)).StatusCode;

    private async Task<HttpClient> ClientAsync(string role)
    {
        var secret = await dashboard.Services.GetRequiredService<ApiKeyQueries>().CreateAsync(role, role, null, "a test", Stop);
        var client = dashboard.NewClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", secret!.Text);
        return client;
    }

    private async Task<long> CountAsync()
    {
        await using var count = dashboard.Services.GetRequiredService<OwnDatabase>().Source.CreateCommand("select count(*) from dashboard.retry_event where source = 'socorro'");
        return (long)(await count.ExecuteScalarAsync(Stop))!;
    }
}
