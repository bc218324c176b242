using System.Security.Cryptography;

namespace Dashboard.Core.Database.Embedded;

/// <summary>Everything an embedded PostgreSQL keeps: its cluster, its passwords, its port, its log. Nothing in it is ever deleted by us.</summary>
public sealed record DataFolder(string Path)
{
    private const UnixFileMode Passable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>The cluster.</summary>
    public string Cluster => In("cluster");

    /// <summary>Where a new cluster is made before it gets its name, so that a half-made one is never taken for a whole one.</summary>
    public string Unfinished => In("cluster.unfinished");

    /// <summary>Where an npm package with the server's programs may be.</summary>
    public string Tools => In("tools/postgres");

    /// <summary>What the server says.</summary>
    public string Log => In("postgres.log");

    /// <summary>The port taken last.</summary>
    public string Port => In("port");

    /// <summary>The folder asked for, or the usual one: <c>DASHBOARD_DATA</c>, the configured one, root's <c>/var/lib</c>, the user's state folder.</summary>
    public static DataFolder Choose(string? configured)
    {
        string?[] choices =
        [
            Environment.GetEnvironmentVariable("DASHBOARD_DATA"),
            configured,
            // Root's home is closed to the account the server steps down to.
            Environment.IsPrivilegedProcess ? "/var/lib/crontabber-dashboard" : null,
            Environment.GetEnvironmentVariable("XDG_STATE_HOME") is { Length: > 0 } state ? System.IO.Path.Combine(state, "crontabber-dashboard") : null,
            System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state", "crontabber-dashboard"),
        ];
        return new DataFolder(System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(choices.First(choice => !string.IsNullOrWhiteSpace(choice))!)));
    }

    /// <summary>Makes it, or makes sure that it is ours to write and that the server's account can reach it.</summary>
    public async Task PrepareAsync(ServerAccount account, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(account);
        RefuseLink(Path);
        try
        {
            if (Directory.Exists(Path))
            {
                var probe = In($".writable-{Environment.ProcessId}");
                await File.WriteAllTextAsync(probe, "", cancellationToken);
                File.Delete(probe);
            }
            else
            {
                // Parents get the usual rights, the folder itself lets others pass but not look.
                Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
                Directory.CreateDirectory(Path, account.Name is null ? Private : Passable);
            }

            Directory.CreateDirectory(In("secrets"), Private);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw new EmbeddedPostgresException($"The data folder {Path} cannot be written: {cause.Message} Give it to the user who starts the dashboard, or name another: DASHBOARD_DATA=/some/folder ./run", cause);
        }

        foreach (var link in (string[])[Cluster, Unfinished, In("secrets"), Log, Port])
        {
            RefuseLink(link);
        }

        if (await account.ClosedFolderAsync(Path, cancellationToken) is { } closed)
        {
            throw new EmbeddedPostgresException(
                $"PostgreSQL does not run as root, so it steps down to the account '{account.Name}', which may not enter {closed} on the way to {Path}. "
                + $"Open the way (chmod o+x {closed}) or keep the data elsewhere: DASHBOARD_DATA=/var/lib/crontabber-dashboard ./run");
        }
    }

    /// <summary>A password of this cluster, made at random the first time; readable by its owner only.</summary>
    public async Task<string> SecretAsync(string name, CancellationToken cancellationToken)
    {
        var file = In($"secrets/{name}");
        if (File.Exists(file))
        {
            return (await File.ReadAllTextAsync(file, cancellationToken)).Trim();
        }

        var secret = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
        await WriteAsync(file, secret, UnixFileMode.UserRead | UnixFileMode.UserWrite, cancellationToken);
        return secret;
    }

    /// <summary>Whether a password was ever made.</summary>
    public bool HasSecret(string name) => File.Exists(In($"secrets/{name}"));

    /// <summary>Replaces a small file in one step: a reader sees the old or the new, never half.</summary>
    public static async Task WriteAsync(string file, string text, UnixFileMode mode, CancellationToken cancellationToken)
    {
        var unfinished = $"{file}.unfinished";
        File.Delete(unfinished);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = mode };
        await using (var stream = new FileStream(unfinished, options))
        {
            await stream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(text), cancellationToken);
            stream.Flush(flushToDisk: true);
        }

        File.Move(unfinished, file, overwrite: true);
    }

    /// <summary>A path in this folder.</summary>
    public string In(string name) => System.IO.Path.Combine(Path, name);

    private static void RefuseLink(string path)
    {
        if (new FileInfo(path).LinkTarget is { } target)
        {
            throw new EmbeddedPostgresException($"{path} is a symbolic link to {target}. Whoever may change the link could swap the data, so it is refused: name the real folder (DASHBOARD_DATA={target}).");
        }
    }
}
