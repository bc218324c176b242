using System.Net;
using System.Text.RegularExpressions;
using Dashboard.Core.Actions.Audit;
using Dashboard.Core.Database;
using Dashboard.Kit;

namespace Dashboard.Web.Tests.Settings;

/// <summary>A real SIGHUP to the real program.</summary>
public sealed class HangUpTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("dashboard-hangup-");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Conf => Path.Combine(folder.FullName, "own.ini");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task The_program_lives_reads_the_file_again_and_says_what_came_of_it()
    {
        var postgres = await TestPostgres.SharedAsync();
        var (observed, own) = (await postgres.NewDatabaseAsync("crontabber-healthy"), await postgres.NewDatabaseAsync());
        await File.WriteAllTextAsync(Conf, "[Runs]\nKeepDays=100\n", Stop);
        var url = $"http://127.0.0.1:{FreePorts.Take()}";
        await using var program = ChildProcess.Start(
            "dotnet",
            [Path.Combine(AppContext.BaseDirectory, "Dashboard.Web.dll"), "--urls", url, $"--admin.conf={Conf}"],
            new Dictionary<string, string?>
            {
                ["ConnectionStrings__Dashboard"] = own, ["Sources__0__ConnectionString"] = observed, ["DASHBOARD_DATA"] = folder.FullName, ["ASPNETCORE_ENVIRONMENT"] = "Production",
            });
        await program.SaysAsync(Says("Now listening on"));

        await File.WriteAllTextAsync(Conf, "[Runs]\nKeepDays=soon\n", Stop);
        await program.SignalAsync("HUP");
        await program.SaysAsync(Says(@"SIGHUP had the configuration read again\. Rejected, generation 1 stays: .*own\.ini:2: Runs:KeepDays = .*soon"));

        await File.WriteAllTextAsync(Conf, "[Runs]\nKeepDays=200\n", Stop);
        await program.SignalAsync("HUP");
        await program.SaysAsync(Says(@"SIGHUP had the configuration read again\. Generation 2 is in use: 1 option changed\."));

        using var client = new HttpClient { BaseAddress = new Uri(url) };
        using var alive = await client.GetAsync(new Uri("/health/live", UriKind.Relative), Stop);
        Assert.Equal(HttpStatusCode.OK, alive.StatusCode);
        Assert.False(program.Process.HasExited);

        await using var records = new OwnDatabase(own);
        var lines = await new AuditQueries(records).PageAsync(new AuditFilter { Kind = "reload-configuration" }, Stop);
        Assert.Equal(["SIGHUP terminal done", "SIGHUP terminal refused"], lines.Select(line => $"{line.Entry.Who.Name} {line.Entry.Who.Via} {line.Entry.Event}").OrderBy(line => line, StringComparer.Ordinal).Take(2));
    }

    private static Regex Says(string pattern) => new(pattern, RegexOptions.None, TimeSpan.FromSeconds(1));
}
