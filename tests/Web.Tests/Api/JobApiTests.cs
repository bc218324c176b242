using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Dashboard.Core.Sources;
using Dashboard.Core.Verdicts;
using Dashboard.Kit;

namespace Dashboard.Web.Tests.Api;

public sealed class JobApiTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_jobs_of_the_incident_stand_with_crontabbers_own_names_and_values()
    {
        await using var dashboard = await RunningDashboard.StartAsync("crontabber-incident", "poll");
        await dashboard.UntilAsync<StandingsSnapshot>("demo", standings => standings is { AsOf: not null, Jobs.Count: 20 } && standings.RunsSince is not null);

        var answer = await dashboard.Client.GetFromJsonAsync<JsonElement>("/api/v1/jobs?source=demo", Stop);

        Assert.Equal(("demo", "live", 20), (answer.GetProperty("source").GetString(), answer.GetProperty("state").GetString(), answer.GetProperty("jobs").GetArrayLength()));
    }
}
