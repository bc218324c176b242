using System.Runtime.ExceptionServices;
using Dashboard.Core.Failures;
using Dashboard.Core.Jobs;

namespace Dashboard.Core.Retries.Executor;

public sealed partial class TransactionExecutor<TConnection>
{
    /// <summary>One run after its first attempt failed: judges each failure, waits, asks what became of a COMMIT, runs the function again.</summary>
    private sealed class Streak<TState, TResult>(
        TransactionExecutor<TConnection> owner, Func<TConnection, TState, CancellationToken, ValueTask<TResult>> work, TState state, Action<RetryPause>? paused, CancellationToken quit)
        : IRetryStep<TResult>
    {
        private static readonly TimeSpan LongestQuestion = TimeSpan.FromSeconds(10);
        private static readonly TimeSpan LastQuestion = TimeSpan.FromSeconds(0.6);

        private readonly string thread = ExecutorSignals.NextThread();
        private Attempt<TResult> doubted;
        private int attempts = 1;
        private int told;

        public TimeSpan? Delay { get; private set; }

        public DateTimeOffset? NextAttemptAt { get; private set; }

        public TimeSpan LogInterval => owner.logInterval;

        /// <summary>What the run ends with, the first attempt having ended like this.</summary>
        public async ValueTask<TResult> AfterAsync(Attempt<TResult> first)
        {
            try
            {
                var outcome = await JudgeAsync(first);
                return Delay is null ? outcome.Value : await owner.pipeline.Value.GoOnAsync(this, outcome.Failure!, quit);
            }
            catch (OperationCanceledException cause) when (quit.IsCancellationRequested)
            {
                if (told > 0)
                {
                    Tell(RetryOutcome.Aborted, null, null);
                }

                if (doubted.Unanswered)
                {
                    throw new CommitInDoubtException(owner.resource.Name, doubted.Proof, "asked to quit before it could be found out", doubted.Failure ?? cause);
                }

                throw;
            }
        }

        /// <summary>The next attempt; throws what it failed with, after having set <see cref="Delay"/>.</summary>
        public async ValueTask<TResult> NextAsync()
        {
            attempts++;
            var outcome = doubted.Unanswered ? await AskAsync(doubted) : await JudgeAsync(await owner.AttemptAsync(work, state, quit));
            if (Delay is not null)
            {
                ExceptionDispatchInfo.Throw(outcome.Failure!);
            }

            return outcome.Value;
        }

        /// <summary>A sign of life.</summary>
        public void Beat(TimeSpan waited)
        {
            LogWaiting(owner.log, owner.resource.Name, Math.Floor(waited.TotalSeconds), Delay.GetValueOrDefault().TotalSeconds);
            Tell(RetryOutcome.Waiting, null, null);
        }

        // Throws what is raised at once; otherwise a value, or a failure with a delay after it.
        private async ValueTask<(TResult Value, Exception? Failure)> JudgeAsync(Attempt<TResult> attempt)
        {
            Delay = null;
            NextAttemptAt = null;
            if (attempt.Failure is not { } failure)
            {
                return Succeeded(attempt.Result);
            }

            if (attempt.Unanswered)
            {
                return await AskAsync(attempt);
            }

            if (failure is OperationCanceledException && quit.IsCancellationRequested)
            {
                ExceptionDispatchInfo.Throw(failure);
            }

            var trouble = failure is AttemptDeadlineException ? new Trouble(TroubleKind.Operational, null) : owner.resource.Classify(failure, attempt.Phase, attempt.Lost);
            if (trouble.Kind is TroubleKind.Fatal or TroubleKind.Foreign)
            {
                // After failures of the resource it ends their streak, whosever it is.
                if (trouble.Kind == TroubleKind.Fatal || told > 0)
                {
                    LogUnrecoverable(owner.log, failure, owner.resource.Name);
                    Tell(RetryOutcome.NotRetryable, failure, trouble.Code);
                }

                ExceptionDispatchInfo.Throw(failure);
            }

            if (trouble.Kind == TroubleKind.Operational)
            {
                owner.resource.ForceReconnect();
            }

            if (owner.DelayAfter(attempts, inDoubt: false) is not { } delay)
            {
                LogGaveUp(owner.log, failure, owner.resource.Name, attempts);
                Tell(RetryOutcome.GaveUp, failure, trouble.Code);
                ExceptionDispatchInfo.Throw(failure);
                throw failure;
            }

            Wait(delay, failure, trouble.Code);
            return (default!, failure);
        }

        // The answer to COMMIT is lost: what became of it is asked on a new connection, and the function runs again only when the answer is that it was not done.
        private async ValueTask<(TResult Value, Exception? Failure)> AskAsync(Attempt<TResult> attempt)
        {
            Delay = null;
            NextAttemptAt = null;
            doubted = attempt;
            var cause = attempt.Failure!;
            if (attempt.Proof.Kind == CommitProofKind.None)
            {
                throw InDoubt(cause, "the resource keeps no number of it");
            }

            owner.resource.ForceReconnect();
            CommitFate? fate = attempt.Proof.Kind is CommitProofKind.NothingWritten or CommitProofKind.Repeatable ? CommitFate.Aborted : null;
            try
            {
                fate ??= await FateAsync(attempt.Proof);
            }
            catch (Exception unasked)
            {
                if (quit.IsCancellationRequested)
                {
                    throw InDoubt(unasked, "asked to quit before it could be found out");
                }

                var trouble = owner.resource.Classify(unasked, AttemptPhase.Opening, lost: true);
                if (trouble.Kind is TroubleKind.Fatal or TroubleKind.Foreign)
                {
                    throw InDoubt(unasked, "it cannot be asked for");
                }

                return WaitInDoubt(unasked, trouble.Code);
            }

            switch (fate)
            {
                case CommitFate.Committed:
                    doubted = default;
                    return Succeeded(attempt.Result);
                case CommitFate.Aborted:
                    doubted = default;
                    return await JudgeAsync(attempt with { Unanswered = false, Phase = AttemptPhase.Working, Lost = true });
                case CommitFate.InProgress:
                    return WaitInDoubt(cause, null);
                default:
                    throw InDoubt(cause, "the server does not remember it");
            }
        }

        // Also when asked to quit there is most of a second to find out: a COMMIT left in doubt costs somebody's night.
        private async ValueTask<CommitFate> FateAsync(CommitProof proof)
        {
            using var bound = new CancellationTokenSource(LongestQuestion, owner.clock);
            using var asked = quit.UnsafeRegister(static bound => ((CancellationTokenSource)bound!).CancelAfter(LastQuestion), bound);
            var driver = new CancellationTokenSource();
            var asking = owner.resource.FateAsync(proof, driver.Token).AsTask();
            try
            {
                return await asking.WaitAsync(bound.Token);
            }
            catch (OperationCanceledException cause)
            {
                // To cancel a driver may take as long as the question itself: see AttemptBound.
                _ = Task.Run(driver.Cancel, CancellationToken.None);
                _ = asking.ContinueWith(static late => late.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
                throw new AttemptDeadlineException(owner.resource.Name, LongestQuestion, cause);
            }
        }

        private (TResult Value, Exception? Failure) WaitInDoubt(Exception cause, string? code)
        {
            if (owner.DelayAfter(attempts, inDoubt: true) is not { } delay)
            {
                throw InDoubt(cause, "nobody answered the question in time");
            }

            Wait(delay, cause, code);
            return (default!, cause);
        }

        private CommitInDoubtException InDoubt(Exception cause, string because)
        {
            var raised = new CommitInDoubtException(owner.resource.Name, doubted.Proof, because, cause);
            LogUnrecoverable(owner.log, raised, owner.resource.Name);
            Tell(RetryOutcome.GaveUp, raised, null);
            return raised;
        }

        private void Wait(TimeSpan delay, Exception failure, string? code)
        {
            Delay = delay;
            NextAttemptAt = owner.clock.GetUtcNow() + delay;
            LogEligible(owner.log, failure, owner.resource.Name);
            LogRetryIn(owner.log, delay.TotalSeconds);
            Tell(RetryOutcome.Fail, failure, code);
            paused?.Invoke(new RetryPause(failure, attempts, delay, NextAttemptAt.Value));
        }

        private (TResult Value, Exception? Failure) Succeeded(TResult result)
        {
            if (told == 0)
            {
                // The answer to COMMIT was lost and found: nobody had to wait.
                owner.telemetry.Count(owner.who, owner.resource.Name, owner.resource.Backend);
            }
            else
            {
                LogRecovered(owner.log, owner.resource.Name, attempts);
                Tell(RetryOutcome.OkAfterRetry, null, null);
            }

            return (result, null);
        }

        private void Tell(RetryOutcome outcome, Exception? failure, string? code)
        {
            told++;
            ExecutorSignals.Count(owner.resource.Backend, ExecutorSignals.NameOf(outcome));
            var error = failure is null ? null : new JobError(failure.GetType().FullName ?? failure.GetType().Name, Cut(failure.Message), "");

            // A service's code stands beside its words, not in them.
            var kind = error is null ? (FailureKind?)null : (code is null ? null : FailureKindRule.OfServiceCode(code)) ?? FailureKindRule.Of(error);
            var now = owner.clock.GetUtcNow();
            owner.telemetry.Tell(new RetryEvent
            {
                // In the order of time, which the index of them is thankful for.
                Id = Guid.CreateVersion7(now),
                At = now,
                Who = new RetryTeller(owner.who.Source, owner.who.Host, owner.who.Process, thread, owner.resource.Name),
                AppName = owner.who.AppName,
                RunId = owner.who.RunId,
                Backend = owner.resource.Backend,
                Executor = owner.Kind,
                Attempt = attempts,
                Outcome = outcome,
                ExceptionType = error?.Type,
                ExceptionValue = error is null ? null : Cut(error.Value),
                Code = code ?? kind?.Code,
                Class = kind?.Class,
                Delay = outcome is RetryOutcome.Fail or RetryOutcome.Waiting ? Delay : null,
                NextAttemptAt = outcome is RetryOutcome.Fail or RetryOutcome.Waiting ? NextAttemptAt : null,
            });
        }

        private static string Cut(string text) => text.Length > 4_000 ? text[..4_000] : text;
    }
}
