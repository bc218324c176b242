using Dashboard.Core.Retries;
using Dashboard.Core.Retries.Executor;
using Npgsql;

namespace Dashboard.Core.Database.Embedded;

/// <summary>Runs on a database of the embedded server while the dashboard starts: for who waits, but what is loaded may take its time.</summary>
internal static class StartRuns
{
    /// <summary>On that database.</summary>
    public static PostgresRuns On(NpgsqlDataSource data) =>
        new(data, OwnDatabase.Limited with { AttemptDeadlineSeconds = 0 }, OwnDatabase.Identity, SilentTelemetry.Instance, TimeProvider.System);
}
