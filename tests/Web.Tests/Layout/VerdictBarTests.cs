using Bunit;
using Dashboard.Core.Sources;
using Dashboard.Core.Verdicts;
using Dashboard.Kit;
using Dashboard.Web.Layout;

namespace Dashboard.Web.Tests.Layout;

public sealed class VerdictBarTests : PageTest
{
    [Fact]
    public void Each_count_leads_to_the_jobs_it_counts()
    {
        Standings.Of("demo").Publish(SampleJobs.OneOfEach());
        var counts = On<VerdictBar>(parameters => parameters.Add(bar => bar.Shown, Shown)).FindAll("[role=status] a");
        Assert.Equal(["1 stuck lock", "1 failing", "1 blocked", "1 overdue", "1 never run", "3 fine", "1 ghost"], counts.Select(count => count.TextContent.Trim()));
        Assert.Equal("jobs?state=stuck-lock", counts[0].GetAttribute("href"));
        Assert.Equal("jobs?state=running,due,waiting", counts[^2].GetAttribute("href"));
    }

    [Fact]
    public void Nothing_is_read_aloud_again_while_only_the_clock_moves()
    {
        Publish(SampleJobs.Standing("a"));
        var bar = On<VerdictBar>(parameters => parameters.Add(shown => shown.Shown, Shown));
        var before = bar.Markup;
        Clock.Advance(TimeSpan.FromSeconds(2));
        Statuses.Of("demo").Publish(SampleJobs.Live with { AsOf = SampleJobs.Now.AddSeconds(2), ReadAt = Clock.GetUtcNow() });
        Publish(SampleJobs.Standing("a"), SampleJobs.Standing("b", JobState.Failing));
        bar.WaitForAssertion(() => Assert.Contains("1 failing", bar.Markup, StringComparison.Ordinal));
        Assert.DoesNotContain("09:07", before, StringComparison.Ordinal);
        Assert.DoesNotContain("09:07", bar.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void A_source_that_was_lost_says_stale_why_and_when_it_is_tried_again()
    {
        Publish(SampleJobs.Standing("a"));
        Statuses.Of("demo").Publish(SampleJobs.Live with
        {
            State = SourceState.Stale,
            Trouble = "Nothing listens at db.example:5432.",
            TroubleSince = SampleJobs.Now,
            NextAttempt = SampleJobs.Now.AddSeconds(8),
        });
        Clock.Advance(TimeSpan.FromSeconds(3));
        var notice = On<StaleNotice>(parameters => parameters.Add(stale => stale.Shown, Shown));
        Assert.Contains("What you see is old.", notice.Markup, StringComparison.Ordinal);
        Assert.Contains("Nothing listens at db.example:5432.", notice.Markup, StringComparison.Ordinal);
        Assert.Equal("3 s ago", notice.FindAll(".rel")[0].TextContent);
        Assert.Equal("in 5 s", notice.FindAll(".rel")[1].TextContent);
        Assert.Contains("Stale.", On<VerdictBar>(parameters => parameters.Add(bar => bar.Shown, Shown)).Find("[role=status]").TextContent, StringComparison.Ordinal);
    }
}
