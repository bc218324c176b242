using Bunit;
using Dashboard.Core.Actions;
using Dashboard.Core.Dependencies;
using Dashboard.Core.Jobs;
using Dashboard.Core.Runs;
using Dashboard.Core.Schedules;
using Dashboard.Core.Verdicts;
using Dashboard.Kit;
using Dashboard.Web.Dependencies;
using Dashboard.Web.Tests.Layout;

namespace Dashboard.Web.Tests.Dependencies;

public sealed class GraphPageTests : PageTest
{
    private static readonly DateTimeOffset Now = SampleJobs.Now;

    [Fact]
    public void Every_job_stands_in_the_drawing_in_the_order_of_the_tick_and_in_the_list()
    {
        Read([Row("parent", -60) with { Ongoing = Now.AddHours(-5) }, Row("child", -30, "parent"), Row("other", 30)]);
        var page = On<GraphPage>();

        Assert.Equal(["child", "other", "parent"], page.FindAll("[data-node] .name").Select(name => name.TextContent).Order(StringComparer.Ordinal));
        Assert.Contains("The tick ends at parent", page.Find(".tick-sentence").TextContent, StringComparison.Ordinal);
        Assert.Equal("The tick ends here: lock of parent", page.Find(".lane .ends").TextContent);
        Assert.Single(page.FindAll(".edge"));
        Assert.Contains("waits for parent, level 2", page.Find(".outline .depth-1").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void States_change_and_no_box_moves()
    {
        Read([Row("parent", -60) with { Ongoing = Now.AddHours(-5) }, Row("child", -30, "parent")]);
        var page = On<GraphPage>();
        var before = Boxes(page);
        Assert.Equal(["Stuck lock · tick ends here", "Blocked"], Words(page));

        Read([Row("parent", 55), Row("child", 55, "parent")]);

        page.WaitForAssertion(() => Assert.Equal(["Waiting", "Waiting"], Words(page)));
        Assert.Equal(before, Boxes(page));
    }

    [Fact]
    public void A_circle_is_named_and_its_closing_line_marked()
    {
        Read([Row("root", 55), Row("a", -30, "b"), Row("b", -30, "a")]);
        var page = On<GraphPage>();

        Assert.Contains("a → b → a", page.Find(".tick-sentence").TextContent, StringComparison.Ordinal);
        Assert.Single(page.FindAll(".edge.back"));
    }

    [Fact]
    public void The_neighbourhood_of_a_job_lives_in_the_address()
    {
        Read([Row("a", 55), Row("b", 55, "a"), Row("c", 55, "b"), Row("d", 55, "c"), Row("alone", 55)]);
        Navigation.NavigateTo("/graph?focus=a&hops=1");
        var page = On<GraphPage>();

        Assert.Equal(["a", "b"], page.FindAll("[data-node] .name").Select(name => name.TextContent));
        Assert.Equal("graph?focus=a", page.FindAll(".focus a")[0].GetAttribute("href"));
    }

    [Fact]
    public void What_is_missing_is_drawn_and_said()
    {
        Read([Row("child", -30, "no-such-job")]);
        var page = On<GraphPage>();

        Assert.Single(page.FindAll(".node-missing"));
        Assert.Contains("Missing", page.Find(".outline").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void A_hold_is_drawn_and_told_with_who_and_why_until_it_is_over()
    {
        Read([Row("held", 90) with { LastError = null }, Row("other", 55)]);
        var page = On<GraphPage>();
        Assert.Empty(page.FindAll(".on-hold, .said-mark"));

        Hold("held", Now.AddMinutes(90));

        page.WaitForAssertion(() => Assert.Contains("by ada: <b>the disk</b> is full", page.Find(".outline .said-mark").TextContent, StringComparison.Ordinal));
        Assert.Equal(["On hold until 5 Sep 10:37Z", "Waiting"], Words(page));
        Assert.EndsWith("On hold until 5 Sep 10:37Z, by ada: <b>the disk</b> is full", page.Find(".on-hold").GetAttribute("aria-label"), StringComparison.Ordinal);

        Hold("held", Now);
        Assert.Empty(On<GraphPage>().FindAll(".on-hold, .said-mark"));
    }

    private void Hold(string job, DateTimeOffset until) => Marks.Of("demo").Publish(MarksSnapshot.Empty("demo") with
    {
        Holds = new Dictionary<string, JobHold> { [job] = new(job, until, "ada", "<b>the disk</b> is full", Now.AddHours(-1)) },
    });

    private static Job Row(string name, int minutes, params string[] parents) =>
        new() { Name = name, NextRun = Now.AddMinutes(minutes), FirstRun = Now.AddDays(-9), LastRun = Now.AddHours(-1), DependsOn = parents };

    private static List<string> Words(IRenderedComponent<GraphPage> page) => [.. page.FindAll("[data-node] .word").Select(word => word.TextContent)];

    private static List<string> Boxes(IRenderedComponent<GraphPage> page) => [.. page.FindAll("[data-node] .box").Select(box => $"{box.GetAttribute("x")} {box.GetAttribute("y")}")];

    private void Read(IEnumerable<Job> rows)
    {
        var jobs = JobsSnapshot.Empty("demo") with { Jobs = [.. rows.OrderBy(row => row.Name, StringComparer.Ordinal)], AsOf = Now };
        var runs = RunsSnapshot.Empty("demo");
        var tick = TickRule.Next(Ticks.Of("demo").Newest, ScheduleBook.Empty("demo"), jobs, runs, Now);
        Ticks.Of("demo").Publish(tick);
        Standings.Of("demo").Publish(StandingsFold.Next(Standings.Of("demo").Newest, tick, runs, Now));
    }
}
