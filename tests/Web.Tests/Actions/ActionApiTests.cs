using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Dashboard.Core.Verdicts;
using Dashboard.Kit;

namespace Dashboard.Web.Tests.Actions;

/// <summary>Acting on jobs through the API and through the forms of pages, on a dashboard and a database of its own.</summary>
public sealed class ActionApiTests : IAsyncLifetime
{
    private RunningDashboard dashboard = null!;
    private HttpClient keyed = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        dashboard = await ActingDashboard.StartAsync();
        keyed = await dashboard.KeyedAsync("operator");
    }

    public async ValueTask DisposeAsync()
    {
        keyed.Dispose();
        await dashboard.DisposeAsync();
    }

    [Fact]
    public async Task A_plan_is_made_and_committed_by_its_id_once()
    {
        var plan = await PlanAsync(new { kind = "run-now", app_name = "server-status" });
        Assert.Equal("planned", plan.GetProperty("state").GetString());
        Assert.Equal("next_run", plan.GetProperty("changes")[0].GetProperty("column").GetString());
        var id = plan.GetProperty("id").GetGuid();

        using var unsaid = await keyed.PostAsJsonAsync($"/api/v1/plans/{id}/commit", new { }, Stop);
        Assert.Equal(HttpStatusCode.BadRequest, unsaid.StatusCode);
        using var done = await keyed.PostAsJsonAsync($"/api/v1/plans/{id}/commit", new { reason = "to see it run" }, Stop);
        var first = await done.Content.ReadFromJsonAsync<JsonElement>(Stop);
        using var again = await keyed.PostAsJsonAsync($"/api/v1/plans/{id}/commit", new { reason = "again" }, Stop);
        var second = await again.Content.ReadFromJsonAsync<JsonElement>(Stop);

        Assert.Equal((HttpStatusCode.OK, "done", false), (done.StatusCode, first.GetProperty("outcome").GetString(), first.GetProperty("replay").GetBoolean()));
        Assert.Equal((HttpStatusCode.OK, "done", true), (again.StatusCode, second.GetProperty("outcome").GetString(), second.GetProperty("replay").GetBoolean()));
        var lines = (await keyed.GetFromJsonAsync<JsonElement>("/api/v1/activity", Stop)).GetProperty("lines");
        Assert.Equal(["done", "began"], lines.EnumerateArray().Select(line => line.GetProperty("event").GetString()));
        Assert.Contains("to see it run", await keyed.GetStringAsync(new Uri("/api/v1/activity.csv", UriKind.Relative), Stop), StringComparison.Ordinal);
        Assert.Equal(2, (await keyed.GetStringAsync(new Uri("/api/v1/activity?format=ndjson", UriKind.Relative), Stop)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        await dashboard.UntilAsync<StandingsSnapshot>("demo", standings => standings.Find("server-status")!.Job.NextRun < standings.AsOf);
    }

    [Fact]
    public async Task A_storm_of_clicks_does_it_once_and_every_click_hears_that_it_was_done()
    {
        var id = (await PlanAsync(new { kind = "run-now", app_name = "server-status" })).GetProperty("id").GetGuid();

        var heard = await Task.WhenAll(Enumerable.Range(0, 20).Select(async _ =>
        {
            using var answer = await keyed.PostAsJsonAsync($"/api/v1/plans/{id}/commit", new { reason = "again and again" }, Stop);
            return (answer.StatusCode, (await answer.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("outcome").GetString());
        }));

        Assert.Equal([(HttpStatusCode.OK, "done")], heard.Distinct());
        var lines = (await keyed.GetFromJsonAsync<JsonElement>("/api/v1/activity", Stop)).GetProperty("lines");
        Assert.Equal(["done", "began"], lines.EnumerateArray().Select(line => line.GetProperty("event").GetString()));
    }

    [Fact]
    public async Task A_plan_whose_row_has_moved_is_stale_and_says_how()
    {
        var id = (await PlanAsync(new { kind = "hold", app_name = "server-status", until = TimeProvider.System.GetUtcNow().AddDays(3) })).GetProperty("id").GetGuid();
        await dashboard.ExecuteAsync("update crontabber set error_count = 7 where app_name = 'server-status'");

        using var answer = await keyed.PostAsJsonAsync($"/api/v1/plans/{id}/commit", new { reason = "disk is full" }, Stop);

        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
        var said = await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
        Assert.Equal(("stale", "error_count"), (said.GetProperty("outcome").GetString(), said.GetProperty("difference")[0].GetProperty("column").GetString()));
    }

    [Fact]
    public async Task A_viewer_plans_and_does_nothing_and_a_cookie_does_not_act_here()
    {
        using var viewer = await dashboard.KeyedAsync("viewer");
        using var made = await viewer.PostAsJsonAsync("/api/v1/plans", new { kind = "run-now", app_name = "server-status" }, Stop);
        var id = (await made.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("id").GetGuid();
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);

        using var refused = await viewer.PostAsJsonAsync($"/api/v1/plans/{id}/commit", new { reason = "please" }, Stop);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.Contains("operator", await refused.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        using var browser = await dashboard.LoggedInAsync();
        using var cookie = await browser.PostAsJsonAsync($"/api/v1/plans/{id}/commit", new { reason = "please" }, Stop);
        Assert.Equal(HttpStatusCode.Forbidden, cookie.StatusCode);

        var lines = (await keyed.GetFromJsonAsync<JsonElement>("/api/v1/activity", Stop)).GetProperty("lines");
        Assert.Equal(["denied"], lines.EnumerateArray().Select(line => line.GetProperty("event").GetString()));
    }

    [Theory]
    [InlineData("{}", 400)]
    [InlineData("{\"kind\": \"explode\", \"app_name\": \"server-status\"}", 400)]
    [InlineData("{\"kind\": \"run-now\"}", 400)]
    [InlineData("{\"kind\": \"backfill\", \"app_name\": \"server-status\"}", 400)]
    [InlineData("{\"kind\": \"run-now\", \"app_name\": \"server-status\", \"source\": \"nowhere\"}", 404)]
    [InlineData("not json", 400)]
    [InlineData("[]", 400)]
    public async Task What_is_no_wish_is_answered_as_a_problem(string body, int status)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await keyed.PostAsync(new Uri("/api/v1/plans", UriKind.Relative), content, Stop);

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
    }

    [Theory]
    [InlineData("plans", "{\"kind\": \"hold\", \"app_name\": \"server-status\", \"until\": \"tomorrow\"}", "'until'")]
    [InlineData("plans", "{\"kind\": \"backfill\", \"app_name\": \"server-status\", \"slots\": [\"2026-11-22T06:00:00Z\", 7]}", "'slots[1]'")]
    [InlineData("operations", "{\"kind\": \"hold\", \"app_names\": 7}", "'app_names'")]
    public async Task A_value_that_is_none_is_named(string path, string body, string named)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await keyed.PostAsync(new Uri($"/api/v1/{path}", UriKind.Relative), content, Stop);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.StartsWith(named, (await answer.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plan_that_is_not_there_is_not_found_whatever_is_wanted_of_it()
    {
        var nobodys = $"/api/v1/plans/{Guid.NewGuid()}";
        using var looked = await keyed.GetAsync(new Uri(nobodys, UriKind.Relative), Stop);
        using var committed = await keyed.PostAsJsonAsync($"{nobodys}/commit", new { reason = "please" }, Stop);
        using var withdrawn = await keyed.DeleteAsync(new Uri(nobodys, UriKind.Relative), Stop);
        Assert.Equal([HttpStatusCode.NotFound, HttpStatusCode.NotFound, HttpStatusCode.NotFound], new[] { looked.StatusCode, committed.StatusCode, withdrawn.StatusCode });
    }

    [Fact]
    public async Task A_person_acts_by_plain_forms_and_a_form_from_elsewhere_does_nothing()
    {
        using var browser = await dashboard.LoggedInAsync();
        using var page = await browser.GetAsync(new Uri("/jobs/server-status", UriKind.Relative), Stop);
        foreach (var cookie in page.Headers.TryGetValues("Set-Cookie", out var set) ? set : [])
        {
            browser.DefaultRequestHeaders.Add("Cookie", cookie.Split(';')[0]);
        }

        var html = await page.Content.ReadAsStringAsync(Stop);
        using var forged = await browser.PostAsync(new Uri("/act/plan", UriKind.Relative), Form(null, ("kind", "run-now"), ("source", "demo"), ("job", "server-status")), Stop);
        Assert.Equal(HttpStatusCode.BadRequest, forged.StatusCode);

        using var planned = await browser.PostAsync(new Uri("/act/plan", UriKind.Relative), Form(html, ("kind", "run-now"), ("source", "demo"), ("job", "server-status")), Stop);
        Assert.Equal(HttpStatusCode.Redirect, planned.StatusCode);
        var sheet = await browser.GetStringAsync(planned.Headers.Location, Stop);
        Assert.Contains("What changes in the row", sheet, StringComparison.Ordinal);

        var commit = new Uri($"{planned.Headers.Location!.OriginalString.Split('?')[0]}/commit", UriKind.Relative);
        using var unsaid = await browser.PostAsync(commit, Form(sheet, ("reason", "")), Stop);
        Assert.Contains("Say why", await unsaid.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        using var done = await browser.PostAsync(commit, Form(sheet, ("reason", "at 3 a.m.")), Stop);
        Assert.Equal(HttpStatusCode.Redirect, done.StatusCode);
        Assert.Contains("server-status was made due", await browser.GetStringAsync(planned.Headers.Location, Stop), StringComparison.Ordinal);
        Assert.Contains("at 3 a.m.", await browser.GetStringAsync(new Uri("/activity", UriKind.Relative), Stop), StringComparison.Ordinal);
    }

    private static FormUrlEncodedContent Form(string? html, params (string Name, string Value)[] values)
    {
        const string Mark = "name=\"__RequestVerificationToken\" value=\"";
        var token = html is null ? "" : html[(html.IndexOf(Mark, StringComparison.Ordinal) + Mark.Length)..].Split('"')[0];
        return new FormUrlEncodedContent([new("__RequestVerificationToken", token), .. values.Select(value => KeyValuePair.Create(value.Name, value.Value))]);
    }

    private async Task<JsonElement> PlanAsync(object wish)
    {
        using var answer = await keyed.PostAsJsonAsync("/api/v1/plans", wish, Stop);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        var plan = await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
        Assert.Equal(JsonValueKind.Null, plan.TryGetProperty("refusal", out var refusal) ? refusal.ValueKind : JsonValueKind.Null);
        return plan;
    }
}
