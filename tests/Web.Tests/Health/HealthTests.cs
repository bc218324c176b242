using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Dashboard.Core.Sources;
using Dashboard.Kit;

namespace Dashboard.Web.Tests.Health;

public sealed class HealthTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_dashboard_is_well_while_what_it_observes_is_not()
    {
        await using var dashboard = await RunningDashboard.StartAsync([new TestSource("gone", "Host=127.0.0.1;Port=1;Username=x;Password=hunter2;Database=x;Timeout=1", "poll")]);
        await dashboard.UntilAsync<SourceStatus>("gone", status => status.State == SourceState.Unreachable);

        foreach (var path in (string[])["/__heartbeat__", "/__lbheartbeat__", "/health/live", "/health/ready"])
        {
            Assert.Equal((HttpStatusCode.OK, "ok"), await AskAsync(dashboard, path));
        }
    }

    [Fact]
    public async Task It_is_not_well_without_its_own_database_but_still_alive()
    {
        await using var postgres = await TestPostgres.StartAsync();
        var observed = await (await TestPostgres.SharedAsync()).NewDatabaseAsync("crontabber-healthy");
        await using var dashboard = await RunningDashboard.StartAsync([new TestSource("demo", observed, "poll")], new Dictionary<string, string?> { ["ConnectionStrings:Dashboard"] = await postgres.NewDatabaseAsync() });
        await dashboard.UntilAsync<SourceStatus>("demo", status => status.State == SourceState.Live);
        Assert.Equal((HttpStatusCode.OK, "ok"), await AskAsync(dashboard, "/__heartbeat__"));
        using (var known = await dashboard.Client.GetAsync(new Uri("/api/v1/sources", UriKind.Relative), Stop))
        {
            Assert.Equal(HttpStatusCode.OK, known.StatusCode);
        }

        await postgres.SignalAsync("QUIT");
        await postgres.Server.WaitForExitAsync(Stop);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        deadline.CancelAfter(RunningDashboard.Deadline);
        while (await AskAsync(dashboard, "/__heartbeat__") is not (HttpStatusCode.ServiceUnavailable, "error"))
        {
            // The answer may be a second old.
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, deadline.Token);
        }

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "error"), await AskAsync(dashboard, "/health/ready"));
        Assert.Equal((HttpStatusCode.OK, "ok"), await AskAsync(dashboard, "/__lbheartbeat__"));
        Assert.Equal((HttpStatusCode.OK, "ok"), await AskAsync(dashboard, "/health/live"));

        // A key it knows goes on working, so a wallboard stays up during the incident.
        using var jobs = await dashboard.Client.GetAsync(new Uri("/api/v1/sources", UriKind.Relative), Stop);
        Assert.Equal(HttpStatusCode.OK, jobs.StatusCode);
    }

    [Fact]
    public async Task The_version_says_what_is_running()
    {
        await using var dashboard = await RunningDashboard.StartAsync("crontabber-healthy", "poll");
        var version = await dashboard.Anonymous.GetFromJsonAsync<JsonElement>("/__version__", Stop);
        Assert.Equal(["source", "version", "commit", "build"], version.EnumerateObject().Select(property => property.Name));
        Assert.Matches(@"^\d+\.\d+\.\d+", version.GetProperty("version").GetString());
    }

    private static async Task<(HttpStatusCode Code, string? Status)> AskAsync(RunningDashboard dashboard, string path)
    {
        using var answer = await dashboard.Anonymous.GetAsync(new Uri(path, UriKind.Relative), Stop);
        var body = await answer.Content.ReadAsStringAsync(Stop);
        Assert.DoesNotContain("hunter2", body, StringComparison.Ordinal);
        Assert.DoesNotContain("127.0.0.1", body, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(body);
        return (answer.StatusCode, json.RootElement.GetProperty("status").GetString());
    }
}
