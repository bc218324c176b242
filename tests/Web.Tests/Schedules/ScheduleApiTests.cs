using System.Net;
using System.Text.Json;
using Dashboard.Core.Schedules;
using Dashboard.Core.Verdicts;
using Dashboard.Kit;

namespace Dashboard.Web.Tests.Schedules;

public sealed class ScheduleApiTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Configured_and_inferred_schedules_are_answered_source_by_source_and_changes_of_the_file_are_seen()
    {
        var postgres = await TestPostgres.SharedAsync();
        var folder = Directory.CreateTempSubdirectory("dashboard-api-schedules-");
        var ini = Path.Combine(folder.FullName, "crontabber.ini");
        File.Copy(Path.Combine(Fixtures.Folder("config"), "crontabber.ini"), ini);
        await using var dashboard = await RunningDashboard.StartAsync(
        [
            new TestSource("told", await postgres.NewDatabaseAsync("crontabber-incident"), "poll", ini, Path.Combine(Fixtures.Folder("config"), "crontabber-mapping.json")),
            new TestSource("untold", await postgres.NewDatabaseAsync("crontabber-healthy"), "poll"),
        ]);
        await dashboard.UntilAsync<ScheduleBook>("told", book => book is { AsOf: not null, Jobs.Count: 21 });
        await dashboard.UntilAsync<ScheduleBook>("untold", book => book.Find("fetch-adi-from-hive")?.CadenceKnown == Knowledge.Inferred);

        var told = await JsonAsync(dashboard, "/api/v1/schedules");
        var untold = await JsonAsync(dashboard, "/api/v1/schedules?source=untold");
        var list = await JsonAsync(dashboard, "/api/v1/jobs");
        var job = await JsonAsync(dashboard, "/api/v1/jobs/fetch-adi-from-hive?source=untold");

        Assert.True(told.GetProperty("configured").GetBoolean());
        Assert.Equal((300, 43200, "crontabber", 0), (told.GetProperty("error_retry_time").GetInt32(), told.GetProperty("max_ongoing_age").GetInt32(), told.GetProperty("flavour").GetString(), told.GetProperty("faults").GetArrayLength()));
        var first = told.GetProperty("jobs")[0];
        Assert.Equal(("weekly-reports-partitions", "7d", "every week", "configured"), (Text(first, "app_name"), Text(first, "frequency"), Text(first, "cadence"), Text(first, "cadence_known")));
        Assert.False(untold.GetProperty("configured").GetBoolean());
        Assert.Equal(16, untold.GetProperty("jobs").GetArrayLength());
        Assert.Equal("every day at 07:30 UTC", list.GetProperty("jobs").EnumerateArray().Single(each => Text(each, "app_name") == "adu-matview").GetProperty("schedule").GetProperty("cadence").GetString());
        Assert.Equal(JsonValueKind.Null, list.GetProperty("jobs").EnumerateArray().Single(each => Text(each, "app_name") == "android-devices-matview").GetProperty("schedule").ValueKind);
        var schedule = job.GetProperty("job").GetProperty("schedule");
        Assert.Equal(("every day at 07:00 UTC", "inferred", true), (Text(schedule, "cadence"), Text(schedule, "cadence_known"), schedule.GetProperty("backfill").GetBoolean()));

        // The answers are other ones as soon as the file is.
        using var before = await dashboard.Client.GetAsync(new Uri("/api/v1/jobs", UriKind.Relative), Stop);
        var text = await File.ReadAllTextAsync(ini, Stop);
        await File.WriteAllTextAsync(ini, text.Replace("ADUCronApp|1d|07:30", "ADUCronApp|2d|07:30", StringComparison.Ordinal) + "[crontabber]\n", Stop);
        await dashboard.UntilAsync<StandingsSnapshot>("told", standings => standings.Find("adu-matview")?.Definition?.Schedule?.Frequency == "2d");
        using var after = await dashboard.Client.GetAsync(new Uri("/api/v1/jobs", UriKind.Relative), Stop);
        var fault = (await JsonAsync(dashboard, "/api/v1/schedules")).GetProperty("faults")[0];
        Assert.Equal(("crontabber.ini", "another name: this one is taken above"), (Text(fault, "file"), Text(fault, "expected")));
        Assert.NotEqual(before.Headers.ETag, after.Headers.ETag);
        folder.Delete(recursive: true);
    }

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();

    private static async Task<JsonElement> JsonAsync(RunningDashboard dashboard, string path)
    {
        using var answer = await dashboard.Client.GetAsync(new Uri(path, UriKind.Relative), Stop);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Stop));
        return json.RootElement.Clone();
    }
}
