using Bunit;
using Dashboard.Core.Pings;
using Dashboard.Kit;
using Dashboard.Web.Pings;
using Dashboard.Web.Tests.Layout;

namespace Dashboard.Web.Tests.Pings;

public sealed class PingListTests : PageTest
{
    private static readonly Ping Backup = new() { Source = "demo", Slug = "backup", LastAt = SampleJobs.Now.AddMinutes(-2) };

    [Fact]
    public void Those_that_failed_come_first_and_what_they_said_stands_on_one_line()
    {
        Pings.Publish(new PingsSnapshot
        {
            Pings =
            [
                Backup with { Slug = "copy", StartedAt = SampleJobs.Now.AddSeconds(-20), SucceededAt = SampleJobs.Now.AddHours(-1), Took = TimeSpan.FromSeconds(33), ExitCode = 0 },
                Backup with { FailedAt = SampleJobs.Now.AddMinutes(-2), ExitCode = 3, Took = TimeSpan.FromSeconds(4), Message = "no space\nleft <b>" },
                Backup with { Source = "another" },
            ],
        });
        var rows = On<PingList>(list => list.Add(each => each.Shown, Shown)).FindAll("li").Select(row => string.Join('|', row.Children.Select(part => part.TextContent.Trim()))).ToList();
        Assert.Equal(2, rows.Count);
        Assert.StartsWith("backup|Failed|", rows[0], StringComparison.Ordinal);
        Assert.EndsWith("exit code 3, took 4.0 s|never succeeded|no space left <b>", rows[0], StringComparison.Ordinal);
        Assert.StartsWith("copy|Running|", rows[1], StringComparison.Ordinal);
        Assert.EndsWith("|before: succeeded, exit code 0, took 33 s", rows[1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_job_that_never_pinged_has_no_ping()
    {
        Pings.Publish(new PingsSnapshot { Pings = [Backup] });
        Assert.Equal("", On<JobPing>(job => job.Add(each => each.Shown, Shown).Add(each => each.Job, "copy")).Markup.Trim());
        Assert.Contains("Heard of", On<JobPing>(job => job.Add(each => each.Shown, Shown).Add(each => each.Job, "backup")).Markup, StringComparison.Ordinal);
    }
}
