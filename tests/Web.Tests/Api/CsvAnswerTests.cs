using System.Net;
using System.Text;
using Dashboard.Kit;
using Dashboard.Web.Api;
using Dashboard.Web.Tests.Security;

namespace Dashboard.Web.Tests.Api;

public sealed class CsvAnswerTests(SharedDashboard shared)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private RunningDashboard Dashboard => shared.Running;

    [Theory]
    [InlineData("=cmd|' /C calc'!A0", "\"'=cmd|' /C calc'!A0\"")]
    [InlineData("+1", "\"'+1\"")]
    [InlineData("-2+3", "\"'-2+3\"")]
    [InlineData("@SUM(A1)", "\"'@SUM(A1)\"")]
    [InlineData("\t=1", "\"'\t=1\"")]
    [InlineData("\r=1", "\"'\r=1\"")]
    [InlineData("\uff1d1", "\"'\uff1d1\"")]
    [InlineData("=\"a\",1", "\"'=\"\"a\"\",1\"")]
    [InlineData("plain, with \"quotes\"", "\"plain, with \"\"quotes\"\"\"")]
    [InlineData("日本語 🔥", "日本語 🔥")]
    public void A_cell_that_a_spreadsheet_would_run_is_made_harmless(string value, string cell)
    {
        var bytes = new CsvAnswer<string>("x", [new("text", text => text)], [value]).Bytes();

        Assert.Equal([0xef, 0xbb, 0xbf], bytes[..3]);
        Assert.Equal($"text\r\n{cell}\r\n", Encoding.UTF8.GetString(bytes[3..]));
    }

    [Fact]
    public void Values_stand_as_in_json()
    {
        Assert.Equal("2014-09-05T09:00:30.5Z", Csv.Cell(new DateTimeOffset(2014, 9, 5, 11, 0, 30, 500, TimeSpan.FromHours(2))));
        Assert.Equal(("90.5", "true", "", "a\nb", "stuck_lock", "1.5"), (
            Csv.Cell(TimeSpan.FromSeconds(90.5)), Csv.Cell(true), Csv.Cell(null), Csv.Cell((string[])["a", "b"]), Csv.Cell(Core.Verdicts.JobState.StuckLock), Csv.Cell(1.5)));
    }

    [Theory]
    [InlineData("/api/v1/jobs.csv", "jobs-demo-")]
    [InlineData("/api/v1/jobs?format=csv", "jobs-demo-")]
    [InlineData("/api/v1/jobs/adu-matview/runs.csv", "runs-demo-20140904T")]
    [InlineData("/api/v1/jobs/adu-matview/runs?format=csv&limit=3", "runs-demo-20140904T")]
    public async Task Lists_are_downloaded_as_a_file(string path, string name)
    {
        using var answer = await Dashboard.Client.GetAsync(new Uri(path, UriKind.Relative), Stop);

        Assert.Equal((HttpStatusCode.OK, "text/csv"), (answer.StatusCode, answer.Content.Headers.ContentType!.MediaType));
        Assert.Equal("attachment", answer.Content.Headers.ContentDisposition!.DispositionType);
        Assert.StartsWith(name, answer.Content.Headers.ContentDisposition.FileName, StringComparison.Ordinal);
        var text = await answer.Content.ReadAsStringAsync(Stop);
        Assert.StartsWith("app_name,", text.TrimStart('\ufeff'), StringComparison.Ordinal);
        Assert.Contains("\r\nadu-matview,", text, StringComparison.Ordinal);
        using var again = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { IfNoneMatch = { answer.Headers.ETag! } } };
        using var unchanged = await Dashboard.Client.SendAsync(again, Stop);
        Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);
    }

    [Fact]
    public async Task A_format_nobody_knows_is_an_error_that_names_those_there_are()
    {
        using var answer = await Dashboard.Client.GetAsync(new Uri("/api/v1/jobs?format=xml", UriKind.Relative), Stop);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("expected json or csv", await answer.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
    }
}
