using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Dashboard.Core.Access;
using Dashboard.Core.Database;
using Dashboard.Core.Ledger;
using Dashboard.Kit;
using Dashboard.Web.Tests.Actions;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Dashboard.Web.Tests.Security;

/// <summary>
/// Roles × addresses × objects: every address of the route table that names one thing by its id, for a thing that is there and one that is not, asked by each role. Who may
/// is who may act on that thing; an address that is not judged here fails.
/// </summary>
public sealed class ObjectMatrixTests : IAsyncLifetime
{
    /// <summary>What each takes: the least role with which it is not refused, for a thing that is there and somebody else made.</summary>
    private static readonly IReadOnlyDictionary<string, Role> Least = new Dictionary<string, Role>(StringComparer.Ordinal)
    {
        ["GET /api/v1/plans/{id:guid}"] = Role.Viewer,
        ["DELETE /api/v1/plans/{id:guid}"] = Role.Operator,
        ["POST /api/v1/plans/{id:guid}/commit"] = Role.Operator,
        ["GET /api/v1/operations/{id:guid}"] = Role.Viewer,
        ["DELETE /api/v1/operations/{id:guid}"] = Role.Operator,
        ["POST /api/v1/operations/{id:guid}/commit"] = Role.Operator,
        ["POST /api/v1/operations/{id:guid}/pause"] = Role.Operator,
        ["POST /api/v1/operations/{id:guid}/resume"] = Role.Operator,
        ["POST /api/v1/operations/{id:guid}/cancel"] = Role.Operator,
        ["POST /api/v1/incidents/{id:guid}/say"] = Role.Operator,
        ["DELETE /api/v1/silences/{id:guid}"] = Role.Operator,
        ["POST /act/{id:guid}/commit"] = Role.Operator,
        ["POST /act/{id:guid}/undo"] = Role.Viewer,
        ["POST /act/{id:guid}/withdraw"] = Role.Operator,
        ["POST /act/operations/{id:guid}/commit"] = Role.Operator,
        ["POST /act/operations/{id:guid}/pause"] = Role.Operator,
        ["POST /act/operations/{id:guid}/resume"] = Role.Operator,
        ["POST /act/operations/{id:guid}/cancel"] = Role.Operator,
        ["POST /act/operations/{id:guid}/withdraw"] = Role.Operator,
        ["POST /said/{id:guid}/ack"] = Role.Operator,
        ["POST /said/{id:guid}/needed"] = Role.Operator,
        ["POST /said/{id:guid}/not-needed"] = Role.Operator,
        ["POST /said/{id:guid}/snooze"] = Role.Operator,
        ["POST /said/silence/{id:guid}/end"] = Role.Operator,
        ["GET /act/{Id:guid}"] = Role.Viewer,
        ["GET /operations/{Id:guid}"] = Role.Viewer,
    };

    private RunningDashboard dashboard = null!;
    private Guid incident;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        dashboard = await ActingDashboard.StartAsync();

        // Nobody has ticked since the rows were captured: a trouble that is there before anybody asks, and stays.
        incident = (await dashboard.UntilAsync<LedgerSnapshot>("demo", ledger => ledger.Incidents.Count > 0)).Incidents[0].Incident.Id;
    }

    public ValueTask DisposeAsync() => dashboard.DisposeAsync();

    [Fact]
    public void Every_address_that_names_one_thing_is_judged()
    {
        var named = RouteLine.Of(dashboard)
            .Where(line => line.Pattern.Contains(":guid", StringComparison.OrdinalIgnoreCase))
            .SelectMany(line => line.Methods.Select(method => $"{method} {line.Pattern}"))
            .Where(line => !line.StartsWith("PUT ", StringComparison.Ordinal) && !IsRefused(line) && line is not ("POST /act/{Id:guid}" or "POST /operations/{Id:guid}"))
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

        Assert.Equal(Least.Keys.Order(StringComparer.Ordinal), named);
    }

    [Theory]
    [InlineData(Role.Viewer)]
    [InlineData(Role.Operator)]
    [InlineData(Role.Admin)]
    public async Task Who_may_act_on_a_thing_may_and_who_may_not_is_refused_and_changes_nothing(Role role)
    {
        // All before the first request: which keys there are is read every two seconds. Several, for each may do only so much at once.
        HttpClient[] keyed = [await dashboard.KeyedAsync(role.Name()), await dashboard.KeyedAsync(role.Name()), await dashboard.KeyedAsync(role.Name())];
        HttpClient[] makers = [await dashboard.KeyedAsync("operator"), await dashboard.KeyedAsync("operator"), await dashboard.KeyedAsync("operator")];
        using var browser = await FormsAsync(role);
        var turn = 0;
        var wrong = new List<string>();
        foreach (var (line, least) in Least)
        {
            var (method, pattern) = (line.Split(' ')[0], line.Split(' ')[1]);

            // Of troubles and silences that are not there it is said all the same who may.
            var asksFirst = pattern.Contains("incidents", StringComparison.Ordinal) || pattern.StartsWith("/said/", StringComparison.Ordinal) || pattern.Contains("silences", StringComparison.Ordinal);
            foreach (var there in (bool[])[true, false])
            {
                turn++;
                var id = there ? await MadeAsync(makers[turn % makers.Length], pattern) : Guid.NewGuid();
                var before = await RowsAsync();
                using var answer = await SendAsync(pattern.StartsWith("/api", StringComparison.Ordinal) ? keyed[turn % keyed.Length] : browser, method, pattern, id);
                var (may, refused) = (role >= least, answer.StatusCode is HttpStatusCode.Forbidden);
                if (refused != (!may && (there || asksFirst)) || (!there && method != "GET" && answer.StatusCode is HttpStatusCode.OK))
                {
                    wrong.Add($"{role} {line} ({(there ? "there" : "not there")}): {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(Stop)}");
                }

                if (!may && before != await RowsAsync())
                {
                    wrong.Add($"{role} {line} changed a row.");
                }
            }
        }

        Assert.Empty(wrong);
        var denied = (await makers[0].GetFromJsonAsync<JsonElement>("/api/v1/activity?event=denied", Stop)).GetProperty("lines").GetArrayLength();
        Assert.Equal(role == Role.Viewer, denied > 0);
        foreach (var client in keyed.Concat(makers))
        {
            client.Dispose();
        }
    }

    private static bool IsRefused(string line) => line.StartsWith("GET ", StringComparison.Ordinal)
        && (line.EndsWith("/commit", StringComparison.Ordinal) || line.EndsWith("/pause", StringComparison.Ordinal) || line.EndsWith("/resume", StringComparison.Ordinal)
            || line.EndsWith("/cancel", StringComparison.Ordinal) || line.EndsWith("/say", StringComparison.Ordinal) || line.Contains("/silences/", StringComparison.Ordinal));

    [Fact]
    public async Task Who_only_watches_throws_his_own_plan_away_and_nobody_elses()
    {
        using var viewer = await dashboard.KeyedAsync("viewer");
        using var maker = await dashboard.KeyedAsync("operator");
        var (own, others) = (await MadeAsync(viewer, "plans"), await MadeAsync(maker, "plans"));

        using var gone = await viewer.DeleteAsync(new Uri($"/api/v1/plans/{own}", UriKind.Relative), Stop);
        using var kept = await viewer.DeleteAsync(new Uri($"/api/v1/plans/{others}", UriKind.Relative), Stop);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Forbidden), (gone.StatusCode, kept.StatusCode));
        Assert.Equal("planned", (await maker.GetFromJsonAsync<JsonElement>($"/api/v1/plans/{others}", Stop)).GetProperty("state").GetString());
    }

    // A thing of the kind the address is about, made by somebody else. Troubles come of what is watched: there is one.
    private async Task<Guid> MadeAsync(HttpClient maker, string pattern)
    {
        if (pattern.Contains("incidents", StringComparison.Ordinal) || pattern.StartsWith("/said/{", StringComparison.Ordinal))
        {
            return incident;
        }

        var (path, body) = pattern switch
        {
            _ when pattern.Contains("operations", StringComparison.Ordinal) => ("operations", (object)new { kind = "acknowledge", app_names = (string[])["server-status"] }),
            _ when pattern.Contains("silence", StringComparison.Ordinal) => ("silences", new { until = TimeProvider.System.GetUtcNow().AddHours(1), reason = "a test", app_name = "server-status" }),
            _ => ("plans", new { kind = "run-now", app_name = "server-status" }),
        };
        using var answer = await maker.PostAsJsonAsync($"/api/v1/{path}", body, Stop);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Stop));
        if (path == "silences")
        {
            await using var newest = dashboard.Services.GetRequiredService<OwnDatabase>().Source.CreateCommand("select id from dashboard.silence order by id desc limit 1");
            return (Guid)(await newest.ExecuteScalarAsync(Stop))!;
        }

        var id = (await answer.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("id").GetGuid();
        if (path == "operations")
        {
            await PlannedAsync(maker, id);
        }

        return id;
    }

    // It looks at its jobs first; what changes by itself would be taken for what a request changed.
    private static async Task PlannedAsync(HttpClient maker, Guid id)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        deadline.CancelAfter(RunningDashboard.Deadline);
        while ((await maker.GetFromJsonAsync<JsonElement>($"/api/v1/operations/{id}", deadline.Token)).GetProperty("state").GetString() != "planned")
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, deadline.Token);
        }
    }

    // The scheduler's rows, and everything of ours that people say or do; not the audit, where each refusal is a line more.
    private async Task<string> RowsAsync()
    {
        await using var source = NpgsqlDataSource.Create(dashboard.Sources[0].ConnectionString);
        await using var command = source.CreateCommand("select string_agg(xmin::text || crontabber::text, '|' order by app_name) from crontabber");
        await using var own = dashboard.Services.GetRequiredService<OwnDatabase>().Source.CreateCommand("""
            select concat_ws('|', (select string_agg(id || state, ',' order by id) from dashboard.action), (select string_agg(id || state, ',' order by id) from dashboard.operation),
                                  (select count(*) from dashboard.incident_mark), (select string_agg(silence::text, ',' order by id) from dashboard.silence))
            """);
        return $"{await command.ExecuteScalarAsync(Stop)} {await own.ExecuteScalarAsync(Stop)}";
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, string method, string pattern, Guid id)
    {
        var path = pattern.Replace("{id:guid}", id.ToString(), StringComparison.OrdinalIgnoreCase);
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        var until = TimeProvider.System.GetUtcNow().AddHours(1);
        request.Content = method != "POST" ? null
            : pattern.StartsWith("/api", StringComparison.Ordinal) ? JsonContent.Create(new { reason = "please", count = 1, say = "ack", until })
            : new FormUrlEncodedContent([new("__RequestVerificationToken", client.DefaultRequestHeaders.GetValues("X-Form").Single()), new("reason", "please"), new("count", "1"), new("hours", "1")]);
        return await client.SendAsync(request, Stop);
    }

    // A browser with the token of its forms.
    private async Task<HttpClient> FormsAsync(Role role)
    {
        var browser = await dashboard.LoggedInAsync(role);
        using var page = await browser.GetAsync(new Uri("/jobs/server-status", UriKind.Relative), Stop);
        foreach (var cookie in page.Headers.TryGetValues("Set-Cookie", out var set) ? set : [])
        {
            browser.DefaultRequestHeaders.Add("Cookie", cookie.Split(';')[0]);
        }

        const string Mark = "name=\"__RequestVerificationToken\" value=\"";
        var html = await page.Content.ReadAsStringAsync(Stop);
        browser.DefaultRequestHeaders.Add("X-Form", html[(html.IndexOf(Mark, StringComparison.Ordinal) + Mark.Length)..].Split('"')[0]);
        return browser;
    }
}
