using System.Text;
using System.Text.RegularExpressions;
using Dashboard.Kit;
using Dashboard.Web.Commands;
using Dashboard.Web.Settings;

namespace Dashboard.Web.Tests.Commands;

/// <summary>What anybody on the machine sees of the running program in a list of processes, and what the programs it starts are told: no password.</summary>
public sealed partial class ProcessSecretsTests : IDisposable
{
    private const string Canary = "canary-in-the-environment-41c7";
    private readonly DirectoryInfo root = Directory.CreateTempSubdirectory("dashboard-process-secrets-");

    public ProcessSecretsTests() => File.SetUnixFileMode(
        root.FullName, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);

    private string Data => Path.Combine(root.FullName, "data");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => root.Delete(recursive: true);

    [Fact]
    public async Task No_argument_of_any_process_and_no_environment_of_a_child_holds_a_password()
    {
        // As people give passwords: in the environment. Those of the embedded server are made by the program and kept in files only it may read.
        var observed = $"{await (await TestPostgres.SharedAsync()).NewDatabaseAsync("crontabber-healthy")};Password={Canary}";
        await using var program = ChildProcess.Start(
            "dotnet",
            [Path.Combine(AppContext.BaseDirectory, "Dashboard.Web.dll"), "--urls", $"http://127.0.0.1:{FreePorts.Take()}"],
            new Dictionary<string, string?>
            {
                ["DASHBOARD_DATA"] = Data,
                ["Sources__0__Name"] = "demo",
                ["Sources__0__ConnectionString"] = observed,
                ["StoreSecrets__crashes"] = Canary,
            });
        await program.SaysAsync(LoginLink());
        var files = Directory.GetFiles(Path.Combine(Data, "secrets"));
        string[] secrets = [Canary, .. await Task.WhenAll(files.Select(async file => (await File.ReadAllTextAsync(file, Stop)).Trim()))];
        Assert.Equal(3, secrets.Length);
        Assert.All(files, file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));

        var processes = await TreeAsync(program.Process.Id);
        Assert.Contains(processes, process => process.Arguments.Contains("postgres", StringComparison.Ordinal));
        Assert.All(processes, process => Assert.DoesNotContain(secrets, secret => process.Arguments.Contains(secret, StringComparison.Ordinal)));
        Assert.All(processes.Where(process => process.Id != program.Process.Id), process => Assert.DoesNotContain(secrets, secret => process.Environment.Contains(secret, StringComparison.Ordinal)));

        // The program itself was told by its environment: else this would prove nothing.
        Assert.Contains(Canary, processes.Single(process => process.Id == program.Process.Id).Environment, StringComparison.Ordinal);
        Assert.All(secrets, secret => Assert.DoesNotContain(secret, program.Words, StringComparison.Ordinal));
    }

    /// <summary>Who gives one on the command line all the same is told that it can be read there.</summary>
    [Theory]
    [InlineData("Sources:1000:ConnectionString", "--source", $"Host=db;Username=reader;Password={Canary}")]
    [InlineData("ConnectionStrings:Dashboard", $"--ConnectionStrings:Dashboard=Host=db;Username=own;Password={Canary}")]
    [InlineData("Access:Proxy:Secret", $"--Access:Proxy:Secret={Canary}")]
    [InlineData(null, "--source", "Host=db;Username=reader")]
    [InlineData(null, "--urls", "http://127.0.0.1:9000")]
    public void A_secret_in_the_command_line_is_named_and_not_repeated(string? named, params string[] arguments)
    {
        var said = SettingsStart.Read(SourceArguments.Expand(arguments)).Exposed;

        Assert.Equal(named is not null, said?.Contains($"{named}.", StringComparison.Ordinal) ?? false);
        Assert.DoesNotContain(Canary, said ?? "", StringComparison.Ordinal);
    }

    /// <summary>And it is covered there, so that it is not to be read as long as the program runs; what it was told by it, it knows.</summary>
    [Fact]
    public async Task A_secret_in_the_command_line_is_covered_in_the_list_of_processes()
    {
        var postgres = await TestPostgres.SharedAsync();
        var (own, observed) = (await postgres.NewDatabaseAsync(), await postgres.NewDatabaseAsync("crontabber-healthy"));
        await using var program = ChildProcess.Start(
            "dotnet",
            [
                Path.Combine(AppContext.BaseDirectory, "Dashboard.Web.dll"), "--urls", $"http://127.0.0.1:{FreePorts.Take()}", $"--ConnectionStrings:Dashboard={own};Password={Canary}", "--source", $"demo={observed};Password={Canary}",
                $"--Access:Prxy:Secret={Canary}", $"/Kestrel:Certificates:Default:Password={Canary}", "--StoreSecrets:crashes", Canary,
            ],
            new Dictionary<string, string?> { ["DASHBOARD_DATA"] = Data });
        await program.SaysAsync(LoginLink());

        var seen = (await ReadAsync(program.Process.Id, "cmdline")).Split('\0');

        Assert.DoesNotContain(seen, argument => argument.Contains(Canary, StringComparison.Ordinal));
        Assert.Contains($"--ConnectionStrings:Dashboard={new string('*', own.Length + 10 + Canary.Length)}", seen);
        Assert.Contains($"--Access:Prxy:Secret={new string('*', Canary.Length)}", seen);
        Assert.Contains("--urls", seen);
        Assert.DoesNotContain(Canary, program.Words, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a\0--x=pass\0pass\0--y=by pass\0passed\0", "a\0--x=****\0****\0--y=by pass\0passed\0")]
    [InlineData("--x=pass", "--x=****")]
    [InlineData("--x=a=pass\0", "--x=a=****\0")]
    [InlineData("--ä=pässé\0", "--ä=*******\0")]
    [InlineData("--x=another\0", "--x=another\0")]
    public void What_is_covered_are_whole_values(string arguments, string covered)
    {
        var bytes = Encoding.UTF8.GetBytes(arguments);

        Assert.Equal(arguments != covered, CommandLineCover.InPlace(bytes, ["pass", "pässé", ""]));
        Assert.Equal(covered, Encoding.UTF8.GetString(bytes));
    }

    // It and everything it started.
    private static async Task<IReadOnlyList<(int Id, string Arguments, string Environment)>> TreeAsync(int parent)
    {
        var found = new List<(int, string, string)> { (parent, await ReadAsync(parent, "cmdline"), await ReadAsync(parent, "environ")) };
        foreach (var thread in Directory.GetDirectories($"/proc/{parent}/task"))
        {
            foreach (var child in (await TextAsync(Path.Combine(thread, "children"))).Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                found.AddRange(await TreeAsync(int.Parse(child)));
            }
        }

        return found;
    }

    private static Task<string> ReadAsync(int process, string file) => TextAsync($"/proc/{process}/{file}");

    // Processes and threads come and go while they are looked at.
    private static async Task<string> TextAsync(string file)
    {
        try
        {
            return await File.ReadAllTextAsync(file, Stop);
        }
        catch (IOException)
        {
            return "";
        }
    }

    [GeneratedRegex(@"http://\S+token=\S+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex LoginLink();
}
