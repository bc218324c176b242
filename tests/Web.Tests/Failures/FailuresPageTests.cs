using Bunit;
using Dashboard.Core.Actions;
using Dashboard.Core.Failures;
using Dashboard.Core.Jobs;
using Dashboard.Core.Verdicts;
using Dashboard.Kit;
using Dashboard.Web.Failures;
using Dashboard.Web.Jobs;
using Dashboard.Web.Tests.Layout;

namespace Dashboard.Web.Tests.Failures;

public sealed class FailuresPageTests : PageTest
{
    [Fact]
    public void A_group_says_whether_it_fails_now_what_it_is_and_whom_it_hits()
    {
        Show(Group("1-0000000000000001", "psycopg2.OperationalError", "Connection refused", FailureClass.Network, failing: ["a", "b"]), Group("1-0000000000000002", "KeyError", "'…'", FailureClass.Code, recovered: ["c"]));
        var page = On<FailuresPage>();

        var rows = page.FindAll("tr[data-row]");
        Assert.Equal(2, rows.Count);
        Assert.Contains("Failing now", rows[0].TextContent, StringComparison.Ordinal);
        Assert.Contains("transient network", rows[0].TextContent, StringComparison.Ordinal);
        Assert.Contains("Heals by itself", rows[0].TextContent, StringComparison.Ordinal);
        Assert.Equal(["jobs/a", "jobs/b"], rows[0].QuerySelectorAll("a.job-name").Select(link => link.GetAttribute("href")));
        Assert.Contains("Recovered", rows[1].TextContent, StringComparison.Ordinal);
        Assert.Equal("failures/1-0000000000000001", rows[0].QuerySelector("[data-row-link]")!.GetAttribute("href"));
    }

    [Theory]
    [InlineData("failures?state=failing", "psycopg2.OperationalError")]
    [InlineData("failures?class=code", "KeyError")]
    [InlineData("failures?job=c", "KeyError")]
    [InlineData("failures?q=REFUSED", "psycopg2.OperationalError")]
    [InlineData("failures?sort=-last&state=recovered", "KeyError")]
    public void What_is_filtered_stands_in_the_address(string address, string left)
    {
        Show(Group("1-0000000000000001", "psycopg2.OperationalError", "Connection refused", FailureClass.Network, failing: ["a"]), Group("1-0000000000000002", "KeyError", "'…'", FailureClass.Code, recovered: ["c"]));
        Navigation.NavigateTo(address);
        var page = On<FailuresPage>();
        Assert.Equal(left, Assert.Single(page.FindAll("tr[data-row] .error-type")).TextContent);
    }

    [Fact]
    public void A_view_is_the_same_after_a_round_through_its_address()
    {
        var view = new FailuresView { Text = "a b", FailingNow = false, Classes = [FailureClass.Network, FailureClass.Full], Job = "x&y", Sort = FailureColumn.Week, Reversed = true };
        var query = view.ToQuery().ToDictionary(pair => pair.Name, pair => pair.Value);
        var again = FailuresView.Parse(query["q"], query["state"], query["class"], query["job"], query["sort"]);
        Assert.Equal(view with { Classes = [] }, again with { Classes = [] });
        Assert.Equal(view.Classes, again.Classes);
        Assert.Empty(FailuresView.Default.ToQuery());
    }

    [Fact]
    public void The_page_of_a_group_has_its_jobs_its_kind_and_the_latest_error_and_copies_all_of_it()
    {
        var group = Group("1-0000000000000001", "E<b>", "no | room", FailureClass.Full, failing: ["a", "b"]);
        Show(group);
        var page = On<FailurePage>(parameters => parameters.Add(shown => shown.Id, "1-0000000000000001"));

        Assert.Contains("2 jobs fail with this now.", page.Markup, StringComparison.Ordinal);
        Assert.Contains("7 runs in a row", page.Markup, StringComparison.Ordinal);
        Assert.Contains("the whole message", page.Find("#error-text").TextContent, StringComparison.Ordinal);
        Assert.Empty(page.FindAll("b"));
        var markdown = FailureMarkdown.Of("demo", Failures.Of("demo").Newest, group);
        Assert.StartsWith("### Failing now: E\\<b\\>: no \\| room\n", markdown, StringComparison.Ordinal);
        Assert.Contains("- a: failing now, 7 in a row since 2014-09-05 06:07:00Z\n", markdown, StringComparison.Ordinal);
        Assert.Contains("```\n  File \"x.py\", line 1, in run\nE<b>: the whole message\n```", markdown, StringComparison.Ordinal);
    }

    [Fact]
    public void A_group_nobody_knows_is_said_to_be_unknown()
    {
        Show();
        Assert.Contains("No failures of that kind are known", On<FailurePage>(parameters => parameters.Add(shown => shown.Id, "1-ffffffffffffffff")).Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void The_error_of_a_job_leads_to_the_others_that_have_it()
    {
        Show(Group("1-0000000000000001", "ValueError", "bad", FailureClass.Data, failing: ["a", "b", "c"]));
        var card = On<SameFailure>(parameters => parameters.Add(same => same.Job, "a").Add(same => same.Shown, Shown));
        Assert.Equal(("2 other jobs fail with this", "failures/1-0000000000000001"), (card.Find("a").TextContent, card.Find("a").GetAttribute("href")));
        Assert.Empty(On<SameFailure>(parameters => parameters.Add(same => same.Job, "z").Add(same => same.Shown, Shown)).FindAll("a"));
    }

    [Fact]
    public void A_row_that_did_not_change_is_not_drawn_again()
    {
        var (one, other) = (Group("1-0000000000000001", "A", "a", FailureClass.Code, failing: ["a"]), Group("1-0000000000000002", "B", "b", FailureClass.Code, failing: ["b"]));
        Show(one, other);
        var page = On<FailuresPage>();
        var before = page.FindComponents<FailureRow>().Select(row => row.RenderCount).ToArray();
        Show(one, other with { LastHour = 9 });
        page.WaitForAssertion(() => Assert.Contains("9", page.FindAll("tr[data-row]")[1].TextContent, StringComparison.Ordinal));
        Assert.Equal(before[0], page.FindComponents<FailureRow>()[0].RenderCount);
    }

    [Fact]
    public void What_people_have_said_of_the_jobs_stands_beside_them_in_the_list_and_on_the_groups_own_page()
    {
        Show(Group("1-0000000000000001", "ValueError", "bad", FailureClass.Data, failing: ["a"], recovered: ["b"]));
        var list = On<FailuresPage>();
        Assert.Empty(list.FindAll(".said-mark"));

        var row = Standings.Of("demo").Newest.Find("a")!.Job;
        Marks.Of("demo").Publish(MarksSnapshot.Empty("demo") with
        {
            Holds = new Dictionary<string, JobHold> { ["b"] = new("b", SampleJobs.Now.AddHours(2), "ada", "<b>the disk</b> is full", SampleJobs.Now) },
            Acknowledged = new Dictionary<string, Acknowledgement> { ["a"] = new("a", "bob", "its host is being mended", SampleJobs.Now, row.LastRun, row.Ongoing) },
        });

        list.WaitForAssertion(() => Assert.Equal(2, list.FindAll("td.c-jobs .said-mark").Count));
        Assert.EndsWith(": its host is being mended", list.Find(".said-mark.known").TextContent, StringComparison.Ordinal);
        Assert.EndsWith("by ada: <b>the disk</b> is full", list.Find(".said-mark.held").TextContent, StringComparison.Ordinal);
        var own = On<FailurePage>(parameters => parameters.Add(shown => shown.Id, "1-0000000000000001"));
        Assert.Equal(["a", "b"], own.FindAll(".hits li:has(.said-mark) .job-name").Select(name => name.TextContent));
    }

    private void Show(params FailureGroup[] groups)
    {
        Publish(SampleJobs.Standing("a", JobState.Failing, new JobError("E<b>", "the whole message", "  File \"x.py\", line 1, in run\n")));
        Failures.Of("demo").Publish(FailuresSnapshot.Empty("demo") with { Groups = groups, AsOf = SampleJobs.Now, Since = SampleJobs.Now.AddDays(-8), Progress = 1 });
    }

    private static FailureGroup Group(string id, string type, string pattern, FailureClass kind, string[]? failing = null, string[]? recovered = null)
    {
        FailedJob[] jobs =
        [
            .. (failing ?? []).Select(job => new FailedJob(job, 12, SampleJobs.Now.AddMinutes(-5), true, 7, SampleJobs.Now.AddHours(-3))),
            .. (recovered ?? []).Select(job => new FailedJob(job, 3, SampleJobs.Now.AddDays(-1), false, 0, null)),
        ];
        return new FailureGroup
        {
            Print = new Fingerprint(id, type, pattern, "jobs/x.py: run"),
            Kind = new FailureKind(kind, null, "a test"),
            FirstSeen = SampleJobs.Now.AddDays(-3),
            LastSeen = SampleJobs.Now.AddMinutes(-5),
            LastHour = 2,
            LastDay = 8,
            LastWeek = 12,
            Trend = [.. Enumerable.Range(0, FailureGroup.TrendSteps).Select(step => step % 5)],
            Jobs = jobs,
            JobCount = jobs.Length,
            Sample = new FailureSample(1, jobs.Length > 0 ? jobs[0].Name : "", new JobError(type, "the whole message", "  File \"x.py\", line 1, in run\n")),
        };
    }
}
