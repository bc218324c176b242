using Bunit;
using Dashboard.Core.Actions;
using Dashboard.Core.Jobs;
using Dashboard.Core.Verdicts;
using Dashboard.Kit;
using Dashboard.Web.Jobs;
using Dashboard.Web.Tests.Layout;

namespace Dashboard.Web.Tests.Jobs;

public sealed class JobPageTests : PageTest
{
    [Theory]
    [InlineData("reports-clean")]
    [InlineData("a/b")]
    [InlineData("a%2Fb")]
    [InlineData("<b>&\"bold\"'</b>")]
    [InlineData("résumé-日本-☃")]
    [InlineData("..")]
    public void Any_name_has_a_page(string name)
    {
        Publish(SampleJobs.Standing(name), SampleJobs.Standing("other"));
        Assert.Equal(name, Open(name).Find("h1").TextContent);
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(-1, true)]
    public void That_a_hold_was_overwritten_is_said_once_its_row_was_looked_at_since(int seconds, bool said)
    {
        Publish(SampleJobs.Standing("a"));
        var hold = new JobHold("a", SampleJobs.Now.AddHours(9), "ada", "the disk is full", SampleJobs.Now.AddSeconds(seconds));
        Marks.Of("demo").Publish(MarksSnapshot.Empty("demo") with { Holds = new Dictionary<string, JobHold> { ["a"] = hold } });

        var mark = Open("a").Find(".mark.held").TextContent;
        Assert.Contains("by ada until", mark, StringComparison.Ordinal);
        Assert.Equal(said, mark.Contains("its next run was written since", StringComparison.Ordinal));
    }

    [Fact]
    public void The_present_state_is_lit_and_no_other()
    {
        Publish(SampleJobs.Standing("a", JobState.Overdue));
        Assert.Equal("Overdue", Open("a").Find(".machine [aria-current=step] .word").TextContent);
    }

    [Fact]
    public void Frames_of_the_runner_and_of_libraries_are_folded_and_the_whole_text_is_there_to_copy()
    {
        const string traceback = """
              File "/data/socorro/virtualenv/lib/crontabber/app.py", line 1053, in _run_one
                for last_success in self._run_job(job_class, config, info):
              File "/usr/lib/python3.11/json/decoder.py", line 5, in decode
                raise
              File "/data/socorro/cron/jobs/bugzilla.py", line 18, in run
                raise HTTPError('<script>')

            """;
        Publish(SampleJobs.Standing("a", JobState.Failing, new JobError("HTTPError", "<script>", traceback)));
        var page = Open("a");
        Assert.Equal("  … 2 frames of the runner and libraries\n", page.Find(".foreign-note").TextContent);
        foreach (var note in page.FindAll("[data-not-copied]"))
        {
            note.Remove();
        }

        Assert.Equal(traceback + "HTTPError: <script>", page.Find("#error-text").TextContent);
        Assert.Empty(page.FindAll("script"));
    }

    [Fact]
    public void Parents_children_and_ghosts_are_named()
    {
        Publish(SampleJobs.Standing("middle", JobState.Waiting, null, 3, "top", "nobody"), SampleJobs.Standing("top"), SampleJobs.Standing("leaf", JobState.Waiting, null, 3, "middle"));
        var family = Open("middle").Find(".family");
        Assert.Equal(["jobs/top", "jobs/leaf"], family.QuerySelectorAll("a").Select(link => link.GetAttribute("href")));
        Assert.Contains("ghost", family.QuerySelector("li .ghost")!.TextContent, StringComparison.Ordinal);
        Assert.Contains("nobody", family.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void A_new_run_appears_on_top_and_failed_runs_can_be_asked_for()
    {
        Publish(SampleJobs.Standing("a", JobState.Failing, runs: 5));
        var page = Open("a", "?outcome=failed");
        Assert.Single(page.FindAll(".runs tbody tr"));
        Navigation.NavigateTo("jobs/a");
        page.WaitForAssertion(() => Assert.Equal(5, page.FindAll(".runs tbody tr").Count));
        Publish(SampleJobs.Standing("a", runs: 6));
        page.WaitForAssertion(() => Assert.Equal(6, page.FindAll(".runs tbody tr").Count));
    }

    [Theory]
    [InlineData("adu-matvew", new[] { "adu-matview" })]
    [InlineData("matview", new[] { "adu-matview", "build-adu-matview" })]
    [InlineData("zzz", new string[0])]
    public void An_unknown_job_is_met_with_similar_names(string asked, string[] similar)
    {
        Publish(SampleJobs.Standing("adu-matview"), SampleJobs.Standing("build-adu-matview"), SampleJobs.Standing("server-status"));
        var page = Open(asked);
        Assert.Contains("has no job of that name", page.Find("h1").TextContent, StringComparison.Ordinal);
        Assert.Equal(similar, page.FindAll("ul .job-name").Select(name => name.TextContent));
    }

    private IRenderedComponent<JobPage> Open(string name, string query = "")
    {
        Navigation.NavigateTo(Shown.Links.Job(name) + query);
        return On<JobPage>();
    }
}
