using System.Runtime.InteropServices;

namespace Dashboard.Core.Retries.Executor;

/// <summary>
/// What an executor must know of a resource: how to open, commit and roll back, and which of its failures may heal. All that is known of a driver stands behind
/// this; one object serves all runs at once.
/// </summary>
/// <typeparam name="TConnection">What the function is given to work with.</typeparam>
public interface ITransactional<TConnection>
    where TConnection : class
{
    /// <summary>Its name for people, without secrets: <c>postgres breakpad@db1</c>; always the same string object.</summary>
    string Name { get; }

    /// <summary>Its kind: <c>postgres</c>, <c>s3</c>, <c>rabbitmq</c>, <c>http</c>.</summary>
    string Backend { get; }

    /// <summary>A connection in a transaction that has begun.</summary>
    ValueTask<OpenTransaction<TConnection>> OpenAsync(CancellationToken cancellationToken);

    /// <summary>What proves, on another connection, what became of a COMMIT whose answer is lost. Asked right before COMMIT: when it fails, nothing was committed.</summary>
    ValueTask<CommitProof> ProofAsync(OpenTransaction<TConnection> transaction, CancellationToken cancellationToken);

    /// <summary>Commits.</summary>
    ValueTask CommitAsync(OpenTransaction<TConnection> transaction, CancellationToken cancellationToken);

    /// <summary>Rolls back. What it throws is never seen by anybody: the cause of the rollback is.</summary>
    ValueTask RollBackAsync(OpenTransaction<TConnection> transaction, CancellationToken cancellationToken);

    /// <summary>Gives the connection back; called exactly once for each that was opened.</summary>
    ValueTask CloseAsync(OpenTransaction<TConnection> transaction);

    /// <summary>Forgets connections that may be dead, so that the next attempt begins with a new one.</summary>
    void ForceReconnect();

    /// <summary>True when the connection cannot be used any more.</summary>
    bool IsLost(OpenTransaction<TConnection> transaction);

    /// <summary>True when the other end itself said that this COMMIT failed; false when its answer is lost.</summary>
    bool IsAnswer(Exception failure);

    /// <summary>Whether another attempt may get through.</summary>
    /// <param name="failure">What was thrown.</param>
    /// <param name="phase">Where.</param>
    /// <param name="lost">True when the connection cannot be used any more.</param>
    Trouble Classify(Exception failure, AttemptPhase phase, bool lost);

    /// <summary>What became of a COMMIT, asked on a new connection.</summary>
    ValueTask<CommitFate> FateAsync(CommitProof proof, CancellationToken cancellationToken);
}

/// <summary>A connection and the driver's transaction on it.</summary>
/// <param name="Connection">Given to the function.</param>
/// <param name="Transaction">The driver's own; null where the connection is all there is.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct OpenTransaction<TConnection>(TConnection Connection, IAsyncDisposable? Transaction)
    where TConnection : class;

/// <summary>Where an attempt stood when it failed.</summary>
public enum AttemptPhase
{
    /// <summary>Opening the connection, or beginning the transaction.</summary>
    Opening,

    /// <summary>In the function.</summary>
    Working,

    /// <summary>COMMIT was sent.</summary>
    Committing,
}

/// <summary>Whether another attempt may get through.</summary>
public enum TroubleKind
{
    /// <summary>The other end was away: wait, and do it again.</summary>
    Operational,

    /// <summary>Somebody else was in the way (a deadlock, a lock, a serialization failure): wait, and do it again; the connection is fine.</summary>
    Conditional,

    /// <summary>No other attempt can heal it: raised at once.</summary>
    Fatal,

    /// <summary>
    /// The other end works; it is the function that failed, by an exception of its own or by what its data did to a statement. Raised at once, and told to nobody: whoever
    /// runs the function records how it ended, and nothing was tried again.
    /// </summary>
    Foreign,
}

/// <summary>What a failure is to an executor.</summary>
/// <param name="Kind">Whether another attempt may get through.</param>
/// <param name="Code">An SQLSTATE, or a service's own code; null when there is none.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct Trouble(TroubleKind Kind, string? Code);

/// <summary>What proves what became of a COMMIT.</summary>
/// <param name="Kind">Whether there is a proof.</param>
/// <param name="Number">The transaction's number; 0 when there is none.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct CommitProof(CommitProofKind Kind, ulong Number);

/// <summary>Whether a transaction can be found again.</summary>
public enum CommitProofKind
{
    /// <summary>It cannot: nobody asked.</summary>
    None,

    /// <summary>It has written nothing: whether it was committed makes no difference.</summary>
    NothingWritten,

    /// <summary>By its number.</summary>
    Number,

    /// <summary>It need not be found: doing it again changes nothing.</summary>
    Repeatable,
}

/// <summary>A failure after which a run waits for its next attempt.</summary>
/// <param name="Cause">What was thrown.</param>
/// <param name="Attempt">By which attempt, from 1.</param>
/// <param name="Delay">The wait.</param>
/// <param name="Next">When the next attempt begins.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct RetryPause(Exception Cause, int Attempt, TimeSpan Delay, DateTimeOffset Next);

/// <summary>What became of a COMMIT.</summary>
public enum CommitFate
{
    /// <summary>Nobody knows any more.</summary>
    Unknown,

    /// <summary>It is done.</summary>
    Committed,

    /// <summary>It was rolled back, or written nowhere: the function may run again.</summary>
    Aborted,

    /// <summary>It is still under way.</summary>
    InProgress,
}
