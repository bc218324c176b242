using Dashboard.Core.Database.Embedded;
using Dashboard.Core.Verdicts;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Npgsql;

namespace Dashboard.Browser.Tests;

/// <summary>"Can I fix it, without fear?" — a plan first, then exactly that, a record of it, and the way back.</summary>
public sealed class CanIFixItTests : Journey
{
    private RunningDashboard dashboard = null!;
    private DirectoryInfo? folder;

    /// <inheritdoc/>
    public override async ValueTask InitializeAsync()
    {
        var database = await (await TestPostgres.SharedAsync()).NewDatabaseAsync();
        await DemoDatabase.LoadAsync(database, _ => { }, TestContext.Current.CancellationToken);
        folder = Directory.CreateTempSubdirectory("demo-schedule-");
        var schedule = new DataFolder(folder.FullName);
        await DemoSchedule.WriteAsync(schedule, database, TestContext.Current.CancellationToken);
        dashboard = Keep(await RunningDashboard.StartAsync([new TestSource(DemoDatabase.Name, database, "poll", DemoSchedule.JobsFile(schedule), DemoSchedule.MappingFile(schedule))]));
        await dashboard.UntilAsync<StandingsSnapshot>(DemoDatabase.Name, standings => standings.Jobs.Count == 20);
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        folder?.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_stuck_lock_is_cleared_by_keyboard_and_the_lock_comes_back_with_undo()
    {
        var page = (await OpenAsync(dashboard, "/jobs/ftpscraper")).Page;
        await page.GetByText("Act…", new() { Exact = true }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await page.GetByRole(AriaRole.Button, new() { Name = "Clear stuck lock…" }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");

        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToContainTextAsync("Clear stuck lock ftpscraper");
        await PictureAsync(page, "plan-clear-lock");
        await page.GetByLabel("Why?").FillAsync("its host was switched off");
        if (await page.GetByLabel("Type the job's name").CountAsync() > 0)
        {
            await page.GetByLabel("Type the job's name").FillAsync("ftpscraper");
        }

        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Status).Filter(new() { HasText = "Done." })).ToBeVisibleAsync();
        await PictureAsync(page, "plan-done");

        await page.GetByRole(AriaRole.Button, new() { Name = "Undo…" }).ClickAsync();
        await page.GetByLabel("Why?").FillAsync("it was not");
        await page.GetByRole(AriaRole.Button, new() { Name = "Put it back" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Status).Filter(new() { HasText = "Done." })).ToBeVisibleAsync();

        await page.GotoAsync(new Uri(dashboard.Url, "/activity").AbsoluteUri);
        await page.LiveAsync();
        await Expect(page.GetByText("its host was switched off").First).ToBeVisibleAsync();
        await PictureAsync(page, "activity");
    }

    [Fact]
    public async Task A_plan_that_went_stale_under_the_hands_changes_nothing_and_shows_why()
    {
        var page = (await OpenAsync(dashboard, "/jobs/adu-matview")).Page;
        await page.GetByText("Act…", new() { Exact = true }).ClickAsync();
        await PictureAsync(page, "act-menu");
        await page.GetByRole(AriaRole.Button, new() { Name = "Reset…" }).ClickAsync();
        await Expect(page.GetByText("are lost").Or(page.GetByText("is lost")).First).ToBeVisibleAsync();
        await PictureAsync(page, "plan-reset");
        await dashboard.ExecuteAsync("update crontabber set error_count = error_count + 1 where app_name = 'adu-matview'");

        await page.GetByLabel("Why?").FillAsync("start over");
        await page.GetByLabel("Type the job's name").FillAsync("adu-matview");
        await page.GetByRole(AriaRole.Button, new() { Name = "Reset", Exact = true }).ClickAsync();

        await Expect(page.GetByRole(AriaRole.Status).Filter(new() { HasText = "the row has changed" })).ToContainTextAsync("error_count");
        await PictureAsync(page, "plan-stale");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Plan it again" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_hold_is_seen_on_the_jobs_page_and_a_viewer_is_told_whom_to_ask()
    {
        var page = (await OpenAsync(dashboard, "/jobs/bugzilla-associations")).Page;
        await page.GetByText("Act…", new() { Exact = true }).ClickAsync();
        await page.GetByLabel("Hold bugzilla-associations for").SelectOptionAsync("12");
        await page.GetByRole(AriaRole.Button, new() { Name = "Hold…" }).ClickAsync();
        var plan = page.Url;
        await page.GetByLabel("Why?").FillAsync("bugzilla is being moved");

        var viewer = await VisitAsync();
        await viewer.Page.GotoAsync(dashboard.LoginUrl(new Uri(plan).PathAndQuery, Dashboard.Core.Access.Role.Viewer).AbsoluteUri);
        await Expect(viewer.Page.GetByText("You may not do this.")).ToBeVisibleAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Hold", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "See the job" }).ClickAsync();
        await Expect(page.Locator(".mark.held").GetByText("bugzilla is being moved")).ToBeVisibleAsync();

        // And with the verdict, of which nothing is sent meanwhile.
        await Expect(page.Locator(".quiet-mark").GetByText("bugzilla is being moved")).ToBeVisibleAsync();
        await PictureAsync(page, "job-held");

        // And on every other page that shows the job.
        await page.GotoAsync(new Uri(dashboard.Url, "/graph").AbsoluteUri);
        await Expect(page.Locator(".outline").GetByText("bugzilla is being moved").First).ToBeVisibleAsync();
        Assert.Empty((await page.RunAxe()).Violations.Select(violation => $"{violation.Id}: {string.Join(", ", violation.Nodes.Select(node => node.Html))}"));
        await PictureAsync(page, "graph-held");
    }

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task A_plan_is_accessible_and_fits_a_phone(ColorScheme theme)
    {
        var page = (await OpenAsync(dashboard, "/jobs/adu-matview", new() { ColorScheme = theme, ViewportSize = new() { Width = 360, Height = 800 } })).Page;
        await page.GetByText("Act…", new() { Exact = true }).ClickAsync();
        Assert.Empty((await page.RunAxe()).Violations.Select(violation => violation.Id));
        await PictureAsync(page, $"act-menu-phone-{theme}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Reset…" }).ClickAsync();

        Assert.Empty((await page.RunAxe()).Violations.Select(violation => $"{violation.Id}: {string.Join(", ", violation.Nodes.Select(node => node.Html))}"));
        Assert.True(await page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= window.innerWidth"));
        await PictureAsync(page, $"plan-phone-{theme}");
    }
}
