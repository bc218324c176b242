using DbUp;
using Npgsql;

namespace Dashboard.Core.Database;

/// <summary>The dashboard's own records: schema <c>dashboard</c> of the database it was given, or of the embedded server.</summary>
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

    private readonly string connectionString;

    /// <summary>For a connection string of Npgsql; nothing is opened yet.</summary>
    public OwnDatabase(string connectionString)
    {
        this.connectionString = connectionString;
        Source = new NpgsqlDataSourceBuilder(connectionString)
        {
            ConnectionStringBuilder = { ApplicationName = "crontabber-dashboard", MaxPoolSize = 10 },
        }.Build();
    }

    /// <summary>Its pool.</summary>
    public NpgsqlDataSource Source { get; }

    /// <summary>Brings the schema up to date; does nothing when it is.</summary>
    /// <remarks>Forward only; each file is one transaction; what was applied stands in <c>dashboard.schema_version</c>.</remarks>
    public async Task MigrateAsync(CancellationToken cancellationToken)
    {
        await using var connection = await Source.OpenConnectionAsync(cancellationToken);

        // For a transaction, not a session: a pooler may stand between.
        await using var alone = await connection.BeginTransactionAsync(cancellationToken);
        await using (var wait = new NpgsqlCommand(MigrateAloneSql, connection, alone) { CommandTimeout = 120 })
        {
            await wait.ExecuteNonQueryAsync(cancellationToken);
        }

        await using (var schema = Source.CreateCommand(SchemaSql))
        {
            await schema.ExecuteNonQueryAsync(cancellationToken);
        }

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
}
