using System.Net.Http.Json;
using System.Text.Json;
using Dashboard.Core.Notifications;
using Dashboard.Core.Verdicts.Engine;
using Dashboard.Kit;

namespace Dashboard.Core.Tests.Notifications;

/// <summary>A real Alertmanager, as Debian has it.</summary>
public sealed class AlertmanagerTests : IAsyncLifetime
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("dashboard-alertmanager-");
    private readonly HttpClient client = new();
    private ChildProcess? program;
    private Uri url = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        url = new Uri($"http://127.0.0.1:{FreePorts.Take()}/");
        var settings = Path.Combine(folder.FullName, "alertmanager.yml");
        await File.WriteAllTextAsync(settings, "route:\n  receiver: nobody\nreceivers:\n  - name: nobody\n", Stop);
        program = ChildProcess.Start("prometheus-alertmanager", [$"--config.file={settings}", $"--storage.path={folder.FullName}", $"--web.listen-address={url.Authority}", "--cluster.listen-address="]);
        await UntilAsync(async () => (await client.GetAsync(new Uri(url, "-/ready"), Stop)).IsSuccessStatusCode);
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        if (program is not null)
        {
            await program.DisposeAsync();
        }

        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task It_shows_one_alert_for_a_root_however_often_it_is_told_and_none_when_that_is_over()
    {
        await using var node = await NotifyingNode.StartAsync(await (await TestPostgres.SharedAsync()).NewDatabaseAsync(), NotifyingNode.Channel(0, "am", ChannelKind.Alertmanager, url));

        // The alert begins with the trouble, and Alertmanager keeps what began long ago.
        node.Say(SampleVerdicts.Of("reports | \"clean\"", VerdictState.Page));
        await UntilAsync(async () => (await AlertsAsync()).Length == 1);
        node.Say(SampleVerdicts.Of("reports | \"clean\"", VerdictState.Page) with { Headline = "Another sentence.", Blocks = ["a", "b"] });
        await UntilAsync(async () => (await AlertsAsync()) is [var alert] && alert.GetProperty("annotations").GetProperty("waiting").GetString() == "2");
        var told = (await AlertsAsync()).Single();

        Assert.Equal(
            ("CrontabberNeedsHuman", "page", "job", "reports | \"clean\"", "demo"),
            (Label(told, "alertname"), Label(told, "severity"), Label(told, "root_kind"), Label(told, "root"), Label(told, "source")));
        Assert.Equal("active", told.GetProperty("status").GetProperty("state").GetString());

        node.Say(SampleVerdicts.Of("reports | \"clean\"", VerdictState.Ok));
        await UntilAsync(async () => (await AlertsAsync()).Length == 0);
    }

    private static string? Label(JsonElement alert, string name) => alert.GetProperty("labels").GetProperty(name).GetString();

    private async Task<JsonElement[]> AlertsAsync() => (await client.GetFromJsonAsync<JsonElement[]>(new Uri(url, "api/v2/alerts?active=true"), Stop))!;

    private async Task UntilAsync(Func<Task<bool>> conditionAsync)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            try
            {
                if (await conditionAsync())
                {
                    return;
                }
            }
            catch (HttpRequestException) when (!deadline.IsCancellationRequested)
            {
                // It is still starting.
            }

            Assert.False(deadline.IsCancellationRequested, $"It was not as awaited. Alertmanager said:\n{program?.Words}");
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, Stop);
        }
    }
}
