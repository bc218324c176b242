using Dashboard.Core.Retries;
using Dashboard.Core.Retries.Executor;
using DbUp;
using Npgsql;

namespace Dashboard.Core.Database;

/// <summary>
/// The dashboard's own records: schema <c>dashboard</c> of the database it was given, or of the embedded server. Whoever uses them does so in a run of an executor:
/// <see cref="Now"/> where somebody waits for the answer, <see cref="Patient"/> in a duty that goes on for ever.
/// </summary>
public sealed class OwnDatabase : IAsyncDisposable
{
    /// <summary>Of the schema, and of the database in the embedded server.</summary>
    public const string Name = "dashboard";

    /// <summary>Makes two nodes that start at once migrate one after the other.</summary>
    private const string MigrateAloneSql = """
        select pg_advisory_xact_lock(hashtextextended('crontabber dashboard migrations', 0))
        """;

    private const string SchemaSql = """
        create schema if not exists dashboard
        """;

    /// <summary>How it waits for what somebody waits for: a restart leaves dead connections in a pool; the second attempt heals that, the third a server that is just coming up.</summary>
    internal static ExecutorOptions Limited { get; } = new()
    {
        TransactionExecutorClass = ExecutorKinds.NameOf(ExecutorKind.Limited), BackoffDelays = "0.05, 0.4, 1", AttemptDeadlineSeconds = 10,
    };

    private static readonly ExecutorOptions Unbounded = Limited with { AttemptDeadlineSeconds = 0 };

    private static readonly ExecutorOptions Infinite = new()
    {
        TransactionExecutorClass = ExecutorKinds.NameOf(ExecutorKind.Infinite), BackoffDelays = "0.5, 1, 2, 4", Jitter = 0.1, AttemptDeadlineSeconds = 60,
    };

    private readonly string connectionString;

    /// <summary>For a connection string of Npgsql; nothing is opened yet.</summary>
    /// <param name="connectionString">Where it is.</param>
    /// <param name="telemetry">Where its executors tell; null for nowhere.</param>
    /// <param name="clock">By which they wait; null for the system's.</param>
    public OwnDatabase(string connectionString, IRetryTelemetry? telemetry = null, TimeProvider? clock = null)
    {
        this.connectionString = connectionString;
        Source = new NpgsqlDataSourceBuilder(connectionString)
        {
            ConnectionStringBuilder = { ApplicationName = "crontabber-dashboard", MaxPoolSize = 10 },
        }.Build();
        Telemetry = telemetry ?? SilentTelemetry.Instance;
        Clock = clock ?? TimeProvider.System;
        Now = Runs(Limited, Telemetry);
        Patient = Runs(Infinite, Telemetry);
    }

    /// <summary>Who tells what the dashboard's own executors tell.</summary>
    public static ExecutorIdentity Identity { get; } = ExecutorIdentity.OfThisProcess("dashboard", Name);

    /// <summary>Its pool, for what stands beside the executors: tests, and the executors themselves.</summary>
    public NpgsqlDataSource Source { get; }

    /// <summary>For whoever is waited for, a request, a page, a command: three attempts within half a second of waiting, then the failure is raised.</summary>
    public PostgresRuns Now { get; }

    /// <summary>For duties: goes on until it gets through, waiting four seconds at most.</summary>
    public PostgresRuns Patient { get; }

    /// <summary>Where its executors tell.</summary>
    internal IRetryTelemetry Telemetry { get; }

    /// <summary>By which they wait.</summary>
    internal TimeProvider Clock { get; }

    /// <summary>The same two ways of waiting, telling somewhere else.</summary>
    internal (PostgresRuns Now, PostgresRuns Patient) Telling(IRetryTelemetry telemetry) => (Runs(Limited, telemetry), Runs(Infinite, telemetry));

    /// <summary>Brings the schema up to date; does nothing when it is. For a command that waits for it; the dashboard itself waits longer: see <see cref="OwnDatabaseMigration"/>.</summary>
    /// <remarks>Forward only; each file is one transaction; what was applied stands in <c>dashboard.schema_version</c>.</remarks>
    public Task MigrateAsync(CancellationToken cancellationToken) => Runs(Unbounded, Telemetry).Statements.RunAsync(MigrateAsync, cancellationToken);

    /// <summary>The same on a connection somebody opened.</summary>
    internal async Task MigrateAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        // For a transaction, not a session: a pooler may stand between.
        await using var alone = await connection.BeginTransactionAsync(cancellationToken);
        await using (var wait = new NpgsqlCommand(MigrateAloneSql, connection, alone) { CommandTimeout = 120 })
        {
            await wait.ExecuteNonQueryAsync(cancellationToken);
        }

        // On a connection of its own: the migrations have theirs, and must see it.
        await Now.Statements.ExecuteAsync(static () => new NpgsqlCommand(SchemaSql), cancellationToken);
        var upgrade = DeployChanges.To.PostgresqlDatabase(connectionString, Name)
            .WithScriptsEmbeddedInAssembly(typeof(OwnDatabase).Assembly, name => name.StartsWith("Database/Migrations/", StringComparison.Ordinal))
            .JournalToPostgresqlTable(Name, "schema_version")
            .WithTransactionPerScript()
            .WithVariablesDisabled()
            .LogToNowhere()
            .Build();
        var result = await Task.Run(upgrade.PerformUpgrade, cancellationToken);
        if (!result.Successful)
        {
            throw new InvalidOperationException($"The migration {result.ErrorScript?.Name} of the dashboard's own schema failed: {result.Error.Message}", result.Error);
        }

        await alone.CommitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Source.DisposeAsync();

    private PostgresRuns Runs(ExecutorOptions options, IRetryTelemetry telemetry) => new(Source, options, Identity, telemetry, Clock);
}
