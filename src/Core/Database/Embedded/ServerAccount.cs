using System.Diagnostics;
using System.Globalization;

namespace Dashboard.Core.Database.Embedded;

/// <summary>
/// Who the server's programs run as. PostgreSQL refuses to run as root, so root steps down to <c>postgres</c> or, where
/// there is none, <c>nobody</c>; anybody else runs them as themselves.
/// </summary>
/// <param name="Name">The account to step down to; null for ourselves.</param>
/// <param name="UserId">Its number; 0 for ourselves.</param>
/// <param name="GroupId">Its group's number; 0 for ourselves.</param>
public sealed record ServerAccount(string? Name, int UserId = 0, int GroupId = 0)
{
    // Of our own environment; not the rest, for passwords of ours may be in it, and whoever the account belongs to could read them there.
    private static readonly HashSet<string> HandedOn = new(StringComparer.Ordinal) { "PATH", "HOME", "LANG", "TZ", "TMPDIR", "LD_LIBRARY_PATH" };
    private static readonly string? Setpriv = ExternalProgram.Find("setpriv");
    private static readonly string? Setsid = ExternalProgram.Find("setsid");

    /// <summary>The account for whoever runs this process.</summary>
    public static ServerAccount Choose()
    {
        if (!Environment.IsPrivilegedProcess || OperatingSystem.IsWindows())
        {
            return new ServerAccount(Name: null);
        }

        var accounts = File.ReadLines("/etc/passwd").Select(line => line.Split(':')).Where(fields => fields.Length > 3).ToLookup(fields => fields[0]);
        var chosen = accounts["postgres"].Concat(accounts["nobody"]).FirstOrDefault()
            ?? throw new EmbeddedPostgresException(
                "PostgreSQL refuses to run as root, and there is no account 'postgres' or 'nobody' to step down to. Create one: useradd --system --no-create-home postgres");
        return new ServerAccount(chosen[0], int.Parse(chosen[2], CultureInfo.InvariantCulture), int.Parse(chosen[3], CultureInfo.InvariantCulture));
    }

    /// <summary>How to start a program as this account.</summary>
    /// <param name="program">With its whole path.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="ourChild">True for a server: it is told to stop when we die, and a Ctrl-C on our terminal is not for it.</param>
    public ProcessStartInfo Command(string program, IEnumerable<string> arguments, bool ourChild = false)
    {
        List<string> words = [];
        var stepsDown = Name is not null && Setpriv is not null;
        if (Setpriv is not null && (stepsDown || ourChild))
        {
            words.Add(Setpriv);
            words.AddRange(stepsDown ? [$"--reuid={UserId}", $"--regid={GroupId}", "--clear-groups"] : []);
            words.AddRange(ourChild ? ["--pdeathsig", "INT"] : []);
        }

        words.AddRange(ourChild && Setsid is not null ? [Setsid] : []);
        words.Add(program);
        var start = new ProcessStartInfo(words[0], [.. words.Skip(1), .. arguments]) { WorkingDirectory = "/" };
        if (Name is not null && Setpriv is null)
        {
            start.UserName = Name;
        }

        foreach (var name in start.Environment.Keys.Where(name => !HandedOn.Contains(name)).ToList())
        {
            start.Environment.Remove(name);
        }

        start.Environment["LC_ALL"] = "C";
        return start;
    }

    /// <summary>Makes a file or folder this account's own.</summary>
    public async Task OwnAsync(string path, CancellationToken cancellationToken)
    {
        if (Name is null)
        {
            return;
        }

        var changed = await ExternalProgram.RunAsync(new ProcessStartInfo("chown", ["-h", $"{UserId}:{GroupId}", path]), cancellationToken);
        if (changed.ExitCode != 0)
        {
            throw new EmbeddedPostgresException($"{path} could not be given to the account '{Name}', which PostgreSQL runs as: {changed.Output}");
        }
    }

    /// <summary>The outermost folder on the way to <paramref name="folder"/> that this account may not enter; null when the way is open.</summary>
    public async Task<string?> ClosedFolderAsync(string folder, CancellationToken cancellationToken)
    {
        if (Name is null || await MayEnterAsync(folder, cancellationToken))
        {
            return null;
        }

        var way = new Stack<string>();
        for (var parent = new DirectoryInfo(folder); parent is not null; parent = parent.Parent)
        {
            way.Push(parent.FullName);
        }

        foreach (var step in way)
        {
            if (!await MayEnterAsync(step, cancellationToken))
            {
                return step;
            }
        }

        return null;
    }

    private async Task<bool> MayEnterAsync(string folder, CancellationToken cancellationToken) =>
        (await ExternalProgram.RunAsync(Command(ExternalProgram.Find("test") ?? "/usr/bin/test", ["-x", folder]), cancellationToken)).ExitCode == 0;
}
