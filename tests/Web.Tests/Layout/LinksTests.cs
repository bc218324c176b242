using Dashboard.Core.Verdicts;
using Dashboard.Web.Jobs;
using Dashboard.Web.Layout;

namespace Dashboard.Web.Tests.Layout;

public sealed class LinksTests
{
    [Theory]
    [InlineData("reports-clean")]
    [InlineData("a/b//c")]
    [InlineData("/leading and trailing/")]
    [InlineData("a%2Fb")]
    [InlineData("<b>&\"bold\"'</b>")]
    [InlineData("O'Reilly; DROP TABLE crontabber;-- 100%\t\\{a,b}")]
    [InlineData("résumé-日本-☃")]
    [InlineData("?q=1#x")]
    [InlineData("..")]
    [InlineData(".")]
    [InlineData("")]
    [InlineData("~")]
    [InlineData("a+b c")]
    public void Any_name_comes_back_from_its_own_address(string name)
    {
        var link = new Links(null).Job(name);
        Assert.Equal(name, Links.JobName("http://127.0.0.1:7080/" + link));
        Assert.Equal(name, Links.JobName("/" + link));
        Assert.Equal(name, Links.JobName("https://host/ops/" + new Links("other").Job(name, "failed", "3e8"), "/ops/"));
    }

    [Fact]
    public void An_address_somebody_typed_with_plain_slashes_names_the_job() =>
        Assert.Equal("a/b", Links.JobName("http://127.0.0.1/jobs/a/b?source=x"));

    [Fact]
    public void The_default_source_and_the_defaults_of_a_view_are_left_out()
    {
        Assert.Equal("jobs", new Links(null).Jobs(JobsView.Default));
        Assert.Equal("jobs?state=failing&source=two", new Links("two").Jobs(JobState.Failing));
    }
}
