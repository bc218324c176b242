using Dashboard.Core.Sources;

namespace Dashboard.Browser.Tests;

/// <summary>"Did it change?" — the rows are changed as the runner changes them while somebody watches, and nobody reloads.</summary>
public sealed class DidItChangeTests : Journey
{
    [Theory]
    [InlineData("poll")]
    [InlineData("notify")]
    [InlineData("logical")]
    [InlineData("logical, published")]
    public async Task A_run_is_seen_from_its_start_to_its_failure_and_its_healing(string how)
    {
        const string job = "fetch-adi-from-hive";
        var dashboard = Keep(await StartAsync(how));
        var list = await OpenAsync(dashboard, "/jobs");
        var now = await list.Context.NewPageAsync();
        await now.GotoAsync(dashboard.Url.AbsoluteUri);
        await now.LiveAsync();
        var page = await list.Context.NewPageAsync();
        await page.GotoAsync(new Uri(dashboard.Url, $"/jobs/{job}").AbsoluteUri);
        await page.LiveAsync();
        foreach (var open in list.Context.Pages)
        {
            await open.EvaluateAsync("() => { window.notReloaded = true; }");
        }

        await dashboard.BeginAsync(job);
        await Expect(list.Page.Job(job)).ToContainTextAsync("Running");
        await Expect(page.GetByRole(AriaRole.Main)).ToContainTextAsync("Running");

        await dashboard.FailAsync(job, "hive is out of honey");
        await Expect(list.Page.Job(job)).ToContainTextAsync("Failing");
        await Expect(list.Page.Job(job)).ToContainTextAsync("hive is out of honey");
        await Expect(now.GetByRole(AriaRole.Status).First).ToContainTextAsync("failing");
        await Expect(now.GetByRole(AriaRole.Main)).ToContainTextAsync(job);
        await Expect(page.GetByRole(AriaRole.Main)).ToContainTextAsync("hive is out of honey");

        await dashboard.BeginAsync(job);
        await dashboard.SucceedAsync(job);
        await Expect(list.Page.Job(job)).ToContainTextAsync("Waiting");
        await Expect(list.Page.Job(job)).Not.ToContainTextAsync("honey");
        await Expect(page.GetByRole(AriaRole.Main)).ToContainTextAsync("Waiting");

        foreach (var open in list.Context.Pages)
        {
            Assert.True(await open.EvaluateAsync<bool>("() => window.notReloaded === true"));
        }
    }

    private static async Task<RunningDashboard> StartAsync(string how)
    {
        var capture = how.Split(',')[0];
        var database = await (await TestPostgres.SharedAsync()).NewDatabaseAsync("crontabber-healthy");
        InstallWish? wish = how switch { "notify" => InstallWish.Notify, "logical, published" => InstallWish.Logical, _ => null };
        if (wish is { } wanting)
        {
            var installer = new SourceInstaller(new Source("demo", database, "here"), TimeProvider.System);
            Assert.Null(await installer.RunAsync(wanting, _ => { }, TestContext.Current.CancellationToken));
        }

        var dashboard = await RunningDashboard.StartAsync([new TestSource("demo", database, capture)]);
        var wanted = Enum.Parse<CaptureMode>(capture, ignoreCase: true);
        await dashboard.UntilAsync<SourceStatus>("demo", status => status is { State: SourceState.Live } && status.Mode == wanted);
        return dashboard;
    }
}
