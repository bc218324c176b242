using Dashboard.Core.Jobs;
using Dashboard.Core.Verdicts;
using Dashboard.Kit;
using Dashboard.Web.Jobs;

namespace Dashboard.Web.Tests.Jobs;

public sealed class JobSearchTests
{
    private static readonly JobStanding Failing =
        SampleJobs.Standing("Adu matview", JobState.Failing, new JobError("psycopg2.OperationalError", "timeout expired", ""), 3, "reports-clean");

    [Theory]
    [InlineData("", true)]
    [InlineData("state:failing", true)]
    [InlineData("STATE:Failing", true)]
    [InlineData("state:waiting", false)]
    [InlineData("state:waiting state:failing", true)]
    [InlineData("job:adu", true)]
    [InlineData("job:\"adu mat\"", true)]
    [InlineData("job:\"=Adu matview\"", true)]
    [InlineData("job:=Adu", false)]
    [InlineData("dep:reports", true)]
    [InlineData("dep:nothing", false)]
    [InlineData("error:operational", true)]
    [InlineData("error:\"timeout expired\"", true)]
    [InlineData("adu timeout", true)]
    [InlineData("adu nonsense", false)]
    [InlineData("state:failing dep:nothing", false)]
    public void A_search_finds_what_it_names(string line, bool found) => Assert.Equal(found, JobSearch.Parse(line).Matches(Failing));

    [Theory]
    [InlineData("state:nope", "“nope” is no state")]
    [InlineData("since:1h", "“since:” is no qualifier")]
    [InlineData("state:", "“state:” waits for a value")]
    public void What_is_not_understood_is_explained_and_not_used(string line, string explained)
    {
        var search = JobSearch.Parse(line);
        Assert.StartsWith(explained, Assert.Single(search.Problems), StringComparison.Ordinal);
        Assert.True(search.Matches(Failing));
    }

    [Theory]
    [InlineData("say \"hello\" \\ there")]
    [InlineData("a:b c")]
    [InlineData("日本")]
    public void An_exact_search_finds_that_job_and_no_other(string name)
    {
        var search = JobSearch.Parse(JobSearch.Exactly(name));
        Assert.Empty(search.Problems);
        Assert.True(search.Matches(SampleJobs.Standing(name)));
        Assert.False(search.Matches(SampleJobs.Standing(name + "x")));
    }
}
