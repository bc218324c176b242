namespace Dashboard.Core.Retries;

/// <summary>How one attempt ended, or what is said between two of them. In JSON and in the database by the names of the field (<c>ok_after_retry</c>, <c>gave_up</c>, …).</summary>
public enum RetryOutcome
{
    /// <summary>The attempt failed in a way that may heal: another follows after the delay.</summary>
    Fail,

    /// <summary>Still waiting for the next attempt: the sign of life between two.</summary>
    Waiting,

    /// <summary>An attempt after a failed one got through, and the executor itself said so.</summary>
    OkAfterRetry,

    /// <summary>An attempt after a failed one must have got through, told by what that thread did next: a log has no line for it.</summary>
    Recovered,

    /// <summary>The last attempt allowed failed as well.</summary>
    GaveUp,

    /// <summary>The error is of a kind no other attempt can heal; raised at once.</summary>
    NotRetryable,

    /// <summary>Somebody asked the program to quit while it waited.</summary>
    Aborted,
}

/// <summary>Which executor ran the attempt.</summary>
public enum ExecutorKind
{
    /// <summary><c>TransactionExecutor</c>: one attempt.</summary>
    Plain,

    /// <summary><c>TransactionExecutorWithLimitedBackoff</c>: one attempt for each delay.</summary>
    Limited,

    /// <summary><c>TransactionExecutorWithInfiniteBackoff</c>: until it gets through; the last delay repeats.</summary>
    Infinite,
}
