using Npgsql;

namespace Dashboard.Core.Runner.Jobs;

/// <summary>The database that jobs work in. Whatever the work does, no connection of it stays in a transaction.</summary>
public interface IJobDatabase
{
    /// <summary>Runs work in one transaction: committed when it returns, rolled back when it throws.</summary>
    /// <param name="run">The run it belongs to.</param>
    /// <param name="work">The work; an implementation that retries runs it again from its beginning.</param>
    /// <param name="cancellationToken">The runner was asked to quit, or the job's time is up.</param>
    Task InTransactionAsync(JobRun run, Func<NpgsqlConnection, NpgsqlTransaction, CancellationToken, Task> work, CancellationToken cancellationToken);

    /// <summary>Runs work with a connection whose transactions are its own affair; one it leaves open is rolled back.</summary>
    /// <param name="run">The run it belongs to.</param>
    /// <param name="work">The work.</param>
    /// <param name="cancellationToken">The runner was asked to quit, or the job's time is up.</param>
    Task WithConnectionAsync(JobRun run, Func<NpgsqlConnection, CancellationToken, Task> work, CancellationToken cancellationToken);
}

/// <summary>Each transaction is tried once, as crontabber's plain <c>TransactionExecutor</c> does.</summary>
/// <param name="source">The database.</param>
public sealed class JobDatabase(NpgsqlDataSource source) : IJobDatabase
{
    /// <inheritdoc/>
    public async Task InTransactionAsync(JobRun run, Func<NpgsqlConnection, NpgsqlTransaction, CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(work);
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        try
        {
            await work(connection, transaction, cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();

            // COMMIT of a transaction in which a statement failed answers ROLLBACK and no error: work that hid an error from us would pass for done.
            await using var alive = new NpgsqlCommand("select 1", connection, transaction);
            await alive.ExecuteNonQueryAsync(CancellationToken.None);
        }
        catch
        {
            await RollBackAsync(transaction);
            throw;
        }

        // Not to be cancelled: a COMMIT without its answer leaves nobody knowing.
        await transaction.CommitAsync(CancellationToken.None);
    }

    /// <inheritdoc/>
    public async Task WithConnectionAsync(JobRun run, Func<NpgsqlConnection, CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(work);

        // Going back to its pool rolls back whatever is open.
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await work(connection, cancellationToken);
    }

    // On a dead connection ROLLBACK fails too; that must not hide why.
    private static async Task RollBackAsync(NpgsqlTransaction transaction)
    {
        try
        {
            await transaction.RollbackAsync(CancellationToken.None);
        }
        catch (Exception failure) when (failure is NpgsqlException or InvalidOperationException or IOException or TimeoutException)
        {
            // The connection is closed with the transaction; the server rolls back.
        }
    }
}

/// <summary>What a method of a class with <see cref="PostgresTransactionsAttribute"/> gets: each call is a transaction of its own.</summary>
public sealed class JobTransactions
{
    private readonly IJobDatabase database;
    private readonly JobRun run;

    internal JobTransactions(IJobDatabase database, JobRun run) => (this.database, this.run) = (database, run);

    /// <summary>Runs work in one transaction: committed when it returns, rolled back when it throws.</summary>
    public Task RunAsync(Func<NpgsqlConnection, NpgsqlTransaction, CancellationToken, Task> work, CancellationToken cancellationToken) =>
        database.InTransactionAsync(run, work, cancellationToken);
}
