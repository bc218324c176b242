namespace Dashboard.Core.Retries.Executor;

/// <summary>
/// The answer to a COMMIT is lost and nobody can say any more whether it was done. The function was not run again: somebody has to look. The inner exception is how the answer was lost.
/// </summary>
public sealed class CommitInDoubtException(string resource, CommitProof proof, string because, Exception cause)
    : Exception($"Whether a transaction on {resource} was committed is not known{(proof.Kind == CommitProofKind.Number ? $" (transaction {proof.Number})" : "")}: {because}. It was not run again.", cause)
{
    /// <summary>What can be asked for later: the number of the transaction, if it is known.</summary>
    public CommitProof Proof { get; } = proof;
}

/// <summary>One attempt took longer than <see cref="ExecutorOptions.AttemptDeadline"/>; it was ended and counts as a failure that may heal.</summary>
public sealed class AttemptDeadlineException(string resource, TimeSpan deadline, Exception cause)
    : TimeoutException($"An attempt on {resource} was not through after {deadline.TotalSeconds:0.###} s.", cause);
