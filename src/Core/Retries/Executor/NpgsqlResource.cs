using System.Runtime.CompilerServices;
using Npgsql;

namespace Dashboard.Core.Retries.Executor;

/// <summary>PostgreSQL through Npgsql, directly or through a pooler.</summary>
/// <param name="source">Its pool.</param>
/// <param name="use">What the functions do.</param>
public sealed class NpgsqlResource(NpgsqlDataSource source, NpgsqlUse use = NpgsqlUse.Once) : ITransactional<NpgsqlConnection>
{
    // A transaction that wrote nothing has no number, and asking gives it none.
    private const string NumberSql = """
        select pg_current_xact_id_if_assigned()
        """;

    private const string FateSql = """
        select pg_xact_status($1::text::xid8)
        """;

    // The question of a run that is over, for the next one; who comes meanwhile makes another.
    private NpgsqlCommand? spare;

    /// <inheritdoc/>
    public string Name { get; } = NameOf(source?.ConnectionString);

    /// <inheritdoc/>
    public string Backend => "postgres";

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<OpenTransaction<NpgsqlConnection>> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = await source.OpenConnectionAsync(cancellationToken);
        if (use == NpgsqlUse.Statements)
        {
            return new(connection, null);
        }

        try
        {
            return new(connection, await connection.BeginTransactionAsync(cancellationToken));
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<CommitProof> ProofAsync(OpenTransaction<NpgsqlConnection> transaction, CancellationToken cancellationToken)
    {
        if (use != NpgsqlUse.Once)
        {
            return new(CommitProofKind.Repeatable, 0);
        }

        var command = Interlocked.Exchange(ref spare, null) ?? new NpgsqlCommand(NumberSql);
        command.Connection = transaction.Connection;
        CommitProof proof;
        await using (var row = await command.ExecuteReaderAsync(cancellationToken))
        {
            proof = await row.ReadAsync(cancellationToken) && !row.IsDBNull(0) ? new(CommitProofKind.Number, row.GetFieldValue<ulong>(0)) : new(CommitProofKind.NothingWritten, 0);
        }

        command.Connection = null;
        Volatile.Write(ref spare, command);
        return proof;
    }

    /// <inheritdoc/>
    public ValueTask CommitAsync(OpenTransaction<NpgsqlConnection> transaction, CancellationToken cancellationToken) =>
        transaction.Transaction is NpgsqlTransaction open ? new(open.CommitAsync(cancellationToken)) : default;

    /// <inheritdoc/>
    public ValueTask RollBackAsync(OpenTransaction<NpgsqlConnection> transaction, CancellationToken cancellationToken) =>
        transaction.Transaction is NpgsqlTransaction open ? new(open.RollbackAsync(cancellationToken)) : default;

    /// <inheritdoc/>
    public ValueTask CloseAsync(OpenTransaction<NpgsqlConnection> transaction) => transaction.Connection.DisposeAsync();

    /// <inheritdoc/>
    public void ForceReconnect() => source.Clear();

    /// <inheritdoc/>
    public bool IsLost(OpenTransaction<NpgsqlConnection> transaction) => transaction.Connection.State != System.Data.ConnectionState.Open;

    /// <inheritdoc/>
    public bool IsAnswer(Exception failure) => PostgresTrouble.IsAnswer(failure);

    /// <inheritdoc/>
    public Trouble Classify(Exception failure, AttemptPhase phase, bool lost) => PostgresTrouble.Of(failure, phase, lost);

    /// <inheritdoc/>
    public async ValueTask<CommitFate> FateAsync(CommitProof proof, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand(FateSql);
        command.CommandTimeout = 10;
        command.Parameters.AddWithValue(proof.Number.ToString(System.Globalization.CultureInfo.InvariantCulture));
        return await command.ExecuteScalarAsync(cancellationToken) switch
        {
            "committed" => CommitFate.Committed,
            "aborted" => CommitFate.Aborted,
            "in progress" => CommitFate.InProgress,
            _ => CommitFate.Unknown,
        };
    }

    /// <summary>The name of what a connection string leads to.</summary>
    internal static string NameOf(string? connectionString)
    {
        ArgumentNullException.ThrowIfNull(connectionString);
        var parts = new NpgsqlConnectionStringBuilder(connectionString);
        return $"postgres {parts.Database ?? parts.Username}@{parts.Host}";
    }
}
