using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Dashboard.Core.Runner.Samples;
using Npgsql;

namespace Dashboard.Core.Database.Embedded;

/// <summary>
/// A private PostgreSQL: real programs, a cluster in a data folder, on 127.0.0.1 only and with passwords. It is a child of this process
/// and stops with it.
/// </summary>
public sealed class EmbeddedPostgres : IAsyncDisposable
{
    /// <summary>The role of the dashboard: owns its databases, may decode changes, is no superuser.</summary>
    public const string Role = "dashboard";

    private static readonly TimeSpan ReadyEvery = TimeSpan.FromMilliseconds(20);
    private readonly DataFolderLock held;
    private readonly ServerAccount account;
    private readonly TimeProvider clock;
    private readonly string superuserPassword;
    private readonly string password;
    private readonly ServerLog log;
    private volatile PostgresProcess? server;

    private EmbeddedPostgres(DataFolder folder, DataFolderLock held, ServerAccount account, PostgresBinaries binaries, TimeProvider clock, string superuserPassword, string password)
    {
        Folder = folder;
        Binaries = binaries;
        this.held = held;
        this.account = account;
        this.clock = clock;
        this.superuserPassword = superuserPassword;
        this.password = password;
        log = new ServerLog(folder.Log);
    }

    /// <summary>What it keeps.</summary>
    public DataFolder Folder { get; }

    /// <summary>Its programs.</summary>
    public PostgresBinaries Binaries { get; }

    /// <summary>Where it listens on 127.0.0.1; the same for as long as this process lives.</summary>
    public int Port { get; private set; }

    /// <summary>Its main process; another one after a restart.</summary>
    public int ProcessId => server?.Process.Id ?? 0;

    /// <summary>Done when its main process is gone.</summary>
    public Task Exited => server?.Exited ?? Task.CompletedTask;

    /// <summary>Starts it, making the cluster at the first start.</summary>
    /// <param name="options">Where and with what.</param>
    /// <param name="clock">For waiting.</param>
    /// <param name="say">Given one line for each thing an operator would want to know while waiting.</param>
    /// <param name="cancellationToken">Gives up; nothing is left running.</param>
    /// <exception cref="EmbeddedPostgresException">With cause and remedy.</exception>
    public static async Task<EmbeddedPostgres> StartAsync(EmbeddedOptions options, TimeProvider clock, Action<string> say, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(say);
        var account = ServerAccount.Choose();
        var folder = DataFolder.Choose(options.Data);
        await folder.PrepareAsync(account, cancellationToken);
        var held = DataFolderLock.TryTake(folder)
            ?? throw new EmbeddedPostgresException($"A dashboard is already running on {folder.Path}: {DataFolderLock.Holder(folder)}. Use that one, or stop it, or give this one a folder of its own: DASHBOARD_DATA=/another/folder ./run");
        try
        {
            await held.SignAsync(null, cancellationToken);
            var cluster = new PostgresCluster(folder, account, clock, say);
            var version = cluster.Version();
            var binaries = await PostgresBinaries.FindAsync(options.Binaries, folder.Tools, version, cancellationToken) ?? throw new EmbeddedPostgresException(PostgresInstallation.Advice(folder));
            say($"PostgreSQL {binaries.Major} from {binaries.Folder}, data in {folder.Path}");
            if (version is { } existing)
            {
                cluster.Refuse(existing, binaries);
                if (!folder.HasSecret(PostgresCluster.Superuser))
                {
                    throw new EmbeddedPostgresException($"The password of the cluster in {folder.Cluster} is missing ({folder.In("secrets/postgres")}). Restore the file from a backup, or move {folder.Cluster} away to begin anew.");
                }

                await cluster.SettleAsync(cancellationToken);
            }
            else
            {
                say("Making a new database cluster…");
                await cluster.InitialiseAsync(binaries, cancellationToken);
            }

            var postgres = new EmbeddedPostgres(
                folder, held, account, binaries, clock, await folder.SecretAsync(PostgresCluster.Superuser, cancellationToken), await folder.SecretAsync(Role, cancellationToken));
            try
            {
                await postgres.FirstStartAsync(options.Port, say, cancellationToken);
                return postgres;
            }
            catch
            {
                await postgres.DisposeAsync();
                throw;
            }
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>For Npgsql, as the dashboard's role.</summary>
    /// <remarks>The role's password is never given to somebody who happens to listen on our port and asks for it in clear.</remarks>
    public string ConnectionString(string database) => Address(Port, Role, password, database);

    /// <summary>How another process reaches the server that runs on a data folder; null when none does.</summary>
    public static async Task<Func<string, string>?> RunningAsync(EmbeddedOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        var folder = DataFolder.Choose(options.Data);
        if (!Directory.Exists(folder.Path) || !folder.HasSecret(Role) || !File.Exists(folder.Port))
        {
            return null;
        }

        using (var free = DataFolderLock.TryTake(folder))
        {
            if (free is not null)
            {
                return null;
            }
        }

        var port = int.Parse(await File.ReadAllTextAsync(folder.Port, cancellationToken), CultureInfo.InvariantCulture);
        var password = await folder.SecretAsync(Role, cancellationToken);
        return database => Address(port, Role, password, database);
    }

    /// <summary>Says to whoever starts second where the pages of the first are.</summary>
    public Task SignAsync(string url, CancellationToken cancellationToken) => held.SignAsync(url, cancellationToken);

    /// <summary>Starts it again after it was killed, on the same port, so that everybody's connection strings stay true.</summary>
    public async Task RestartAsync(Action<string> say, CancellationToken cancellationToken)
    {
        await new PostgresCluster(Folder, account, clock, say).SettleAsync(cancellationToken);
        await LaunchAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (server is { } running)
        {
            await running.DisposeAsync();
        }

        log.Dispose();
        held.Dispose();
    }

    private static string Address(int port, string role, string password, string database) => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1",
        Port = port,
        Username = role,
        Password = password,
        Database = database,
        RequireAuth = "ScramSHA256",
        SslMode = SslMode.Disable,
        Timeout = 5,
    }.ConnectionString;

    private async Task FirstStartAsync(int configuredPort, Action<string> say, CancellationToken cancellationToken)
    {
        var remembered = File.Exists(Folder.Port) && int.TryParse(await File.ReadAllTextAsync(Folder.Port, cancellationToken), CultureInfo.InvariantCulture, out var last) ? last : configuredPort;
        for (var attempt = 0; ; attempt++)
        {
            Port = attempt == 0 && remembered > 0 && IsFree(remembered) ? remembered : FreePort();
            try
            {
                await LaunchAsync(cancellationToken);
                break;
            }
            catch (EmbeddedPostgresException) when (attempt < 5 && !IsFree(Port))
            {
                // Somebody took it between our look and the server's.
            }
        }

        if (remembered > 0 && Port != remembered)
        {
            say($"Port {remembered} of the embedded PostgreSQL is taken by another program; it uses {Port} from now on.");
        }

        await DataFolder.WriteAsync(Folder.Port, Port.ToString(CultureInfo.InvariantCulture), UnixFileMode.UserRead | UnixFileMode.UserWrite, cancellationToken);
        await ProvideAsync(cancellationToken);
    }

    private async Task LaunchAsync(CancellationToken cancellationToken)
    {
        if (server is { } old)
        {
            await old.DisposeAsync();
        }

        var started = server = await PostgresProcess.StartAsync(account, Binaries, Folder.Cluster, Settings(), log.Write);
        try
        {
            await ReadyAsync(started, cancellationToken);
        }
        catch
        {
            await started.StopAsync();
            throw;
        }
    }

    private Dictionary<string, string> Settings() => new()
    {
        ["port"] = Port.ToString(CultureInfo.InvariantCulture),
        ["listen_addresses"] = "127.0.0.1",
        ["unix_socket_directories"] = "",
        ["max_connections"] = "40",
        ["wal_level"] = "logical",
        ["max_wal_senders"] = "8",
        ["max_replication_slots"] = "8",
        ["wal_sender_timeout"] = "60s",
        ["fsync"] = "on",
        ["log_lock_waits"] = "on",
        ["log_timezone"] = "UTC",
        ["log_line_prefix"] = "%m [%p] %q%u@%d ",
        ["timezone"] = "UTC",
    };

    private async Task ReadyAsync(PostgresProcess started, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (started.Exited.IsCompleted)
            {
                throw new EmbeddedPostgresException($"PostgreSQL did not start on {Folder.Cluster}. It says (more in {Folder.Log}):\n{started.LastWords}");
            }

            try
            {
                await using var connection = await OpenAsSuperuserAsync(cancellationToken);
                return;
            }
            catch (PostgresException refused) when (refused.SqlState == PostgresErrorCodes.InvalidPassword)
            {
                throw new EmbeddedPostgresException($"The password in {Folder.In("secrets/postgres")} is not the one of the cluster in {Folder.Cluster}. Restore the file that belongs to the cluster.", refused);
            }
            catch (NpgsqlException)
            {
                // Not listening yet, or still replaying its log, which takes as long as it takes.
                await Task.WhenAny(started.Exited, Task.Delay(ReadyEvery, clock, cancellationToken));
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }

    private async Task ProvideAsync(CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsSuperuserAsync(cancellationToken);
        await using var role = new NpgsqlCommand("select exists (select from pg_roles where rolname = @role)", connection) { Parameters = { new("role", Role) } };
        var verb = await role.ExecuteScalarAsync(cancellationToken) is true ? "alter" : "create";

        // The password is ours: letters and digits.
        await using var grant = new NpgsqlCommand($"{verb} role {Role} login replication nosuperuser nocreatedb nocreaterole password '{password}'", connection);
        await grant.ExecuteNonQueryAsync(cancellationToken);
        foreach (var database in (string[])[OwnDatabase.Name, DemoDatabase.Name, SampleSource.Name])
        {
            await using var look = new NpgsqlCommand("select exists (select from pg_database where datname = @database)", connection) { Parameters = { new("database", database) } };
            if (await look.ExecuteScalarAsync(cancellationToken) is not true)
            {
                await using var create = new NpgsqlCommand($"create database {database} owner {Role}", connection);
                await create.ExecuteNonQueryAsync(cancellationToken);
            }
        }
    }

    private async Task<NpgsqlConnection> OpenAsSuperuserAsync(CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection($"{Address(Port, PostgresCluster.Superuser, superuserPassword, "postgres")};Pooling=false");
        try
        {
            await connection.OpenAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
