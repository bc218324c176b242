using Bunit;
using Dashboard.Core.Actions;
using Dashboard.Core.Jobs;
using Dashboard.Core.Ledger;
using Dashboard.Core.Verdicts;
using Dashboard.Core.Verdicts.Engine;
using Dashboard.Kit;
using Dashboard.Web.Now;
using Dashboard.Web.Tests.Layout;

namespace Dashboard.Web.Tests.Now;

/// <summary>The page for somebody who was woken: the answer first, then why, what waiting costs, what to do.</summary>
public sealed class NowAnswerTests : PageTest
{
    private static readonly DateTimeOffset Now = SampleJobs.Now;

    [Fact]
    public void The_answer_comes_first_then_why_what_waiting_costs_what_to_do_and_when_what_happens()
    {
        Publish(SampleJobs.Standing("a", JobState.Failing), SampleJobs.Standing("b"));
        Say(SampleVerdicts.Of("a", VerdictState.Page) with { Deadline = Now.AddHours(2), Blocks = ["b"], Facts = [new VerdictFact("It failed twice.", "crontabber_log")], WouldChangeIf = ["it succeeds"] });
        var answer = On<NowPage>().Find(".first-root");

        Assert.Equal(
            ["H1", "cause", "cost", "do", "time-bar"],
            answer.Children.Take(5).Select(each => each.TagName == "H1" ? "H1" : each.ClassName));
        Assert.Equal("Page A human is needed by 5 Sep 09:47Z.", Text(answer.QuerySelector("h1")!));
        Assert.Equal("a The password of a was rejected.", Text(answer.QuerySelector(".cause")!));
        Assert.Equal("Data is older than promised from 5 Sep 11:07Z; 1 job waits behind it.", Text(answer.QuerySelector(".cost")!));
        Assert.StartsWith("First: Fix the credentials.", Text(answer.QuerySelector(".do")!), StringComparison.Ordinal);
        Assert.Equal(["last good", "wrong since", "now", "human in time until", "deadline"], answer.QuerySelectorAll(".time-bar li").Select(mark => Text(mark)[..Text(mark).IndexOf(" 5 Sep", StringComparison.Ordinal)]));
        Assert.Contains("It would change if it succeeds.", answer.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_a_job_on_hold_it_says_who_holds_it_and_that_it_would_be_a_page_and_no_more_once_it_is_released()
    {
        var hold = new JobHold("a", SampleJobs.Standing("a", JobState.Failing).Job.NextRun!.Value, "ada", "The disk is being moved", Now.AddHours(-2));
        Publish(SampleJobs.Standing("a", JobState.Failing));
        Say(SampleVerdicts.Of("a", VerdictState.Page));
        Ledgers.Of("demo").Publish(new LedgerSnapshot { Source = "demo", Incidents = [new IncidentEntry(Withheld, [], [])] });
        Marks.Of("demo").Publish(MarksSnapshot.Empty("demo") with { Holds = new Dictionary<string, JobHold> { ["a"] = hold } });
        var now = On<NowPage>();
        var said = now.FindAll(".first-root .quiet-mark").Select(Text).ToArray();
        Assert.StartsWith("On hold by ada until 5 Sep 10:02Z", said[0], StringComparison.Ordinal);
        Assert.EndsWith(", and nothing is sent of it: The disk is being moved", said[0], StringComparison.Ordinal);
        Assert.Equal(["It would be a page."], said.Skip(1));

        Marks.Of("demo").Publish(MarksSnapshot.Empty("demo"));
        now.WaitForAssertion(() => Assert.Equal(["It would be a page."], now.FindAll(".first-root .quiet-mark").Select(Text)));
    }

    [Theory]
    [InlineData(VerdictState.Healing, "Healing Heals by itself: 80 % by 5 Sep 09:27Z. Go back to sleep.")]
    [InlineData(VerdictState.Watch, "Watch Nothing yet: it may heal, and is decided at 5 Sep 09:37Z.")]
    [InlineData(VerdictState.NeedsHumanLater, "Working hours Not now: a human is needed in working hours, and in time until 5 Sep 09:47Z.")]
    public void Whoever_need_not_get_up_is_told_so_in_words(VerdictState state, string expected)
    {
        Publish(SampleJobs.Standing("a", JobState.Failing));
        Say(SampleVerdicts.Of("a", state) with { DecideAt = Now.AddMinutes(30), Heal = new HealForecast(ForecastGrade.Measured) { By80 = Now.AddMinutes(20), AtRisk = 23, Healed = 21 } });

        Assert.Equal(expected, Text(On<NowPage>().Find("h1")));
    }

    [Fact]
    public void When_nothing_is_wrong_that_is_the_answer()
    {
        Publish(SampleJobs.Standing("a"));
        Say(SampleVerdicts.Of("a", VerdictState.Ok));

        Assert.Equal("On time No page: every job is on time.", Text(On<NowPage>().Find("h1")));
    }

    [Fact]
    public void Nothing_of_a_name_or_a_cause_becomes_markup()
    {
        const string evil = "<img src=x onerror=alert(1)>";
        Publish(SampleJobs.Standing(evil, JobState.Failing, new JobError(evil, evil, evil)));
        Say(SampleVerdicts.Of(evil, VerdictState.Page) with { Cause = evil, FirstAction = evil, Headline = evil });

        Assert.Empty(On<NowPage>().FindAll("img"));
    }

    [Fact]
    public void Marks_on_the_bar_are_in_their_order_and_within_it_however_far_apart()
    {
        var marks = TimeMark.Of(("deadline", Now.AddYears(-3)), ("now", Now), ("none", null), ("next try", Now.AddSeconds(1)), ("never", DateTimeOffset.MaxValue));

        Assert.Equal(["deadline", "now", "next try"], marks.Select(mark => mark.Name));
        Assert.Equal((0, 100), (marks[0].Place, marks[^1].Place));
        Assert.InRange(marks[1].Place, 50, 99);
        Assert.Equal(50, Assert.Single(TimeMark.Of(("now", Now))).Place);
        Assert.Empty(TimeMark.Of(("none", null)));
    }

    private static Incident Withheld => new()
    {
        Id = Guid.NewGuid(), Source = "demo", Root = new VerdictRoot(RootKind.Job, "a"), Job = "a", OpenedAt = Now.AddHours(-1), State = VerdictState.Page, Worst = VerdictState.Page, Headline = "A human is needed now.", WouldBePage = true,
    };

    private void Say(params Verdict[] jobs) => Verdicts.Of("demo").Publish(SampleVerdicts.Snapshot(Now, 1, jobs) with { Then = "1 page, 1 fine." });

    private static string Text(AngleSharp.Dom.INode node) => string.Join(' ', node.TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
