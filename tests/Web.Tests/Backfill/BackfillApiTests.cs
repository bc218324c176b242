using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Dashboard.Core.Backfill;
using Dashboard.Kit;

namespace Dashboard.Web.Tests.Backfill;

public sealed class BackfillApiTests(BackfillApiTests.ConfiguredIncident incident) : IClassFixture<BackfillApiTests.ConfiguredIncident>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private RunningDashboard Dashboard => incident.Running;

    [Fact]
    public async Task Backlogs_are_told_with_their_failing_slot_and_what_their_end_is_reckoned_from()
    {
        var answer = await Dashboard.Client.GetFromJsonAsync<JsonElement>("/api/v1/backfill", Stop);

        var adu = answer.GetProperty("jobs").EnumerateArray().Single(job => Text(job, "app_name") == "adu-matview");
        Assert.Equal(("failing", "2014-09-03T07:30:00Z"), (Text(adu, "state"), Text(adu, "failing_slot")));
        Assert.InRange(adu.GetProperty("owed").GetProperty("count").GetInt64(), 4_000, 100_000);
        Assert.Contains("254 failures in a row", Text(adu.GetProperty("eta"), "because"), StringComparison.Ordinal);
        Assert.Equal("/api/v1/jobs/adu-matview/slots", Text(adu, "slots_url"));
    }

    [Fact]
    public async Task The_slots_of_a_range_are_told_and_never_more_than_can_be_read()
    {
        var answer = await Dashboard.Client.GetFromJsonAsync<JsonElement>("/api/v1/jobs/adu-matview/slots?from=2014-09-02T00:00:00Z&until=2014-09-04T23:00:00Z", Stop);

        Assert.Equal(
            ["2014-09-02T07:30:00Z done", "2014-09-03T07:30:00Z failed", "2014-09-04T07:30:00Z owed"],
            answer.GetProperty("slots").EnumerateArray().Select(slot => $"{Text(slot, "slot")} {Text(slot, "state")}"));
        var all = await Dashboard.Client.GetFromJsonAsync<JsonElement>("/api/v1/jobs/adu-matview/slots?from=0001-01-01T00:00:00Z&until=9999-12-31T00:00:00Z", Stop);
        Assert.Equal((2_000, true), (all.GetProperty("slots").GetArrayLength(), all.GetProperty("cut").GetBoolean()));
    }

    [Fact]
    public async Task A_plan_is_told_without_anything_being_changed()
    {
        var plan = await Dashboard.Client.GetFromJsonAsync<JsonElement>("/api/v1/jobs/adu-matview/backfill-plan?choice=missing_and_failed&from=2014-09-02T00:00:00Z&until=2014-09-04T23:00:00Z", Stop);

        Assert.Equal("Will run 2 of 3 slots; 1 already succeeded.", Text(plan, "summary"));
        Assert.Equal("2014-09-03T07:30:00Z", Text(plan.GetProperty("runs"), "first"));
        Assert.Equal(JsonValueKind.Null, plan.GetProperty("last_success").ValueKind);
        var picked = await Dashboard.Client.GetFromJsonAsync<JsonElement>("/api/v1/jobs/adu-matview/backfill-plan?slots=2014-09-04T07:30:00Z,2014-09-04T08:00:00Z", Stop);
        Assert.Equal("Will run 1 of 2 slots; 1 is no slot of this job.", Text(picked, "summary"));
    }

    [Theory]
    [InlineData("/api/v1/backfill?state=odd", HttpStatusCode.BadRequest)]
    [InlineData("/api/v1/backfill?source=nobody", HttpStatusCode.NotFound)]
    [InlineData("/api/v1/jobs/adu-matview/slots?from=yesterday", HttpStatusCode.BadRequest)]
    [InlineData("/api/v1/jobs/nobody/slots", HttpStatusCode.NotFound)]
    [InlineData("/api/v1/jobs/adu-matview/backfill-plan", HttpStatusCode.BadRequest)]
    [InlineData("/api/v1/jobs/adu-matview/backfill-plan?choice=odd&from=2014-09-02T00:00:00Z&until=2014-09-02T00:00:00Z", HttpStatusCode.BadRequest)]
    [InlineData("/api/v1/jobs/adu-matview/backfill-plan?slots=2014-09-02T00:00:00Z&from=2014-09-02T00:00:00Z", HttpStatusCode.BadRequest)]
    public async Task What_is_asked_wrongly_is_answered_by_a_problem(string address, HttpStatusCode expected)
    {
        using var answer = await Dashboard.Client.GetAsync(new Uri(address, UriKind.Relative), Stop);

        Assert.Equal(expected, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
    }

    [Theory]
    [InlineData("/api/v1/backfill.csv", "app_name,state,owed,")]
    [InlineData("/api/v1/jobs/adu-matview/slots.csv", "slot,state,successes,")]
    public async Task Both_lists_are_tables_too(string address, string heading)
    {
        var text = await Dashboard.Client.GetStringAsync(new Uri(address, UriKind.Relative), Stop);

        Assert.StartsWith(heading, text.TrimStart('\ufeff'), StringComparison.Ordinal);
    }

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();

    /// <summary>The incident with the configuration its scheduler had.</summary>
    public sealed class ConfiguredIncident : IAsyncLifetime
    {
        private RunningDashboard? running;

        /// <summary>The dashboard.</summary>
        public RunningDashboard Running => running ?? throw new InvalidOperationException("It has not been started.");

        /// <inheritdoc/>
        public async ValueTask InitializeAsync()
        {
            var (database, config) = (await (await TestPostgres.SharedAsync()).NewDatabaseAsync("crontabber-incident"), Fixtures.Folder("config"));
            running = await RunningDashboard.StartAsync([new TestSource("demo", database, "poll", Path.Combine(config, "crontabber.ini"), Path.Combine(config, "crontabber-mapping.json"))]);
            await running.UntilAsync<BacklogSnapshot>("demo", backlogs => backlogs.Find("adu-matview") is { State: BacklogState.Failing, Eta: not null });
        }

        /// <inheritdoc/>
        public ValueTask DisposeAsync() => running?.DisposeAsync() ?? default;
    }
}
