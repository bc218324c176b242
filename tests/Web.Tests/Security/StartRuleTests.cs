using System.Diagnostics;
using Dashboard.Kit;
using Dashboard.Web.Security;
using Microsoft.Extensions.Configuration;

namespace Dashboard.Web.Tests.Security;

public sealed class StartRuleTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<string> OpenHosts => ["0.0.0.0", "[::]", "*", "+", "10.1.2.3", "192.168.0.7", "[fe80::1]", "[::ffff:10.0.0.1]", "dashboard.example.org", "127.0.0.1.nip.io", "localhost.example.org"];

    [Theory]
    [InlineData("http://127.0.0.1:7080")]
    [InlineData("http://127.9.9.9:7080")]
    [InlineData("http://localhost:7080")]
    [InlineData("https://LOCALHOST:7443")]
    [InlineData("http://[::1]:7080")]
    [InlineData("http://[::ffff:127.0.0.1]:7080")]
    [InlineData("http://unix:/run/dashboard.sock")]
    [InlineData("http://127.0.0.1:7080;http://[::1]:7080")]
    public void Loopback_is_no_door(string urls) => Assert.Null(StartRule.OfAddresses(Settings(("urls", urls))));

    [Theory]
    [MemberData(nameof(OpenHosts))]
    public void Listening_elsewhere_is_refused_whatever_setting_says_it(string host)
    {
        (string Key, string Value)[][] ways =
        [
            [("urls", $"http://{host}:7080")],
            [("urls", $"https://{host}:7080")],
            [("urls", $"http://127.0.0.1:7080;http://{host}:7081")],
            [("Kestrel:Endpoints:Web:Url", $"http://{host}:7080"), ("urls", "http://127.0.0.1:7080")],
        ];
        Assert.All(ways, way => Assert.Contains(host, StartRule.OfAddresses(Settings(way))!, StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData("http_ports")]
    [InlineData("https_ports")]
    public void A_bare_port_is_every_interface_unless_urls_are_given(string key)
    {
        Assert.Contains("*:8080", StartRule.OfAddresses(Settings((key, "8080")))!, StringComparison.Ordinal);
        Assert.Null(StartRule.OfAddresses(Settings((key, "8080"), ("urls", "http://127.0.0.1:7080"))));
    }

    [Fact]
    public void Consent_opens_https_and_nothing_else()
    {
        Assert.Null(StartRule.OfAddresses(Settings(("Access:AllowRemote", "true"), ("urls", "https://0.0.0.0:7443;http://127.0.0.1:7080"))));
        Assert.Contains("in the clear", StartRule.OfAddresses(Settings(("Access:AllowRemote", "true"), ("urls", "http://0.0.0.0:7080")))!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("10.0.0", false)]
    [InlineData("10.0.6", false)]
    [InlineData("10.0.7", true)]
    [InlineData("10.0.12", true)]
    [InlineData("11.0.0", true)]
    public void A_runtime_whose_cookies_can_be_forged_is_refused(string version, bool starts) => Assert.Equal(starts, StartRule.OfRuntime(Version.Parse(version)) is null);

    [Theory]
    [InlineData("--urls=http://0.0.0.0:0", null)]
    [InlineData("--urls=http://[::]:0", null)]
    [InlineData("--Kestrel:Endpoints:Web:Url=http://*:0", null)]
    [InlineData(null, "ASPNETCORE_HTTP_PORTS=0")]
    [InlineData(null, "ASPNETCORE_URLS=http://+:0")]
    [InlineData(null, "DOTNET_URLS=http://dashboard.example.org:0")]
    public async Task The_program_itself_ends_with_the_reason_before_it_does_anything(string? argument, string? environment)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardError = true, RedirectStandardOutput = true };
        start.ArgumentList.Add(typeof(StartRule).Assembly.Location);
        if (argument is not null)
        {
            start.ArgumentList.Add(argument);
        }

        if (environment?.Split('=', 2) is [var name, var value])
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        deadline.CancelAfter(RunningDashboard.Deadline);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(deadline.Token);
            var error = await process.StandardError.ReadToEndAsync(deadline.Token);
            await process.WaitForExitAsync(deadline.Token);

            Assert.Equal((StartRule.ExitCode, ""), (process.ExitCode, await output));
            Assert.StartsWith("Refusing to listen on", error, StringComparison.Ordinal);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }

    private static IConfiguration Settings(params (string Key, string Value)[] settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create<string, string?>(setting.Key, setting.Value))).Build();
}
