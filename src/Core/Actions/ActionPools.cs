using System.Collections.Concurrent;
using Dashboard.Core.Database;
using Dashboard.Core.Retries;
using Dashboard.Core.Retries.Executor;
using Dashboard.Core.Sources;
using Npgsql;

namespace Dashboard.Core.Actions;

/// <summary>
/// The connections on which actions change observed databases: a small pool for each, apart from the ones that read, so that neither waits for the other.
/// A session is never changed. Reading, and what comes before anything is sent, is tried again for a moment; a change never is (<see cref="ObservedWrite"/>).
/// </summary>
/// <param name="telemetry">Where their executors tell; null for nowhere.</param>
/// <param name="clock">By which they wait; null for the system's.</param>
public sealed class ActionPools(IRetryTelemetry? telemetry = null, TimeProvider? clock = null) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<(NpgsqlDataSource Pool, PostgresRuns Runs)>> pools = new(StringComparer.Ordinal);

    /// <summary>Runs on the pool of a source.</summary>
    public PostgresRuns Of(Source source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return pools.GetOrAdd(source.Name, _ => new Lazy<(NpgsqlDataSource, PostgresRuns)>(() => Build(source))).Value.Runs;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var pool in pools.Values.Where(pool => pool.IsValueCreated))
        {
            await pool.Value.Pool.DisposeAsync();
        }
    }

    private (NpgsqlDataSource Pool, PostgresRuns Runs) Build(Source source)
    {
        var pool = Pool(source);
        return (pool, new PostgresRuns(pool, OwnDatabase.Limited, OwnDatabase.Identity, telemetry ?? SilentTelemetry.Instance, clock ?? TimeProvider.System));
    }

    private static NpgsqlDataSource Pool(Source source) => new NpgsqlDataSourceBuilder(new NpgsqlConnectionStringBuilder(source.ActionConnectionString ?? source.ConnectionString)
    {
        ApplicationName = "dash-act",
        MaxPoolSize = 2,
        MinPoolSize = 0,
        Timeout = 3,
        CommandTimeout = 5,
        CancellationTimeout = 500,
        ConnectionIdleLifetime = 60,
        MaxAutoPrepare = 0,
        Enlist = false,
        IncludeErrorDetail = false,
        PersistSecurityInfo = false,
        LogParameters = false,
        NoResetOnClose = true,
    }.ConnectionString) { Name = $"{source.Name} actions" }.Build();
}
