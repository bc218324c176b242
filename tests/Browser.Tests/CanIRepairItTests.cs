using Dashboard.Core.Actions;
using Dashboard.Core.Actions.Operations;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Dashboard.Browser.Tests;

/// <summary>"Can I repair it, and see that it is repaired?" — from the hole in the grid, by hand, by keys and on a phone; and many jobs at once.</summary>
public sealed class CanIRepairItTests : Journey
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("hole-");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        folder.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Three_missing_days_are_run_from_the_hole_and_fill_under_ones_eyes()
    {
        var dashboard = Keep(await HoleDashboard.StartAsync(folder));
        var page = (await OpenAsync(dashboard, $"/jobs/{HoleDashboard.Job}")).Page;
        var missing = page.Locator("td.slot-missing");
        await Expect(missing).ToHaveCountAsync(3);
        await missing.First.ClickAsync();
        await missing.Last.ClickAsync(new() { Modifiers = [KeyboardModifier.Shift] });
        await Expect(page.Locator("[aria-selected=true][data-slot]")).ToHaveCountAsync(3);
        await PictureAsync(page, "hole-chosen");

        await page.GetByRole(AriaRole.Button, new() { NameRegex = new("^Run \\d+ slots…$", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1)) }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToContainTextAsync($"Backfill {HoleDashboard.Job}");
        await PictureAsync(page, "hole-plan");
        await CommitAsync(page, "its disk was full");
        await page.GetByRole(AriaRole.Link, new() { Name = "See how the slots go" }).ClickAsync();
        await page.LiveAsync();

        // The slot table has an address of its own, and nobody can dismiss what stands on every page.
        var slots = await SlotsAsync(dashboard, page);
        var parts = page.Locator("table.parts tbody tr");
        await Expect(parts.Filter(new() { HasText = "waiting" })).ToHaveCountAsync(slots.Count);
        await PictureAsync(page, "followed-waiting");
        await dashboard.BeginAsync(HoleDashboard.Job);
        await dashboard.SlotAsync(slots[0]);
        await Expect(parts.Filter(new() { HasText = "done" })).ToHaveCountAsync(1);
        await Expect(parts.Nth(1)).ToContainTextAsync("running");
        await PictureAsync(page, "followed-running");

        var other = await page.Context.NewPageAsync();
        await other.GotoAsync(new Uri(dashboard.Url, "/jobs").AbsoluteUri);
        await other.LiveAsync();
        var banner = other.Locator(".notice.operation");
        await Expect(banner).ToContainTextAsync($"Backfill of {HoleDashboard.Job}: 1 done, 1 running");
        await Expect(banner.GetByRole(AriaRole.Button)).ToHaveCountAsync(0);
        await PictureAsync(other, "followed-banner");

        foreach (var slot in slots.Skip(1))
        {
            await dashboard.SlotAsync(slot);
        }

        await dashboard.EndAsync(slots[^1]);
        await Expect(page.GetByText("All of it has ended.")).ToBeVisibleAsync();
        await Expect(parts.Filter(new() { HasText = "done" })).ToHaveCountAsync(slots.Count);
        await PictureAsync(page, "followed-done");
        await Expect(other.Locator(".notice.operation")).ToHaveCountAsync(0);
        await page.GotoAsync(new Uri(dashboard.Url, $"/jobs/{HoleDashboard.Job}").AbsoluteUri);
        await page.LiveAsync();
        await Expect(page.Locator("td.slot-missing")).ToHaveCountAsync(0);
        await PictureAsync(page, "hole-filled");
    }

    [Fact]
    public async Task A_backfill_the_scheduler_has_not_begun_is_undone_from_its_banner()
    {
        var dashboard = Keep(await HoleDashboard.StartAsync(folder));
        var before = await RowAsync(dashboard);
        var page = (await OpenAsync(dashboard, $"/jobs/{HoleDashboard.Job}")).Page;
        await page.Locator("td.slot-missing").First.ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { NameRegex = new("^Run \\d+ slots?…$", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1)) }).ClickAsync();
        await CommitAsync(page, "too early");
        Assert.NotEqual(before, await RowAsync(dashboard));

        await page.GotoAsync(dashboard.Url.AbsoluteUri);
        await page.LiveAsync();
        await page.Locator(".notice.operation").GetByRole(AriaRole.Button, new() { Name = "Undo…" }).ClickAsync();
        await CommitAsync(page, "it was");

        Assert.Equal(before, await RowAsync(dashboard));
        await page.GotoAsync(dashboard.Url.AbsoluteUri);
        await page.LiveAsync();
        await Expect(page.Locator(".notice.operation")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_reset_is_done_and_undone_by_keys_alone()
    {
        var dashboard = Keep(await HoleDashboard.StartAsync(folder));
        var before = await RowAsync(dashboard);
        var page = (await OpenAsync(dashboard, $"/jobs/{HoleDashboard.Job}")).Page;

        await PressAsync(page, page.GetByText("Act…", new() { Exact = true }));
        await PressAsync(page, page.GetByRole(AriaRole.Button, new() { Name = "Reset…" }));
        await page.WaitForURLAsync("**/act/*");
        await TabToAsync(page, page.GetByLabel("Why?"));
        await page.Keyboard.TypeAsync("by keys");
        if (await page.GetByLabel("Type the job's name").CountAsync() > 0)
        {
            await TabToAsync(page, page.GetByLabel("Type the job's name"));
            await page.Keyboard.TypeAsync(HoleDashboard.Job);
        }

        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Status).Filter(new() { HasText = "Done." })).ToBeVisibleAsync();
        Assert.Equal("", await RowAsync(dashboard));

        await PressAsync(page, page.GetByRole(AriaRole.Button, new() { Name = "Undo…" }));
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Put it back" })).ToBeVisibleAsync();
        await TabToAsync(page, page.GetByLabel("Why?"));
        await page.Keyboard.TypeAsync("and back");
        await PressAsync(page, page.GetByRole(AriaRole.Button, new() { Name = "Put it back" }));
        await Expect(page.GetByRole(AriaRole.Status).Filter(new() { HasText = "Done." })).ToBeVisibleAsync();
        Assert.Equal(before, await RowAsync(dashboard));
    }

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task On_a_phone_a_day_is_tapped_planned_run_and_followed(ColorScheme theme)
    {
        var dashboard = Keep(await HoleDashboard.StartAsync(folder));
        var page = (await OpenAsync(dashboard, $"/jobs/{HoleDashboard.Job}", new() { ViewportSize = new() { Width = 360, Height = 780 }, IsMobile = true, HasTouch = true, ColorScheme = theme, ReducedMotion = ReducedMotion.Reduce })).Page;
        await page.Locator("td.slot-missing").Last.TapAsync();
        await page.GetByRole(AriaRole.Button, new() { NameRegex = new("^Run \\d+ slots?…$", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1)) }).TapAsync();
        await Expect(page.GetByLabel("Why?")).ToBeVisibleAsync();
        await ReadableAsync(page, $"phone-plan-{theme}");
        await CommitAsync(page, "on the train");
        await ReadableAsync(page, $"phone-done-{theme}");
        await page.GetByRole(AriaRole.Link, new() { Name = "See how the slots go" }).TapAsync();
        await page.LiveAsync();
        await Expect(page.Locator("table.parts tbody tr").First).ToBeVisibleAsync();
        await ReadableAsync(page, $"phone-operation-{theme}");
        await page.GotoAsync(new Uri(dashboard.Url, "/operations").AbsoluteUri);
        await page.LiveAsync();
        await ReadableAsync(page, $"phone-operations-{theme}");
    }

    [Fact]
    public async Task All_that_match_are_one_operation_that_is_paused_goes_on_and_is_cancelled_with_a_reason_for_each()
    {
        var dashboard = Keep(await HoleDashboard.StartAsync(folder, plain: 60));
        var page = (await OpenAsync(dashboard, "/jobs?q=plain")).Page;
        await page.GetByRole(AriaRole.Checkbox, new() { Name = "Select plain-00" }).CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Select all 60 that match" }).ClickAsync();
        await page.GetByText("Act on 60…").ClickAsync();
        await PictureAsync(page, "bulk-menu");
        await page.GetByLabel("What").SelectOptionAsync("hold");
        await page.GetByRole(AriaRole.Button, new() { Name = "Plan for 60 jobs…" }).ClickAsync();
        await page.LiveAsync();
        await Expect(page.GetByText("60 can be done")).ToBeVisibleAsync();
        await PictureAsync(page, "bulk-planned");

        // From the twentieth on somebody holds the rows, so that there is time to say something.
        await using var source = NpgsqlDataSource.Create(dashboard.Sources[0].ConnectionString);
        await using var holder = await source.OpenConnectionAsync(Stop);
        await using (var hold = new NpgsqlCommand("begin; select 1 from crontabber where app_name between 'plain-20' and 'plain-59' for update", holder))
        {
            await hold.ExecuteNonQueryAsync(Stop);
        }

        await page.GetByLabel("Why?").FillAsync("the disk is full");
        await page.GetByLabel("Type how many jobs change").FillAsync("60");
        await page.GetByRole(AriaRole.Button, new() { Name = "Hold 60 jobs" }).ClickAsync();
        await page.LiveAsync();
        var id = Guid.Parse(new Uri(page.Url).Segments[^1]);
        await dashboard.UntilAsync<OperationsSnapshot>("demo", live => live.Operations.Any(operation => operation.Id == id && operation.Progress.Done >= 20));

        var other = (await OpenAsync(dashboard, "/graph")).Page;
        var banner = other.Locator(".notice.operation");
        await Expect(banner).ToContainTextAsync("Hold: 60 jobs");
        await PictureAsync(other, "bulk-banner");
        await banner.GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();
        await Expect(page.GetByText("Paused.")).ToBeVisibleAsync();
        await PictureAsync(page, "bulk-paused");
        await page.Locator("section.how").GetByRole(AriaRole.Button, new() { Name = "Resume" }).ClickAsync();
        await Expect(page.GetByText("Under way.")).ToBeVisibleAsync();
        await page.Locator("section.how").GetByRole(AriaRole.Button, new() { Name = "Cancel rest" }).ClickAsync();
        await Expect(page.GetByText("The rest was cancelled.").First).ToBeVisibleAsync();

        await dashboard.UntilAsync<MarksSnapshot>("demo", marks => marks.Holds.Count >= 20);
        await page.ReloadAsync();
        await page.LiveAsync();
        var parts = page.Locator("table.parts tbody tr");
        await Expect(parts).ToHaveCountAsync(60);
        await Expect(parts.Last).ToContainTextAsync("cancelled by");
        await PictureAsync(page, "bulk-cancelled");
        await page.GotoAsync(new Uri(dashboard.Url, "/operations").AbsoluteUri);
        await page.LiveAsync();
        await PictureAsync(page, "operations");
        await page.GotoAsync(new Uri(dashboard.Url, "/jobs?q=plain").AbsoluteUri);
        await page.LiveAsync();
        await Expect(page.Job("plain-00")).ToContainTextAsync("on hold until");
        await PictureAsync(page, "rows-held");
    }

    private static async Task CommitAsync(IPage page, string why)
    {
        await page.GetByLabel("Why?").FillAsync(why);
        if (await page.GetByLabel("Type the job's name").CountAsync() > 0)
        {
            await page.GetByLabel("Type the job's name").FillAsync(HoleDashboard.Job);
        }

        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Status).Filter(new() { HasText = "Done." })).ToBeVisibleAsync();
    }

    // As somebody without a mouse gets there: by Tab, from wherever the focus is.
    private static async Task TabToAsync(IPage page, ILocator where)
    {
        await Expect(where.First).ToBeVisibleAsync();
        for (var pressed = 0; pressed < 150; pressed++)
        {
            if (await where.First.EvaluateAsync<bool>("element => element === document.activeElement"))
            {
                return;
            }

            await page.Keyboard.PressAsync("Tab");
        }

        Assert.Fail($"{where} is not reached by Tab on {page.Url}.");
    }

    private static async Task PressAsync(IPage page, ILocator where)
    {
        await TabToAsync(page, where);
        await page.Keyboard.PressAsync("Enter");
    }

    private static async Task<IReadOnlyList<DateTimeOffset>> SlotsAsync(RunningDashboard dashboard, IPage page)
    {
        var id = Guid.Parse(new Uri(page.Url).Segments[^1]);
        var parts = await dashboard.Services.GetRequiredService<OperationQueries>().PartsAsync(id, Stop);
        return [.. parts.Where(part => part.State == "waiting").Select(part => part.Slot!.Value)];
    }

    private static async Task<string> RowAsync(RunningDashboard dashboard)
    {
        await using var source = NpgsqlDataSource.Create(dashboard.Sources[0].ConnectionString);
        await using var command = source.CreateCommand($"select coalesce((select crontabber::text from crontabber where app_name = '{HoleDashboard.Job}'), '')");
        return (string)(await command.ExecuteScalarAsync(Stop))!;
    }

    private static async Task ReadableAsync(IPage page, string name)
    {
        await PictureAsync(page, name);
        Assert.True(await page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= window.innerWidth"), $"{name} is wider than the phone.");
        var found = await page.RunAxe(new AxeRunOptions { RunOnly = RunOnlyOptions.Tags("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa") });
        Assert.True(found.Violations.Length == 0, $"{name}: {string.Join(" · ", found.Violations.SelectMany(violation => violation.Nodes.Select(node => $"{violation.Id}: {node.Html}")))}");
    }
}
