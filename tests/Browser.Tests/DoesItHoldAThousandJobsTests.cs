using Dashboard.Core.Verdicts;

namespace Dashboard.Browser.Tests;

/// <summary>"Does it hold a thousand jobs?" — a long list scrolls to its end, and only what is in sight is in the document.</summary>
public sealed class DoesItHoldAThousandJobsTests : Journey
{
    [Fact]
    public async Task A_thousand_jobs_scroll_to_the_last_one_with_few_rows_in_the_document_and_stay_live()
    {
        var dashboard = Keep(await RunningDashboard.StartAsync("crontabber-healthy"));
        await dashboard.ExecuteAsync(
            """
            delete from crontabber;
            insert into crontabber (app_name, next_run, first_run, last_run, last_success, error_count, depends_on, last_error)
            select 'job-' || to_char(n, 'FM0000'), now() + interval '1 hour', now() - interval '9 days', now() - interval '1 hour', now() - interval '1 hour', 0, '{}', '{}'
              from generate_series(1, 1000) as n
            """);
        await dashboard.UntilAsync<StandingsSnapshot>("demo", standings => standings.Jobs.Count == 1000);
        var page = (await OpenAsync(dashboard, "/jobs?sort=name")).Page;
        await Expect(page.Job("job-0001")).ToBeVisibleAsync();

        var most = 0;
        for (var wheel = 0; wheel < 60; wheel++)
        {
            await page.Mouse.WheelAsync(0, 700);
            most = Math.Max(most, await page.Locator("tr[data-row]").CountAsync());
        }

        await page.Keyboard.PressAsync("End");
        await Expect(page.Job("job-1000")).ToBeInViewportAsync();
        most = Math.Max(most, await page.Locator("tr[data-row]").CountAsync());
        Assert.InRange(most, 10, 149);

        await dashboard.FailAsync("job-1000", "seen at the very end");
        await Expect(page.Job("job-1000")).ToContainTextAsync("seen at the very end");
        await page.Keyboard.PressAsync("Home");
        await Expect(page.Job("job-0001")).ToBeInViewportAsync();
    }
}
