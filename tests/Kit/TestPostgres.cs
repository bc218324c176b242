using System.Diagnostics;
using Npgsql;

namespace Dashboard.Kit;

/// <summary>
/// One real PostgreSQL server for a test process: started on first use in a folder of its own, gone with the process.
/// Each test makes a database of its own from a captured one, so tests never meet.
/// </summary>
public sealed class TestPostgres : IAsyncDisposable
{
    private static readonly Lazy<Task<TestPostgres>> Started = new(StartAsync);
    private static int databases;
    private readonly ProcessStartInfo command;
    private readonly string folder;
    private readonly SemaphoreSlim templates = new(1);
    private readonly HashSet<string> made = [];
    private Process server;
    private int over;

    private TestPostgres(ProcessStartInfo command, string folder, int port)
    {
        this.command = command;
        this.folder = folder;
        Port = port;
        server = Launch(command);
    }

    /// <summary>Where it listens on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>Its process, for tests that stop or kill it; such a test starts a server of its own with <see cref="StartAsync"/>.</summary>
    public Process Server => server;

    /// <summary>The server all tests of this process share.</summary>
    public static Task<TestPostgres> SharedAsync() => Started.Value;

    /// <summary>A connection string of a superuser for one of its databases.</summary>
    public string ConnectionString(string database) =>
        $"Host=127.0.0.1;Port={Port};Username=postgres;Database={database};Include Error Detail=true;Timeout=5";

    /// <summary>A new database holding what the real programs wrote: <c>crontabber-incident</c>, <c>crontabber-healthy</c>,
    /// <c>socorro-cron-incident</c>, or an empty one for null.</summary>
    /// <returns>Its connection string.</returns>
    public async Task<string> NewDatabaseAsync(string? fixture = null)
    {
        var name = $"test_{Environment.ProcessId}_{Interlocked.Increment(ref databases)}";
        var template = fixture is null ? "template0" : await TemplateAsync(fixture);
        await ExecuteAsync("postgres", $"create database {name} template {template}");
        return ConnectionString(name);
    }

    /// <summary>Runs SQL in one of its databases.</summary>
    public async Task ExecuteAsync(string database, string sql)
    {
        await using var source = NpgsqlDataSource.Create(ConnectionString(database) + ";Pooling=false");
        await using var command = source.CreateCommand(sql);
        command.CommandTimeout = 120;
        await command.ExecuteNonQueryAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref over, 1) == 1)
        {
            return;
        }

        if (!server.HasExited)
        {
            await SignalAsync("INT");
            await server.WaitForExitAsync();
        }

        server.Dispose();
        templates.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Sends its main process a signal.</summary>
    public async Task SignalAsync(string signal) => await RunAsync("kill", [$"-{signal}", $"{server.Id}"]);

    /// <summary>Ends it as a crash would: the main process is killed, its sessions follow.</summary>
    public async Task KillAsync()
    {
        await SignalAsync("KILL");
        await server.WaitForExitAsync();
    }

    /// <summary>Stops it as an operator in a hurry does; <see cref="StartAgainAsync"/> brings it back with its data.</summary>
    public async Task StopAsync()
    {
        await SignalAsync("INT");
        await server.WaitForExitAsync();
    }

    /// <summary>Starts it again on the same data and port, after <see cref="KillAsync"/> or <see cref="StopAsync"/>.</summary>
    public async Task StartAgainAsync()
    {
        // Sessions of the killed server may hold its memory for a moment longer; until they are gone a new one refuses to start.
        for (var attempt = 0; attempt < 40; attempt++)
        {
            server.Dispose();
            server = Launch(command);
            if (await AnswersAsync())
            {
                return;
            }
        }

        throw new InvalidOperationException("PostgreSQL did not start again.");
    }

    /// <summary>Sends the main process and all its sessions a signal: STOP makes it hang, CONT go on.</summary>
    public async Task SignalAllAsync(string signal)
    {
        var children = await File.ReadAllTextAsync($"/proc/{server.Id}/task/{server.Id}/children");
        try
        {
            await RunAsync("kill", [$"-{signal}", $"{server.Id}", .. children.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
        }
        catch (InvalidOperationException cause) when (cause.Message.Contains("No such process", StringComparison.Ordinal) && !server.HasExited)
        {
            // A session ended by itself meanwhile; all the others have it.
        }
    }

    /// <summary>Starts a server nobody shares.</summary>
    public static async Task<TestPostgres> StartAsync()
    {
        var bin = Binaries();
        var folder = Directory.CreateTempSubdirectory("dashboard-test-pg-").FullName;
        var data = Path.Combine(folder, "data");
        string[] asUser = [];
        if (Environment.UserName == "root")
        {
            await RunAsync("chown", ["postgres", folder]);
            asUser = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--pdeathsig", "INT"];
        }
        else
        {
            asUser = ["setpriv", "--pdeathsig", "INT"];
        }

        await RunAsync(asUser[0], [.. asUser[1..], Path.Combine(bin, "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-N", "-E", "UTF8", "--locale=C"]);
        var port = FreePorts.Take();
        var start = new ProcessStartInfo(asUser[0])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        foreach (var argument in (string[])[
            .. asUser[1..], Path.Combine(bin, "postgres"), "-D", data, "-p", $"{port}", "-c", "listen_addresses=127.0.0.1", "-c", $"unix_socket_directories={folder}",
            "-c", "fsync=off", "-c", "wal_level=logical", "-c", "max_connections=600", "-c", "max_wal_senders=20", "-c", "max_replication_slots=20", "-c", "timezone=UTC"])
        {
            start.ArgumentList.Add(argument);
        }

        var started = new TestPostgres(start, folder, port);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => started.DisposeAsync().AsTask().Wait(TimeSpan.FromSeconds(10));
        return await started.AnswersAsync() ? started : throw new InvalidOperationException("PostgreSQL did not start.");
    }

    /// <summary>The SQL of a captured database, without the lines only psql understands.</summary>
    public static async Task<string> CapturedSqlAsync(string file)
    {
        var lines = await File.ReadAllLinesAsync(Path.Combine(AppContext.BaseDirectory, "Fixtures", "databases", file));
        return string.Join('\n', lines.Where(line => !line.StartsWith(@"\restrict", StringComparison.Ordinal) && !line.StartsWith(@"\unrestrict", StringComparison.Ordinal)));
    }

    private async Task<string> TemplateAsync(string fixture)
    {
        var template = $"template_{fixture.Replace('-', '_')}";
        await templates.WaitAsync();
        try
        {
            if (made.Add(template))
            {
                await ExecuteAsync("postgres", $"create database {template} template template0");
                var schema = fixture.StartsWith("socorro", StringComparison.Ordinal) ? "socorro-cron-schema.sql" : "crontabber-schema.sql";
                await ExecuteAsync(template, await CapturedSqlAsync(schema));
                await ExecuteAsync(template, await CapturedSqlAsync($"{fixture}.sql"));
            }
        }
        finally
        {
            templates.Release();
        }

        return template;
    }

    // A server asked to end with its parent ends with the thread that started it, and threads of the pool come and go: it gets one that stays.
    private static Process Launch(ProcessStartInfo command)
    {
        var launched = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            var server = Process.Start(command) ?? throw new InvalidOperationException("PostgreSQL did not start.");
            server.BeginOutputReadLine();
            server.BeginErrorReadLine();
            launched.SetResult(server);
            using var gone = new ManualResetEventSlim();
            gone.Wait();
        }) { IsBackground = true, Name = "PostgreSQL" }.Start();
        return launched.Task.GetAwaiter().GetResult();
    }

    private async Task<bool> AnswersAsync()
    {
        for (var attempt = 0; attempt < 200 && !server.HasExited; attempt++)
        {
            try
            {
                await ExecuteAsync("postgres", "select 1");
                return true;
            }
            catch (NpgsqlException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
            }
        }

        return false;
    }

    private static string Binaries()
    {
        var found = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin")).Where(bin => File.Exists(Path.Combine(bin, "initdb"))).Order(StringComparer.Ordinal).LastOrDefault()
            : null;
        return found ?? throw new InvalidOperationException("No PostgreSQL server programs found under /usr/lib/postgresql; run: apt-get install postgresql");
    }

    private static async Task RunAsync(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        var output = process.StandardOutput.ReadToEndAsync();
        var error = await process.StandardError.ReadToEndAsync();
        await output;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {error}");
        }
    }
}
