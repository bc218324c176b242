using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Dashboard.Core.Access;
using Dashboard.Kit;
using Microsoft.Extensions.DependencyInjection;

namespace Dashboard.Web.Tests.Actions;

/// <summary>Acting on many jobs through the API and the forms, on a dashboard and a database of its own; its worker runs as it does for people.</summary>
public sealed class OperationApiTests : IAsyncLifetime
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
    public async Task All_that_match_a_search_are_held_by_one_operation()
    {
        var made = await SentAsync(keyed, "operations", new { kind = "hold", query = "server", until = TimeProvider.System.GetUtcNow().AddHours(5) }, HttpStatusCode.Created);
        var id = made.GetProperty("id").GetGuid();
        var planned = await UntilAsync(id, operation => operation.GetProperty("state").GetString() == "planned");
        var count = planned.GetProperty("progress").GetProperty("ready").GetInt32();
        Assert.True(count > 0);
        Assert.Contains(planned.GetProperty("parts").EnumerateArray(), part => part.GetProperty("app_name").GetString() == "server-status" && part.GetProperty("state").GetString() == "planned");

        await SentAsync(keyed, $"operations/{id}/commit", new { reason = "the disk is full", count = count + 1 }, HttpStatusCode.Conflict);
        await SentAsync(keyed, $"operations/{id}/commit", new { reason = "the disk is full", count }, HttpStatusCode.OK);
        var done = await UntilAsync(id, operation => operation.GetProperty("state").GetString() == "done");
        Assert.Equal(count, done.GetProperty("progress").GetProperty("done").GetInt32());

        await dashboard.UntilAsync<Core.Actions.MarksSnapshot>("demo", marks => marks.Holds.Count == count);
        await SentAsync(keyed, $"operations/{id}/cancel", null, HttpStatusCode.Conflict);
        var listed = (await keyed.GetFromJsonAsync<JsonElement>("/api/v1/operations", Stop)).GetProperty("operations");
        Assert.Equal(id, listed[0].GetProperty("id").GetGuid());
        using var page = await (await dashboard.LoggedInAsync()).GetAsync(new Uri($"/operations/{id}", UriKind.Relative), Stop);
        Assert.Contains("the disk is full", await page.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_viewer_plans_and_can_neither_commit_nor_stop_it()
    {
        using var viewer = await dashboard.KeyedAsync("viewer");
        var made = await SentAsync(viewer, "operations", new { kind = "run-now", app_names = (string[])["server-status"] }, HttpStatusCode.Created);
        var id = made.GetProperty("id").GetGuid();
        await UntilAsync(id, operation => operation.GetProperty("state").GetString() == "planned");

        foreach (var word in (string[])["commit", "pause", "resume", "cancel"])
        {
            await SentAsync(viewer, $"operations/{id}/{word}", new { reason = "please", count = 1 }, HttpStatusCode.Forbidden);
        }

        using var browser = await dashboard.LoggedInAsync(Role.Admin);
        using var cookie = await browser.PostAsJsonAsync($"/api/v1/operations/{id}/commit", new { reason = "please", count = 1 }, Stop);
        Assert.Equal(HttpStatusCode.Forbidden, cookie.StatusCode);
        var denied = (await keyed.GetFromJsonAsync<JsonElement>("/api/v1/activity?event=denied", Stop)).GetProperty("lines");
        Assert.Equal(4, denied.GetArrayLength());
        using var gone = await keyed.DeleteAsync(new Uri($"/api/v1/operations/{id}", UriKind.Relative), Stop);
        Assert.Equal("withdrawn", (await gone.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("state").GetString());
    }

    [Theory]
    [InlineData("{}", HttpStatusCode.BadRequest)]
    [InlineData("""{"kind":"backfill","app_names":["a"]}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"kind":"run-now"}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"kind":"run-now","app_names":["a"],"query":"b"}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"kind":"run-now","app_names":[null]}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"kind":"run-now","app_names":[]}""", HttpStatusCode.Conflict)]
    [InlineData("""{"kind":"hold","app_names":["a"]}""", HttpStatusCode.Conflict)]
    [InlineData("""{"kind":"run-now","app_names":["a"],"source":"nowhere"}""", HttpStatusCode.NotFound)]
    public async Task What_makes_no_sense_is_answered_with_what_was_expected(string body, HttpStatusCode status)
    {
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var answer = await keyed.PostAsync(new Uri("/api/v1/operations", UriKind.Relative), content, Stop);

        Assert.Equal(status, answer.StatusCode);
        Assert.NotEmpty((await answer.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("detail").GetString()!);
    }

    [Fact]
    public async Task Too_many_deeds_of_one_key_are_told_to_wait_and_those_of_another_are_not()
    {
        using var other = await dashboard.KeyedAsync("viewer");
        var answers = await Task.WhenAll(Enumerable.Range(0, DeedPace.Burst * 4).Select(async _ =>
        {
            using var answer = await keyed.PostAsJsonAsync("/api/v1/plans", new { kind = "run-now", app_name = "server-status" }, Stop);
            Assert.Equal(answer.StatusCode == HttpStatusCode.TooManyRequests, answer.Headers.RetryAfter is not null);
            return answer.StatusCode;
        }));

        Assert.Contains(HttpStatusCode.TooManyRequests, answers);
        Assert.True(answers.Count(status => status == HttpStatusCode.Created) >= DeedPace.Burst);
        using var free = await other.PostAsJsonAsync("/api/v1/plans", new { kind = "run-now", app_name = "server-status" }, Stop);
        Assert.Equal(HttpStatusCode.Created, free.StatusCode);
    }

    [Fact]
    public async Task Wrong_keys_from_an_address_are_told_to_wait_and_right_ones_are_let_in_all_the_same()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 300).Select(async one =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/jobs");
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", $"cdk_wrong{one}");
            using var answer = await dashboard.Anonymous.SendAsync(request, Stop);
            return answer.StatusCode;
        }));

        Assert.Contains(HttpStatusCode.TooManyRequests, answers);
        Assert.All(answers, status => Assert.True(status is HttpStatusCode.Unauthorized or HttpStatusCode.TooManyRequests, $"{status}"));
        using var right = await keyed.GetAsync(new Uri("/api/v1/jobs", UriKind.Relative), Stop);
        Assert.Equal(HttpStatusCode.OK, right.StatusCode);
    }

    [Fact]
    public async Task Who_came_in_and_what_was_changed_about_who_may_stands_in_the_audit()
    {
        using var admin = await dashboard.LoggedInAsync(Role.Admin);
        var desk = dashboard.Services.GetRequiredService<AccessDesk>();
        var root = Actor.AtTerminal("root");
        Assert.True((await desk.MakeKeyAsync(root, "for a script", "operator", TimeSpan.FromDays(30), Stop)).Done);
        Assert.True((await desk.RevokeKeyAsync(root, "for a script", Stop)).Done);

        var logins = (await keyed.GetFromJsonAsync<JsonElement>("/api/v1/activity?event=login", Stop)).GetProperty("lines");
        var changes = (await keyed.GetFromJsonAsync<JsonElement>("/api/v1/activity?event=access", Stop)).GetProperty("lines");

        Assert.Equal("the admin came in as admin.", logins[0].GetProperty("summary").GetString());
        Assert.Equal(["revoke-key", "make-key"], changes.EnumerateArray().Select(line => line.GetProperty("kind").GetString()));
        Assert.Equal("root", changes[0].GetProperty("actor").GetString());
    }

    private async Task<JsonElement> UntilAsync(Guid id, Func<JsonElement, bool> condition)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        deadline.CancelAfter(RunningDashboard.Deadline);
        while (true)
        {
            var operation = await keyed.GetFromJsonAsync<JsonElement>($"/api/v1/operations/{id}", deadline.Token);
            if (condition(operation))
            {
                return operation;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, deadline.Token);
        }
    }

    private static async Task<JsonElement> SentAsync(HttpClient client, string path, object? body, HttpStatusCode expected)
    {
        using var answer = await client.PostAsJsonAsync($"/api/v1/{path}", body ?? new { }, Stop);
        var said = await answer.Content.ReadAsStringAsync(Stop);
        Assert.True(answer.StatusCode == expected, $"{path}: {answer.StatusCode} {said}");
        return JsonDocument.Parse(said).RootElement;
    }
}
