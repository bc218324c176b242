using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Npgsql;

namespace Dashboard.Kit.Stores;

/// <summary>The real program of the story: it moves crashes from a queue through the stores its file names, and is told of another file by SIGHUP; and its commands beside it.</summary>
public sealed class StoryDashboard : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);
    private readonly string program;
    private readonly string folder;
    private readonly string queue;
    private readonly Dictionary<string, string?> environment;
    private readonly NpgsqlDataSource records;
    private ChildProcess? served;
    private int generation = 1;

    /// <summary>One that is not started yet.</summary>
    /// <param name="program">Where <c>Dashboard.Web.dll</c> is.</param>
    /// <param name="folder">For everything it needs.</param>
    /// <param name="own">The database of its own records.</param>
    /// <param name="observed">A database it observes.</param>
    public StoryDashboard(string program, string folder, string own, string observed)
    {
        (this.program, this.folder) = (program, folder);
        queue = Path.Combine(folder, "queue");
        records = NpgsqlDataSource.Create(own);
        environment = new Dictionary<string, string?>
        {
            ["ConnectionStrings__Dashboard"] = own,
            ["Sources__0__Name"] = "story",
            ["Sources__0__ConnectionString"] = observed,
            ["DASHBOARD_DATA"] = Path.Combine(folder, "data"),
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["Access__PrintLogin"] = "false",

            // What takes a week and a day in life.
            ["CutOver__BothDays"] = "0",
            ["CutOver__SilenceHours"] = "0.002",
            ["Mover__IdleSeconds"] = "0.05",
        };
        Directory.CreateDirectory(queue);
    }

    /// <summary>Ends every waiting.</summary>
    public CancellationToken Stop { get; init; }

    /// <summary>The folder of the queue new crashes come from.</summary>
    public string Queue => queue;

    /// <summary>The file of settings in use.</summary>
    public string Conf => Path.Combine(folder, "stores.ini");

    /// <summary>Where it listens.</summary>
    public Uri Url { get; private set; } = new("http://127.0.0.1");

    /// <summary>Adds what commands need to know of a store.</summary>
    public void Know(StoryStore store)
    {
        ArgumentNullException.ThrowIfNull(store);
        foreach (var (name, value) in store.Secrets)
        {
            environment[name] = value;
        }
    }

    /// <summary>The settings of a destination, for a file.</summary>
    public string Settings(params IReadOnlyList<StoryStore> stores)
    {
        ArgumentNullException.ThrowIfNull(stores);
        List<string> lines = ["[source]", "crashstorage_class=DatedFileStore", $"fs_root={queue}", "queue_lease=5", "", "[destination]"];
        if (stores is [var only])
        {
            lines.AddRange([$"crashstorage_class={only.Class}", .. only.Lines]);
        }
        else
        {
            lines.AddRange(["crashstorage_class=PolyStore", $"storage_classes={string.Join(", ", stores.Select(store => store.Class))}"]);
            for (var place = 0; place < stores.Count; place++)
            {
                lines.AddRange([string.Create(CultureInfo.InvariantCulture, $"[[storage{place}]]"), .. stores[place].Lines]);
            }
        }

        return string.Join('\n', lines) + "\n";
    }

    /// <summary>Writes a file of settings beside the one in use.</summary>
    /// <returns>Its path.</returns>
    public string Write(string name, string text)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>Starts it with these stores.</summary>
    public async Task StartAsync(int port, params IReadOnlyList<StoryStore> stores)
    {
        Write("stores.ini", Settings(stores));
        Url = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/"));
        served = ChildProcess.Start("dotnet", [program, "--urls", Url.AbsoluteUri, $"--admin.conf={Conf}"], environment);
        await served.SaysAsync(Pattern("Now listening on"));
    }

    /// <summary>Edits the settings and sends SIGHUP; the stores are exchanged alive.</summary>
    /// <returns>What it said.</returns>
    public async Task<string> ExchangeAsync(params IReadOnlyList<StoryStore> stores)
    {
        await File.WriteAllTextAsync(Conf, Settings(stores));
        await served!.SignalAsync("HUP");
        generation++;
        return (await served.SaysAsync(Pattern($@"SIGHUP had the configuration read again\. (Generation {generation} is in use[^""\\]*)"))).Groups[1].Value;
    }

    /// <summary>Writes settings that cannot be used and sends SIGHUP; those before stay in use.</summary>
    /// <returns>Why they were rejected.</returns>
    public async Task<string> RefuseAsync(string text, string because)
    {
        var before = await File.ReadAllTextAsync(Conf);
        await File.WriteAllTextAsync(Conf, text);
        await served!.SignalAsync("HUP");
        var words = (await served.SaysAsync(Pattern($@"SIGHUP had the configuration read again\. (Rejected, generation {generation} stays: [^""]*{because}[^""]*)"))).Groups[1].Value;
        await File.WriteAllTextAsync(Conf, before);

        // As its log says it, which is JSON.
        return JsonSerializer.Deserialize<string>($"\"{words}\"")!;
    }

    /// <summary>Runs a command to its end.</summary>
    public async Task<(int Code, string Words)> RunAsync(params IReadOnlyList<string> arguments)
    {
        await using var child = Begin(arguments);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        patience.CancelAfter(Patience);
        await child.Process.WaitForExitAsync(patience.Token);
        return (child.Process.ExitCode, child.Words);
    }

    /// <summary>Begins a command.</summary>
    public ChildProcess Begin(params IReadOnlyList<string> arguments) => ChildProcess.Start("dotnet", [program, .. arguments], environment);

    /// <summary>One number of its records.</summary>
    public async Task<long> NumberAsync(string sql)
    {
        await using var command = records.CreateCommand(sql);
        return Convert.ToInt64(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
    }

    /// <summary>Changes its records: time that passes.</summary>
    public async Task ExecuteAsync(string sql)
    {
        await using var command = records.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Asks until a number is as awaited.</summary>
    public async Task UntilAsync(string sql, Func<long, bool> isSo, string what)
    {
        ArgumentNullException.ThrowIfNull(isSo);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        patience.CancelAfter(Patience);
        long last = -1;
        while (!patience.IsCancellationRequested)
        {
            if (isSo(last = await NumberAsync(sql)))
            {
                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        Stop.ThrowIfCancellationRequested();
        throw new TimeoutException($"Waited in vain for: {what}; it was {last} last.\n{served?.Words}");
    }

    /// <summary>Waits until nothing waits in the queue.</summary>
    public async Task DrainedAsync()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        patience.CancelAfter(Patience);
        while (Waiting().Any())
        {
            if (patience.IsCancellationRequested)
            {
                Stop.ThrowIfCancellationRequested();
                throw new TimeoutException($"{Waiting().Count()} crashes still wait in the queue.\n{served?.Words}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (served is not null)
        {
            await served.DisposeAsync();
        }

        await records.DisposeAsync();
    }

    // Links and marks of what was not answered for.
    private IEnumerable<string> Waiting() => Directory.EnumerateDirectories(queue)
        .Select(day => Path.Combine(day, "date"))
        .Where(Directory.Exists)
        .SelectMany(date => Directory.EnumerateFileSystemEntries(date, "*", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 2 }))
        .Where(path => Core.Stores.Crashes.CrashId.TryParse(Path.GetFileName(path), out _));

    private static Regex Pattern(string pattern) => new(pattern, RegexOptions.Singleline, TimeSpan.FromSeconds(5));
}
