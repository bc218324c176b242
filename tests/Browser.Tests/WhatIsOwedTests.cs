using Dashboard.Core.Backfill;

namespace Dashboard.Browser.Tests;

/// <summary>"What is owed, and what would run?" — the missing days are chosen in the grid, and a catch-up is watched slot by slot.</summary>
public sealed class WhatIsOwedTests : Journey
{
    private const string Job = "adu-matview";

    [Fact]
    public async Task The_missing_days_are_chosen_with_the_mouse_and_the_choice_is_a_link()
    {
        var dashboard = await DemoAsync();
        var page = (await OpenAsync(dashboard, $"/jobs/{Job}")).Page;
        var (failed, owed) = (page.Locator("td.slot-failed"), page.Locator("td.slot-owed"));
        await Expect(failed).ToHaveCountAsync(1);
        await Expect(owed).ToHaveCountAsync(2);

        await failed.DragToAsync(owed.Last);

        var plan = page.GetByRole(AriaRole.Region, new() { Name = "3 slots chosen" });
        await Expect(plan.Locator(".summary")).ToHaveTextAsync("Will run 2 of 3 slots; 1 left out.");
        await plan.GetByLabel("Missing and failed").CheckAsync();
        await Expect(plan.Locator(".summary")).ToHaveTextAsync("Will run 3 of 3 slots.");
        await Expect(plan.Locator(".planned li")).ToHaveCountAsync(3);
        await Expect(plan).ToContainTextAsync("The scheduler then runs 3 slots in order");

        // Whatever comes in does not take the choice away.
        await dashboard.FailAsync(Job, "once more");
        await Expect(page.Locator("section.runs")).ToContainTextAsync("once more");
        await Expect(page.Locator("[aria-selected=true][data-slot]")).ToHaveCountAsync(3);

        await page.ReloadAsync();
        await page.LiveAsync();
        await Expect(page.Locator(".plan .summary")).ToHaveTextAsync("Will run 3 of 3 slots.");
    }

    [Fact]
    public async Task The_same_days_are_chosen_with_the_keyboard_and_given_back()
    {
        var page = (await OpenAsync(await DemoAsync(), $"/jobs/{Job}")).Page;
        await page.Locator("td.slot-owed").Last.FocusAsync();
        await Expect(page.Locator(".slots .said")).ToContainTextAsync("owed");

        await page.Keyboard.PressAsync("Shift+ArrowLeft");
        await Expect(page.Locator("[aria-selected=true][data-slot]")).ToHaveCountAsync(2);
        await page.Keyboard.PressAsync("Shift+ArrowLeft");
        await Expect(page.Locator("[aria-selected=true][data-slot]")).ToHaveCountAsync(3);
        await Expect(page.Locator("td.slot-failed")).ToBeFocusedAsync();
        await Expect(page.Locator(".plan .summary")).ToHaveTextAsync("Will run 2 of 3 slots; 1 left out.");

        await page.Keyboard.PressAsync("Escape");
        await Expect(page.Locator(".plan")).ToHaveCountAsync(0);
        Assert.DoesNotContain("from=", page.Url, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_catch_up_is_seen_slot_by_slot_until_nothing_is_owed()
    {
        var dashboard = await DemoAsync();
        var page = (await OpenAsync(dashboard, "/backfill?show=all")).Page;
        var row = page.Job(Job);
        await Expect(row).ToContainTextAsync("3 slots");
        await Expect(row).ToContainTextAsync("Failing");

        await dashboard.BeginAsync(Job);
        await Expect(row).ToContainTextAsync("Catching up");
        await Expect(row).ToContainTextAsync("0 of 3 done");
        for (var done = 1; done <= 2; done++)
        {
            // The scheduler writes the log as it goes and leaves the row as it was.
            await dashboard.ExecuteAsync(
                $"insert into crontabber_log (app_name, duration, success) select app_name, interval '5 seconds', last_success + interval '{done} day' from crontabber where app_name = '{Job}'");
            await Expect(row).ToContainTextAsync($"{done} of 3 done");
        }

        await dashboard.ExecuteAsync(
            $"""
            insert into crontabber_log (app_name, duration, success) select app_name, interval '5 seconds', last_success + interval '3 day' from crontabber where app_name = '{Job}';
            """);
        await dashboard.ExecuteAsync(
            $"""
            update crontabber set last_success = last_success + interval '3 day', next_run = now() + interval '20 hours', last_run = ongoing, error_count = 0,
                last_error = json_build_object(), ongoing = null
             where app_name = '{Job}'
            """);
        await Expect(row).ToContainTextAsync("Nothing owed");
    }

    private async Task<RunningDashboard> DemoAsync()
    {
        var demo = Keep(new DemoDashboard());
        await demo.InitializeAsync();
        await demo.Dashboard.UntilAsync<BacklogSnapshot>("demo", backlogs => backlogs.Find(Job) is { State: BacklogState.Failing or BacklogState.Blocked });
        return demo.Dashboard;
    }
}
