using System.Data;
using Dashboard.Core.Retries;
using Dashboard.Core.Retries.Executor;
using Npgsql;

namespace Dashboard.Core.Sources;

/// <summary>A source that is connected: what a reader needs to read it.</summary>
/// <param name="Source">Which.</param>
/// <param name="Database">A small pool of bounded, read-only sessions.</param>
/// <param name="Capabilities">What is there.</param>
public sealed record ObservedSource(Source Source, NpgsqlDataSource Database, SourceCapabilities Capabilities)
{
    private const string LimitsSql = """
        set transaction read only;
        set local statement_timeout = '4s';
        set local lock_timeout = '250ms'
        """;

    private readonly TransactionExecutor<NpgsqlConnection> readings = ReadPool.Readings(Database, ExecutorKind.Limited);

    /// <summary>False behind a pooler that refuses limits at the start of a session.</summary>
    public bool SessionsBounded { get; init; } = true;

    /// <summary>
    /// Reads, on a connection of the pool: SELECT only, bounded and read-only either way, in one short transaction where the session cannot be. What fails because the
    /// connection died is read again.
    /// </summary>
    public async Task<T> ReadAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> readAsync, CancellationToken cancellationToken) => await readings.RunAsync(
        static async (connection, asked, token) =>
        {
            if (asked.SessionsBounded)
            {
                return await asked.readAsync(connection, token);
            }

            await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, token);
            await using (var limits = new NpgsqlCommand(LimitsSql, connection, transaction))
            {
                await limits.ExecuteNonQueryAsync(token);
            }

            return await asked.readAsync(connection, token);
        },
        (readAsync, SessionsBounded),
        cancellationToken);
}
