using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Dashboard.Core.Failures;
using Dashboard.Kit;
using Dashboard.Web.Tests.Security;

namespace Dashboard.Web.Tests.Api;

public sealed class FailureApiTests(SharedDashboard shared)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private RunningDashboard Dashboard => shared.Running;

    [Fact]
    public async Task The_groups_of_the_incident_are_recorded_counted_and_lead_to_their_own_address()
    {
        await Dashboard.UntilAsync<FailuresSnapshot>("demo", failures => failures is { Progress: 1, Groups.Count: 9 });
        var answer = await Dashboard.Client.GetFromJsonAsync<JsonElement>("/api/v1/failures", Stop);

        Assert.Equal((9, 5), (answer.GetProperty("total").GetInt32(), answer.GetProperty("failing_now").GetInt32()));
        var groups = answer.GetProperty("groups").EnumerateArray().ToArray();
        var adu = groups.Single(group => group.GetProperty("jobs")[0].GetProperty("app_name").GetString() == "adu-matview");
        Assert.Equal(("psycopg2.errors.RaiseException", "P0001", "unknown", 254), (
            adu.GetProperty("exc_type").GetString(), adu.GetProperty("code").GetString(), adu.GetProperty("class").GetString(), adu.GetProperty("jobs")[0].GetProperty("streak").GetInt32()));

        var one = await Dashboard.Client.GetFromJsonAsync<JsonElement>(adu.GetProperty("url").GetString(), Stop);
        Assert.Contains("matviews.py", one.GetProperty("group").GetProperty("sample").GetProperty("traceback").GetString(), StringComparison.Ordinal);

        var filtered = await Dashboard.Client.GetFromJsonAsync<JsonElement>("/api/v1/failures?state=recovered&class=code,network", Stop);
        Assert.All(filtered.GetProperty("groups").EnumerateArray(), group => Assert.False(group.GetProperty("failing_now").GetBoolean()));

        var csv = await Dashboard.Client.GetStringAsync(new Uri("/api/v1/failures.csv?state=failing", UriKind.Relative), Stop);
        Assert.Equal(5, csv.Split("\r\n1-").Length - 1);
    }

    [Theory]
    [InlineData("/api/v1/failures?state=broken", HttpStatusCode.BadRequest)]
    [InlineData("/api/v1/failures?class=nonsense", HttpStatusCode.BadRequest)]
    [InlineData("/api/v1/failures?colour=red", HttpStatusCode.BadRequest)]
    [InlineData("/api/v1/failures/1-0000000000000000", HttpStatusCode.NotFound)]
    [InlineData("/api/v1/failures/%3Cscript%3E", HttpStatusCode.NotFound)]
    public async Task What_makes_no_sense_is_a_problem(string path, HttpStatusCode expected)
    {
        using var answer = await Dashboard.Client.GetAsync(new Uri(path, UriKind.Relative), Stop);
        Assert.Equal((expected, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
    }
}
