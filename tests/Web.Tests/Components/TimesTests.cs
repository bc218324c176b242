using Bunit;
using Dashboard.Core.Runs;
using Dashboard.Core.Verdicts;
using Dashboard.Kit;
using Dashboard.Web.Components;
using Dashboard.Web.Tests.Layout;

namespace Dashboard.Web.Tests.Components;

public sealed class TimesTests : PageTest
{
    [Theory]
    [InlineData(0, "now")]
    [InlineData(-12, "12 s ago")]
    [InlineData(-240, "4 min ago")]
    [InlineData(3 * 3600, "in 3 h")]
    [InlineData(-47 * 3600, "47 h ago")]
    [InlineData(-9 * 86400, "9 days ago")]
    public void An_age_is_one_number_and_one_unit(int seconds, string words) =>
        Assert.Equal(words, Times.Relative(SampleJobs.Now.AddSeconds(seconds), SampleJobs.Now));

    [Theory]
    [InlineData(0.0042, "4 ms")]
    [InlineData(1.24, "1.2 s")]
    [InlineData(45.4, "45 s")]
    [InlineData(192, "3 min 12 s")]
    [InlineData(90240, "25 h 04 min")]
    public void A_length_is_as_exact_as_it_is_short(double seconds, string words) => Assert.Equal(words, Times.Length(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void A_moment_is_told_in_utc_and_from_the_databases_clock()
    {
        Clock.Advance(TimeSpan.FromMinutes(4));
        var time = On<Moment>(parameters => parameters.Add(moment => moment.At, SampleJobs.Now)).Find("time");
        Assert.Equal("2014-09-05T09:07:00.000Z", time.GetAttribute("datetime"));
        Assert.Equal("2014-09-05 09:07:00Z · 4 min ago", time.GetAttribute("title"));
        Assert.Equal("4 min ago", time.QuerySelector(".rel")!.TextContent);
    }

    [Theory]
    [InlineData(JobState.Waiting, "Last 3 runs: all succeeded.")]
    [InlineData(JobState.Failing, "Last 3 runs: 1 failed.")]
    [InlineData(JobState.Running, "Last 3 runs: all succeeded; running now.")]
    [InlineData(JobState.Overdue, "Last 3 runs: all succeeded; one should have started and has not.")]
    public void A_run_strip_says_in_a_sentence_what_it_draws(JobState state, string sentence)
    {
        var strip = On<RunStrip>(parameters => parameters.Add(drawn => drawn.Standing, SampleJobs.Standing("a", state))).Find("svg");
        Assert.Equal(sentence, strip.GetAttribute("aria-label"));
        Assert.True(strip.QuerySelectorAll("path").Length <= 6);
    }

    [Fact]
    public void Each_state_has_a_word_and_a_shape_of_its_own()
    {
        var drawn = Enum.GetValues<JobState>().Select(state => On<StateBadge>(parameters => parameters.Add(badge => badge.State, state))).ToList();
        Assert.Equal(drawn.Count, drawn.Select(badge => badge.Find(".word").TextContent).Distinct().Count());
        Assert.Equal(drawn.Count, drawn.Select(badge => badge.Find("svg").InnerHtml).Distinct().Count());
    }

    [Theory]
    [InlineData("a\n\n  b", 10, "a b")]
    [InlineData("abcdef", 3, "abc…")]
    [InlineData("ab😀", 3, "ab…")]
    public void A_long_text_becomes_one_line(string text, int longest, string line) => Assert.Equal(line, OneLine.Of(text, longest));
}
