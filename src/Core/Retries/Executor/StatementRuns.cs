using Npgsql;

namespace Dashboard.Core.Retries.Executor;

/// <summary>Runs of one statement. The command is made for each attempt, for its parameters belong to it.</summary>
public static class StatementRuns
{
    /// <summary>Runs it; the number of rows it changed.</summary>
    public static Task<int> ExecuteAsync(this TransactionExecutor<NpgsqlConnection> executor, Func<NpgsqlCommand> statement, CancellationToken cancellationToken) =>
        executor.ExecuteAsync(statement, null, cancellationToken);

    /// <summary>The same, with somebody who is told of each failure that is waited after.</summary>
    public static Task<int> ExecuteAsync(this TransactionExecutor<NpgsqlConnection> executor, Func<NpgsqlCommand> statement, Action<RetryPause>? paused, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(executor);
        return executor.RunAsync(
            static async (connection, statement, token) =>
            {
                await using var command = statement();
                command.Connection = connection;
                return await command.ExecuteNonQueryAsync(token);
            },
            statement,
            paused,
            cancellationToken).AsTask();
    }

    /// <summary>Runs it; the first value of its first row, null when there is none.</summary>
    public static Task<object?> ScalarAsync(this TransactionExecutor<NpgsqlConnection> executor, Func<NpgsqlCommand> statement, CancellationToken cancellationToken) =>
        executor.ScalarAsync(statement, null, cancellationToken);

    /// <summary>The same, with somebody who is told of each failure that is waited after.</summary>
    public static Task<object?> ScalarAsync(this TransactionExecutor<NpgsqlConnection> executor, Func<NpgsqlCommand> statement, Action<RetryPause>? paused, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(executor);
        return executor.RunAsync(
            static async (connection, statement, token) =>
            {
                await using var command = statement();
                command.Connection = connection;
                return await command.ExecuteScalarAsync(token);
            },
            statement,
            paused,
            cancellationToken).AsTask();
    }

    /// <summary>Runs it; what was made of each of its rows.</summary>
    public static Task<List<T>> RowsAsync<T>(this TransactionExecutor<NpgsqlConnection> executor, Func<NpgsqlCommand> statement, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken) =>
        executor.RowsAsync(statement, read, null, cancellationToken);

    /// <summary>The same, with somebody who is told of each failure that is waited after.</summary>
    public static Task<List<T>> RowsAsync<T>(
        this TransactionExecutor<NpgsqlConnection> executor, Func<NpgsqlCommand> statement, Func<NpgsqlDataReader, T> read, Action<RetryPause>? paused, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(executor);
        return executor.RunAsync(
            static async (connection, asked, token) =>
            {
                await using var command = asked.statement();
                command.Connection = connection;
                await using var row = await command.ExecuteReaderAsync(token);
                var rows = new List<T>();
                while (await row.ReadAsync(token))
                {
                    rows.Add(asked.read(row));
                }

                return rows;
            },
            (statement, read),
            paused,
            cancellationToken).AsTask();
    }
}
