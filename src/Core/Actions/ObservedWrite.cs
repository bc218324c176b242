using System.Globalization;
using System.Runtime.ExceptionServices;
using Dashboard.Core.Retries.Executor;
using Dashboard.Core.Sources;
using Npgsql;

namespace Dashboard.Core.Actions;

/// <summary>What became of a change of an observed row.</summary>
internal enum WriteFate
{
    /// <summary>It was made.</summary>
    Made,

    /// <summary>The row is another, or there is none, or there is one that should not be.</summary>
    Stale,

    /// <summary>Somebody holds the row, or the database has no time; nothing was changed.</summary>
    Held,

    /// <summary>The database was not reached, or went away before the change was sent; nothing was changed.</summary>
    Away,

    /// <summary>The database does not let this role do it; nothing was changed.</summary>
    Forbidden,

    /// <summary>The change was sent and no answer came.</summary>
    Unanswered,
}

/// <summary>
/// One change of one observed row. The transaction is begun and its number told before anything is changed; then the statement and the COMMIT go out
/// together, so the row is never locked while anybody waits for us, and a lost answer can be asked for by the number.
/// </summary>
internal sealed class ObservedWrite(PostgresRuns runs, ObservedRelation state, Flavour flavour)
{
    // Should the client die in between, the server does not keep the transaction.
    private const string BeginSql = "begin isolation level read committed read write";
    private const string LimitsSql = "set local lock_timeout = '100ms'";
    private const string StatementSql = "set local statement_timeout = '2s'";
    private const string IdleSql = "set local idle_in_transaction_session_timeout = '5s'";

    // Since PostgreSQL 10; the same number as pg_current_xact_id() of later ones.
    private const string NumberSql = "select txid_current()";
    private const string CommitSql = "COMMIT";
    private const string FateSql = "select txid_status(@number)";

    /// <summary>Makes the change.</summary>
    /// <param name="job">Of which job.</param>
    /// <param name="edit">Which.</param>
    /// <param name="begunAsync">Told the transaction's number before anything is changed; false gives up.</param>
    /// <param name="sending">Called when the change is about to be sent.</param>
    /// <param name="cancellationToken">Given up before the change is sent, never after.</param>
    /// <remarks>An executor may try again what comes before the number is told to anybody; from then on what happens is an answer, not a failure.</remarks>
    public async Task<(WriteFate Fate, Exception? Why)> MakeAsync(string job, RowEdit edit, Func<long, Task<bool>> begunAsync, Action sending, CancellationToken cancellationToken)
    {
        ExceptionDispatchInfo? elsewhere = null;
        try
        {
            var made = await runs.Statements.RunAsync(
                async (connection, token) =>
                {
                    var number = await BeginAsync(connection, token);
                    try
                    {
                        if (!await begunAsync(number))
                        {
                            return (WriteFate.Away, null);
                        }
                    }
                    catch (Exception cause)
                    {
                        // Not this database's trouble.
                        elsewhere = ExceptionDispatchInfo.Capture(cause);
                        return (WriteFate.Away, cause);
                    }

                    sending();
                    return await SendAsync(connection, RowStatement.Of(edit, state, flavour, job));
                },
                cancellationToken);
            elsewhere?.Throw();
            return made;
        }
        catch (PostgresException said) when (elsewhere is null && PostgresTrouble.IsAnswer(said))
        {
            return (Answered(said), said);
        }
        catch (Exception cause) when (elsewhere is null && IsLost(cause))
        {
            return (WriteFate.Away, cause);
        }
    }

    /// <summary>What became of a transaction: true when it was committed, false when it was not, null while it is under way.</summary>
    /// <exception cref="NpgsqlException">The database is out of reach.</exception>
    /// <exception cref="InvalidOperationException">The server does not remember it.</exception>
    public async Task<bool?> FateAsync(long number, CancellationToken cancellationToken) =>
        await runs.Statements.ScalarAsync(() => new NpgsqlCommand(FateSql) { Parameters = { new NpgsqlParameter<long>("number", number) } }, cancellationToken) switch
        {
            "committed" => true,
            "aborted" => false,
            "in progress" => null,
            _ => throw new InvalidOperationException("The server does not remember that transaction."),
        };

    private static async Task<long> BeginAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var begin = new NpgsqlBatch(connection) { BatchCommands = { new(BeginSql), new(LimitsSql), new(StatementSql), new(IdleSql), new(NumberSql) } };
        return Convert.ToInt64(await begin.ExecuteScalarAsync(cancellationToken), CultureInfo.InvariantCulture);
    }

    private static async Task<(WriteFate Fate, Exception? Why)> SendAsync(NpgsqlConnection connection, NpgsqlBatchCommand edit)
    {
        try
        {
            await using var change = new NpgsqlBatch(connection) { BatchCommands = { edit, new(CommitSql) } };
            await change.ExecuteNonQueryAsync(CancellationToken.None);
            return (WriteFate.Made, null);
        }
        catch (PostgresException said) when (PostgresTrouble.IsAnswer(said))
        {
            // The server's own answer: whatever failed, the transaction did.
            return (Answered(said), said);
        }
        catch (Exception cause) when (IsLost(cause))
        {
            return (WriteFate.Unanswered, cause);
        }
    }

    private static bool IsLost(Exception cause) => cause is NpgsqlException or TimeoutException or IOException or System.Net.Sockets.SocketException;

    /// <summary>The version a transaction gives the rows it writes.</summary>
    public static string Version(long number) => ((uint)(number & uint.MaxValue)).ToString(CultureInfo.InvariantCulture);

    private static WriteFate Answered(PostgresException said) => said.SqlState switch
    {
        PostgresErrorCodes.DivisionByZero => WriteFate.Stale,
        PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.QueryCanceled or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure => WriteFate.Held,
        PostgresErrorCodes.InsufficientPrivilege or PostgresErrorCodes.ReadOnlySqlTransaction => WriteFate.Forbidden,
        _ => said.SqlState.StartsWith("53", StringComparison.Ordinal) || said.SqlState.StartsWith("57", StringComparison.Ordinal) ? WriteFate.Away : WriteFate.Forbidden,
    };
}
