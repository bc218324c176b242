using Bunit;
using Dashboard.Core.Retries;
using Dashboard.Kit;
using Dashboard.Web.Now;
using Dashboard.Web.Retries;
using Dashboard.Web.Tests.Layout;

namespace Dashboard.Web.Tests.Retries;

public sealed class RetriesPageTests : PageTest
{
    private static readonly SampleRetries Sample = new(SampleJobs.Now);

    [Fact]
    public void The_first_sentence_says_what_is_open_where_and_when_the_next_attempt_is()
    {
        Retries.Publish(Sample.BadNight);
        Assert.Equal("2 streaks are open on postgres breakpad@db1; the next attempt is at 09:07:06Z.", On<RetriesPage>().Find("h1").TextContent);
    }

    [Fact]
    public void When_nothing_waits_it_says_how_the_last_day_went()
    {
        var night = Sample.BadNight;
        Retries.Publish(night with { Resources = [.. night.Resources.Select(lane => lane with { Open = [] })] });
        Assert.Equal("Nothing is waiting. In the last 24 h 1 streak gave up; 1 streak was lost; 2 streaks recovered, half within 20 s.", On<RetriesPage>().Find("h1").TextContent);
    }

    [Fact]
    public void A_program_that_dies_again_and_again_is_one_row_and_its_number_no_exact_one()
    {
        var night = Sample.BadNight;
        var lost = night.Resources[0].Ended.First(streak => streak.State == StreakState.Lost);
        var others = Enumerable.Range(0, 30).Select(number => lost with { Id = Guid.NewGuid(), AppName = $"job-{number}", EndedAt = lost.EndedAt!.Value.AddSeconds(-number - 200) });
        RetryStreak[] ended = [.. Enumerable.Range(0, ResourceLane.MostEnded - 30).Select(number => lost with { Id = Guid.NewGuid(), EndedAt = lost.EndedAt!.Value.AddSeconds(-number) }), .. others];
        Retries.Publish(night with { Resources = [night.Resources[0] with { Open = [], Ended = ended }] });
        var page = On<RetriesPage>();

        Assert.Equal("Nothing is waiting. In the last 24 h at least 100 streaks were lost.", page.Find("h1").TextContent);
        var rows = page.FindAll("li.streak summary").Select(Words).ToList();
        Assert.Equal(20, rows.Count);
        Assert.Contains(", and 69 before it", rows[0], StringComparison.Ordinal);
        Assert.Contains("The newest 20 of 31;", page.Markup, StringComparison.Ordinal);
        Assert.Equal(100, page.FindAll(".as-table tbody tr").Count);
    }

    [Fact]
    public void When_nobody_told_anything_it_says_how_to_tell()
    {
        var page = On<RetriesPage>();
        Assert.Equal("No executor has told anything yet.", page.Find("h1").TextContent);
        Assert.Contains("./run ingest --zone UTC /var/log/crontabber.log", page.Markup, StringComparison.Ordinal);
        Assert.Contains("clients/python/", page.Markup, StringComparison.Ordinal);
        Assert.Contains("http://localhost/api/v1/ingest/events", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_streaks_come_first_then_those_that_ended_badly_then_the_resources()
    {
        Retries.Publish(Sample.BadNight);
        var page = On<RetriesPage>();
        Assert.Equal(["Open now", "Lost or gave up in the last 1 h", "Resources, last 1 h"], page.FindAll("h2").Select(heading => heading.TextContent));
        var rows = page.FindAll("li.streak summary").Select(Words).ToList();
        Assert.Equal(4, rows.Count);
        Assert.Contains("attempt 3 · waiting 40 of 60 s · next 09:07:20Z", rows[0], StringComparison.Ordinal);
        Assert.Contains("Lost", rows[2], StringComparison.Ordinal);
        Assert.Contains("gave up after 5 attempts", rows[3], StringComparison.Ordinal);
    }

    [Fact]
    public void A_streak_opens_to_all_that_is_known_of_it()
    {
        Retries.Publish(Sample.BadNight);
        var body = On<RetriesPage>().Find("li.streak .body");
        Assert.Equal("jobs/adu-matview", body.QuerySelector("a.job-name")!.GetAttribute("href"));
        Assert.Contains("transient network, 08006", body.TextContent, StringComparison.Ordinal);
        Assert.Contains("crontabber/4711 on admin1", body.TextContent, StringComparison.Ordinal);
        Assert.Contains("1 other waits for the same resource.", body.TextContent, StringComparison.Ordinal);
        Assert.Equal("OperationalError: ERROR:  pgbouncer cannot connect to server", body.QuerySelector("pre")!.TextContent);
        Assert.Equal(["10 s", "30 s", "60 s"], body.QuerySelectorAll("tbody tr").Select(row => row.LastElementChild!.TextContent));
    }

    [Fact]
    public void A_resource_shows_its_ladder_with_the_present_steps_and_who_got_through()
    {
        Retries.Publish(Sample.BadNight);
        var lane = On<RetriesPage>().Find("section.lane");
        Assert.Equal(["10", "60"], lane.QuerySelectorAll(".ladder [aria-current=step]").Select(step => step.TextContent));
        Assert.Contains("It answers others: got through", lane.TextContent, StringComparison.Ordinal);
        Assert.Contains("12 s ago", lane.TextContent, StringComparison.Ordinal);
        Assert.Contains("2 wait for it: adu-matview (attempt 3), duplicates (attempt 1).", lane.TextContent, StringComparison.Ordinal);
        Assert.Contains("half within 51 s, nine of ten within 4 min 00 s, longest 12 min 00 s (n = 34)", lane.TextContent, StringComparison.Ordinal);
        Assert.Equal(6, lane.QuerySelectorAll(".as-table tbody tr").Length);
    }

    [Theory]
    [InlineData("retries?resource=rabbitmq%20crashes@mq1", 1)]
    [InlineData("retries?window=6h", 2)]
    [InlineData("retries?sources=all", 3)]
    [InlineData("retries?window=nonsense&sources=some", 2)]
    public void What_is_looked_at_stands_in_the_address(string address, int lanes)
    {
        var night = Sample.BadNight;
        Retries.Publish(night with { Resources = [.. night.Resources, .. new SampleRetries(SampleJobs.Now, "not-configured").BadNight.Resources.Take(1)] });
        Navigation.NavigateTo(address);
        Assert.Equal(lanes, On<RetriesPage>().FindAll("section.lane").Count);
    }

    [Fact]
    public void Streaks_of_a_source_that_is_not_configured_are_reachable_and_say_so()
    {
        Retries.Publish(new SampleRetries(SampleJobs.Now, "elsewhere").BadNight);
        var page = On<RetriesPage>();
        Assert.Equal("retries?sources=all", page.FindAll("a").First(link => link.TextContent == "2 streaks are open for other sources").GetAttribute("href"));
        Navigation.NavigateTo("retries?sources=all");
        page = On<RetriesPage>();
        Assert.Contains("elsewhere (not configured here)", page.Markup, StringComparison.Ordinal);
        Assert.Empty(page.FindAll("li.streak a.job-name"));
    }

    [Fact]
    public void A_view_is_the_same_after_a_round_through_its_address()
    {
        var view = new RetriesView { Window = TimeSpan.FromHours(24), Resource = "a&b c", AllSources = true };
        var query = view.ToQuery().ToDictionary(pair => pair.Name, pair => pair.Value);
        Assert.Equal(view, RetriesView.Parse(query["window"], query["resource"], query["sources"]));
        Assert.Empty(RetriesView.Default.ToQuery());
    }

    [Fact]
    public void What_was_lost_or_could_not_be_read_is_said_and_when_the_runner_was_seen()
    {
        Retries.Publish(Sample.BadNight with { Dropped = 1, Unreadable = 1_234 });
        var answer = On<RetriesPage>().Find(".answer").TextContent;
        Assert.Contains("1 event was lost in the last 24 h", answer, StringComparison.Ordinal);
        Assert.Contains("1,234 lines of followed logs could not be read", answer, StringComparison.Ordinal);
        Assert.Contains("12 s ago", answer, StringComparison.Ordinal);
        Assert.Contains("running adu-matview.", answer, StringComparison.Ordinal);
    }

    [Fact]
    public void Text_of_an_executor_stays_text()
    {
        var night = Sample.BadNight;
        var open = Sample.Open("<b>job</b>", 1, waited: 2);
        var hostile = open with { ExceptionType = "<i>E</i>", ExceptionValue = "</pre><script>x</script>", Who = open.Who with { Thread = "<u>", Process = "<em>", Host = "<s>", Resource = "<q>" } };
        Retries.Publish(night with { Resources = [night.Resources[0] with { Resource = "<q>", GotThroughBy = "<b>", Open = [hostile] }] });
        var page = On<RetriesPage>();
        Assert.Empty(page.FindAll("b, i, script, u, em, s, q"));
        Assert.Contains("| \\<b\\>job\\</b\\> | 1 |", RetryMarkdown.Of("demo", SampleJobs.Now, Retries.Newest.Resources, SampleJobs.Now), StringComparison.Ordinal);
    }

    [Fact]
    public void The_Now_page_has_one_chip_for_each_resource_that_is_waited_for()
    {
        Publish(SampleJobs.Standing("a"));
        Retries.Publish(Sample.BadNight);
        var chip = Assert.Single(On<NowPage>().FindAll(".resources li a"));
        Assert.Equal("retries?resource=postgres%20breakpad%40db1", chip.GetAttribute("href"));
        Assert.Contains("postgres breakpad@db1: attempt 3 · waiting 40 of 60 s · 2 wait", Words(chip), StringComparison.Ordinal);
    }

    [Fact]
    public void The_Now_page_is_quiet_when_nothing_waits_and_silent_when_nothing_is_known()
    {
        Publish(SampleJobs.Standing("a"));
        var page = On<NowPage>();
        Assert.Empty(page.FindAll(".resources, .all-well"));
        Retries.Publish(Sample.BadNight with { Resources = [Sample.BadNight.Resources[1]] });
        page.WaitForAssertion(() => Assert.Equal("No retries under way.", page.Find(".all-well").TextContent));
    }

    [Fact]
    public void A_job_has_its_own_streaks_the_open_one_first()
    {
        Retries.Publish(Sample.BadNight);
        var own = On<JobStreaks>(parameters => parameters.Add(section => section.Job, "duplicates").Add(section => section.Shown, Shown));
        Assert.Equal(["Open", "Recovered"], own.FindAll("summary .state").Select(Words));
        Assert.Empty(On<JobStreaks>(parameters => parameters.Add(section => section.Job, "z").Add(section => section.Shown, Shown)).FindAll("section"));
    }

    private static string Words(AngleSharp.Dom.IElement element) => string.Join(' ', element.TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
