using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Dashboard.Core.Ledger;
using Dashboard.Core.Verdicts.Engine;
using Dashboard.Kit;
using Dashboard.Web.Tests.Security;

namespace Dashboard.Web.Tests.Ledger;

/// <summary>The ledger for programs, and forms of pages that need no connection.</summary>
public sealed partial class LedgerApiTests(SharedDashboard shared)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_page_of_a_dead_scheduler_stands_in_the_ledger_with_what_was_said_and_when()
    {
        await KeptAsync();
        var ledger = await shared.Running.Client.GetFromJsonAsync<JsonElement>("/api/v1/ledger", Stop);
        var history = await shared.Running.Client.GetFromJsonAsync<JsonElement>("/api/v1/verdicts?job=ftpscraper", Stop);
        var incident = ledger.GetProperty("incidents").EnumerateArray().First(each => each.GetProperty("root_kind").GetString() == "scheduler");
        var change = history.GetProperty("events")[0];
        var past = await shared.Running.Client.GetFromJsonAsync<JsonElement>($"/api/v1/jobs/ftpscraper/verdict?at={change.GetProperty("at").GetString()}", Stop);

        Assert.Equal(("page", JsonValueKind.String, JsonValueKind.Null), (incident.GetProperty("verdict").GetString(), incident.GetProperty("paged_at").ValueKind, incident.GetProperty("closed_at").ValueKind));
        Assert.Equal(change.GetProperty("headline").GetString(), past.GetProperty("headline").GetString());
        Assert.Equal("blocked", past.GetProperty("verdict").GetString());
    }

    [Fact]
    public async Task The_graph_and_the_order_of_a_moment_say_where_jobs_stood_then()
    {
        await KeptAsync();
        var history = await shared.Running.Client.GetFromJsonAsync<JsonElement>("/api/v1/verdicts?job=ftpscraper", Stop);
        var at = history.GetProperty("events")[0].GetProperty("at").GetString();
        var graph = await shared.Running.Client.GetFromJsonAsync<JsonElement>($"/api/v1/graph?at={at}&positions=true", Stop);
        var order = await shared.Running.Client.GetFromJsonAsync<JsonElement>($"/api/v1/order?at={at}", Stop);
        var now = await shared.Running.Client.GetFromJsonAsync<JsonElement>("/api/v1/order", Stop);
        var node = graph.GetProperty("nodes").EnumerateArray().Single(each => each.GetProperty("app_name").GetString() == "ftpscraper");

        Assert.Equal(("stuck_lock", JsonValueKind.Object), (node.GetProperty("state").GetString(), node.GetProperty("position").ValueKind));
        Assert.Contains(graph.GetProperty("edges").EnumerateArray(), edge => (edge.GetProperty("parent").GetString(), edge.GetProperty("child").GetString()) == ("duplicates", "reports-clean"));
        Assert.Equal(now.GetProperty("ends").GetRawText(), order.GetProperty("ends").GetRawText());
        Assert.Equal(now.GetProperty("jobs").EnumerateArray().Select(each => each.GetProperty("app_name").GetString()), order.GetProperty("jobs").EnumerateArray().Select(each => each.GetProperty("app_name").GetString()));
        Assert.Equal(DateTimeOffset.Parse(at!, System.Globalization.CultureInfo.InvariantCulture), graph.GetProperty("as_of").GetDateTimeOffset());
    }

    [Fact]
    public async Task Changes_are_an_atom_feed_with_a_tag_for_whoever_has_it_already()
    {
        await KeptAsync();
        using var answer = await shared.Running.Client.GetAsync(At("/jobs/ftpscraper/feed.atom"), Stop);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/jobs/ftpscraper/feed.atom");
        request.Headers.TryAddWithoutValidation("If-None-Match", answer.Headers.ETag!.ToString());
        using var again = await shared.Running.Client.SendAsync(request, Stop);
        var feed = XDocument.Parse(await answer.Content.ReadAsStringAsync(Stop)).Root!;
        XNamespace atom = "http://www.w3.org/2005/Atom";

        Assert.Equal(("application/atom+xml", HttpStatusCode.NotModified), (answer.Content.Headers.ContentType!.MediaType, again.StatusCode));
        Assert.Equal(atom + "feed", feed.Name);
        Assert.Equal("ftpscraper: Waits", feed.Elements(atom + "entry").First().Element(atom + "title")!.Value);
    }

    [Theory]
    [InlineData("POST", "/api/v1/silences", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("POST", "/api/v1/incidents/11111111-2222-3333-4444-555555555555/say", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("GET", "/api/v1/silences", HttpStatusCode.MethodNotAllowed)]
    [InlineData("PUT", "/api/v1/silences/11111111-2222-3333-4444-555555555555", HttpStatusCode.MethodNotAllowed)]
    public async Task Another_method_or_a_body_of_another_type_is_said_so_and_not_called_unknown(string method, string address, HttpStatusCode status)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), address) { Content = new StringContent("say=ack") };
        using var answer = await shared.Running.Client.SendAsync(request, Stop);

        Assert.Equal((status, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType!.MediaType));
    }

    [Theory]
    [InlineData("/api/v1/verdict?at=1999-01-01", HttpStatusCode.NotFound)]
    [InlineData("/api/v1/graph?at=1999-01-01", HttpStatusCode.NotFound)]
    [InlineData("/api/v1/order?at=yesterday", HttpStatusCode.BadRequest)]
    [InlineData("/api/v1/ledger?before=never", HttpStatusCode.BadRequest)]
    [InlineData("/api/v1/verdicts?source=nobody", HttpStatusCode.NotFound)]
    public async Task What_is_asked_wrongly_or_was_not_kept_is_answered_with_a_problem(string address, HttpStatusCode status)
    {
        await KeptAsync();
        using var answer = await shared.Running.Client.GetAsync(At(address), Stop);

        Assert.Equal((status, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType!.MediaType));
    }

    [Fact]
    public async Task A_key_that_only_reads_says_nothing_of_a_trouble()
    {
        await KeptAsync();
        using var answer = await shared.Running.Client.PostAsJsonAsync($"/api/v1/incidents/{Guid.NewGuid()}/say", new { say = "ack", reason = "x" }, Stop);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Fact]
    public async Task Somebody_says_by_a_plain_form_that_they_know_and_it_stands_on_the_page()
    {
        var postgres = await TestPostgres.SharedAsync();
        await using var dashboard = await RunningDashboard.StartAsync([new TestSource("demo", await postgres.NewDatabaseAsync("crontabber-incident"), "poll")]);
        var kept = await dashboard.UntilAsync<LedgerSnapshot>("demo", ledger => ledger.Incidents.Count > 0);
        using var browser = await dashboard.LoggedInAsync();
        var cookies = string.Join("; ", browser.DefaultRequestHeaders.GetValues("Cookie"));
        using var page = await browser.GetAsync(At("/"), Stop);
        if (page.Headers.TryGetValues("Set-Cookie", out var set))
        {
            browser.DefaultRequestHeaders.Remove("Cookie");
            browser.DefaultRequestHeaders.Add("Cookie", string.Join("; ", set.Select(cookie => cookie.Split(';')[0]).Prepend(cookies)));
        }

        var token = Token().Match(await page.Content.ReadAsStringAsync(Stop)).Groups["token"].Value;
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["__RequestVerificationToken"] = token, ["reason"] = "I start cron", ["source"] = "demo" });
        using var answer = await browser.PostAsync(At($"/said/{kept.Incidents[0].Incident.Id:D}/ack"), form, Stop);
        using var forged = await browser.PostAsync(At($"/said/{kept.Incidents[0].Incident.Id:D}/ack"), new FormUrlEncodedContent(new Dictionary<string, string> { ["reason"] = "x" }), Stop);
        await dashboard.UntilAsync<LedgerSnapshot>("demo", ledger => ledger.Incidents[0].Known is { Reason: "I start cron" });

        Assert.Equal((HttpStatusCode.Redirect, HttpStatusCode.BadRequest), (answer.StatusCode, forged.StatusCode));
        Assert.Contains("I start cron", await browser.GetStringAsync(At("/"), Stop), StringComparison.Ordinal);
        Assert.Contains("I start cron", await browser.GetStringAsync(At("/activity"), Stop), StringComparison.Ordinal);
    }

    private Task<LedgerSnapshot> KeptAsync() => shared.Running.UntilAsync<LedgerSnapshot>("demo", ledger => ledger.Incidents.Any(entry => entry.Incident.Root.Kind == RootKind.Scheduler));

    private static Uri At(string path) => new(path, UriKind.Relative);

    [GeneratedRegex("name=\"__RequestVerificationToken\"[^>]*value=\"(?<token>[^\"]+)\"", RegexOptions.ExplicitCapture, 5_000)]
    private static partial Regex Token();
}
