using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Dashboard.Core.Access;
using Dashboard.Core.Actions.Audit;
using Dashboard.Kit;
using Microsoft.Extensions.DependencyInjection;

namespace Dashboard.Web.Tests.Settings;

/// <summary>The settings as pages and programs see them, and the reload by key, on a dashboard that runs.</summary>
public sealed class SettingsAnswersTests : IAsyncLifetime
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("dashboard-settings-");
    private RunningDashboard dashboard = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Conf => Path.Combine(folder.FullName, "own.ini");

    public async ValueTask InitializeAsync()
    {
        await File.WriteAllTextAsync(Conf, "[Runs]\nKeepDays=100\n[Access]\n    [[Oidc]]\n    ClientSecret=hunter2-of-the-provider\n", Stop);
        var observed = await (await TestPostgres.SharedAsync()).NewDatabaseAsync("crontabber-healthy");
        dashboard = await RunningDashboard.StartAsync([new TestSource("demo", observed, "poll")], new Dictionary<string, string?> { ["admin:conf"] = Conf });
    }

    public async ValueTask DisposeAsync()
    {
        await dashboard.DisposeAsync();
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task An_admin_sees_every_value_and_where_it_is_from_and_nobody_sees_a_secret()
    {
        using var admin = await ClientAsync("admin");
        using var answer = await admin.GetAsync(new Uri("/api/v1/settings", UriKind.Relative), Stop);
        var text = await answer.Content.ReadAsStringAsync(Stop);
        var options = JsonDocument.Parse(text).RootElement.GetProperty("options").EnumerateArray().ToDictionary(option => option.GetProperty("path").GetString()!, option => option);
        using var browser = await dashboard.LoggedInAsync(Role.Admin);
        var page = await browser.GetStringAsync(new Uri("/settings", UriKind.Relative), Stop);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(("100", $"{Conf}:2", "file"), (options["Runs:KeepDays"].GetProperty("value").GetString(), options["Runs:KeepDays"].GetProperty("from").GetString(), options["Runs:KeepDays"].GetProperty("layer").GetString()));
        Assert.Equal("•••", options["Access:Oidc:ClientSecret"].GetProperty("value").GetString());
        Assert.Equal("•••", options["Sources:0:ConnectionString"].GetProperty("value").GetString());
        Assert.Equal("default", options["Runs:RecordPages"].GetProperty("from").GetString());
        Assert.Contains("Settings: generation 1", page, StringComparison.Ordinal);
        Assert.Contains($"{Conf}:2", page, StringComparison.Ordinal);
        foreach (var shown in (string[])[text, page])
        {
            Assert.DoesNotContain("hunter2", shown, StringComparison.Ordinal);
            Assert.DoesNotContain(dashboard.Sources[0].ConnectionString, shown, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("viewer")]
    [InlineData("operator")]
    [InlineData("ingest")]
    public async Task Nobody_else_sees_them_or_has_them_read_again(string role)
    {
        using var client = await ClientAsync(role);
        using var seen = await client.GetAsync(new Uri("/api/v1/settings", UriKind.Relative), Stop);
        using var reloaded = await client.PostAsync(new Uri("/api/v1/settings/reload", UriKind.Relative), null, Stop);

        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.Forbidden), (seen.StatusCode, reloaded.StatusCode));
    }

    [Fact]
    public async Task A_browser_of_an_operator_is_shown_the_door_and_one_of_an_admin_does_not_act_through_the_API()
    {
        using var browser = await dashboard.LoggedInAsync(Role.Operator);
        using var admin = await dashboard.LoggedInAsync(Role.Admin);
        using var page = await browser.GetAsync(new Uri("/settings", UriKind.Relative), Stop);
        using var reloaded = await admin.PostAsync(new Uri("/api/v1/settings/reload", UriKind.Relative), null, Stop);

        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.Forbidden), (page.StatusCode, reloaded.StatusCode));
    }

    [Fact]
    public async Task A_reload_by_key_takes_over_what_is_right_refuses_what_is_wrong_and_is_on_record()
    {
        using var admin = await ClientAsync("admin");
        await File.WriteAllTextAsync(Conf, "[Runs]\nKeepDays=never\n", Stop);
        var (refused, wrong) = await ReloadAsync(admin);
        await File.WriteAllTextAsync(Conf, "[Access]\nAllowRemote=no\n    [[Proxy]]\n    UserHeader=X-User\n", Stop);
        var (unsafely, open) = await ReloadAsync(admin);
        await File.WriteAllTextAsync(Conf, "[Runs]\nKeepDays=200\n[Access]\n    [[Oidc]]\n    ClientSecret=hunter3\n", Stop);
        var (accepted, right) = await ReloadAsync(admin);
        var (again, same) = await ReloadAsync(admin);

        Assert.Equal((HttpStatusCode.Conflict, HttpStatusCode.Conflict, HttpStatusCode.OK, HttpStatusCode.OK), (refused, unsafely, accepted, again));
        Assert.Equal([$"{Conf}:2: Runs:KeepDays = 'never'. Expected: a whole number from 1 to 36500."], wrong.GetProperty("reasons").EnumerateArray().Select(reason => reason.GetString()));
        Assert.Single(open.GetProperty("reasons").EnumerateArray());
        Assert.Equal(("rejected", 1, "accepted", 2, "unchanged", 2), (Word(wrong), Number(wrong), Word(right), Number(right), Word(same), Number(same)));
        Assert.Equal(
            ["Runs:KeepDays: 100 → 200, False", "Access:Oidc:ClientSecret: ••• → •••, False"],
            right.GetProperty("changes").EnumerateArray().Select(change => $"{change.GetProperty("path")}: {change.GetProperty("before")} → {change.GetProperty("after")}, {change.GetProperty("takes_effect_alive")}"));
        var lines = await dashboard.Services.GetRequiredService<AuditQueries>().PageAsync(new AuditFilter { Kind = "reload-configuration" }, Stop);
        Assert.Equal(["nothing", "done", "refused", "refused"], lines.Select(line => line.Entry.Event));
        Assert.DoesNotContain("hunter", string.Join(' ', lines.Select(line => $"{line.Entry.Summary} {line.Entry.Before} {line.Entry.After}")), StringComparison.Ordinal);
    }

    private static string? Word(JsonElement report) => report.GetProperty("outcome").GetString();

    private static int Number(JsonElement report) => report.GetProperty("generation").GetInt32();

    private static async Task<(HttpStatusCode Status, JsonElement Report)> ReloadAsync(HttpClient client)
    {
        using var answer = await client.PostAsync(new Uri("/api/v1/settings/reload", UriKind.Relative), null, Stop);
        return (answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>(Stop));
    }

    private async Task<HttpClient> ClientAsync(string role)
    {
        var secret = await dashboard.Services.GetRequiredService<ApiKeyQueries>().CreateAsync($"settings-{Guid.NewGuid():N}", role, null, "a test", Stop);
        var client = dashboard.NewClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", secret!.Text);
        return client;
    }
}
