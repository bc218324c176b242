using Dashboard.Core.Configuration;
using Dashboard.Core.Configuration.Layers;
using Dashboard.Core.Configuration.Readings;

namespace Dashboard.Core.Tests.Configuration;

/// <summary>Which of several words counts: every order of the layers with every choice of those that say something.</summary>
public sealed class PrecedenceTests
{
    private static readonly LayerKind[] Kinds = [LayerKind.Shipped, LayerKind.Environment, LayerKind.File, LayerKind.CommandLine];

    private static readonly Dictionary<LayerKind, Layer> Ports = new()
    {
        [LayerKind.Shipped] = SettingsFile.ReadText("""{ "server": { "port": 1 } }""", "appsettings.json", LayerKind.Shipped),
        [LayerKind.Environment] = EnvironmentLayer.Of([("server__port", "2"), ("PATH", "/bin")]),
        [LayerKind.File] = SettingsFile.ReadText("[server]\nport=3\n", "x.ini"),
        [LayerKind.CommandLine] = CommandLineLayer.Read(["--server.port=4"], Crates.Catalog()),
    };

    [Fact]
    public void Of_those_that_say_something_the_last_in_the_order_counts_and_the_others_are_named_as_overruled()
    {
        var tried = 0;
        foreach (var order in Orders(Kinds))
        {
            for (var choice = 0; choice < 16; choice++)
            {
                var speaking = Kinds.Where((_, place) => (choice & (1 << place)) != 0).ToArray();
                var reading = ConfigurationResolver.Resolve(Crates.Catalog(), [.. speaking.Select(kind => Ports[kind])], order);
                var said = order.Where(speaking.Contains).Reverse().ToList();
                var port = reading.Find("server:port")!;

                Assert.True(reading.IsUsable);
                Assert.Equal(said is [var strongest, ..] ? (long)Array.IndexOf(Kinds, strongest) + 1 : 5_432L, port.Value);
                Assert.Equal(said is [var first, ..] ? first : LayerKind.Defaults, port.Origin.Kind);
                Assert.Equal(said.Skip(1), port.Overruled.Select(origin => origin.Kind));
                Assert.Equal(said.Count == 0 ? null : port.Canonical, reading.Data.GetValueOrDefault("server:port"));
                tried++;
            }
        }

        Assert.Equal(24 * 16, tried);
    }

    [Fact]
    public void Every_place_is_told_as_people_write_it()
    {
        var reading = Crates.Read([.. Ports.Values]);
        var port = reading.Find("server:port")!;

        Assert.Equal("command line --server.port", port.Origin.ToString());
        Assert.Equal(["x.ini:2", "environment server__port", "appsettings.json:1"], port.Overruled.Select(origin => origin.ToString()));
        Assert.Equal("default", reading.Find("server:host")!.Origin.ToString());
    }

    [Fact]
    public void Of_two_files_the_later_counts_and_of_two_words_on_the_command_line_the_later_does()
    {
        var reading = Crates.Read(
            SettingsFile.ReadText("[server]\nport=10\nhost=one\n", "one.ini"),
            SettingsFile.ReadText("""{ "server": { "port": 11 } }""", "two.json"),
            CommandLineLayer.Read(["--server:ratio", "0.1", "--server.ratio=0.2", "--server__verbose"], Crates.Catalog()));

        Assert.Equal((11L, "one", 0.2, true), (reading.Find("server:port")!.Value, reading.Find("server:host")!.Value, reading.Find("server:ratio")!.Value, reading.Find("server:verbose")!.Value));
    }

    [Fact]
    public void A_list_is_taken_whole_from_the_strongest_that_has_one_however_each_writes_it()
    {
        var json = SettingsFile.ReadText("""{ "server": { "tags": ["x", "y", "z"] } }""", "a.json", LayerKind.Shipped);
        var ini = SettingsFile.ReadText("[server]\ntags = one, two\n", "a.ini");
        var environment = EnvironmentLayer.Of([("server__tags__0", "p"), ("server__tags__1", "q, r")]);

        Assert.Equal(["one", "two"], (IReadOnlyList<string>)Crates.Read(json, ini).Find("server:tags")!.Value!);
        Assert.Equal(["p", "q, r"], (IReadOnlyList<string>)Crates.Read(json, environment).Find("server:tags")!.Value!);
        var data = Crates.Read(json, ini).Data;
        Assert.Equal(("one", "two", false), (data["server:tags:0"], data["server:tags:1"], data.ContainsKey("server:tags:2")));
    }

    [Fact]
    public void The_environment_is_not_asked_what_it_means_unless_it_speaks_of_a_section_of_ours()
    {
        var reading = Crates.Read(EnvironmentLayer.Of([("HOME", "/root"), ("other__port", "1"), ("server__prot", "1"), ("ASPNETCORE_server__host", "x")]));

        Assert.Equal("environment server__prot: 'server:prot', which is no option. Expected: server:port, perhaps.", Assert.Single(reading.Warnings).ToString());
        Assert.Equal("x", reading.Find("server:host")!.Text);
    }

    [Fact]
    public void What_nobody_knows_is_a_warning_that_names_the_nearest_and_with_strict_an_error()
    {
        var lax = Crates.ReadIni("[server]\nprot=1\n");
        var strict = Crates.ReadIni("[admin]\nstrict=yes\n[server]\nprot=1\n");

        Assert.True(lax.IsUsable);
        Assert.Equal("x.ini:2: 'server:prot', which is no option. Expected: server:port, perhaps.", Assert.Single(lax.Warnings).ToString());
        Assert.Equal("x.ini:4: 'server:prot', which is no option. Expected: server:port, perhaps.", Assert.Single(strict.Faults).ToString());
    }

    [Fact]
    public async Task Files_and_order_are_named_on_the_command_line_or_in_the_environment_and_an_order_that_is_none_is_refused()
    {
        var folder = Directory.CreateTempSubdirectory("dashboard-sources-");
        try
        {
            var file = Path.Combine(folder.FullName, "own.ini");
            await File.WriteAllTextAsync(file, "[server]\nport=3\n", TestContext.Current.CancellationToken);
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "appsettings.json"), """{ "server": { "port": 1, "host": "shipped" } }""", TestContext.Current.CancellationToken);
            ConfigurationReading Read(string[] arguments, params (string, string?)[] environment) =>
                new ConfigurationSources(Crates.Catalog(), folder.FullName, arguments, EnvironmentLayer.Of(environment), "appsettings.json", "appsettings.Production.json").Read();

            Assert.Equal((3L, "shipped"), (Read([$"--admin.conf={file}"], ("server__port", "2")).Find("server:port")!.Value, Read([]).Find("server:host")!.Value));
            Assert.Equal(2L, Read([$"--admin.conf={file}", "--admin.order=shipped,file,environment,command-line"], ("server__port", "2")).Find("server:port")!.Value);
            Assert.Equal(3L, Read([], ("admin__conf", file)).Find("server:port")!.Value);
            Assert.Equal(
                "command line --admin.order: admin:order = 'file, environment'. Expected: each of shipped, environment, file, command-line once, the strongest last.",
                Assert.Single(Read(["--admin.order=file,environment"]).Faults).ToString());
            Assert.Contains("it is not there", Assert.Single(Read([$"--admin.conf={file}.gone"]).Faults).ToString(), StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static IEnumerable<LayerKind[]> Orders(LayerKind[] kinds) =>
        kinds.Length == 1 ? [kinds] : kinds.SelectMany(first => Orders([.. kinds.Where(kind => kind != first)]).Select(rest => (LayerKind[])[first, .. rest]));
}
