using Dapper;
using Dashboard.Core.Retries.Executor;
using Npgsql;

namespace Dashboard.Core.Database;

/// <summary>Runs of one statement whose parameters and rows are matched by their names, as Dapper does it.</summary>
internal static class MappedRuns
{
    /// <summary>Runs it; the number of rows it changed.</summary>
    public static Task<int> ExecuteAsync(this TransactionExecutor<NpgsqlConnection> executor, string sql, object parameters, CancellationToken cancellationToken) => executor.RunAsync(
        static (connection, asked, token) => new ValueTask<int>(connection.ExecuteAsync(new CommandDefinition(asked.sql, asked.parameters, cancellationToken: token))),
        (sql, parameters),
        cancellationToken).AsTask();

    /// <summary>Runs it; its rows.</summary>
    public static async Task<IReadOnlyList<T>> QueryAsync<T>(this TransactionExecutor<NpgsqlConnection> executor, string sql, object parameters, CancellationToken cancellationToken) => await executor.RunAsync(
        static async (connection, asked, token) => (await connection.QueryAsync<T>(new CommandDefinition(asked.sql, asked.parameters, cancellationToken: token))).AsList(),
        (sql, parameters),
        cancellationToken);
}
