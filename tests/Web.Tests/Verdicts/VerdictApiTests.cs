using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Dashboard.Core.Verdicts.Engine;
using Dashboard.Kit;
using Dashboard.Web.Tests.Security;

namespace Dashboard.Web.Tests.Verdicts;

/// <summary>Whether to page, as programs are told.</summary>
public sealed class VerdictApiTests(SharedDashboard shared)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_database_nobody_has_ticked_for_years_is_a_page_for_the_scheduler_and_all_who_are_due_wait_for_it()
    {
        await shared.Running.UntilAsync<VerdictSnapshot>("demo", said => said.Roots.Count > 0);
        var said = await shared.Running.Client.GetFromJsonAsync<JsonElement>("/api/v1/verdict", Stop);

        Assert.Equal("page", said.GetProperty("verdict").GetString());
        var scheduler = said.GetProperty("roots").EnumerateArray().Single(root => root.GetProperty("kind").GetString() == "scheduler");
        Assert.StartsWith("A human is needed now. No tick of the scheduler was seen since 2014-09-05", scheduler.GetProperty("headline").GetString(), StringComparison.Ordinal);
        Assert.True(scheduler.GetProperty("waiting").GetArrayLength() >= 10);
        Assert.Equal(20, said.GetProperty("jobs").GetArrayLength());
    }

    [Fact]
    public async Task The_verdict_of_one_job_names_its_rule_and_its_root()
    {
        await shared.Running.UntilAsync<VerdictSnapshot>("demo", said => said.Roots.Count > 0);
        var said = await shared.Running.Client.GetFromJsonAsync<JsonElement>("/api/v1/jobs/ftpscraper/verdict", Stop);

        Assert.Equal(
            ("ftpscraper", "blocked", "R1", "scheduler"),
            (said.GetProperty("app_name").GetString(), said.GetProperty("verdict").GetString(), said.GetProperty("rule").GetString(), said.GetProperty("root").GetString()));
    }

    [Theory]
    [InlineData("/api/v1/verdict?source=nobody", HttpStatusCode.NotFound)]
    [InlineData("/api/v1/jobs/nobody/verdict", HttpStatusCode.NotFound)]
    [InlineData("/api/v1/verdict?at=yesterday", HttpStatusCode.BadRequest)]
    public async Task What_is_asked_wrongly_is_answered_with_a_problem(string address, HttpStatusCode status)
    {
        await shared.Running.UntilAsync<VerdictSnapshot>("demo", said => said.AsOf is not null);
        using var answer = await shared.Running.Client.GetAsync(new Uri(address, UriKind.Relative), Stop);

        Assert.Equal(status, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
    }
}
