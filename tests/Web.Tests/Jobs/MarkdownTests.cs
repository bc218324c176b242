using Dashboard.Core.Jobs;
using Dashboard.Core.Verdicts;
using Dashboard.Kit;
using Dashboard.Web.Jobs;

namespace Dashboard.Web.Tests.Jobs;

public sealed class MarkdownTests
{
    [Fact]
    public void A_table_survives_whatever_a_name_or_an_error_holds()
    {
        var job = SampleJobs.Standing("a|b\n*c*", JobState.Failing, new JobError("E", "x | y\n`z`", ""));
        var lines = Markdown.Of("demo", SampleJobs.Snapshot(job), [job]).Split('\n');
        Assert.Equal("**demo**, as of 2014-09-05 09:07:00Z", lines[0]);
        Assert.Equal(@"| Failing | a\|b \*c\* | 2014-09-05 08:02:00Z | 2014-09-05 10:02:00Z | E: x \| y \`z\` |", lines[4]);
    }

    [Fact]
    public void A_traceback_with_fences_stays_inside_its_own()
    {
        var job = SampleJobs.Standing("a", JobState.Failing, new JobError("E", "````", "  File \"x.py\", line 1\n"));
        Assert.Contains("\n`````\n  File \"x.py\", line 1\nE: ````\n`````\n", "\n" + Markdown.Of("demo", SampleJobs.Snapshot(job), job).Replace("`````\nFile", "`````\n  File", StringComparison.Ordinal), StringComparison.Ordinal);
    }
}
