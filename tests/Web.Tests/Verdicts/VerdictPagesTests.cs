using Bunit;
using Dashboard.Core.Verdicts.Engine;
using Dashboard.Kit;
using Dashboard.Web.Layout;
using Dashboard.Web.Tests.Layout;
using Dashboard.Web.Verdicts;
using Microsoft.Extensions.DependencyInjection;

namespace Dashboard.Web.Tests.Verdicts;

/// <summary>The sentence on every page, the roots on Now and the reasons on a job's page.</summary>
public sealed class VerdictPagesTests : PageTest
{
    private static readonly Verdict Stuck = new()
    {
        Job = "ftp<scraper>", State = VerdictState.Page, Rule = "R8", Since = SampleJobs.Now, Root = new VerdictRoot(RootKind.Job, "ftp<scraper>"), Headline = "A human is needed now. Its lock was left behind.",
        FirstAction = "Clear its lock.", Facts = [new VerdictFact("Locked since Monday.", "crontabber")], Rejected = [new RejectedRule("R9", "It has not failed.")], WouldChangeIf = ["it succeeds"],
    };

    [Fact]
    public void Before_anything_was_judged_nothing_is_said() => Assert.Equal("", Render<VerdictLine>(line => line.Add(each => each.Shown, Shown)).Markup.Trim());

    [Fact]
    public void The_sentence_leads_to_the_job_it_is_about_and_changes_with_the_verdict()
    {
        Say(Stuck);
        var line = Render<VerdictLine>(each => each.Add(one => one.Shown, Shown));

        Assert.Equal("Page", line.Find(".mark").TextContent);
        Assert.EndsWith("jobs/ftp%3Cscraper%3E", line.Find("a").GetAttribute("href"), StringComparison.Ordinal);
        Verdicts.Of("demo").Publish(VerdictSnapshot.Empty("demo") with { AsOf = SampleJobs.Now, State = VerdictState.Ok, Headline = "No page: every job is on time." });
        line.WaitForAssertion(() => Assert.Equal("No page: every job is on time.", line.Find("span:last-child").TextContent));
    }

    [Fact]
    public void Each_further_root_says_what_to_do_first_and_how_many_wait()
    {
        Say(Stuck, first: SampleVerdicts.Of("before", VerdictState.Page));
        var roots = Render<VerdictRoots>(each => each.Add(one => one.Shown, Shown));

        Assert.Equal("ftp<scraper>", roots.Find("a.job-name").TextContent);
        Assert.Contains("First: Clear its lock.", roots.Markup, StringComparison.Ordinal);
        Assert.Contains("2 jobs wait behind it.", roots.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void A_job_says_why_what_else_was_thought_of_and_what_would_change_it()
    {
        Say(Stuck);
        var job = Render<JobVerdict>(each => each.Add(one => one.Job, "ftp<scraper>").Add(one => one.Shown, Shown));

        Assert.Equal(["Locked since Monday. crontabber", "Not R9: It has not failed.", "It would change if it succeeds."], job.FindAll("li").Select(line => line.TextContent));
        Assert.Empty(Render<JobVerdict>(each => each.Add(one => one.Job, "another").Add(one => one.Shown, Shown)).FindAll("section"));
    }

    private void Say(Verdict verdict, Verdict? first = null) => Verdicts.Of("demo").Publish(VerdictSnapshot.Empty("demo") with
    {
        AsOf = SampleJobs.Now, State = verdict.State, Jobs = first is null ? [verdict] : [first, verdict], Headline = $"Page: {verdict.Job}.", Then = "1 page; 2 jobs wait.",
        Roots = [.. first is null ? (IEnumerable<RootVerdict>)[] : [new RootVerdict(first.Root!, first.State, first.Job, first.Headline, [])], new RootVerdict(verdict.Root!, verdict.State, verdict.Job, verdict.Headline, ["one", "two"])],
    });
}
