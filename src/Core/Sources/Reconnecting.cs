using Dashboard.Core.Database;
using Dashboard.Core.Retries;
using Dashboard.Core.Retries.Executor;
using Npgsql;

namespace Dashboard.Core.Sources;

/// <summary>How what stands for hours, the visit to a source and the stream of its changes, is opened and opened again: by an executor that waits for ever.</summary>
internal static class Reconnecting
{
    // A quarter of a second, then up to four, an eighth more or less: with the attempt itself a source is live again within five seconds of its server.
    private static readonly ExecutorOptions Waiting = new()
    {
        TransactionExecutorClass = ExecutorKinds.NameOf(ExecutorKind.Infinite), BackoffDelays = "0.25, 0.5, 1, 2, 3.5", Jitter = 0.125,
    };

    /// <summary>An executor that opens it, telling as the dashboard.</summary>
    public static TransactionExecutor<T> Executor<T>(StandingResource<T> resource, IRetryTelemetry telemetry, TimeProvider clock)
        where T : class, IAsyncDisposable => new(resource, Waiting, OwnDatabase.Identity, telemetry, clock);

    /// <summary>Whether looking again may help. Of a reading more does than of a transaction: nothing is done twice, and what changed under it is looked at anew.</summary>
    public static Trouble Judge(Exception failure) => failure switch
    {
        PostgresException { SqlState: PostgresErrorCodes.QueryCanceled } slow => new(TroubleKind.Operational, slow.SqlState),
        PostgresException { SqlState: PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn } changed => new(TroubleKind.Conditional, changed.SqlState),
        _ => PostgresTrouble.Of(failure, AttemptPhase.Opening, lost: false),
    };
}
