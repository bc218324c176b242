using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using Dashboard.Kit;

namespace Dashboard.Web.Tests.Commands;

/// <summary>The program itself as people start and stop it: a process of its own, with a PostgreSQL of its own in a data folder.</summary>
public sealed partial class ProgramTests : IDisposable
{
    private readonly DirectoryInfo root = Directory.CreateTempSubdirectory("dashboard-test-program-");

    public ProgramTests() => File.SetUnixFileMode(
        root.FullName, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);

    private string Data => Path.Combine(root.FullName, "data");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => root.Delete(recursive: true);

    [Fact]
    public async Task It_says_where_it_is_lets_one_browser_in_stops_at_Ctrl_C_and_finds_its_data_again()
    {
        var cluster = "";
        foreach (var start in (string[])["first", "second"])
        {
            await using var program = Start();
            var login = await LoginAsync(program);
            using var browser = Browser();
            var page = await UntilContainsAsync(browser, login, "ftpscraper");
            Assert.Contains("stuck lock", page, StringComparison.Ordinal);
            Assert.Equal(start == "first", program.Words.Contains("Making a new database cluster", StringComparison.Ordinal));
            cluster = $"{await File.ReadAllTextAsync(Path.Combine(Data, "cluster", "postmaster.pid"), Stop)}";

            await program.SignalAsync("INT");
            await program.EndsWellAsync();
            Assert.False(File.Exists(Path.Combine(Data, "cluster", "postmaster.pid")), "PostgreSQL did not end in good order.");
        }

        Assert.NotEmpty(cluster);
    }

    [Fact]
    public async Task A_second_one_on_the_same_data_says_so_and_leaves()
    {
        await using var first = Start();
        await LoginAsync(first);

        await using var second = Start();
        await second.Process.WaitForExitAsync(Stop);

        Assert.Equal(1, second.Process.ExitCode);
        Assert.Contains("A dashboard is already running on", second.Words, StringComparison.Ordinal);
        Assert.False(first.Process.HasExited);
    }

    [Fact]
    public async Task When_it_is_killed_its_database_stops_too_and_the_next_start_recovers()
    {
        int server;
        await using (var killed = Start())
        {
            await LoginAsync(killed);
            server = int.Parse((await File.ReadAllLinesAsync(Path.Combine(Data, "cluster", "postmaster.pid"), Stop))[0], System.Globalization.CultureInfo.InvariantCulture);
            await killed.SignalAsync("KILL");
            await killed.Process.WaitForExitAsync(Stop);
        }

        await GoneAsync(server);
        await using var next = Start();
        var login = await LoginAsync(next);
        using var browser = Browser();
        await UntilContainsAsync(browser, login, "ftpscraper");
    }

    private ChildProcess Start() => ChildProcess.Start(
        "dotnet",
        [Path.Combine(AppContext.BaseDirectory, "Dashboard.Web.dll"), "--urls", $"http://127.0.0.1:{FreePorts.Take()}"],
        new Dictionary<string, string?> { ["DASHBOARD_DATA"] = Data, ["Runner__Sample"] = "false" });

    // Somebody who puts the link into the line of addresses: no page led there.
    private static HttpClient Browser() => new(new HttpClientHandler { CookieContainer = new CookieContainer() }) { DefaultRequestHeaders = { { "Sec-Fetch-Site", "none" } } };

    private static async Task<Uri> LoginAsync(ChildProcess program) => new((await program.SaysAsync(LoginLink())).Value);

    private static async Task<string> UntilContainsAsync(HttpClient browser, Uri login, string text)
    {
        var page = await (await browser.GetAsync(login, Stop)).Content.ReadAsStringAsync(Stop);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        deadline.CancelAfter(RunningDashboard.Deadline);
        while (!page.Contains(text, StringComparison.Ordinal))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, deadline.Token);
            page = await browser.GetStringAsync(new Uri(login, "/"), deadline.Token);
        }

        return page;
    }

    private static async Task GoneAsync(int process)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        deadline.CancelAfter(RunningDashboard.Deadline);
        while (Directory.Exists($"/proc/{process}"))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, deadline.Token);
        }
    }

    [GeneratedRegex(@"http://\S+token=\S+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex LoginLink();
}
