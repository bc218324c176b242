using Dashboard.Core.Retries;

namespace Dashboard.Browser.Tests;

/// <summary>"Is anything waiting, and for how long yet?"</summary>
public sealed class IsAnythingWaitingTests : Journey
{
    [Fact]
    public async Task A_streak_is_seen_on_Now_counts_down_on_its_page_and_is_gone_when_it_recovers()
    {
        var dashboard = await StartAsync();
        var sample = new SampleRetries(TimeProvider.System.GetUtcNow());
        var told = sample.Told.Where(one => one.AppName == "adu-matview").ToList();
        await dashboard.TellAsync(told);
        var page = (await OpenAsync(dashboard, "/")).Page;

        await page.GetByRole(AriaRole.Link, new() { Name = "postgres breakpad@db1" }).ClickAsync();
        var heading = page.GetByRole(AriaRole.Heading, new() { Level = 1 });
        await Expect(heading).ToContainTextAsync("1 streak is open on postgres breakpad@db1; the next attempt is at");
        var count = page.Locator("li.streak .count");
        var first = await count.TextContentAsync();
        await Expect(count).Not.ToHaveTextAsync(first!);

        await page.Locator("li.streak summary").ClickAsync();
        await Expect(page.Locator("li.streak tbody tr")).ToHaveCountAsync(5);

        await dashboard.TellAsync([told[^1] with { Id = Guid.NewGuid(), At = TimeProvider.System.GetUtcNow(), Attempt = 6, Outcome = RetryOutcome.OkAfterRetry, Delay = null, NextAttemptAt = null }]);
        await Expect(heading).ToContainTextAsync("Nothing is waiting. In the last 24 h 1 streak recovered after");
    }

    [Fact]
    public async Task Where_nobody_told_anything_the_page_says_how_and_fills_by_itself()
    {
        var dashboard = await StartAsync();
        var page = (await OpenAsync(dashboard, "/retries")).Page;
        var heading = page.GetByRole(AriaRole.Heading, new() { Level = 1 });
        await Expect(heading).ToHaveTextAsync("No executor has told anything yet.");
        await Expect(page.GetByRole(AriaRole.Main)).ToContainTextAsync("./run ingest --zone UTC");

        await dashboard.TellAsync(new SampleRetries(TimeProvider.System.GetUtcNow()).Told);
        await Expect(heading).ToContainTextAsync("2 streaks are open on postgres breakpad@db1");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Lost or gave up in the last 1 h" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task On_a_phone_a_bad_night_needs_no_scrolling_sideways()
    {
        var dashboard = await StartAsync();
        await dashboard.TellAsync(new SampleRetries(TimeProvider.System.GetUtcNow()).Told);
        var page = (await OpenAsync(dashboard, "/retries?window=6h", new() { ViewportSize = new() { Width = 360, Height = 740 }, IsMobile = true, HasTouch = true })).Page;
        await page.Locator("li.streak summary").First.ClickAsync();
        await page.Locator("details.as-table summary").First.ClickAsync();
        Assert.Equal(360, await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth"));
    }

    private async Task<RunningDashboard> StartAsync() =>
        Keep(await RunningDashboard.StartAsync([new TestSource("demo", await (await TestPostgres.SharedAsync()).NewDatabaseAsync("crontabber-incident"))]));
}
