using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dashboard.Core.Retries.Executor;

/// <summary>
/// Runs a function inside a transaction: commits when it returns, rolls back when it throws; when the failure may heal, waits and does the whole function again;
/// raises any other. How often and how long is <see cref="ExecutorOptions"/>; which failures heal, and how to commit, is the resource's
/// <see cref="ITransactional{TConnection}"/>. One object serves any number of runs at once.
/// </summary>
/// <remarks>
/// The first attempt goes straight to the resource and costs nothing of its own; only after a failure Polly takes over, waits by the given clock and goes on.
/// The function must therefore be safe to run again after a rollback. It never runs again after a COMMIT that may have been done.
/// </remarks>
public sealed partial class TransactionExecutor<TConnection>
    where TConnection : class
{
    private static readonly TimeSpan LongestRollback = TimeSpan.FromSeconds(5);

    private readonly ITransactional<TConnection> resource;
    private readonly ExecutorIdentity who;
    private readonly IRetryTelemetry telemetry;
    private readonly TimeProvider clock;
    private readonly ILogger log;
    private readonly TimeSpan[] delays;
    private readonly TimeSpan logInterval;
    private readonly double jitter;
    private readonly Func<double> chance;
    private readonly Lazy<RetryPipeline> pipeline;
    private readonly AttemptBounds bounds;

    /// <summary>An executor for one resource.</summary>
    /// <param name="resource">What it works on.</param>
    /// <param name="options">How it waits.</param>
    /// <param name="who">Who tells what is told.</param>
    /// <param name="telemetry">Where it is told.</param>
    /// <param name="clock">By which it waits.</param>
    /// <param name="log">Gets the lines of the original.</param>
    /// <param name="chance">From 0 to 1, for the jitter; null for the system's.</param>
    public TransactionExecutor(
        ITransactional<TConnection> resource, ExecutorOptions options, ExecutorIdentity who, IRetryTelemetry telemetry, TimeProvider clock, ILogger? log = null, Func<double>? chance = null)
    {
        ArgumentNullException.ThrowIfNull(resource);
        ArgumentNullException.ThrowIfNull(options);
        this.resource = resource;
        this.who = who;
        this.telemetry = telemetry;
        this.clock = clock;
        this.log = log ?? NullLogger.Instance;
        this.chance = chance ?? Random.Shared.NextDouble;
        Kind = options.Executor;
        delays = [.. options.Delays];
        ArgumentOutOfRangeException.ThrowIfZero(delays.Length, nameof(options));
        logInterval = TimeSpan.FromSeconds(options.WaitLogInterval);
        jitter = options.Jitter;
        bounds = new AttemptBounds(options.AttemptDeadline, TimeSpan.FromSeconds(options.QuitGraceSeconds), clock);
        pipeline = new Lazy<RetryPipeline>(() => new RetryPipeline(clock));
    }

    /// <summary>Which of the three.</summary>
    public ExecutorKind Kind { get; }

    /// <summary>Runs <paramref name="work"/>; the state saves the function from holding it, which would cost an allocation at each call.</summary>
    /// <returns>What the function returned in the attempt that was committed.</returns>
    /// <exception cref="OperationCanceledException">Asked to quit; nothing of the function remains.</exception>
    /// <exception cref="CommitInDoubtException">The answer to COMMIT is lost, and nobody knows what became of it.</exception>
    public ValueTask<TResult> RunAsync<TState, TResult>(
        Func<TConnection, TState, CancellationToken, ValueTask<TResult>> work, TState state, CancellationToken cancellationToken) =>
        RunAsync(work, state, null, cancellationToken);

    /// <summary>The same, with somebody who is told of each failure that is waited after: a page says so before the run has got through.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<TResult> RunAsync<TState, TResult>(
        Func<TConnection, TState, CancellationToken, ValueTask<TResult>> work, TState state, Action<RetryPause>? paused, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(work);
        cancellationToken.ThrowIfCancellationRequested();
        using var activity = ExecutorSignals.Source.StartActivity("transaction");
        activity?.SetTag("dashboard.resource", resource.Name);
        var attempt = await AttemptAsync(work, state, cancellationToken);
        if (attempt.Failure is not null)
        {
            return await new Streak<TState, TResult>(this, work, state, paused, cancellationToken).AfterAsync(attempt);
        }

        telemetry.Count(who, resource.Name, resource.Backend);
        ExecutorSignals.Count(resource.Backend, "ok");
        return attempt.Result;
    }

    /// <summary>Runs a function that returns something.</summary>
    public ValueTask<TResult> RunAsync<TResult>(Func<TConnection, CancellationToken, ValueTask<TResult>> work, CancellationToken cancellationToken) =>
        RunAsync(static (connection, work, cancellation) => work(connection, cancellation), work, cancellationToken);

    /// <summary>Runs a function that returns nothing.</summary>
    public async Task RunAsync(Func<TConnection, CancellationToken, Task> work, CancellationToken cancellationToken) =>
        await RunAsync(
            static async (connection, work, cancellation) =>
            {
                await work(connection, cancellation);
                return true;
            },
            work,
            cancellationToken);

    /// <summary>One attempt: what it returned, or how it failed, after the rollback. Throws nothing.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Attempt<TResult>> AttemptAsync<TState, TResult>(
        Func<TConnection, TState, CancellationToken, ValueTask<TResult>> work, TState state, CancellationToken quit)
    {
        if (bounds.Begin(quit) is not { } bound)
        {
            return await AttemptAsync(work, state, null, quit);
        }

#pragma warning disable CA2012 // Consumed once below, or left for ever.
        var running = AttemptAsync(work, state, bound, bound.Token).GetAwaiter();
#pragma warning restore CA2012
        var inTime = running.IsCompleted;
        if (!inTime)
        {
            running.UnsafeOnCompleted(bound.Ended);
            inTime = await bound.FirstAsync();
        }

        var attempt = inTime ? running.GetResult() : Left<TResult>(bound);
        if (attempt.Failure is not null && bound.IsLate && (!inTime || attempt.Failure is OperationCanceledException))
        {
            attempt = attempt with { Failure = new AttemptDeadlineException(resource.Name, bounds.Deadline.GetValueOrDefault(), attempt.Failure) };
        }

        bound.Finish();
        return attempt;
    }

    // It goes on behind us until its driver gives up, rolls back then and gives its connection back; it never commits, for it has to ask before it does.
    private Attempt<TResult> Left<TResult>(AttemptBound bound)
    {
        LogLeft(log, resource.Name, bounds.Grace.TotalSeconds);
        var proof = bound.CommitLeft;
        return new(default!, new OperationCanceledException("It was asked to end and did not."), bound.Phase, Lost: true, proof is not null, proof.GetValueOrDefault());
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Attempt<TResult>> AttemptAsync<TState, TResult>(
        Func<TConnection, TState, CancellationToken, ValueTask<TResult>> work, TState state, AttemptBound? bound, CancellationToken token)
    {
        var phase = AttemptPhase.Opening;
        var proof = default(CommitProof);
        var lost = false;
        OpenTransaction<TConnection>? opened = null;
        TResult result = default!;
        Exception? failure = null;
        try
        {
            var transaction = await resource.OpenAsync(token);
            opened = transaction;
            phase = Stands(bound, AttemptPhase.Working);
            result = await work(transaction.Connection, state, token);
            proof = await resource.ProofAsync(transaction, token);
            if (bound?.MayCommit(proof) == false)
            {
                throw new OperationCanceledException();
            }

            phase = Stands(bound, AttemptPhase.Committing);
            await resource.CommitAsync(transaction, token);
        }
        catch (Exception cause)
        {
            failure = cause;
        }

        var unanswered = failure is not null && phase == AttemptPhase.Committing && !resource.IsAnswer(failure);
        if (opened is { } open)
        {
            if (failure is null)
            {
                await CloseAsync(open);
            }
            else
            {
                lost = resource.IsLost(open);
                if (!unanswered && !lost)
                {
                    lost = await RollBackAsync(open);
                }
                else
                {
                    await CloseAsync(open);
                }
            }
        }

        return new(result, failure, phase, lost, unanswered, proof);
    }

    private static AttemptPhase Stands(AttemptBound? bound, AttemptPhase phase)
    {
        if (bound is not null)
        {
            bound.Phase = phase;
        }

        return phase;
    }

    // What a rollback on a dead connection says must not stand before the cause: the original lost it, and its log shows only "connection already closed".
    // True when the connection is lost, also when the rollback is not through in time: it goes on behind us.
    private async ValueTask<bool> RollBackAsync(OpenTransaction<TConnection> transaction)
    {
        try
        {
            return await RollBackAndCloseAsync(transaction).WaitAsync(LongestRollback, clock);
        }
        catch (TimeoutException aside)
        {
            LogRollbackFailed(log, aside, resource.Name);
            return true;
        }
    }

    private async Task<bool> RollBackAndCloseAsync(OpenTransaction<TConnection> transaction)
    {
        try
        {
            await resource.RollBackAsync(transaction, CancellationToken.None);
        }
        catch (Exception aside)
        {
            LogRollbackFailed(log, aside, resource.Name);
        }

        var lost = resource.IsLost(transaction);
        await CloseAsync(transaction);
        return lost;
    }

    private async ValueTask CloseAsync(OpenTransaction<TConnection> transaction)
    {
        try
        {
            await resource.CloseAsync(transaction);
        }
        catch (Exception aside)
        {
            LogCloseFailed(log, aside, resource.Name);
        }
    }

    /// <summary>The delay after the attempt of this number; null when there is no other attempt.</summary>
    private TimeSpan? DelayAfter(int attempt, bool inDoubt)
    {
        // The original slept the last delay also when no attempt followed it. An open question about a COMMIT is asked again also by the plain executor.
        var delay = Kind switch
        {
            ExecutorKind.Infinite => delays[Math.Min(attempt, delays.Length) - 1],
            ExecutorKind.Limited when attempt < delays.Length => delays[attempt - 1],
            ExecutorKind.Plain when inDoubt && attempt < delays.Length => delays[attempt - 1],
            _ => (TimeSpan?)null,
        };
        return delay is { } wait && jitter > 0 ? wait * (1 + jitter * (2 * chance() - 1)) : delay;
    }

    [LoggerMessage(1800, LogLevel.Critical, "{Resource} transaction error eligible for retry")]
    private static partial void LogEligible(ILogger log, Exception cause, string resource);

    [LoggerMessage(1801, LogLevel.Debug, "retry in {Seconds} seconds")]
    private static partial void LogRetryIn(ILogger log, double seconds);

    [LoggerMessage(1802, LogLevel.Debug, "waiting for retry after failure in {Resource} transaction: {Waited}sec of {Seconds}sec")]
    private static partial void LogWaiting(ILogger log, string resource, double waited, double seconds);

    [LoggerMessage(1803, LogLevel.Critical, "Unrecoverable {Resource} transaction error")]
    private static partial void LogUnrecoverable(ILogger log, Exception cause, string resource);

    [LoggerMessage(1804, LogLevel.Error, "{Resource} transaction given up after attempt {Attempt}")]
    private static partial void LogGaveUp(ILogger log, Exception cause, string resource, int attempt);

    [LoggerMessage(1805, LogLevel.Information, "{Resource} transaction got through at attempt {Attempt}")]
    private static partial void LogRecovered(ILogger log, string resource, int attempt);

    [LoggerMessage(1806, LogLevel.Debug, "{Resource}: the rollback failed as well")]
    private static partial void LogRollbackFailed(ILogger log, Exception aside, string resource);

    [LoggerMessage(1807, LogLevel.Debug, "{Resource}: the connection could not be given back")]
    private static partial void LogCloseFailed(ILogger log, Exception aside, string resource);

    [LoggerMessage(1808, LogLevel.Warning, "{Resource}: an attempt that was asked to end did not within {Seconds} s and is left")]
    private static partial void LogLeft(ILogger log, string resource, double seconds);

    /// <summary>How an attempt ended.</summary>
    private readonly record struct Attempt<TResult>(TResult Result, Exception? Failure, AttemptPhase Phase, bool Lost, bool Unanswered, CommitProof Proof);
}
