using System.CommandLine;
using Dashboard.Kit;
using Dashboard.Web.Commands;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Time.Testing;

namespace Dashboard.Web.Tests.Commands;

public sealed class SchedulerVerbsTests
{
    private static readonly string Ini = Path.Combine(Fixtures.Folder("config"), "crontabber.ini");
    private static readonly string Mapping = Path.Combine(Fixtures.Folder("config"), "crontabber-mapping.json");

    [Fact]
    public async Task Compatible_output_comes_out_of_the_command_line_as_it_was_recorded()
    {
        var recorded = await Fixtures.TextAsync("commands", "incident--list-jobs.txt", TestContext.Current.CancellationToken);
        var database = await (await TestPostgres.SharedAsync()).NewDatabaseAsync("crontabber-incident");

        var (code, output, error) = await RunAsync("list-jobs", "--compat", "--source", database, "--jobs", Ini, "--mapping", Mapping);

        Assert.Equal(0, code);
        Assert.Equal(recorded[(recorded.IndexOf('\n', StringComparison.Ordinal) + 1)..recorded.IndexOf("exit code:", StringComparison.Ordinal)], output);
        Assert.Equal("2014-09-05 09:00:30,000 INFO - MainThread -  - MainThread - done.\n", error);
    }

    [Fact]
    public async Task A_source_is_found_by_its_configured_name_with_its_files()
    {
        var database = await (await TestPostgres.SharedAsync()).NewDatabaseAsync("crontabber-incident");
        KeyValuePair<string, string?>[] settings =
        [
            new("Sources:0:Name", "other"), new("Sources:0:ConnectionString", database),
            new("Sources:1:Name", "prod"), new("Sources:1:ConnectionString", database), new("Sources:1:Jobs", Ini), new("Sources:1:Mapping", Mapping),
        ];

        var found = await RunAsync(settings, "audit-ghosts", "--compat", "--source", "prod");
        var missing = await RunAsync(settings, "audit-ghosts", "--source", "staging");
        var untold = await RunAsync(settings, "audit-ghosts");

        Assert.Equal((0, "Found the following in the state database but not available as a configured job:\n\tandroid-devices-matview\n"), (found.Code, found.Output));
        Assert.Equal((3, "No source is configured by the name 'staging'; ./run sources lists them.\n"), (missing.Code, missing.Error));
        Assert.Equal(3, untold.Code);
        Assert.Contains("--jobs", untold.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nagios_is_told_unknown_on_one_line_when_the_database_cannot_be_reached()
    {
        var (code, output, error) = await RunAsync("nagios", "--source", "Host=127.0.0.1;Port=1;Database=x;Username=me;Password=hunter2");

        Assert.Equal((3, "CRONTABBER UNKNOWN: Nothing listens at 127.0.0.1:1/x.\n", ""), (code, output, error));
    }

    [Fact]
    public async Task Configtest_of_a_file_needs_no_database()
    {
        var folder = Directory.CreateTempSubdirectory("dashboard-verbs-");
        var bad = Path.Combine(folder.FullName, "bad.ini");
        await File.WriteAllTextAsync(bad, "[crontabber]\njobs='''\na.B|1x\n'''\n", TestContext.Current.CancellationToken);

        var good = await RunAsync("configtest", Ini, "--mapping", Mapping);
        var compat = await RunAsync("configtest", Ini, "--compat");
        var told = await RunAsync("configtest", bad);
        var compatTold = await RunAsync("configtest", bad, "--compat");
        folder.Delete(recursive: true);

        Assert.Equal((0, ""), (good.Code, good.Error));
        Assert.Equal((0, ""), (compat.Code, compat.Output));
        Assert.Equal(1, told.Code);
        Assert.StartsWith($"{bad}:3: the frequency '1x' of 'a.B'. Expected: a number and m, h or d: 15m, 1h, 7d.\n", told.Output, StringComparison.Ordinal);
        Assert.Equal((1, ""), (compatTold.Code, compatTold.Output));
        Assert.EndsWith("Failed to config test a job\ncrontabber.base.FrequencyDefinitionError: x\n2014-09-05 09:00:30,000 INFO - MainThread -  - MainThread - done.\n", compatTold.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new[] { "--source", "Host=a", "--jobs", "/x.ini", "--source", "b=Host=b", "--mapping=/y.json" }, "Sources:1000:Jobs=/x.ini", "Sources:1001:Mapping=/y.json")]
    [InlineData(new[] { "--jobs", "/x.ini" }, "Sources:0:Jobs=/x.ini", "Sources:0:Jobs=/x.ini")]
    public void Files_on_the_command_line_belong_to_the_source_before_them(string[] arguments, string first, string second)
    {
        var expanded = SourceArguments.Expand(arguments);

        Assert.Contains($"--{first}", expanded);
        Assert.Contains($"--{second}", expanded);
    }

    private static Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments) => RunAsync([], arguments);

    private static async Task<(int Code, string Output, string Error)> RunAsync(KeyValuePair<string, string?>[] settings, params string[] arguments)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
        var root = new RootCommand();
        foreach (var verb in SchedulerVerbs.Create(() => configuration, new FakeTimeProvider(new DateTimeOffset(2014, 9, 5, 9, 0, 30, TimeSpan.Zero))))
        {
            root.Add(verb);
        }

        await using var output = new StringWriter();
        await using var error = new StringWriter();
        var code = await root.Parse(arguments).InvokeAsync(new InvocationConfiguration { Output = output, Error = error }, TestContext.Current.CancellationToken);
        return (code, output.ToString(), error.ToString());
    }
}
