using Dashboard.Core.Retries.Executor;
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

/// <summary>
/// Each transaction is a run of the executor that was configured, as crontabber's are: with a backing-off one the work waits and begins anew while the database is away.
/// A connection whose transactions are the work's own affair is never used twice.
/// </summary>
public sealed class JobDatabase : IJobDatabase
{
    private static readonly ExecutorOptions OneAttempt = RunnerRetries.None.Jobs;

    private readonly RunnerRetries retries;
    private readonly JobTransactionResource transactions;
    private readonly NpgsqlResource connections;

    /// <summary>For a database.</summary>
    /// <param name="source">The database.</param>
    /// <param name="retries">How to wait, and where to tell; null for one attempt.</param>
    public JobDatabase(NpgsqlDataSource source, RunnerRetries? retries = null)
    {
        this.retries = retries ?? RunnerRetries.None;
        transactions = new JobTransactionResource(new NpgsqlResource(source));
        connections = new NpgsqlResource(source, NpgsqlUse.Statements);
    }

    /// <inheritdoc/>
    public async Task InTransactionAsync(JobRun run, Func<NpgsqlConnection, NpgsqlTransaction, CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(work);
        var executor = new TransactionExecutor<NpgsqlTransaction>(transactions, retries.Jobs, retries.Who(run.Job, run.RunId), retries.Telemetry, retries.Clock);
        await executor.RunAsync((transaction, token) => work(transaction.Connection!, transaction, token), cancellationToken);
    }

    /// <inheritdoc/>
    public async Task WithConnectionAsync(JobRun run, Func<NpgsqlConnection, CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(work);

        // Going back to its pool rolls back whatever is open.
        var executor = new TransactionExecutor<NpgsqlConnection>(connections, OneAttempt, retries.Who(run.Job, run.RunId), retries.Telemetry, retries.Clock);
        await executor.RunAsync(work, cancellationToken);
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
