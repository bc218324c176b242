using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Dashboard.Core.Access;
using Dashboard.Core.Database;
using Dashboard.Core.Ledger;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Dashboard.Browser.Tests;

/// <summary>
/// "Can another site act in my name?" — an admin who is logged in looks at a page of somebody else's, which sends every address of the route table that changes something
/// everything a browser sends for it. No row changes and no plan is committed; the admin goes on as if nothing had been.
/// </summary>
public sealed class CanAnotherSiteActTests : Journey
{
    private const string Job = "server-status";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_page_of_another_origin_changes_nothing_whatever_it_makes_a_browser_send(bool sameSite)
    {
        var arrivals = new Arrivals();
        var dashboard = Keep(await RunningDashboard.StartAsync(
            [new TestSource("demo", await (await TestPostgres.SharedAsync()).NewDatabaseAsync("crontabber-healthy"), "poll")], services: services => services.AddSingleton<IStartupFilter>(arrivals)));
        var incident = (await dashboard.UntilAsync<LedgerSnapshot>("demo", ledger => ledger.Incidents.Count > 0)).Incidents[0].Incident.Id;
        await dashboard.ExecuteAsync("update crontabber set next_run = now() + interval '1 hour', ongoing = null");
        using var maker = await dashboard.KeyedAsync("operator");
        var (plan, operation) = (await MadeAsync(maker, "plans", new { kind = "run-now", app_name = Job }), await MadeAsync(maker, "operations", new { kind = "acknowledge", app_names = (string[])[Job] }));
        var silence = await SilencedAsync(dashboard, maker);
        var login = (await dashboard.Services.GetRequiredService<LoginTokenQueries>().IssueAsync("mallory", Role.Operator, Stop)).Text;
        var wishes = Wishes(dashboard, plan, operation, incident, silence);
        var until = TimeProvider.System.GetUtcNow().AddHours(1).ToString("O", CultureInfo.InvariantCulture);
        var site = Keep(await ForeignSite.StartAsync(
            dashboard.Url.AbsoluteUri.TrimEnd('/'),
            wishes,
            new Dictionary<string, string>
            {
                ["reason"] = "you have won", ["source"] = "demo", ["kind"] = "reset", ["job"] = Job, ["name"] = Job, ["app_name"] = Job, ["hours"] = "1", ["count"] = "1",
                ["token"] = login, ["everywhere"] = "yes", ["back"] = "activity", ["__RequestVerificationToken"] = "CfDJ8forged",
            },
            new { kind = "reset", app_name = Job, app_names = (string[])[Job], reason = "you have won", count = 1, say = "ack", until }));

        var victim = await OpenAsync(dashboard, "/jobs", role: Role.Admin);
        foreach (var part in (string[])[$"on {site.SameSite}", $"on {site.OtherSite}", "403", "401"])
        {
            victim.Expect(part);
        }

        var before = await RowsAsync(dashboard);
        arrivals.All.Clear();
        var page = await victim.Context.NewPageAsync();
        await page.GotoAsync((sameSite ? site.SameSite : site.OtherSite).AbsoluteUri);
        await page.WaitForFunctionAsync("() => window.done", null, new() { Timeout = 180_000 });

        Assert.Null(await page.EvaluateAsync<string?>("() => window.opened ?? null"));
        Assert.Equal(before, await RowsAsync(dashboard));

        // It was no empty threat: each post arrived, from the own site with the cookie, and each was refused.
        var posts = arrivals.All.Where(arrival => arrival.Method is not ("GET" or "OPTIONS")).ToList();
        Assert.Empty(wishes.Where(wish => wish.Method == "POST").Select(wish => wish.Address).Except(posts.Select(post => post.Path), StringComparer.Ordinal));
        Assert.All(posts, post => Assert.True(post.Status is 401 or 403, $"{post.Method} {post.Path} was answered {post.Status}."));
        Assert.Equal(sameSite, posts.Exists(post => post.Known));

        // And the plan was one that could be committed, by who is still logged in.
        await page.CloseAsync();
        await victim.Page.GotoAsync(new Uri(dashboard.Url, $"/act/{plan}").AbsoluteUri);
        await victim.Page.GetByLabel("Why?").FillAsync("I want it");
        await victim.Page.GetByRole(AriaRole.Button, new() { Name = "Run now" }).ClickAsync();
        await Expect(victim.Page.Locator(".outcome")).ToContainTextAsync("Done");
        Assert.NotEqual(before, await RowsAsync(dashboard));
    }

    // What reached the program, whether the admin's cookie was with it, and what was answered.
    private sealed class Arrivals : IStartupFilter
    {
        public ConcurrentQueue<(string Method, string Path, int Status, bool Known)> All { get; } = [];

        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use(async (context, inner) =>
            {
                var (method, path, known) = (context.Request.Method, context.Request.Path.Value ?? "", context.Request.Cookies.ContainsKey("dashboard"));
                try
                {
                    await inner(context);
                }
                finally
                {
                    All.Enqueue((method, path, context.Response.StatusCode, known));
                }
            });
            next(app);
        };
    }

    // Everything that takes another method than reading, for things that are there.
    private static List<(string Method, string Address)> Wishes(RunningDashboard dashboard, Guid plan, Guid operation, Guid incident, Guid silence) =>
    [
        .. RouteLine.Of(dashboard)
            .Where(line => !line.IsFile && !line.Pattern.Contains("**", StringComparison.Ordinal))
            .SelectMany(line => line.Methods.Where(method => method is "POST" or "PUT" or "PATCH" or "DELETE").Select(method => (method, line.Address(
                line.Pattern.Contains("silence", StringComparison.Ordinal) ? silence
                    : line.Pattern.Contains("operations", StringComparison.Ordinal) ? operation
                    : line.Pattern.Contains("incidents", StringComparison.Ordinal) || line.Pattern.StartsWith("/said", StringComparison.Ordinal) ? incident : plan,
                Job))))
            .Where(wish => !wish.Item2.StartsWith("/_framework", StringComparison.Ordinal))
            .Distinct(),
    ];

    private static async Task<Guid> MadeAsync(HttpClient maker, string path, object body)
    {
        using var answer = await maker.PostAsJsonAsync($"/api/v1/{path}", body, Stop);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Stop));
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("id").GetGuid();
    }

    private static async Task<Guid> SilencedAsync(RunningDashboard dashboard, HttpClient maker)
    {
        using var answer = await maker.PostAsJsonAsync("/api/v1/silences", new { until = TimeProvider.System.GetUtcNow().AddHours(1), reason = "a test", app_name = Job }, Stop);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Stop));
        await using var newest = dashboard.Services.GetRequiredService<OwnDatabase>().Source.CreateCommand("select id from dashboard.silence order by id desc limit 1");
        return (Guid)(await newest.ExecuteScalarAsync(Stop))!;
    }

    // The scheduler's rows, and everything of ours that people say, do, make or end.
    private static async Task<string> RowsAsync(RunningDashboard dashboard)
    {
        await using var source = NpgsqlDataSource.Create(dashboard.Sources[0].ConnectionString);
        await using var rows = source.CreateCommand("select string_agg(xmin::text || crontabber::text, '|' order by app_name) from crontabber");
        await using var own = dashboard.Services.GetRequiredService<OwnDatabase>().Source.CreateCommand("""
            select concat_ws('|', (select string_agg(id || state, ',' order by id) from dashboard.action), (select string_agg(id || state, ',' order by id) from dashboard.operation),
                                  (select count(*) from dashboard.incident_mark), (select string_agg(silence::text, ',' order by id) from dashboard.silence),
                                  (select count(*) from dashboard.session where ended_at is null), (select count(*) from dashboard.login_token), (select count(*) from dashboard.api_key where revoked_at is null),
                                  (select count(*) from dashboard.audit), (select count(*) from dashboard.ping), (select count(*) from dashboard.retry_event))
            """);
        return $"{await rows.ExecuteScalarAsync(Stop)} {await own.ExecuteScalarAsync(Stop)}";
    }
}
