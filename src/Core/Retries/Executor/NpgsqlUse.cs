namespace Dashboard.Core.Retries.Executor;

/// <summary>What a function does with PostgreSQL, and so what it costs to be sure of it.</summary>
public enum NpgsqlUse
{
    /// <summary>
    /// It may not be done twice. It runs in a transaction whose number is asked for before COMMIT, one trip to the server, so that a COMMIT whose answer is lost can be
    /// found again.
    /// </summary>
    Once,

    /// <summary>It runs in a transaction, and doing it again changes nothing: when the answer to COMMIT is lost, it is done again. No trip.</summary>
    Repeatable,

    /// <summary>
    /// It reads, or is one statement that may be done twice. Each statement stands for itself: no BEGIN, no COMMIT, no trip.
    /// </summary>
    Statements,
}
