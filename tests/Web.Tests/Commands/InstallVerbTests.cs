using Dashboard.Kit;
using Dashboard.Web.Commands;
using Microsoft.Extensions.Configuration;

namespace Dashboard.Web.Tests.Commands;

public sealed class InstallVerbTests
{
    [Fact]
    public async Task Install_shows_its_statements_and_with_plan_runs_none_and_uninstall_finds_what_install_made()
    {
        var database = await (await TestPostgres.SharedAsync()).NewDatabaseAsync("crontabber-incident");
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([new("Sources:0:Name", "prod"), new("Sources:0:ConnectionString", database)])
            .Build();
        var install = InstallVerb.Install(() => configuration);
        var uninstall = InstallVerb.Uninstall(() => configuration);
        using var output = new StringWriter();
        Task<int> RunAsync(System.CommandLine.Command verb, string line) =>
            verb.Parse(line).InvokeAsync(new() { Output = output, Error = output }, TestContext.Current.CancellationToken);

        Assert.Equal(0, await RunAsync(install, "capture --mode logical --source prod --plan"));
        Assert.Contains("replica identity using index", output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("Done.", output.ToString(), StringComparison.Ordinal);

        Assert.Equal(0, await RunAsync(uninstall, "capture --source prod"));
        Assert.Contains("Nothing to do", output.ToString(), StringComparison.Ordinal);

        Assert.Equal(0, await RunAsync(install, "capture --mode logical --source prod"));
        Assert.Contains("Done.", output.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, await RunAsync(uninstall, "capture --source prod"));
        Assert.Contains("drop publication", output.ToString(), StringComparison.Ordinal);

        Assert.Equal(1, await RunAsync(install, "indexes --source elsewhere"));
        Assert.NotEqual(0, await RunAsync(install, "capture --mode poll --source prod"));
    }
}
