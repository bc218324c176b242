using System.Diagnostics;
using Npgsql;

namespace Dashboard.Kit;

/// <summary>A real pgbouncer in front of a <see cref="TestPostgres"/>, lending connections by the session or by the transaction.</summary>
public sealed class PgBouncer : IAsyncDisposable
{
    private readonly Process pooler;
    private readonly string folder;
    private readonly int port;

    private PgBouncer(Process pooler, string folder, int port)
    {
        this.pooler = pooler;
        this.folder = folder;
        this.port = port;
    }

    /// <summary>Starts one; <paramref name="mode"/> is <c>session</c> or <c>transaction</c>; who waits longer for a connection than it is said is refused.</summary>
    public static async Task<PgBouncer> StartAsync(TestPostgres postgres, string mode, int queryWaitSeconds = 120)
    {
        ArgumentNullException.ThrowIfNull(postgres);

        // Not CreateTempSubdirectory: the user postgres must be able to read the settings.
        var folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"dashboard-test-pgbouncer-{Guid.NewGuid():N}")).FullName;
        var port = FreePorts.Take();
        var settings = Path.Combine(folder, "pgbouncer.ini");
        await File.WriteAllTextAsync(settings, $"""
            [databases]
            * = host=127.0.0.1 port={postgres.Port} user=postgres
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = {port}
            unix_socket_dir =
            auth_type = any
            pool_mode = {mode}
            default_pool_size = 10
            query_wait_timeout = {queryWaitSeconds}
            """);
        var start = new ProcessStartInfo("setpriv") { RedirectStandardError = true, RedirectStandardOutput = true };
        string[] asUser = Environment.UserName == "root" ? ["--reuid=postgres", "--regid=postgres", "--clear-groups"] : [];
        foreach (var argument in (string[])[.. asUser, Program(), settings])
        {
            start.ArgumentList.Add(argument);
        }

        var pooler = Process.Start(start) ?? throw new InvalidOperationException("pgbouncer did not start.");
        pooler.BeginOutputReadLine();
        pooler.BeginErrorReadLine();
        var started = new PgBouncer(pooler, folder, port);
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await using var source = NpgsqlDataSource.Create(started.ConnectionString("postgres") + ";Pooling=false");
                await using var command = source.CreateCommand("select 1");
                await command.ExecuteNonQueryAsync();
                return started;
            }
            catch (NpgsqlException) when (attempt < 200 && !pooler.HasExited)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
            }
        }
    }

    /// <summary>Lends no connection any more: who asks waits, and is then refused.</summary>
    public Task PauseAsync() => SignalAsync("USR1");

    /// <summary>Lends connections again.</summary>
    public Task ResumeAsync() => SignalAsync("USR2");

    /// <summary>A connection string for one of the server's databases, through the pooler.</summary>
    public string ConnectionString(string database) => $"Host=127.0.0.1;Port={port};Username=postgres;Database={database};Timeout=5";

    /// <summary>The same database as a direct connection string names, through the pooler.</summary>
    public string Through(string direct) => ConnectionString(new NpgsqlConnectionStringBuilder(direct).Database!);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!pooler.HasExited)
        {
            pooler.Kill();
            await pooler.WaitForExitAsync();
        }

        pooler.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{pooler.Id}"]);
        await kill.WaitForExitAsync();
        if (kill.ExitCode != 0)
        {
            throw new InvalidOperationException($"pgbouncer could not be sent {signal}.");
        }
    }

    private static string Program() =>
        ((string[])["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer", "/usr/local/bin/pgbouncer"]).FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException("No pgbouncer found; run: apt-get install pgbouncer");
}
