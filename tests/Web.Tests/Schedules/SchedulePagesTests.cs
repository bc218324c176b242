using Bunit;
using Dashboard.Core.Configuration;
using Dashboard.Core.Schedules;
using Dashboard.Core.Sources;
using Dashboard.Core.Verdicts;
using Dashboard.Kit;
using Dashboard.Web.Jobs;
using Dashboard.Web.Schedules;
using Dashboard.Web.Tests.Layout;

namespace Dashboard.Web.Tests.Schedules;

public sealed class SchedulePagesTests : PageTest
{
    private static readonly JobDefinition Configured = new()
    {
        Name = "duplicates",
        ClassPath = "jobs.Duplicates",
        Place = 0,
        Schedule = new Schedule("1d", "05:00", true),
        CadenceKnown = Knowledge.Configured,
        CadenceEvidence = "line 17 of crontabber.ini",
        BackfillsKnown = Knowledge.Inferred,
        BackfillsEvidence = "all 5 successes known fell exactly on the minute",
    };

    [Fact]
    public void The_list_says_when_each_job_runs_and_where_that_is_inferred()
    {
        Publish(SampleJobs.Standing("duplicates") with { Definition = Configured }, SampleJobs.Standing("ghost", JobState.Ghost), SampleJobs.Standing("hourly") with { Definition = Inferred("hourly") });

        var page = On<JobsPage>();

        var cells = page.FindAll("td.c-cadence");
        Assert.Equal(["not configured", "every day at 05:00 UTC", "every hour inferred"], cells.Select(cell => string.Join(' ', cell.TextContent.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))));
        Assert.Equal("From line 17 of crontabber.ini", cells[1].QuerySelector(".cadence")!.GetAttribute("title"));
        Assert.Equal("Inferred: its next run is exactly 1 hour after its last began", cells[2].QuerySelector(".cadence")!.GetAttribute("title"));
    }

    [Fact]
    public async Task A_row_is_drawn_again_when_its_schedule_changes_and_only_then()
    {
        var (duplicates, hourly) = (SampleJobs.Standing("duplicates") with { Definition = Configured }, SampleJobs.Standing("hourly") with { Definition = Inferred("hourly") });
        Publish(duplicates, hourly);
        var page = On<JobsPage>();
        var rows = page.FindComponents<JobRow>();
        var (first, second) = (rows[0].RenderCount, rows[1].RenderCount);

        await page.InvokeAsync(() => Publish(duplicates with { Definition = Configured with { Schedule = new Schedule("2d", null, true) } }, hourly));

        page.WaitForAssertion(() => Assert.Contains("every 2 days", page.Find("td.c-cadence").TextContent, StringComparison.Ordinal));

        // It stands there a moment before it is counted: whoever comes next to the renderer comes after both.
        await page.InvokeAsync(static () => { });
        Assert.True(rows[0].RenderCount > first);
        Assert.Equal(second, rows[1].RenderCount);
    }

    [Fact]
    public void The_page_of_a_job_says_in_text_what_shows_its_schedule()
    {
        Publish(SampleJobs.Standing("duplicates") with { Definition = Configured });
        Navigation.NavigateTo("jobs/duplicates");

        var facts = On<JobPage>().Find(".schedule").TextContent;

        Assert.Contains("every day at 05:00 UTC", facts, StringComparison.Ordinal);
        Assert.Contains("from line 17 of crontabber.ini", facts, StringComparison.Ordinal);
        Assert.Contains("yes, each missed slot", facts, StringComparison.Ordinal);
        Assert.Contains("inferred: all 5 successes known fell exactly on the minute", facts, StringComparison.Ordinal);
        Assert.Contains("jobs.Duplicates", facts, StringComparison.Ordinal);
    }

    [Fact]
    public void Faults_of_the_configuration_are_told_with_file_line_and_what_was_expected()
    {
        Publish(SampleJobs.Standing("duplicates"));
        Schedules.Of("demo").Publish(ScheduleBook.Empty("demo") with
        {
            Jobs = [Configured],
            IsConfigured = true,
            Faults = [new ConfigurationFault("/etc/crontabber/crontabber.ini", 17, "the frequency '1x' of '<b>Job</b>'", "a number and m, h or d: 15m, 1h, 7d")],
        });

        var notice = On<ScheduleNotice>(parameters => parameters.Add(each => each.Shown, Shown));

        Assert.Equal("1 fault in the scheduler's configuration: crontabber.ini:17, the frequency '1x' of '<b>Job</b>'", notice.Find("summary").TextContent);
        Assert.Contains("Expected: a number and m, h or d: 15m, 1h, 7d.", notice.Find("li").TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain("/etc/", notice.Markup, StringComparison.Ordinal);
        Assert.Empty(notice.FindAll("b"));
    }

    [Fact]
    public void Without_faults_there_is_no_notice()
    {
        Book(Configured);

        Assert.Equal("", On<ScheduleNotice>(parameters => parameters.Add(each => each.Shown, Shown)).Markup.Trim());
    }

    private static JobDefinition Inferred(string name) => new()
    {
        Name = name,
        Schedule = new Schedule("1h", null, false, Flavour.Crontabber),
        CadenceKnown = Knowledge.Inferred,
        CadenceEvidence = "its next run is exactly 1 hour after its last began",
    };

    private void Book(params JobDefinition[] jobs) => Schedules.Of("demo").Publish(ScheduleBook.Empty("demo") with { Jobs = jobs, IsConfigured = true });
}
