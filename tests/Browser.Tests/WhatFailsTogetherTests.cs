using Dashboard.Core.Failures;

namespace Dashboard.Browser.Tests;

/// <summary>"What fails, since when, and together with what?"</summary>
public sealed class WhatFailsTogetherTests : Journey
{
    [Fact]
    public async Task A_failure_is_found_with_its_streak_and_the_job_that_starts_to_fail_alike_joins_it()
    {
        var database = await (await TestPostgres.SharedAsync()).NewDatabaseAsync("crontabber-incident");
        var dashboard = Keep(await RunningDashboard.StartAsync([new TestSource("demo", database)]));
        await dashboard.UntilAsync<FailuresSnapshot>("demo", failures => failures is { Progress: 1, Groups.Count: 9 });
        var visit = await OpenAsync(dashboard, "/failures");

        await Expect(visit.Page.Locator("tr[data-row]")).ToHaveCountAsync(9);
        var assertion = visit.Page.Locator("tr[data-row]").Filter(new() { HasText = "AssertionError" });
        await Expect(assertion).ToContainTextAsync("Failing now");
        await Expect(assertion).ToContainTextAsync("152 in a row");

        await dashboard.ExecuteAsync(
            "update crontabber set error_count = 1, last_error = (select last_error from crontabber where app_name = 'weekly-reports-partitions') where app_name = 'reports-clean'");
        await Expect(assertion.GetByRole(AriaRole.Link, new() { Name = "reports-clean" })).ToBeVisibleAsync();

        await visit.Page.GetByRole(AriaRole.Link, new() { Name = "Failing now" }).First.ClickAsync();
        await Expect(visit.Page.Locator("tr[data-row]")).ToHaveCountAsync(5);
        await assertion.Locator("[data-row-link]").ClickAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Main)).ToContainTextAsync("2 jobs fail with this now.");
        await Expect(visit.Page.GetByRole(AriaRole.Main)).ToContainTextAsync("152 runs in a row");

        await visit.Page.GetByRole(AriaRole.Main).GetByRole(AriaRole.Link, new() { Name = "reports-clean" }).ClickAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Link, new() { Name = "1 other job fails with this" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task The_search_is_in_the_address_and_what_is_seen_can_be_taken_away_as_a_file()
    {
        var database = await (await TestPostgres.SharedAsync()).NewDatabaseAsync("crontabber-incident");
        var dashboard = Keep(await RunningDashboard.StartAsync([new TestSource("demo", database)]));
        await dashboard.UntilAsync<FailuresSnapshot>("demo", failures => failures is { Progress: 1, Groups.Count: 9 });
        var visit = await OpenAsync(dashboard, "/failures");

        await visit.Page.GetByLabel("Search failures").FillAsync("bugzilla");
        await Expect(visit.Page.Locator("tr[data-row]")).ToHaveCountAsync(2);
        await Expect(visit.Page).ToHaveURLAsync(new Uri(dashboard.Url, "/failures?q=bugzilla").AbsoluteUri);

        var download = await visit.Page.RunAndWaitForDownloadAsync(() => visit.Page.GetByRole(AriaRole.Link, new() { Name = "Export CSV" }).ClickAsync());
        var lines = await File.ReadAllTextAsync(await download.PathAsync(), TestContext.Current.CancellationToken);
        Assert.StartsWith("failures-demo-", download.SuggestedFilename, StringComparison.Ordinal);
        Assert.Equal(2, lines.Split("\r\n1-").Length - 1);
    }
}
