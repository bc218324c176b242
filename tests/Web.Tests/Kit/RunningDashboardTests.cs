using System.Net;
using Dashboard.Core.Sources;
using Dashboard.Kit;
using Microsoft.Extensions.DependencyInjection;

namespace Dashboard.Web.Tests.Kit;

public sealed class RunningDashboardTests
{
    [Fact]
    public async Task It_listens_on_a_port_of_its_own_with_the_sources_it_was_given()
    {
        await using var one = await RunningDashboard.StartAsync("crontabber-healthy", "poll");
        await using var other = await RunningDashboard.StartAsync("crontabber-healthy");

        Assert.NotEqual(one.Url, other.Url);
        var source = Assert.Single(one.Services.GetRequiredService<SourceDirectory>().All);
        Assert.Equal(("demo", CaptureMode.Poll), (source.Name, source.Capture));
        using var answer = await one.Client.GetAsync(new Uri("/", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }
}
