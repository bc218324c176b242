using System.Diagnostics;
using System.Text.RegularExpressions;
using Dashboard.Kit;
using Npgsql;

namespace Dashboard.Benchmarks;

/// <summary>The dashboard as it was built, in a process of its own, observing one database.</summary>
internal sealed partial class DashboardProcess : IAsyncDisposable
{
    private static readonly Lazy<Task<string>> Built = new(BuildAsync);
    private readonly ChildProcess child;
    private readonly DirectoryInfo folder;

    private DashboardProcess(ChildProcess child, DirectoryInfo folder, Uri url, string own)
    {
        this.child = child;
        this.folder = folder;
        Url = url;
        Own = own;
    }

    /// <summary>Where it listens.</summary>
    public Uri Url { get; }

    /// <summary>The database of its own records.</summary>
    public string Own { get; }

    /// <summary>The process.</summary>
    public Process Process => child.Process;

    /// <summary>The program, built from the checkout as it stands. Not a reference of this project: two web projects in one bring their static files twice.</summary>
    public static Task<string> ProgramAsync() => Built.Value;

    /// <summary>Starts it, first installing in the database what the mode of capture needs.</summary>
    public static async Task<DashboardProcess> StartAsync(string connectionString, string capture)
    {
        var folder = Directory.CreateTempSubdirectory("dashboard-bench-");
        var environment = new Dictionary<string, string?>
        {
            ["Data"] = folder.FullName,
            ["DASHBOARD_DATA"] = folder.FullName,
            ["Sources__0__Name"] = "bench",
            ["Sources__0__ConnectionString"] = connectionString,
            ["Sources__0__Capture"] = capture,
            ["ConnectionStrings__Dashboard"] = await (await TestPostgres.SharedAsync()).NewDatabaseAsync(),

            // Every reader of a bench comes by the same login.
            ["Access__ConnectionsEach"] = "10000",
        };
        var program = await ProgramAsync();
        if (capture == "notify")
        {
            await using var install = ChildProcess.Start("dotnet", [program, "install", "capture", "--mode", "notify", "--source", "bench"], environment);
            await install.EndsWellAsync();
        }

        var url = new Uri($"http://127.0.0.1:{FreePorts.Take()}/");
        var child = ChildProcess.Start("dotnet", [program, "--urls", url.AbsoluteUri], environment);
        await child.SaysAsync(LoginPattern());
        return new DashboardProcess(child, folder, url, environment["ConnectionStrings__Dashboard"]!);
    }

    /// <summary>Where a browser logs itself in and arrives at a page.</summary>
    public async Task<string> LoginUrlAsync(string page)
    {
        var login = await child.SaysAsync(LoginPattern());
        return $"{login.Value}&to={Uri.EscapeDataString(page)}";
    }

    /// <summary>Waits until the runs of the log from before it started are recorded: it does that once, at its own pace, beside everything else.</summary>
    public async Task HistoryRecordedAsync()
    {
        await using var own = NpgsqlDataSource.Create(Own);
        await using var recorded = own.CreateCommand("select exists (select from dashboard.run_walk where newest > 0 and place = 0)");
        var patience = Stopwatch.StartNew();
        while (await recorded.ExecuteScalarAsync() is not true)
        {
            if (patience.Elapsed > TimeSpan.FromMinutes(3))
            {
                throw new TimeoutException("The runs of the log were not recorded within three minutes.");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await child.DisposeAsync();
        folder.Delete(recursive: true);
    }

    private static async Task<string> BuildAsync()
    {
        await using var build = ChildProcess.Start("dotnet", ["build", Path.Combine(Machine.Root, "src", "Web"), "-c", "Release", "--nologo", "-v", "quiet"]);
        await build.EndsWellAsync();
        return Path.Combine(Machine.Root, "src", "Web", "bin", "Release", "net10.0", "Dashboard.Web.dll");
    }

    [GeneratedRegex(@"http://\S+token=\S+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex LoginPattern();
}

/// <summary>The bare way in a process of its own.</summary>
internal sealed class BareProcess : IAsyncDisposable
{
    private readonly ChildProcess child;

    private BareProcess(ChildProcess child, Uri url)
    {
        this.child = child;
        Url = url;
    }

    /// <summary>Where it listens.</summary>
    public Uri Url { get; }

    /// <summary>The process.</summary>
    public Process Process => child.Process;

    /// <summary>Starts it; without a database it has only an empty page.</summary>
    public static async Task<BareProcess> StartAsync(string? capture = null, string? connectionString = null)
    {
        var url = new Uri($"http://127.0.0.1:{FreePorts.Take()}/");
        string[] data = capture is null || connectionString is null ? [] : [capture, connectionString];
        var child = ChildProcess.Start("dotnet", [Path.Combine(AppContext.BaseDirectory, "Dashboard.Benchmarks.dll"), "bare", url.AbsoluteUri, .. data]);
        using var client = new HttpClient { BaseAddress = url };
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                using var answer = await client.GetAsync(new Uri("empty", UriKind.Relative));
                answer.EnsureSuccessStatusCode();
                return new BareProcess(child, url);
            }
            catch (HttpRequestException) when (attempt < 400 && !child.Process.HasExited)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => child.DisposeAsync();
}
