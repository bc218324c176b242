using System.CommandLine;
using System.Text.Json;
using Dashboard.Kit;
using Dashboard.Web.Commands;

namespace Dashboard.Web.Tests.Commands;

/// <summary><c>./run ingest --dry-run</c>: what it prints of real logs, and what it says of words that mean nothing.</summary>
public sealed class IngestVerbTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("dashboard-ingest-verb-");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static string Log { get; } = Directory.EnumerateFiles(Fixtures.Folder("logs"), "04-*.log").Single();

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task A_dry_run_prints_an_event_on_each_line_and_says_at_the_end_what_it_read()
    {
        var (code, output, error) = await RunAsync(Log, "--dry-run", "--source", "socorro", "--host", "admin1", "--zone", "Europe/Berlin");

        Assert.Equal(0, code);
        var events = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.NotEmpty(events);
        Assert.All(events, told => Assert.Equal(("socorro", "admin1"), (told.GetProperty("source").GetString(), told.GetProperty("host").GetString())));
        Assert.Contains("recovered", events.Select(told => told.GetProperty("outcome").GetString()));
        Assert.Contains($"{events.Count} events", error, StringComparison.Ordinal);
        Assert.Contains("0 lines could not be read", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Jobs_have_the_names_a_mapping_gives_their_classes()
    {
        var job = Assert.Single(await NamesAsync());
        var (path, name) = (job, job[(job.LastIndexOf('.') + 1)..]);

        Assert.Equal(["by-the-path"], await NamesAsync("--mapping", Write("long.json", $$"""{"{{path}}": "by-the-path"}""")));
        Assert.Equal(["by-the-class"], await NamesAsync("--mapping", Write("short.json", $$$"""{"{{{name}}}": {"app_name": "by-the-class"}}""")));
    }

    [Fact]
    public async Task Jobs_have_the_names_the_sections_of_their_classes_say()
    {
        var path = Assert.Single(await NamesAsync());
        var configuration = Write("crontabber.ini", $"[crontabber]\n    jobs=\"{path}|1h\"\n    [[class-{path[(path.LastIndexOf('.') + 1)..]}]]\n        app_name = by-the-section\n");

        Assert.Equal(["by-the-section"], await NamesAsync("--jobs", configuration));
        Assert.Equal(["by-the-path"], await NamesAsync("--jobs", configuration, "--mapping", Write("long.json", $$"""{"{{path}}": "by-the-path"}""")));
    }

    [Fact]
    public async Task A_file_of_names_that_cannot_be_read_ends_it_before_anything_is_told()
    {
        var missing = Path.Combine(folder.FullName, "nothing.json");

        Assert.Contains("no such file", (await Assert.ThrowsAsync<VerbException>(() => RunAsync(Log, "--dry-run", "--mapping", missing))).Message, StringComparison.Ordinal);
        Assert.Contains("no such file", (await Assert.ThrowsAsync<VerbException>(() => RunAsync(Log, "--dry-run", "--jobs", missing))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, "There is no zone 'Mars/Olympus'", "--dry-run", "--zone", "Mars/Olympus")]
    [InlineData(2, "There is no zone ''", "--dry-run", "--zone", "")]
    [InlineData(1, "--follow is for files and keeps what it reads", "--dry-run", "--follow")]
    [InlineData(1, "Unrecognized command or argument '--dryrun'", "--dryrun")]
    public async Task Words_that_mean_nothing_are_refused(int expected, string complaint, params string[] arguments)
    {
        var (code, _, error) = await RunAsync([Log, .. arguments]);

        Assert.Equal(expected, code);
        Assert.Contains(complaint, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_several_logs_the_one_that_cannot_be_read_is_named_and_the_others_are_read()
    {
        var missing = Path.Combine(folder.FullName, "nothing.log");

        var one = await RunAsync(Log, missing, folder.FullName, "--dry-run");
        var none = await RunAsync(missing, "--dry-run");

        Assert.Equal((1, 2), (one.Code, none.Code));
        Assert.NotEmpty(one.Output);
        Assert.Contains($"{missing} cannot be read", one.Error, StringComparison.Ordinal);
        Assert.Contains($"{folder.FullName} cannot be read", one.Error, StringComparison.Ordinal);
    }

    private static async Task<IReadOnlyList<string>> NamesAsync(params string[] arguments)
    {
        var (code, output, _) = await RunAsync([Log, "--dry-run", .. arguments]);
        Assert.Equal(0, code);
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("app_name").GetString()).OfType<string>().Distinct(StringComparer.Ordinal)];
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(folder.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        await using var output = new StringWriter();
        await using var error = new StringWriter();
        var root = new RootCommand { IngestVerb.Create() };
        var code = await root.Parse(["ingest", .. arguments]).InvokeAsync(new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false }, Stop);
        return (code, output.ToString(), error.ToString());
    }
}
