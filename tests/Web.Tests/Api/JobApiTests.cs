using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Dashboard.Core.Sources;
using Dashboard.Core.Verdicts;
using Dashboard.Kit;
using Dashboard.Web.Tests.Security;
using Dashboard.Web.Sources;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Dashboard.Web.Tests.Api;

public sealed class JobApiTests(SharedDashboard shared)
{
    private static readonly string[] Names =
    [
        "a/b", "a%2Fb", "a%252Fb", "/", "//", "%", "%%", "%zz", "?q=1", "#x", "a b", " a ", "\"quoted\"", "it's", "<script>alert(1)</script>", "{}", "back\\slash", "tab\there", "line\nbreak", "日本語", "🔥☃",
        "e\u0301", "\u202eabc", "runs", "a/runs", "...", ".hidden", "a;b", "a,b", "a+b", "a&b=c", "~", "'; drop table crontabber; --",
    ];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private RunningDashboard Dashboard => shared.Running;

    [Fact]
    public async Task The_jobs_of_the_incident_stand_with_crontabbers_own_names_and_values()
    {
        var answer = await Dashboard.Client.GetFromJsonAsync<JsonElement>("/api/v1/jobs", Stop);

        Assert.Equal(("demo", "live", 20, 20), (Text(answer, "source"), Text(answer, "state"), answer.GetProperty("total").GetInt32(), answer.GetProperty("jobs").GetArrayLength()));
        var counts = answer.GetProperty("counts").EnumerateObject().Sum(count => count.Value.GetInt32());
        Assert.Equal(20, counts);
        var ftp = answer.GetProperty("jobs").EnumerateArray().Single(job => Text(job, "app_name") == "ftpscraper");
        Assert.Equal(("stuck_lock", "2014-09-04T22:00:02.555191Z"), (Text(ftp, "state"), Text(ftp, "ongoing")));
        Assert.Equal(
            ["app_name", "because", "depends_on", "error_count", "first_run", "last_error", "last_run", "last_success", "next_run", "ongoing", "runs", "runs_url", "schedule", "since", "state", "tick", "unreadable", "url"],
            ftp.EnumerateObject().Select(property => property.Name).Order(StringComparer.Ordinal));
        Assert.All(answer.GetProperty("jobs").EnumerateArray(), job => Assert.False(job.GetProperty("last_error") is { ValueKind: JsonValueKind.Object } error && error.GetProperty("traceback").ValueKind != JsonValueKind.Null));
    }

    [Fact]
    public async Task One_job_has_every_text_whole_and_leads_to_its_runs()
    {
        var jobs = await Dashboard.Client.GetFromJsonAsync<JsonElement>("/api/v1/jobs?state=failing", Stop);
        Assert.NotEqual(0, jobs.GetProperty("jobs").GetArrayLength());
        foreach (var listed in jobs.GetProperty("jobs").EnumerateArray())
        {
            var answer = await Dashboard.Client.GetFromJsonAsync<JsonElement>(Text(listed, "url"), Stop);
            var job = answer.GetProperty("job");
            Assert.Equal(Text(listed, "app_name"), Text(job, "app_name"));
            Assert.False(job.GetProperty("last_error").GetProperty("shortened").GetBoolean());
            Assert.NotNull(Text(job.GetProperty("last_error"), "traceback"));
        }
    }

    [Fact]
    public async Task Socorros_tables_stand_likewise()
    {
        await using var dashboard = await RunningDashboard.StartAsync("socorro-cron-incident", "poll");
        await dashboard.UntilAsync<StandingsSnapshot>("demo", standings => standings is { Jobs.Count: 11, RunsWhole: true });

        var sources = await dashboard.Client.GetFromJsonAsync<JsonElement>("/api/v1/sources", Stop);
        var answer = await dashboard.Client.GetFromJsonAsync<JsonElement>("/api/v1/jobs?app_name=auditgroups", Stop);

        Assert.Equal(("socorro", "poll", "live"), (Text(sources[0], "flavour"), Text(sources[0], "capture"), Text(sources[0], "state")));
        var job = Assert.Single(answer.GetProperty("jobs").EnumerateArray());
        Assert.Equal((18, "crashstats.cron.errors.JobError"), (job.GetProperty("error_count").GetInt32(), Text(job.GetProperty("last_error"), "type")));
    }

    [Fact]
    public async Task A_filter_narrows_and_says_of_how_many()
    {
        var all = await Dashboard.Client.GetFromJsonAsync<JsonElement>("/api/v1/jobs", Stop);
        var some = await Dashboard.Client.GetFromJsonAsync<JsonElement>("/api/v1/jobs?state=waiting,stuck_lock&q=FTP", Stop);

        Assert.Equal("ftpscraper", Text(Assert.Single(some.GetProperty("jobs").EnumerateArray()), "app_name"));
        Assert.Equal(20, some.GetProperty("total").GetInt32());
        Assert.Equal(all.GetProperty("counts").ToString(), some.GetProperty("counts").ToString());
    }

    [Fact]
    public async Task Every_name_a_table_can_hold_is_found_by_its_encoded_address()
    {
        var connection = await (await TestPostgres.SharedAsync()).NewDatabaseAsync("crontabber-healthy");
        await using (var database = NpgsqlDataSource.Create(connection))
        {
            foreach (var name in Names)
            {
                await using var insert = database.CreateCommand("insert into crontabber (app_name, error_count, depends_on, last_error) values (@name, 0, '{}', '{}')");
                insert.Parameters.AddWithValue("name", name);
                await insert.ExecuteNonQueryAsync(Stop);
            }
        }

        await using var dashboard = await RunningDashboard.StartAsync([new TestSource("weird / näme", connection, "poll")]);
        await dashboard.UntilAsync<StandingsSnapshot>("weird / näme", standings => standings is { AsOf: not null });
        var list = await dashboard.Client.GetFromJsonAsync<JsonElement>($"/api/v1/jobs?source={Uri.EscapeDataString("weird / näme")}", Stop);
        var urls = list.GetProperty("jobs").EnumerateArray().ToDictionary(job => Text(job, "app_name")!, job => (Text(job, "url"), Text(job, "runs_url")), StringComparer.Ordinal);

        foreach (var name in Names)
        {
            Assert.Equal($"/api/v1/jobs/{Uri.EscapeDataString(name)}?source=weird%20%2F%20n%C3%A4me", urls[name].Item1);
            var one = await dashboard.Client.GetFromJsonAsync<JsonElement>(urls[name].Item1, Stop);
            Assert.Equal(name, Text(one.GetProperty("job"), "app_name"));
            Assert.Equal($"/api/v1/jobs/{Uri.EscapeDataString(name)}/runs?source=weird%20%2F%20n%C3%A4me", urls[name].Item2);
        }
    }

    [Fact]
    public async Task What_has_not_changed_is_not_sent_again()
    {
        foreach (var path in (string[])["/api/v1/jobs", "/api/v1/jobs?state=failing", "/api/v1/jobs/ftpscraper"])
        {
            using var first = await Dashboard.Client.GetAsync(new Uri(path, UriKind.Relative), Stop);
            var tag = first.Headers.ETag!;
            Assert.False(tag.IsWeak);

            foreach (var known in (string[])[tag.Tag, $"\"other\", {tag.Tag}", $"W/{tag.Tag}", "*"])
            {
                using var again = await ConditionalAsync(path, known);
                Assert.Equal((HttpStatusCode.NotModified, 0), (again.StatusCode, (await again.Content.ReadAsByteArrayAsync(Stop)).Length));
                Assert.Equal(tag, again.Headers.ETag);
            }

            using var changed = await ConditionalAsync(path, "\"other\"");
            Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
            using var head = await Dashboard.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, path), Stop);
            Assert.Equal((HttpStatusCode.OK, tag, first.Content.Headers.ContentLength), (head.StatusCode, head.Headers.ETag, head.Content.Headers.ContentLength));
        }
    }

    [Theory]
    [InlineData("/api/v1/jobs?source=nowhere", 404, "unknown-source", "Known: demo")]
    [InlineData("/api/v1/jobs/no-such-job", 404, "unknown-job", "no-such-job")]
    [InlineData("/api/v1/jobs?state=broken", 400, "bad-parameter", "stuck_lock, failing, blocked, overdue, never_run, ghost, running, due, waiting")]
    [InlineData("/api/v1/jobs?state=0", 400, "bad-parameter", "stuck_lock")]
    [InlineData("/api/v1/jobs?stat=failing", 400, "bad-parameter", "known are source, state, q, app_name")]
    [InlineData("/api/v1/jobs?source=demo&source=demo", 400, "bad-parameter", "expected once")]
    [InlineData("/api/v1/jobs?source=", 200, null, null)]
    [InlineData("/api/v1/sources?callback=alert", 400, "bad-parameter", "callback")]
    [InlineData("/api/v1/nothing", 404, "not-found", "/openapi/v1.json")]
    [InlineData("/api/", 404, "not-found", "/openapi/v1.json")]
    [InlineData("/hubs/nothing", 404, "not-found", "/openapi/v1.json")]
    public async Task A_question_that_cannot_be_answered_gets_problem_details_that_say_what_was_expected(string path, int status, string? type, string? detail)
    {
        foreach (var accept in (string[])["application/json", "text/html"])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { { "Accept", accept } } };
            using var answer = await Dashboard.Client.SendAsync(request, Stop);
            Assert.Equal(status, (int)answer.StatusCode);
            if (type is not null)
            {
                await AssertProblemAsync(answer, status, type, detail!);
            }
        }
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("PATCH")]
    [InlineData("DELETE")]
    public async Task A_method_it_does_not_take_is_named_with_those_it_does(string method)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), "/api/v1/jobs") { Content = new StringContent("<x/>", null, "text/xml") };
        using var answer = await Dashboard.Client.SendAsync(request, Stop);
        await AssertProblemAsync(answer, 405, "method-not-allowed", "Allow");
        Assert.Contains("GET", answer.Content.Headers.Allow);
    }

    [Fact]
    public async Task Before_the_first_reading_the_answer_is_not_an_empty_list()
    {
        await using var dashboard = await RunningDashboard.StartAsync([new TestSource("gone", "Host=127.0.0.1;Port=1;Username=x;Password=hunter2;Database=x;Timeout=1", "poll")]);
        using var answer = await dashboard.Client.GetAsync(new Uri("/api/v1/jobs", UriKind.Relative), Stop);

        await AssertProblemAsync(answer, 503, "not-read-yet", "gone");
        Assert.NotNull(answer.Headers.RetryAfter?.Delta);
        await dashboard.UntilAsync<SourceStatus>("gone", status => status.State == SourceState.Unreachable);
        var sources = await dashboard.Client.GetStringAsync(new Uri("/api/v1/sources", UriKind.Relative), Stop);
        Assert.Contains("\"state\":\"unreachable\"", sources, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", sources, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_source_that_is_lost_is_shown_as_it_was_and_says_so()
    {
        await using var postgres = await TestPostgres.StartAsync();
        await using var dashboard = await RunningDashboard.StartAsync([new TestSource("demo", await postgres.NewDatabaseAsync("crontabber-healthy"), "poll")]);
        await dashboard.UntilAsync<StandingsSnapshot>("demo", standings => standings is { AsOf: not null });
        var before = await dashboard.Client.GetFromJsonAsync<JsonElement>("/api/v1/jobs", Stop);

        await postgres.SignalAsync("QUIT");
        await dashboard.UntilAsync<SourceStatus>("demo", status => status.State == SourceState.Stale);

        using var stale = await dashboard.Client.GetAsync(new Uri("/api/v1/jobs", UriKind.Relative), Stop);
        var after = await stale.Content.ReadFromJsonAsync<JsonElement>(Stop);
        Assert.Equal((HttpStatusCode.OK, "stale"), (stale.StatusCode, Text(after, "state")));
        Assert.Equal(before.GetProperty("total").GetInt32(), after.GetProperty("total").GetInt32());
        Assert.NotNull(Text(after, "trouble"));
        Assert.NotNull(Text(after, "trouble_since"));
        Assert.True(after.GetProperty("as_of").GetDateTimeOffset() <= after.GetProperty("trouble_since").GetDateTimeOffset().AddSeconds(1));
    }

    [Fact]
    public async Task A_failure_of_ours_is_told_without_its_inside()
    {
        await using var dashboard = await RunningDashboard.StartAsync(
            [new TestSource("demo", await (await TestPostgres.SharedAsync()).NewDatabaseAsync("crontabber-healthy"), "poll")],
            services: services => services.AddSingleton<SourcesNow>(_ => throw new InvalidOperationException("hunter2")));
        using var answer = await dashboard.Client.GetAsync(new Uri("/api/v1/jobs", UriKind.Relative), Stop);

        await AssertProblemAsync(answer, 500, "internal-server-error", "trace id");
        var body = await answer.Content.ReadAsStringAsync(Stop);
        Assert.Contains("trace_id", body, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", body, StringComparison.Ordinal);
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
    }

    private static string? Text(JsonElement element, string property) => element.GetProperty(property).GetString();

    internal static async Task AssertProblemAsync(HttpResponseMessage answer, int status, string type, string detail)
    {
        Assert.Equal((status, "application/problem+json"), ((int)answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
        Assert.Equal((status, $"urn:crontabber-dashboard:problem:{type}"), (problem.GetProperty("status").GetInt32(), Text(problem, "type")));
        Assert.NotEmpty(Text(problem, "title")!);
        Assert.Contains(detail, Text(problem, "detail"), StringComparison.Ordinal);
    }

    private async Task<HttpResponseMessage> ConditionalAsync(string path, string tags)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("If-None-Match", tags);
        return await Dashboard.Client.SendAsync(request, Stop);
    }
}
