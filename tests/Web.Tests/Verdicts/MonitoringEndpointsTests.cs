using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Dashboard.Core.Verdicts.Engine;
using Dashboard.Kit;
using Dashboard.Web.Tests.Security;
using Microsoft.AspNetCore.SignalR.Client;

namespace Dashboard.Web.Tests.Verdicts;

/// <summary>The verdict where other programs look for it.</summary>
public sealed class MonitoringEndpointsTests(SharedDashboard shared)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nagios_is_told_the_exit_code_in_a_header_and_the_shipped_plugin_ends_with_it()
    {
        await JudgedAsync();
        using var answer = await shared.Running.Client.GetAsync(At("/nagios"), Stop);
        var key = Path.GetTempFileName();
        await File.WriteAllTextAsync(key, shared.Running.Key, Stop);
        var (code, said) = await Tool.RunAsync("sh", [Path.Combine(AppContext.BaseDirectory, "Examples", "check_crontabber"), shared.Running.Url.ToString(), key]);
        var (stranger, unknown) = await Tool.RunAsync("sh", [Path.Combine(AppContext.BaseDirectory, "Examples", "check_crontabber"), shared.Running.Url.ToString(), "/dev/null"]);
        File.Delete(key);

        Assert.Equal("2", answer.Headers.GetValues("X-Nagios-Exit").Single());
        Assert.StartsWith("CRONTABBER CRITICAL: ", await answer.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        Assert.Equal((2, true), (code, said.StartsWith("CRONTABBER CRITICAL: ", StringComparison.Ordinal)));
        Assert.Equal((3, "CRONTABBER UNKNOWN: the dashboard answered without a verdict\n"), (stranger, unknown));
    }

    [Fact]
    public async Task Prometheus_gets_the_format_it_asks_for()
    {
        await JudgedAsync();
        using var plain = await shared.Running.Client.GetAsync(At("/metrics"), Stop);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        request.Headers.TryAddWithoutValidation("Accept", "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5");
        using var open = await shared.Running.Client.SendAsync(request, Stop);
        var (code, said) = await Tool.RunAsync("promtool", ["check", "metrics"], await plain.Content.ReadAsStringAsync(Stop));

        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", plain.Content.Headers.ContentType!.ToString());
        Assert.Equal("application/openmetrics-text; version=1.0.0; charset=utf-8", open.Content.Headers.ContentType!.ToString());
        Assert.EndsWith("# EOF\n", await open.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        Assert.True(code == 0, said);
        Assert.Contains("crontabber_verdict_last_evaluation_timestamp_seconds{source=\"demo\"} ", await plain.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_old_address_is_honest_in_its_status_and_the_heartbeat_stays_well()
    {
        await JudgedAsync();
        using var answer = await shared.Running.Client.GetAsync(At("/monitoring/crontabber/"), Stop);
        var said = await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
        using var heart = await shared.Running.Anonymous.GetAsync(At("/__heartbeat__"), Stop);

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "Stale", "page"), (answer.StatusCode, said.GetProperty("status").GetString(), said.GetProperty("verdict").GetString()));
        Assert.True(said.GetProperty("blocked").GetArrayLength() >= 10);
        Assert.Equal(HttpStatusCode.OK, heart.StatusCode);
    }

    [Fact]
    public async Task A_badge_says_the_verdict_in_two_words_as_json_and_as_a_picture()
    {
        await JudgedAsync();
        var json = await shared.Running.Client.GetFromJsonAsync<JsonElement>("/badge/ftpscraper.json", Stop);
        using var svg = await shared.Running.Client.GetAsync(At("/badge/ftpscraper.svg"), Stop);
        using var whole = await shared.Running.Client.GetAsync(At("/badge.svg"), Stop);
        using var nobody = await shared.Running.Client.GetAsync(At("/badge/nobody.svg"), Stop);

        Assert.Equal(
            """{"schemaVersion":1,"label":"ftpscraper","message":"waits for scheduler","color":"informational","isError":false,"cacheSeconds":60}""", json.GetRawText());
        Assert.Equal("image/svg+xml", svg.Content.Headers.ContentType!.MediaType);
        Assert.Contains("<title>ftpscraper: waits for scheduler</title>", await svg.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        Assert.Contains("demo: page: human needed", await whole.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, nobody.StatusCode);
    }

    [Fact]
    public async Task What_is_said_can_be_read_in_plain_sentences()
    {
        await JudgedAsync();
        var all = await shared.Running.Client.GetStringAsync(At("/api/v1/verdict/explain"), Stop);
        var one = await shared.Running.Client.GetStringAsync(At("/api/v1/jobs/ftpscraper/explain"), Stop);

        Assert.StartsWith("demo, judged for ", all, StringComparison.Ordinal);
        Assert.Contains("Page: A human is needed now. No tick of the scheduler was seen since 2014-09-05", all, StringComparison.Ordinal);
        Assert.StartsWith("ftpscraper: Waits since ", one, StringComparison.Ordinal);
        Assert.Contains("by rule R1", one, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_begins_with_the_newest_verdict()
    {
        await JudgedAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/verdicts/stream");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        using var answer = await shared.Running.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Stop);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(Stop));
        List<string> lines = [];
        while (await reader.ReadLineAsync(Stop) is { Length: > 0 } line)
        {
            lines.Add(line);
        }

        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType!.MediaType);
        Assert.Contains("event: verdict", lines);
        Assert.Equal("page", JsonDocument.Parse(lines.Single(line => line.StartsWith("data: ", StringComparison.Ordinal))[6..]).RootElement.GetProperty("verdict").GetString());
    }

    [Fact]
    public async Task The_hub_tells_the_whole_verdict_and_knows_no_other_source()
    {
        await JudgedAsync();
        await using var hub = new HubConnectionBuilder()
            .WithUrl(new Uri(shared.Running.Url, "/hubs/live"), options =>
            {
                options.AccessTokenProvider = () => Task.FromResult<string?>(shared.Running.Key);
                options.Transports = Microsoft.AspNetCore.Http.Connections.HttpTransportType.WebSockets;
                options.SkipNegotiation = true;
            })
            .Build();
        await hub.StartAsync(Stop);
        await foreach (var said in hub.StreamAsync<JsonElement>("Verdicts", "demo", Stop))
        {
            Assert.Equal(("demo", "page"), (said.GetProperty("source").GetString(), said.GetProperty("verdict").GetString()));
            break;
        }

        await Assert.ThrowsAsync<Microsoft.AspNetCore.SignalR.HubException>(async () => await hub.StreamAsync<JsonElement>("Verdicts", "nobody", Stop).FirstAsync(Stop));
    }

    [Theory]
    [InlineData("/nagios?healing=maybe", HttpStatusCode.BadRequest)]
    [InlineData("/nagios?source=nobody", HttpStatusCode.NotFound)]
    [InlineData("/monitoring/crontabber/?source=nobody", HttpStatusCode.NotFound)]
    [InlineData("/api/v1/verdicts/stream?source=nobody", HttpStatusCode.NotFound)]
    [InlineData("/api/v1/jobs/nobody/explain", HttpStatusCode.NotFound)]
    public async Task What_is_asked_wrongly_is_answered_with_a_problem(string address, HttpStatusCode status)
    {
        await JudgedAsync();
        using var answer = await shared.Running.Client.GetAsync(At(address), Stop);

        Assert.Equal((status, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType!.MediaType));
    }

    private Task<VerdictSnapshot> JudgedAsync() => shared.Running.UntilAsync<VerdictSnapshot>("demo", said => said.Roots.Count > 0);

    private static Uri At(string path) => new(path, UriKind.Relative);
}
