using System.Diagnostics;
using Dashboard.Core.Access;
using Dashboard.Kit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Dashboard.Web.Tests.Security;

/// <summary>A secret in every place that takes one; then everything the dashboard says is searched for it.</summary>
public sealed class CanaryTests
{
    private const string Database = "canary-database-51c7";
    private const string Client = "canary-client-82fa";
    private const string Proxy = "canary-proxy-93bd";
    private static readonly string[] Canaries = [Database, Client, Proxy];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_configured_secret_stands_in_a_page_an_answer_a_log_line_or_a_command_line()
    {
        var log = new CapturedLog();
        var postgres = await TestPostgres.SharedAsync();
        await using var dashboard = await RunningDashboard.StartAsync(
            [
                new TestSource("demo", await postgres.NewDatabaseAsync("crontabber-healthy"), "poll"),
                new TestSource("gone", $"Host=127.0.0.1;Port=1;Username=nobody;Password={Database};Database=gone", "poll"),
            ],
            new Dictionary<string, string?>
            {
                ["Access:KnownProxies:0"] = "127.0.0.1",
                ["Access:Proxy:UserHeader"] = "X-Remote-User",
                ["Access:Proxy:Secret"] = Proxy,
                ["Access:Proxy:Viewers:0"] = "*",
                ["Access:Oidc:Authority"] = "http://127.0.0.1:1",
                ["Access:Oidc:ClientId"] = "dashboard",
                ["Access:Oidc:ClientSecret"] = Client,
                ["Access:Oidc:Viewers:0"] = "*",
                ["Logging:LogLevel:Default"] = "Trace",
                ["Logging:LogLevel:Microsoft.AspNetCore"] = "Trace",
                ["Logging:LogLevel:Microsoft.AspNetCore.Hosting.Diagnostics"] = "Trace",
            },
            services => services.AddSingleton<ILoggerProvider>(log));

        using var admin = await dashboard.LoggedInAsync(Role.Admin);
        using var behind = dashboard.NewClient();
        behind.DefaultRequestHeaders.Add("X-Remote-User", "alice");
        behind.DefaultRequestHeaders.Add("X-Proxy-Secret", Proxy);
        string[] paths =
        [
            "/", "/?source=gone", "/jobs?source=gone", "/settings/access", "/login", "/login/oidc", "/login?trouble=provider", "/no-such-page",
            "/api/v1/sources", "/api/v1/me", "/api/v1/jobs?source=gone", "/api/v1/jobs?limit=x", "/api/no-such", "/openapi/v1.json", "/health/ready", "/__version__",
        ];
        var read = 0;
        foreach (var client in (HttpClient[])[admin, behind, dashboard.Client, dashboard.Anonymous])
        {
            foreach (var path in paths)
            {
                using var answer = await client.GetAsync(new Uri(path, UriKind.Relative), Stop);
                var text = answer.Headers + await answer.Content.ReadAsStringAsync(Stop);
                Assert.All(Canaries, canary => Assert.False(text.Contains(canary, StringComparison.Ordinal), $"{path} says {canary}."));
                read++;
            }
        }

        Assert.Equal(4 * paths.Length, read);
        Assert.InRange(log.Lines.Count, 100, int.MaxValue);
        Assert.DoesNotContain(log.Lines, line => Canaries.Any(canary => line.Contains(canary, StringComparison.Ordinal)) || line.Contains(dashboard.Key, StringComparison.Ordinal));
        Assert.All(CommandLines(), line => Assert.DoesNotContain(Canaries, canary => line.Contains(canary, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task What_refuses_to_start_does_not_say_the_secret_that_was_wrong()
    {
        var program = Path.Combine(AppContext.BaseDirectory, "Dashboard.Web.dll");
        var start = new ProcessStartInfo("dotnet", [program, "--urls", "http://127.0.0.1:0"]) { RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment["Access__Oidc__Authority"] = "https://id.example.org";
        start.Environment["Access__Oidc__ClientSecret"] = Client;
        start.Environment["Access__Proxy__Secret"] = Proxy;
        start.Environment["ConnectionStrings__Dashboard"] = $"Host=127.0.0.1;Port=1;Username=nobody;Password={Database}";
        using var process = Process.Start(start)!;
        var (said, complained) = (process.StandardOutput.ReadToEndAsync(Stop), process.StandardError.ReadToEndAsync(Stop));
        await process.WaitForExitAsync(Stop);

        var all = await said + await complained;
        Assert.Equal(78, process.ExitCode);
        Assert.Contains("Access:Oidc:ClientId is missing", all, StringComparison.Ordinal);
        Assert.DoesNotContain(Canaries, canary => all.Contains(canary, StringComparison.Ordinal));
    }

    // Of this process, whose dashboard it is, and of every other that can be seen: children too.
    private static List<string> CommandLines()
    {
        var lines = new List<string>();
        foreach (var folder in Directory.EnumerateDirectories("/proc").Where(folder => int.TryParse(Path.GetFileName(folder), out _)))
        {
            try
            {
                lines.Add(File.ReadAllText(Path.Combine(folder, "cmdline")));
            }
            catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
            {
                // It has ended meanwhile, or is somebody else's.
            }
        }

        Assert.NotEmpty(lines);
        return lines;
    }
}
