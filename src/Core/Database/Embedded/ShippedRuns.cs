using Dashboard.Core.Retries;
using Dashboard.Core.Retries.Executor;
using Npgsql;

namespace Dashboard.Core.Database.Embedded;

/// <summary>Runs on what the dashboard ships in its embedded server, the demo and the sample: three attempts, but what is loaded or trimmed may take its time.</summary>
internal static class ShippedRuns
{
    /// <summary>On that database.</summary>
    public static PostgresRuns On(NpgsqlDataSource data) =>
        new(data, OwnDatabase.Limited with { AttemptDeadlineSeconds = 0 }, OwnDatabase.Identity, SilentTelemetry.Instance, TimeProvider.System);
}
