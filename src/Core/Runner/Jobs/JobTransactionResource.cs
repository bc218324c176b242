using System.Runtime.CompilerServices;
using Dashboard.Core.Retries.Executor;
using Npgsql;

namespace Dashboard.Core.Runner.Jobs;

/// <summary>A resource of which the function is given the transaction, which knows its connection.</summary>
internal sealed class JobTransactionResource(NpgsqlResource inner) : ITransactional<NpgsqlTransaction>
{
    public string Name => inner.Name;

    public string Backend => inner.Backend;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<OpenTransaction<NpgsqlTransaction>> OpenAsync(CancellationToken cancellationToken)
    {
        var opened = await inner.OpenAsync(cancellationToken);
        return new((NpgsqlTransaction)opened.Transaction!, opened.Connection);
    }

    public ValueTask<CommitProof> ProofAsync(OpenTransaction<NpgsqlTransaction> transaction, CancellationToken cancellationToken) => inner.ProofAsync(Inner(transaction), cancellationToken);

    public ValueTask CommitAsync(OpenTransaction<NpgsqlTransaction> transaction, CancellationToken cancellationToken) => inner.CommitAsync(Inner(transaction), cancellationToken);

    public ValueTask RollBackAsync(OpenTransaction<NpgsqlTransaction> transaction, CancellationToken cancellationToken) => inner.RollBackAsync(Inner(transaction), cancellationToken);

    public ValueTask CloseAsync(OpenTransaction<NpgsqlTransaction> transaction) => inner.CloseAsync(Inner(transaction));

    public void ForceReconnect() => inner.ForceReconnect();

    public bool IsLost(OpenTransaction<NpgsqlTransaction> transaction) => inner.IsLost(Inner(transaction));

    public bool IsAnswer(Exception failure) => inner.IsAnswer(failure);

    public Trouble Classify(Exception failure, AttemptPhase phase, bool lost) => inner.Classify(failure, phase, lost);

    public ValueTask<CommitFate> FateAsync(CommitProof proof, CancellationToken cancellationToken) => inner.FateAsync(proof, cancellationToken);

    private static OpenTransaction<NpgsqlConnection> Inner(OpenTransaction<NpgsqlTransaction> transaction) => new((NpgsqlConnection)transaction.Transaction!, transaction.Connection);
}
