using System.Diagnostics;
using System.Globalization;

namespace Dashboard.Core.Database.Embedded;

/// <summary>The cluster of a data folder: whether there is a whole one, how a new one is made, and what a dead server left in it.</summary>
public sealed class PostgresCluster(DataFolder folder, ServerAccount account, TimeProvider clock, Action<string> say)
{
    /// <summary>The role that may do anything in it; only used to set the cluster up.</summary>
    public const string Superuser = "postgres";

    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    /// <summary>The major version it was made by; null when there is none yet.</summary>
    /// <remarks>What is not a whole cluster is set aside under another name, never deleted.</remarks>
    public int? Version()
    {
        SetAside(folder.Unfinished, "An earlier start was interrupted while it made the cluster.");
        if (!Directory.Exists(folder.Cluster))
        {
            return null;
        }

        var file = Path.Combine(folder.Cluster, "PG_VERSION");
        if (File.Exists(file) && int.TryParse(File.ReadAllText(file).Trim().Split('.')[0], CultureInfo.InvariantCulture, out var major))
        {
            return major;
        }

        if (File.Exists(Path.Combine(folder.Cluster, "global", "pg_control")))
        {
            throw new EmbeddedPostgresException($"{folder.Cluster} is a PostgreSQL cluster, but its file PG_VERSION is missing or unreadable: it was damaged. Restore it from a backup, or move the folder away to begin anew.");
        }

        SetAside(folder.Cluster, "It is not a whole cluster (initdb was interrupted).");
        return null;
    }

    /// <summary>Makes sure that these programs can open it.</summary>
    public void Refuse(int version, PostgresBinaries binaries)
    {
        ArgumentNullException.ThrowIfNull(binaries);
        if (version == binaries.Major)
        {
            return;
        }

        throw new EmbeddedPostgresException(
            $"The data in {folder.Cluster} were written by PostgreSQL {version}, which is {(version < binaries.Major ? "older" : "newer")} than the programs found: "
            + $"PostgreSQL {binaries.Major} in {binaries.Folder}. Nothing was changed. Install the matching programs (apt-get install postgresql-{version}), "
            + $"or name their folder (Database:Embedded:Binaries=/usr/lib/postgresql/{version}/bin), or move {folder.Cluster} away to begin anew.");
    }

    /// <summary>Makes a new one: passwords asked from everybody, pages with checksums.</summary>
    public async Task InitialiseAsync(PostgresBinaries binaries, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(binaries);
        var password = await folder.SecretAsync(Superuser, cancellationToken);
        var passwordFile = folder.In("initdb.password");
        await DataFolder.WriteAsync(passwordFile, password, UnixFileMode.UserRead | UnixFileMode.UserWrite, cancellationToken);
        try
        {
            await account.OwnAsync(passwordFile, cancellationToken);
            Directory.CreateDirectory(folder.Unfinished, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            await account.OwnAsync(folder.Unfinished, cancellationToken);
            var made = await ExternalProgram.RunAsync(
                account.Command(binaries.Initdb, ["-D", folder.Unfinished, "-U", Superuser, "-A", "scram-sha-256", $"--pwfile={passwordFile}", "--data-checksums", "-E", "UTF8", "--locale=C"]),
                cancellationToken);
            if (made.ExitCode != 0)
            {
                throw new EmbeddedPostgresException($"initdb could not make a cluster in {folder.Path} as {account.Name ?? Environment.UserName}. It says:\n{made.Output}");
            }

            Directory.Move(folder.Unfinished, folder.Cluster);
        }
        finally
        {
            File.Delete(passwordFile);
        }
    }

    /// <summary>Stops a server of ours that outlived its dashboard, and removes what a dead one left in the way: its file, and processes of it that are still at work.</summary>
    public async Task SettleAsync(CancellationToken cancellationToken)
    {
        await SettleServerAsync(cancellationToken);
        await OutliveAsync(cancellationToken);
    }

    private async Task SettleServerAsync(CancellationToken cancellationToken)
    {
        var file = Path.Combine(folder.Cluster, "postmaster.pid");
        if (LeftBehind(file) is not { } processId)
        {
            return;
        }

        if (!IsOurServer(processId))
        {
            // The server would take any living process of that number for a colleague and refuse.
            var stale = $"{file}.stale";
            File.Move(file, stale, overwrite: true);
            say($"PostgreSQL did not end in good order the last time; its process {processId} is gone and it recovers now.");
            return;
        }

        say($"PostgreSQL (process {processId}) outlived the dashboard that started it; waiting for it to stop.");
        var deadline = clock.GetUtcNow() + Longest;
        for (var attempt = 0; IsOurServer(processId); attempt++)
        {
            if (clock.GetUtcNow() > deadline)
            {
                throw new EmbeddedPostgresException($"PostgreSQL of an earlier dashboard (process {processId}) still runs on {folder.Cluster} and does not stop. Stop it (kill -INT {processId}) and start again.");
            }

            if (attempt % 100 == 0)
            {
                PostgresProcess.AskToStop(processId);
            }

            await Task.Delay(Look, clock, cancellationToken);
        }
    }

    // The processes of a server that was killed see it when they next wait for something. Until the last is gone they use its shared memory, and no other server starts.
    private async Task OutliveAsync(CancellationToken cancellationToken)
    {
        var deadline = clock.GetUtcNow() + Longest;
        for (var attempt = 1; Orphans() is { Count: > 0 } orphans; attempt++)
        {
            if (clock.GetUtcNow() > deadline)
            {
                throw new EmbeddedPostgresException(
                    $"Processes of a PostgreSQL that died still work on {folder.Cluster} and do not stop: {string.Join(", ", orphans)}. Stop them (kill {string.Join(' ', orphans)}) and start again.");
            }

            if (attempt == 20)
            {
                say($"Processes of a PostgreSQL that died are still at work ({string.Join(", ", orphans)}); asking them to stop.");
            }

            if (attempt % 20 == 0)
            {
                orphans.ForEach(PostgresProcess.AskToStop);
            }

            await Task.Delay(Look, clock, cancellationToken);
        }
    }

    private List<int> Orphans()
    {
        var orphans = new List<int>();
        foreach (var process in Process.GetProcesses())
        {
            using (process)
            {
                // Each says in its name what it is at: postgres: checkpointer.
                if (process.ProcessName.StartsWith("postgres", StringComparison.Ordinal) && WorkingFolder(process.Id) == folder.Cluster)
                {
                    orphans.Add(process.Id);
                }
            }
        }

        return orphans;
    }

    // Null where nobody can tell: on another system, or of another account.
    private static string? WorkingFolder(int processId)
    {
        try
        {
            return new FileInfo(string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/cwd")).LinkTarget;
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static int? LeftBehind(string file)
    {
        try
        {
            return int.TryParse(File.ReadLines(file).FirstOrDefault(), CultureInfo.InvariantCulture, out var processId) ? processId : null;
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    private bool IsOurServer(int processId)
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            if (!process.ProcessName.StartsWith("postgres", StringComparison.Ordinal))
            {
                return false;
            }

            // A server's working directory is its cluster.
            return WorkingFolder(processId) is not { } directory || directory == folder.Cluster;
        }
        catch (Exception cause) when (cause is ArgumentException or InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private void SetAside(string path, string why)
    {
        if (Directory.Exists(path))
        {
            var aside = string.Create(CultureInfo.InvariantCulture, $"{folder.Cluster}.set-aside-{clock.GetUtcNow():yyyyMMdd'T'HHmmssfff'Z'}");
            Directory.Move(path, aside);
            say($"{why} It was set aside as {aside}; delete it when you do not miss anything.");
        }
    }
}
