using Npgsql;

namespace Dashboard.Core.Retries.Executor;

/// <summary>The executors of one PostgreSQL database that wait in the same way; which of them is asked says what a lost COMMIT would mean.</summary>
/// <param name="source">Its pool.</param>
/// <param name="options">How they wait.</param>
/// <param name="who">Who tells what is told.</param>
/// <param name="telemetry">Where it is told.</param>
/// <param name="clock">By which they wait.</param>
public sealed class PostgresRuns(NpgsqlDataSource source, ExecutorOptions options, ExecutorIdentity who, IRetryTelemetry telemetry, TimeProvider clock)
{
    /// <summary>For reading, and for single statements that may be done twice: no transaction, no trip of its own.</summary>
    public TransactionExecutor<NpgsqlConnection> Statements { get; } = new(new NpgsqlResource(source, NpgsqlUse.Statements), options, who, telemetry, clock);

    /// <summary>For a transaction that may be done twice: what is in it has ids of its own.</summary>
    public TransactionExecutor<NpgsqlConnection> Repeatable { get; } = new(new NpgsqlResource(source, NpgsqlUse.Repeatable), options, who, telemetry, clock);

    /// <summary>For a transaction that must not be done twice: its COMMIT is proved, which costs a trip.</summary>
    public TransactionExecutor<NpgsqlConnection> Once { get; } = new(new NpgsqlResource(source, NpgsqlUse.Once), options, who, telemetry, clock);
}
