namespace Dashboard.Core.Retries.Executor;

/// <summary>
/// A resource without transactions: what a function did is done, and doing it again changes nothing, so there is nothing to commit, to roll back or to prove. Object stores,
/// HTTP, files.
/// </summary>
/// <param name="name">As <see cref="ITransactional{TConnection}.Name"/>.</param>
/// <param name="backend">As <see cref="ITransactional{TConnection}.Backend"/>.</param>
/// <param name="connection">Given to every function; it makes connections by itself as it needs them.</param>
public abstract class StatelessResource<TConnection>(string name, string backend, TConnection connection) : ITransactional<TConnection>
    where TConnection : class
{
    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public string Backend => backend;

    /// <inheritdoc/>
    public ValueTask<OpenTransaction<TConnection>> OpenAsync(CancellationToken cancellationToken) => new(new OpenTransaction<TConnection>(connection, null));

    /// <inheritdoc/>
    public ValueTask<CommitProof> ProofAsync(OpenTransaction<TConnection> transaction, CancellationToken cancellationToken) => new(new CommitProof(CommitProofKind.Repeatable, 0));

    /// <inheritdoc/>
    public ValueTask CommitAsync(OpenTransaction<TConnection> transaction, CancellationToken cancellationToken) => default;

    /// <inheritdoc/>
    public ValueTask RollBackAsync(OpenTransaction<TConnection> transaction, CancellationToken cancellationToken) => default;

    /// <inheritdoc/>
    public ValueTask CloseAsync(OpenTransaction<TConnection> transaction) => default;

    /// <inheritdoc/>
    public void ForceReconnect()
    {
    }

    /// <inheritdoc/>
    public bool IsLost(OpenTransaction<TConnection> transaction) => false;

    /// <inheritdoc/>
    public bool IsAnswer(Exception failure) => true;

    /// <inheritdoc/>
    public abstract Trouble Classify(Exception failure, AttemptPhase phase, bool lost);

    /// <inheritdoc/>
    public ValueTask<CommitFate> FateAsync(CommitProof proof, CancellationToken cancellationToken) => new(CommitFate.Aborted);
}
