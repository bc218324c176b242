using Bunit;
using Dashboard.Core.Actions;
using Dashboard.Core.Dependencies;
using Dashboard.Core.Jobs;
using Dashboard.Core.Sources;
using Dashboard.Core.Verdicts;
using Dashboard.Kit;
using Dashboard.Web.Now;
using Dashboard.Web.Tests.Layout;

namespace Dashboard.Web.Tests.Now;

public sealed class NowPageTests : PageTest
{
    [Fact]
    public void What_needs_a_look_stands_first_and_the_stuck_lock_before_all()
    {
        Standings.Of("demo").Publish(SampleJobs.OneOfEach());
        var page = On<NowPage>();
        Assert.Equal("1 stuck lock, 1 failing, 1 blocked, 1 overdue and 1 never run of 9 jobs.", page.Find("h1").TextContent.Trim());
        Assert.Equal(["a-StuckLock", "a-Failing", "a-Overdue", "a-NeverRun"], page.FindAll(".trouble .job-name").Select(name => name.TextContent));
        Assert.Contains("a-Blocked", page.FindAll(".blocked .job-name").Select(name => name.TextContent));
        Assert.Equal("a-Running", page.Find(".running .job-name").TextContent);
        Assert.Contains("1 min", page.Find(".running [data-elapsed]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void What_people_keep_from_running_is_listed_with_who_and_why_until_the_hold_is_over()
    {
        Publish(SampleJobs.Standing("a"), SampleJobs.Standing("b"));
        var page = On<NowPage>();
        Assert.Empty(page.FindAll("ul.held"));

        JobHold[] holds =
        [
            new("b", SampleJobs.Now.AddHours(2), "ada", "<b>the disk</b> is full", SampleJobs.Now),
            new("a", SampleJobs.Now.AddHours(1), "bob", "until it is mended", SampleJobs.Now),
            new("over", SampleJobs.Now, "bob", "was", SampleJobs.Now.AddHours(-1)),
        ];
        Marks.Of("demo").Publish(MarksSnapshot.Empty("demo") with { Holds = holds.ToDictionary(hold => hold.Job) });
        page.WaitForAssertion(() => Assert.Equal(["a", "b"], page.FindAll("ul.held .job-name").Select(name => name.TextContent)));
        Assert.EndsWith("by ada: <b>the disk</b> is full", page.FindAll("ul.held li > span")[^1].TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void What_waits_for_a_job_on_hold_says_that_it_is_held_until_it_is_released()
    {
        var child = SampleJobs.Standing("child", JobState.Blocked) with { Tick = new JobTick("child", TickOutcome.Blocked, "Waits for a.") { IsDue = true, Root = "a" } };
        Publish(SampleJobs.Standing("a", JobState.Failing), child);
        Marks.Of("demo").Publish(MarksSnapshot.Empty("demo") with { Holds = new Dictionary<string, JobHold> { ["a"] = new("a", SampleJobs.Now.AddHours(2), "ada", "the disk is full", SampleJobs.Now) } });
        var page = On<NowPage>();
        Assert.StartsWith(", on hold until", page.Find(".blocked .held").TextContent, StringComparison.Ordinal);
        Assert.EndsWith(" by ada", page.Find(".blocked .held").TextContent, StringComparison.Ordinal);

        Marks.Of("demo").Publish(MarksSnapshot.Empty("demo"));
        page.WaitForAssertion(() => Assert.Empty(page.FindAll(".blocked .held")));
    }

    [Fact]
    public void When_all_is_fine_it_says_so_and_what_comes_next()
    {
        Publish(SampleJobs.Standing("a"), SampleJobs.Standing("b"));
        var page = On<NowPage>();
        Assert.Equal("Nothing needs a look.", page.Find("h1").TextContent.Trim());
        Assert.Contains("All 2 jobs are fine; next: ", page.Find(".quiet-line").TextContent, StringComparison.Ordinal);
        Assert.Contains("in 55 min", page.Find(".quiet-line").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void An_error_is_text_whatever_stands_in_it_and_no_longer_than_a_line()
    {
        Publish(SampleJobs.Standing("<b>&\"bold\"'</b>", JobState.Failing, new JobError("HTTPError", "<script>alert(1)</script>\n" + new string('x', 74_000), "")));
        var item = On<NowPage>().Find(".trouble li");
        Assert.Equal("<b>&\"bold\"'</b>", item.QuerySelector(".job-name")!.TextContent);
        Assert.StartsWith("<script>alert(1)</script> xxx", item.QuerySelector(".error-text")!.TextContent, StringComparison.Ordinal);
        Assert.Equal(121, item.QuerySelector(".error-text")!.TextContent.Length);
        Assert.Empty(item.QuerySelectorAll("script, b"));
    }

    [Fact]
    public void Empty_tables_are_explained()
    {
        Publish();
        Assert.Equal("No jobs yet", On<NowPage>().Find("h1").TextContent);
    }

    [Fact]
    public void Before_the_first_reading_it_connects_and_fills_by_itself()
    {
        Statuses.Of("demo").Publish(SourceStatus.Connecting(SampleJobs.Source));
        var page = On<NowPage>();
        Assert.Contains("Connecting to demo", page.Find("h1").TextContent, StringComparison.Ordinal);
        Publish(SampleJobs.Standing("a"));
        page.WaitForAssertion(() => Assert.Equal("Nothing needs a look.", page.Find("h1").TextContent.Trim()));
    }

    [Fact]
    public void A_source_never_reached_says_which_server_why_and_what_is_tried_next_but_no_password()
    {
        Statuses.Of("demo").Publish(SourceStatus.Connecting(SampleJobs.Source) with
        {
            State = SourceState.Unreachable,
            Trouble = "Nothing listens there.",
            TroubleSince = SampleJobs.Now.AddMinutes(-2),
            NextAttempt = SampleJobs.Now.AddSeconds(8),
        });
        var page = On<NowPage>();
        Assert.Contains("demo cannot be reached", page.Find("h1").TextContent, StringComparison.Ordinal);
        Assert.Contains("db.example:5432/prod", page.Markup, StringComparison.Ordinal);
        Assert.Contains("Nothing listens there.", page.Markup, StringComparison.Ordinal);
        Assert.Contains("in 8 s", page.Markup, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", page.Markup, StringComparison.Ordinal);
    }
}
