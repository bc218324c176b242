using System.Text.RegularExpressions;

namespace Dashboard.Browser.Tests;

/// <summary>"Is the sample alive?": what somebody sees who starts it for the first time and configures nothing.</summary>
public sealed partial class IsTheSampleAliveTests : Journey
{
    // The sample's own troubles come and go within the first two minutes.
    private static readonly LocatorAssertionsToContainTextOptions Soon = new() { Timeout = 240_000 };

    [Fact]
    public async Task A_first_start_shows_jobs_that_run_fail_heal_and_make_up_for_what_they_missed()
    {
        var dashboard = await StartAsync();
        var visit = await OpenAsync(dashboard, "/");
        var main = visit.Page.GetByRole(AriaRole.Main);
        await Expect(main).ToContainTextAsync("A sample that lives");
        await Expect(main).ToContainTextAsync("Runner seen", Soon);

        // A job whose server is away fails, and is fine again without anybody's help.
        await visit.Page.GotoAsync(new Uri(dashboard.Url, "jobs").AbsoluteUri);
        await visit.Page.LiveAsync();
        await Expect(visit.Page.Job("bugzilla-associations")).ToContainTextAsync("HttpJobException", Soon);
        await Expect(visit.Page.Job("bugzilla-associations")).ToContainTextAsync("waiting", new() { Timeout = Soon.Timeout, IgnoreCase = true });

        // Three hours of slots were made up for, each recorded.
        await visit.Page.GotoAsync(new Uri(dashboard.Url, "jobs/reports-clean").AbsoluteUri);
        await visit.Page.LiveAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Main)).ToContainTextAsync(MadeUpFor(), Soon);
        await Expect(visit.Page.GetByRole(AriaRole.Main)).ToContainTextAsync("; none failed.");
        await PictureAsync(dashboard);
    }

    [Fact]
    public async Task The_captured_morning_is_one_click_away_and_says_what_it_is()
    {
        var dashboard = await StartAsync();
        var visit = await OpenAsync(dashboard, "/");

        await visit.Page.Locator("details.switcher summary").ClickAsync();
        await visit.Page.GetByRole(AriaRole.Link, new() { Name = "a captured bad morning" }).ClickAsync();

        await Expect(visit.Page.GetByRole(AriaRole.Main)).ToContainTextAsync("A bad morning of a real crontabber");
        await Expect(visit.Page.GetByRole(AriaRole.Main)).ToContainTextAsync("ftpscraper");
    }

    private async Task PictureAsync(RunningDashboard dashboard)
    {
        if (Environment.GetEnvironmentVariable("DASHBOARD_SCREENSHOTS") is not { } folder)
        {
            return;
        }

        foreach (var (name, page) in ((string, string)[])[("now", "/"), ("jobs", "/jobs"), ("job", "/jobs/reports-clean"), ("retries", "/retries"), ("backfill", "/backfill")])
        {
            foreach (var (look, theme, width, height) in ((string, ColorScheme, int, int)[])[("light", ColorScheme.Light, 1280, 800), ("dark", ColorScheme.Dark, 1280, 800), ("phone", ColorScheme.Light, 360, 780)])
            {
                var visit = await OpenAsync(dashboard, page, new() { ColorScheme = theme, ViewportSize = new() { Width = width, Height = height }, ReducedMotion = ReducedMotion.Reduce });
                Assert.Equal(width, await visit.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth"));
                await visit.Page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"living-{name}-{look}.png"), Animations = ScreenshotAnimations.Disabled });
            }
        }
    }

    private async Task<RunningDashboard> StartAsync()
    {
        var folder = Keep(new Folder());
        return Keep(await RunningDashboard.StartAsync(
            [], new Dictionary<string, string?> { ["ConnectionStrings:Dashboard"] = null, ["Database:Embedded:Data"] = folder.Path, ["Runner:Sample"] = "true" }));
    }

    // Eighteen slots of ten minutes, and those that came due meanwhile.
    [GeneratedRegex(@"The last 1[89] runs took|The last [2-9]\d runs took", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex MadeUpFor();

    /// <summary>A data folder that the server's account may enter.</summary>
    private sealed class Folder : IAsyncDisposable
    {
        private readonly DirectoryInfo root = Directory.CreateTempSubdirectory("dashboard-sample-");

        public Folder() => File.SetUnixFileMode(
            root.FullName, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);

        public string Path => System.IO.Path.Combine(root.FullName, "data");

        public ValueTask DisposeAsync()
        {
            root.Delete(recursive: true);
            return ValueTask.CompletedTask;
        }
    }
}
