namespace Dashboard.Browser.Tests;

/// <summary>"What is wrong?" — the captured bad night, as it stands in the tables.</summary>
public sealed class WhatIsWrongTests(IncidentDashboard incident) : Journey
{
    [Fact]
    public async Task Every_row_of_the_state_table_stands_in_the_list_under_its_own_name()
    {
        var visit = await OpenAsync(incident.Dashboard, "/jobs");

        var names = await visit.Page.Locator("tr[data-row] th a").AllTextContentsAsync();

        Assert.Equal((await incident.ColumnAsync("select app_name from crontabber")).Order(StringComparer.Ordinal), names.Order(StringComparer.Ordinal));
        Assert.Equal(20, names.Count);
    }

    [Theory]
    [InlineData("adu-matview", "Failing", "254", "RaiseException", "raw_adi not updated for 2014-09-02")]
    [InlineData("weekly-reports-partitions", "Failing", "152", "AssertionError", "")]
    [InlineData("bugzilla-associations", "Failing", "4", "HTTPError", "502 Bad Gateway")]
    [InlineData("suspicious-crashes", "Failing", "306", "ValueError", "déjà vu ☃ 日本語 🔥")]
    [InlineData("ftpscraper", "Stuck lock", "0", "", "Locked since 2014-09-04 22:00Z")]
    [InlineData("update-gccrashes", "Stuck lock", "0", "", "Locked since 2014-09-04 21:40Z")]
    [InlineData("home-page-graph-matview", "Blocked", "0", "", "Due since 2014-09-03 07:30Z")]
    public async Task A_job_in_trouble_says_so_in_its_row(string job, string state, string failures, string type, string text)
    {
        var visit = await OpenAsync(incident.Dashboard, "/jobs");

        var row = visit.Page.Job(job);

        await Expect(row).ToContainTextAsync(state);
        await Expect(row.Locator("td.c-errors")).ToHaveTextAsync(failures);
        await Expect(row.Locator(".below")).ToContainTextAsync(type);
        await Expect(row.Locator(".below")).ToContainTextAsync(text);
    }

    [Fact]
    public async Task The_first_page_counts_what_is_wrong_and_each_count_leads_there()
    {
        var visit = await OpenAsync(incident.Dashboard, "/");

        var failing = visit.Page.GetByRole(AriaRole.Status).GetByRole(AriaRole.Link, new() { Name = "5 failing" });
        await Expect(visit.Page.GetByRole(AriaRole.Status).GetByRole(AriaRole.Link, new() { Name = "2 stuck locks" })).ToBeVisibleAsync();
        await failing.ClickAsync();

        await Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Name = "Jobs", Level = 1 })).ToBeVisibleAsync();
        await Expect(visit.Page.Locator("tr[data-row]")).ToHaveCountAsync(5);
        await Expect(visit.Page.Job("adu-matview")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task The_page_of_a_failing_job_has_its_whole_error_word_for_word()
    {
        var visit = await OpenAsync(incident.Dashboard, "/jobs/bugzilla-associations");

        await Expect(visit.Page.GetByRole(AriaRole.Main)).ToContainTextAsync(
            """<html><head><title>502 Bad Gateway</title></head><body bgcolor="white"><script>alert("x & y")</script>""");
        await Expect(visit.Page.GetByRole(AriaRole.Main)).ToContainTextAsync("bugzilla.py");
    }

    [Fact]
    public async Task An_error_of_seventy_thousand_characters_neither_hides_its_row_nor_its_page()
    {
        var visit = await OpenAsync(incident.Dashboard, "/jobs/duplicates");

        await Expect(visit.Page.GetByRole(AriaRole.Main)).ToContainTextAsync("bottom of the partition tree: xxx");
        await Expect(visit.Page.GetByRole(AriaRole.Main)).ToContainTextAsync("recurse_into_partition");
    }
}
