using System.Text.Json;
using Dashboard.Core.Configuration.Layers;
using Dashboard.Core.Configuration.Readings;
using Dashboard.Web.Settings;
using Microsoft.Extensions.Configuration;

namespace Dashboard.Web.Tests.Settings;

/// <summary><c>--admin.…</c> on the command line of the dashboard itself.</summary>
public sealed class AdminOptionsTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("dashboard-admin-");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Conf => Path.Combine(folder.FullName, "own.ini");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task What_was_dumped_reads_back_as_the_same_and_keeps_the_secrets_to_its_owner()
    {
        await File.WriteAllTextAsync(Conf, "[Runs]\nTailPages=100\n[Access]\nOrigins=https://a.example, https://b.example\n    [[Oidc]]\n    ClientSecret=\"hunter2, and # more\"\n[Logging]\n    [[LogLevel]]\n    Dashboard.Web=Debug\n", Stop);
        foreach (var name in (string[])["dumped.ini", "dumped.json"])
        {
            var path = Path.Combine(folder.FullName, name);
            var written = await RunAsync($"--admin.conf={Conf}", "--Runner.Parallel=7", $"--admin.dump_conf={path}");
            var secrets = Path.ChangeExtension(path, $".secrets{Path.GetExtension(path)}");
            var back = SettingsStart.Read([$"--admin.conf={(name.EndsWith("json", StringComparison.Ordinal) ? $"{path},{secrets}" : path)}"]).First;
            var first = SettingsStart.Read([$"--admin.conf={Conf}", "--Runner.Parallel=7"]).First;

            Assert.Equal((0, $"{path}\n{secrets}\n", ""), written);
            Assert.Empty(back.Faults.Concat(back.Warnings));
            Assert.Equal(first.Options.Where(option => !IsAdmin(option)).Select(Word), back.Options.Where(option => !IsAdmin(option)).Select(Word));
            Assert.Equal("Debug", back.Data["Logging:LogLevel:Dashboard.Web"]);
            Assert.DoesNotContain("hunter2", await File.ReadAllTextAsync(path, Stop), StringComparison.Ordinal);
            Assert.Contains("hunter2", await File.ReadAllTextAsync(secrets, Stop), StringComparison.Ordinal);
            if (!OperatingSystem.IsWindows())
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(secrets));
            }
        }
    }

    [Fact]
    public async Task What_is_not_shown_is_not_dumped_for_others_either_whoever_declared_it()
    {
        await File.WriteAllTextAsync(
            Conf,
            "[Kestrel]\n[[Certificates]]\n[[[Default]]]\nPath=own.pfx\nPassword=hunter2-of-the-certificate\n[destination]\ncrashstorage_class=HttpPostStore\nurl=http://someone:hunter2-of-the-address@collector.example/\n[StoreSecrets]\ncrashes=hunter2-of-the-store\n",
            Stop);
        foreach (var name in (string[])["dumped.ini", "dumped.json"])
        {
            var path = Path.Combine(folder.FullName, name);
            var (code, _, error) = await RunAsync($"--admin.conf={Conf}", $"--admin.dump_conf={path}");
            var secrets = Path.ChangeExtension(path, $".secrets{Path.GetExtension(path)}");
            var back = SettingsStart.Read([$"--admin.conf={(name.EndsWith("json", StringComparison.Ordinal) ? $"{path},{secrets}" : path)}"]).First;

            Assert.Equal((0, ""), (code, error));
            Assert.DoesNotContain("hunter2", await File.ReadAllTextAsync(path, Stop), StringComparison.Ordinal);
            Assert.Equal("hunter2-of-the-certificate", back.Data["Kestrel:Certificates:Default:Password"]);
            Assert.Equal("hunter2-of-the-store", back.Data["StoreSecrets:crashes"]);
            Assert.Contains("hunter2-of-the-address", back.Find("destination:url")!.Text, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("dumped.ini/")]
    [InlineData("missing/dumped.ini")]
    [InlineData("taken.ini")]
    [InlineData("half.ini")]
    public async Task Where_nothing_can_be_dumped_it_is_said_and_nothing_is_left_behind(string place)
    {
        await File.WriteAllTextAsync(Conf, "[Access]\n    [[Oidc]]\n    ClientSecret=hunter2\n", Stop);
        folder.CreateSubdirectory("taken.ini");
        folder.CreateSubdirectory("half.secrets.ini");
        var before = folder.GetFileSystemInfos("*", SearchOption.AllDirectories).Select(each => each.FullName).Order().ToList();

        var (code, output, error) = await RunAsync($"--admin.conf={Conf}", $"--admin.dump_conf={(place == "/" ? place : Path.Combine(folder.FullName, place))}");

        Assert.Equal((1, ""), (code, output));
        Assert.StartsWith("The configuration was not written: ", error, StringComparison.Ordinal);
        Assert.Equal(before, folder.GetFileSystemInfos("*", SearchOption.AllDirectories).Select(each => each.FullName).Order());
    }

    [Fact]
    public async Task What_is_passed_over_is_told_to_who_prints_or_dumps()
    {
        const string Words = "command line --Runs.TailPage: 'Runs:TailPage', which is no option. Expected: Runs:TailPages, perhaps.\n";

        var printed = await RunAsync("--Runs.TailPage=100", "--admin.print_conf=ini");
        var dumped = await RunAsync("--Runs.TailPage=100", $"--admin.dump_conf={Path.Combine(folder.FullName, "dumped.ini")}");

        Assert.Equal((0, Words), (printed.Code, printed.Error));
        Assert.Equal((0, Words), (dumped.Code, dumped.Error));
    }

    [Fact]
    public async Task Every_value_is_printed_with_where_it_is_from_in_each_of_three_ways_and_no_secret_in_any()
    {
        await File.WriteAllTextAsync(Conf, "[Runs]\nTailPages=100\n[Access]\n    [[Oidc]]\n    ClientSecret=hunter2\n", Stop);

        var ini = await RunAsync($"--admin.conf={Conf}", "--admin.print_conf", "ini");
        var json = await RunAsync($"--admin.conf={Conf}", "--admin.print_conf=json");
        var env = await RunAsync($"--admin.conf={Conf}", "--admin.print_conf=ENV");

        Assert.Equal((0, 0, 0), (ini.Code, json.Code, env.Code));
        Assert.Contains($"# from {Conf}:2; counts more than ", ini.Output, StringComparison.Ordinal);
        Assert.Contains("    TailPages=100\n", ini.Output, StringComparison.Ordinal);
        Assert.Contains("Runs__TailPages=100\n", env.Output, StringComparison.Ordinal);
        var pages = JsonDocument.Parse(json.Output).RootElement.GetProperty("options").EnumerateArray().Single(option => option.GetProperty("path").GetString() == "Runs:TailPages");
        Assert.Equal(("100", $"{Conf}:2"), (pages.GetProperty("value").GetString(), pages.GetProperty("from").GetString()));
        Assert.DoesNotContain("hunter2", ini.Output + json.Output + env.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_configuration_that_cannot_be_used_ends_the_start_with_every_reason()
    {
        await File.WriteAllTextAsync(Conf, "[Runs]\nTailPages=1\nKeepDays=x\n", Stop);

        var (code, output, error) = await RunAsync($"--admin.conf={Conf}");

        Assert.Equal((78, ""), (code, output));
        Assert.Equal($"{Conf}:2: Runs:TailPages = '1'. Expected: a whole number from 64 to 1000000.\n{Conf}:3: Runs:KeepDays = 'x'. Expected: a whole number from 1 to 36500.\n", error);
    }

    [Fact]
    public async Task What_nobody_knows_is_refused_with_strict_and_the_nearest_is_named()
    {
        var lax = SettingsStart.Read(["--Runs.TailPage=100"]).First;
        var (code, _, error) = await RunAsync("--Runs.TailPage=100", "--admin.strict");

        Assert.True(lax.IsUsable);
        Assert.Equal("command line --Runs.TailPage: 'Runs:TailPage', which is no option. Expected: Runs:TailPages, perhaps.", Assert.Single(lax.Warnings).ToString());
        Assert.Equal((78, "command line --Runs.TailPage: 'Runs:TailPage', which is no option. Expected: Runs:TailPages, perhaps.\n"), (code, error));
    }

    [Fact]
    public void Options_are_bound_from_what_was_read_with_every_spelling_made_plain()
    {
        var settings = SettingsStart.Read(["--Access.AllowRemote=YES", "--Access.Origins=https://a.example, https://b.example", "--Sources:0:Capture=POLL", "--Sources:0:ConnectionString=Host=x"]);
        var configuration = new ConfigurationBuilder().Add(settings.Live).Build();

        var access = Web.Security.AccessOptions.Read(configuration);
        Assert.Equal((true, "https://a.example https://b.example"), (access.AllowRemote, string.Join(' ', access.Origins)));
        Assert.Equal(Core.Sources.CaptureMode.Poll, Core.Sources.SourceOptions.Read(configuration).Single().Capture);
    }

    private static bool IsAdmin(ResolvedOption option) => OptionPath.IsBelow(option.Path, "admin");

    private static string Word(ResolvedOption option) => $"{option.Path}={option.Canonical}";

    private static async Task<(int? Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await SettingsStart.Read(arguments).AnsweredAsync(output, error, Stop);
        return (code, output.ToString().ReplaceLineEndings("\n"), error.ToString().ReplaceLineEndings("\n"));
    }
}
