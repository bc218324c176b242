using System.Runtime.ExceptionServices;

namespace Dashboard.Core.Retries.Executor;

/// <summary>
/// Something that is opened and then stands for hours: a visit to a source, a stream of its changes. A run of an executor ends when it stands. Whoever loses it says so
/// (<see cref="Lose"/>), and the loss is the first failure of the next run: a streak begins with its true cause and ends when all is well again.
/// </summary>
/// <typeparam name="T">What stands; whoever is given it by a run disposes it.</typeparam>
/// <param name="name">Of what is connected to.</param>
/// <param name="openAsync">Opens it; nothing stays behind when that fails.</param>
/// <param name="judge">Whether another attempt may get through.</param>
internal sealed class StandingResource<T>(string name, Func<CancellationToken, Task<T>> openAsync, Func<Exception, Trouble> judge) : ITransactional<T>
    where T : class, IAsyncDisposable
{
    private Exception? loss;

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public string Backend => "postgres";

    /// <summary>Says why what stood is lost.</summary>
    public void Lose(Exception cause) => loss = cause;

    /// <inheritdoc/>
    public async ValueTask<OpenTransaction<T>> OpenAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref loss, null) is { } cause)
        {
            ExceptionDispatchInfo.Throw(cause);
        }

        return new(await openAsync(cancellationToken), null);
    }

    /// <inheritdoc/>
    public ValueTask<CommitProof> ProofAsync(OpenTransaction<T> transaction, CancellationToken cancellationToken) => new(new CommitProof(CommitProofKind.Repeatable, 0));

    /// <inheritdoc/>
    public ValueTask CommitAsync(OpenTransaction<T> transaction, CancellationToken cancellationToken) => default;

    /// <inheritdoc/>
    public ValueTask RollBackAsync(OpenTransaction<T> transaction, CancellationToken cancellationToken) => transaction.Connection.DisposeAsync();

    /// <summary>What a run opened goes on standing.</summary>
    public ValueTask CloseAsync(OpenTransaction<T> transaction) => default;

    /// <inheritdoc/>
    public void ForceReconnect()
    {
        // Each attempt opens anew.
    }

    /// <inheritdoc/>
    public bool IsLost(OpenTransaction<T> transaction) => false;

    /// <inheritdoc/>
    public bool IsAnswer(Exception failure) => true;

    /// <inheritdoc/>
    public Trouble Classify(Exception failure, AttemptPhase phase, bool lost) => judge(failure);

    /// <inheritdoc/>
    public ValueTask<CommitFate> FateAsync(CommitProof proof, CancellationToken cancellationToken) => new(CommitFate.Unknown);
}
