using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Dashboard.Core.Database;
using Dashboard.Core.Database.Embedded;
using Npgsql;

namespace Dashboard.Core.Tests.Database;

/// <summary>The embedded server in data folders of its own: first start, second start, and everything a bad night leaves behind.</summary>
public sealed class EmbeddedPostgresTests : IDisposable
{
    private readonly DirectoryInfo root = Directory.CreateTempSubdirectory("dashboard-test-embedded-");
    private readonly List<string> said = [];

    public EmbeddedPostgresTests()
    {
        // Root's server steps down to another account, which has to get in.
        File.SetUnixFileMode(root.FullName, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
    }

    private string Data => Path.Combine(root.FullName, "data");

    private string Cluster => Path.Combine(Data, "cluster");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => root.Delete(recursive: true);

    [Fact]
    public async Task A_first_start_makes_a_private_cluster_with_checksums_passwords_and_decoding()
    {
        await using var postgres = await StartAsync();

        Assert.Equal("on", await AskAsync(postgres, "show data_checksums"));
        Assert.Equal("logical", await AskAsync(postgres, "show wal_level"));
        Assert.Equal("127.0.0.1", await AskAsync(postgres, "show listen_addresses"));
        Assert.Equal("scram-sha-256", await AskAsync(postgres, "show password_encryption"));
        Assert.Equal("False", await AskAsync(postgres, "select rolsuper from pg_roles where rolname = current_user"));
        var wrong = new NpgsqlConnectionStringBuilder(postgres.ConnectionString(OwnDatabase.Name)) { Password = "guessed", Pooling = false };
        var refused = await Assert.ThrowsAsync<PostgresException>(async () =>
        {
            await using var connection = new NpgsqlConnection(wrong.ConnectionString);
            await connection.OpenAsync(Stop);
        });
        Assert.Equal(PostgresErrorCodes.InvalidPassword, refused.SqlState);
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite,
            File.GetUnixFileMode(Path.Combine(Data, "secrets", "dashboard")));
    }

    [Fact]
    public async Task A_second_start_reuses_the_data_and_the_port()
    {
        int port;
        await using (var first = await StartAsync())
        {
            port = first.Port;
            await AskAsync(first, "create table kept (what text); insert into kept values ('still here')");
        }

        await using var second = await StartAsync();

        Assert.Equal(port, second.Port);
        Assert.Equal("still here", await AskAsync(second, "select what from kept"));
    }

    [Fact]
    public async Task Of_two_starts_at_once_the_second_says_where_the_first_is_and_leaves_it_alone()
    {
        await using var first = await StartAsync();
        await first.SignAsync("http://127.0.0.1:7080", Stop);

        var refused = await Assert.ThrowsAsync<EmbeddedPostgresException>(StartAsync);

        Assert.Contains($"http://127.0.0.1:7080 (process {Environment.ProcessId})", refused.Message, StringComparison.Ordinal);
        Assert.Contains("DASHBOARD_DATA=", refused.Message, StringComparison.Ordinal);
        Assert.Equal("1", await AskAsync(first, "select '1'"));
    }

    [Fact]
    public async Task After_a_crash_of_the_server_it_starts_again_on_the_same_port_with_what_was_committed()
    {
        await using var postgres = await StartAsync();
        await AskAsync(postgres, "create table kept (what text); insert into kept values ('committed')");
        var (port, process) = (postgres.Port, postgres.ProcessId);
        NpgsqlConnection.ClearAllPools();

        await KillAsync(process, "KILL");
        await postgres.Exited.WaitAsync(Stop);
        await postgres.RestartAsync(said.Add, Stop);

        Assert.Equal(port, postgres.Port);
        Assert.NotEqual(process, postgres.ProcessId);
        Assert.Equal("committed", await AskAsync(postgres, "select what from kept"));
    }

    [Fact]
    public async Task A_process_that_outlives_a_server_that_was_killed_is_ended_before_the_next_one_starts()
    {
        await using var postgres = await StartAsync();
        await using var connection = new NpgsqlConnection($"{postgres.ConnectionString(OwnDatabase.Name)};Pooling=false;Command Timeout=60");
        await connection.OpenAsync(Stop);
        await using var endless = new NpgsqlCommand("do $$ begin perform set_config('application_name', 'endless', false); loop end loop; end $$", connection);
        var working = endless.ExecuteNonQueryAsync(Stop);
        while (await AskAsync(postgres, "select count(*) from pg_stat_activity where application_name = 'endless'") != "1")
        {
            await Task.Yield();
        }

        await KillAsync(postgres.ProcessId, "KILL");
        await postgres.Exited.WaitAsync(Stop);
        await postgres.RestartAsync(said.Add, Stop);

        Assert.Equal("1", await AskAsync(postgres, "select '1'"));
        Assert.Contains(said, line => line.Contains("are still at work", StringComparison.Ordinal));
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => working);
    }

    [Fact]
    public async Task A_pid_file_of_a_dead_server_is_moved_aside_even_when_somebody_else_has_its_number_now()
    {
        await (await StartAsync()).DisposeAsync();
        await File.WriteAllTextAsync(Path.Combine(Cluster, "postmaster.pid"), $"{Environment.ProcessId}\n{Cluster}\n", Stop);

        await using var postgres = await StartAsync();

        Assert.Equal("1", await AskAsync(postgres, "select '1'"));
        Assert.Contains(said, line => line.Contains($"its process {Environment.ProcessId} is gone", StringComparison.Ordinal));
        Assert.True(File.Exists(Path.Combine(Cluster, "postmaster.pid.stale")));
    }

    [Theory]
    [InlineData("cluster.unfinished", "interrupted while it made the cluster")]
    [InlineData("cluster", "initdb was interrupted")]
    public async Task A_half_made_cluster_is_set_aside_and_never_deleted(string folder, string why)
    {
        Directory.CreateDirectory(Path.Combine(Data, folder, "base"));
        await File.WriteAllTextAsync(Path.Combine(Data, folder, "base", "half"), "made", Stop);

        await using var postgres = await StartAsync();

        Assert.Equal("1", await AskAsync(postgres, "select '1'"));
        Assert.Contains(said, line => line.Contains(why, StringComparison.Ordinal));
        var aside = Assert.Single(Directory.GetDirectories(Data, "cluster.set-aside-*"));
        Assert.Equal("made", await File.ReadAllTextAsync(Path.Combine(aside, "base", "half"), Stop));
    }

    [Fact]
    public async Task A_port_taken_by_another_program_is_left_to_it_and_said()
    {
        int port;
        await using (var first = await StartAsync())
        {
            port = first.Port;
        }

        using var other = new TcpListener(IPAddress.Loopback, port);
        other.Start();
        await using var second = await StartAsync();

        Assert.NotEqual(port, second.Port);
        Assert.Contains(said, line => line.Contains($"Port {port} ", StringComparison.Ordinal) && line.Contains($"uses {second.Port} ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_cluster_of_another_major_version_is_refused_with_the_way_out_and_left_as_it_is()
    {
        await (await StartAsync()).DisposeAsync();
        var file = Path.Combine(Cluster, "PG_VERSION");
        await File.WriteAllTextAsync(file, "9\n", Stop);

        var refused = await Assert.ThrowsAsync<EmbeddedPostgresException>(StartAsync);

        Assert.Contains("PostgreSQL 9", refused.Message, StringComparison.Ordinal);
        Assert.Contains("postgresql-9", refused.Message, StringComparison.Ordinal);
        Assert.Equal("9\n", await File.ReadAllTextAsync(file, Stop));
        Assert.Empty(Directory.GetDirectories(Data, "cluster.set-aside-*"));
    }

    [Fact]
    public async Task A_damaged_cluster_is_never_taken_for_a_half_made_one()
    {
        await (await StartAsync()).DisposeAsync();
        File.Delete(Path.Combine(Cluster, "PG_VERSION"));

        var refused = await Assert.ThrowsAsync<EmbeddedPostgresException>(StartAsync);

        Assert.Contains("Restore it from a backup", refused.Message, StringComparison.Ordinal);
        Assert.True(Directory.Exists(Cluster));
    }

    [Fact]
    public async Task A_configured_folder_without_the_programs_is_an_error_and_no_other_is_looked_for()
    {
        var refused = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => EmbeddedPostgres.StartAsync(Options() with { Binaries = root.FullName }, TimeProvider.System, said.Add, Stop));

        Assert.Contains($"Database:Embedded:Binaries is '{root.FullName}'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_data_folder_that_is_a_link_is_refused()
    {
        Directory.CreateDirectory(Path.Combine(root.FullName, "elsewhere"));
        Directory.CreateSymbolicLink(Data, Path.Combine(root.FullName, "elsewhere"));

        var refused = await Assert.ThrowsAsync<EmbeddedPostgresException>(StartAsync);

        Assert.Contains("is a symbolic link", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_demo_is_the_captured_morning_moved_to_now_by_whole_minutes_and_loaded_once()
    {
        await using var postgres = await StartAsync();
        var demo = postgres.ConnectionString(DemoDatabase.Name);
        await DemoDatabase.LoadAsync(demo, said.Add, Stop);
        await DemoDatabase.LoadAsync(demo, said.Add, Stop);

        await using var database = NpgsqlDataSource.Create(demo);
        await using var command = database.CreateCommand("""
            select (select count(*) from crontabber), (select count(*) from crontabber_log),
                   now() - (select ongoing from crontabber where app_name = 'ftpscraper'), (select next_run from crontabber where app_name = 'adu-matview')
            """);
        await using var row = await command.ExecuteReaderAsync(Stop);
        await row.ReadAsync(Stop);

        Assert.Equal((20L, 2669L), (row.GetInt64(0), row.GetInt64(1)));
        Assert.InRange(row.GetTimeSpan(2), TimeSpan.FromHours(11), TimeSpan.FromHours(11) + TimeSpan.FromMinutes(10));
        Assert.Equal(15, row.GetFieldValue<DateTimeOffset>(3).Second);
        Assert.Single(said, line => line.Contains("demo", StringComparison.Ordinal));
    }

    private EmbeddedOptions Options() => new() { Data = Data };

    private Task<EmbeddedPostgres> StartAsync() => EmbeddedPostgres.StartAsync(Options(), TimeProvider.System, said.Add, Stop);

    private static async Task<string> AskAsync(EmbeddedPostgres postgres, string sql)
    {
        await using var connection = new NpgsqlConnection($"{postgres.ConnectionString(OwnDatabase.Name)};Pooling=false");
        await connection.OpenAsync(Stop);
        await using var command = new NpgsqlCommand(sql, connection);
        return Convert.ToString(await command.ExecuteScalarAsync(Stop), CultureInfo.InvariantCulture) ?? "";
    }

    private static async Task KillAsync(int process, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{process}"]);
        await kill.WaitForExitAsync(Stop);
    }
}
