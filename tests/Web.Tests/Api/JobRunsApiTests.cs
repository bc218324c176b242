using System.Net.Http.Json;
using System.Text.Json;
using Dashboard.Core.Sources;
using Dashboard.Core.Verdicts;
using Dashboard.Kit;
using Dashboard.Web.Tests.Security;
using Npgsql;

namespace Dashboard.Web.Tests.Api;

public sealed class JobRunsApiTests(SharedDashboard shared)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private RunningDashboard Dashboard => shared.Running;

    [Theory]
    [InlineData("-1", 1)]
    [InlineData("0", 1)]
    [InlineData("1", 1)]
    [InlineData("-9223372036854775808", 1)]
    [InlineData("7", 7)]
    [InlineData("200", 200)]
    [InlineData("201", 200)]
    [InlineData("1000000000", 200)]
    [InlineData("9223372036854775808", 200)]
    public async Task A_limit_is_brought_into_its_range(string limit, int expected)
    {
        var runs = await Dashboard.Client.GetFromJsonAsync<JsonElement>($"/api/v1/jobs/server-status/runs?limit={limit}", Stop);

        // On a busy machine the search stops at its limit of work; then it says so.
        var count = runs.GetProperty("runs").GetArrayLength();
        Assert.InRange(count, 1, expected);
        Assert.True(count == expected || (Text(runs, "cursor") is not null && Text(runs, "looked_back_to") is not null), $"{count} of {expected} and no word why.");
    }

    [Fact]
    public async Task The_whole_history_of_a_job_comes_page_by_page_each_run_once()
    {
        var ids = new List<long>();
        for (string? cursor = ""; cursor is not null;)
        {
            var page = await Dashboard.Client.GetFromJsonAsync<JsonElement>($"/api/v1/jobs/ftpscraper/runs?limit=37{(cursor.Length > 0 ? $"&cursor={cursor}" : "")}", Stop);
            ids.AddRange(page.GetProperty("runs").EnumerateArray().Select(run => run.GetProperty("id").GetInt64()));
            cursor = Text(page, "cursor");
        }

        await using var database = NpgsqlDataSource.Create(Dashboard.Sources[0].ConnectionString);
        await using var command = database.CreateCommand("select array_agg(id::bigint order by id desc) from crontabber_log where app_name = 'ftpscraper'");
        // Pages go backwards through places, so only within a page is the order that of the ids.
        Assert.Equal((long[])(await command.ExecuteScalarAsync(Stop))!, ids.OrderDescending());
    }

    [Theory]
    [InlineData("/api/v1/jobs/no-such-job/runs", 404, "unknown-job", "no-such-job")]
    [InlineData("/api/v1/jobs/ftpscraper/runs?limit=many", 400, "bad-parameter", "expected a whole number from 1 to 200")]
    [InlineData("/api/v1/jobs/ftpscraper/runs?limit=NaN", 400, "bad-parameter", "expected a whole number")]
    [InlineData("/api/v1/jobs/ftpscraper/runs?limit=1e9", 400, "bad-parameter", "expected a whole number")]
    [InlineData("/api/v1/jobs/ftpscraper/runs?cursor=../../etc", 400, "bad-parameter", "as it was")]
    [InlineData("/api/v1/jobs/ftpscraper/runs?outcome=success,failure", 400, "bad-parameter", "expected one of")]
    public async Task A_question_that_cannot_be_answered_says_what_was_expected(string path, int status, string type, string detail)
    {
        using var answer = await Dashboard.Client.GetAsync(new Uri(path, UriKind.Relative), Stop);
        await JobApiTests.AssertProblemAsync(answer, status, type, detail);
    }

    [Theory]
    [InlineData("success")]
    [InlineData("failure")]
    public async Task Only_runs_that_ended_so_when_asked(string outcome)
    {
        var page = await Dashboard.Client.GetFromJsonAsync<JsonElement>($"/api/v1/jobs/fetch-adi-from-hive/runs?outcome={outcome}&limit=200", Stop);
        Assert.NotEqual(0, page.GetProperty("runs").GetArrayLength());
        Assert.All(page.GetProperty("runs").EnumerateArray(), run => Assert.Equal(outcome, Text(run, "outcome")));
    }

    [Theory]
    [InlineData("a/b")]
    [InlineData("a%2Fb")]
    [InlineData("runs")]
    [InlineData("a/runs")]
    [InlineData("日本語 🔥 \"quoted\"")]
    public async Task A_name_of_any_kind_leads_to_its_own_runs(string name)
    {
        var connection = await (await TestPostgres.SharedAsync()).NewDatabaseAsync("crontabber-healthy");
        await using (var database = NpgsqlDataSource.Create(connection))
        {
            await using var insert = database.CreateCommand(
                "insert into crontabber (app_name, error_count, depends_on, last_error) values (@name, 0, '{}', '{}'); insert into crontabber_log (app_name, duration, success) values (@name, '1 s', now())");
            insert.Parameters.AddWithValue("name", name);
            await insert.ExecuteNonQueryAsync(Stop);
        }

        await using var dashboard = await RunningDashboard.StartAsync([new TestSource("demo", connection, "poll")]);
        await dashboard.UntilAsync<StandingsSnapshot>("demo", standings => standings is { AsOf: not null });
        var runs = await dashboard.Client.GetFromJsonAsync<JsonElement>($"/api/v1/jobs/{Uri.EscapeDataString(name)}/runs", Stop);
        Assert.Equal((name, 1), (Text(runs, "app_name"), runs.GetProperty("runs").GetArrayLength()));
    }

    [Fact]
    public async Task The_log_of_a_source_that_is_lost_is_out_of_reach()
    {
        await using var postgres = await TestPostgres.StartAsync();
        await using var dashboard = await RunningDashboard.StartAsync([new TestSource("demo", await postgres.NewDatabaseAsync("crontabber-healthy"), "poll")]);
        await dashboard.UntilAsync<StandingsSnapshot>("demo", standings => standings is { AsOf: not null });
        await postgres.SignalAsync("QUIT");
        await dashboard.UntilAsync<SourceStatus>("demo", status => status.State == SourceState.Stale);

        using var runs = await dashboard.Client.GetAsync(new Uri("/api/v1/jobs/server-status/runs", UriKind.Relative), Stop);
        Assert.NotNull(runs.Headers.RetryAfter?.Delta);
        await JobApiTests.AssertProblemAsync(runs, 503, "history-out-of-reach", "demo");
    }

    private static string? Text(JsonElement element, string property) => element.GetProperty(property).GetString();
}
