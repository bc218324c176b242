using System.Net;
using Dashboard.Core.Verdicts;
using Dashboard.Kit;

namespace Dashboard.Web.Tests.Layout;

/// <summary>Pages as the server sends them, before any script: they must be whole, for the moment when the connection is gone.</summary>
public sealed class AnsweredPagesTests
{
    [Fact]
    public async Task Each_page_is_whole_before_any_script_and_what_does_not_exist_is_404()
    {
        await using var dashboard = await RunningDashboard.StartAsync("crontabber-incident");
        await dashboard.UntilAsync<StandingsSnapshot>("demo", standings => standings.Jobs.Count == 20);
        using var browser = await dashboard.LoggedInAsync();
        foreach (var (path, status, part) in new[]
        {
            ("/", HttpStatusCode.OK, "Needs a look"),
            ("/jobs", HttpStatusCode.OK, "&lt;b&gt;&amp;&quot;bold&quot;&#x27;&lt;/b&gt;"),
            ("/jobs/ftpscraper", HttpStatusCode.OK, "Locked since"),
            ("/jobs/" + Uri.EscapeDataString("O'Reilly; DROP TABLE crontabber;-- 100%\t\\{a,b}"), HttpStatusCode.OK, "DROP TABLE"),
            ("/jobs/ftpscrape", HttpStatusCode.NotFound, "has no job of that name"),
            ("/nowhere/at/all", HttpStatusCode.NotFound, "There is no such page"),
            ("/?source=nix", HttpStatusCode.OK, "no source called"),
        })
        {
            using var answer = await browser.GetAsync(path, TestContext.Current.CancellationToken);
            var page = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Assert.Equal((path, status), (path, answer.StatusCode));
            Assert.Contains(part, page, StringComparison.Ordinal);
            Assert.DoesNotContain("style=\"", page, StringComparison.Ordinal);
        }
    }
}
