using System.Runtime.ExceptionServices;
using Polly;
using Polly.Retry;

namespace Dashboard.Core.Retries.Executor;

/// <summary>What Polly is told between two attempts.</summary>
internal interface IRetryStep
{
    /// <summary>The wait before the next attempt; null when there is none.</summary>
    TimeSpan? Delay { get; }

    /// <summary>How often a sign of life is given meanwhile.</summary>
    TimeSpan LogInterval { get; }

    /// <summary>Gives one.</summary>
    void Beat(TimeSpan waited);
}

/// <summary>A run whose first attempt failed.</summary>
internal interface IRetryStep<TResult> : IRetryStep
{
    /// <summary>Makes the next attempt.</summary>
    ValueTask<TResult> NextAsync();
}

/// <summary>Polly's part: it is handed a run whose first attempt has failed already, waits by the clock, ends the wait when asked to quit, and makes the next attempt.</summary>
internal sealed class RetryPipeline
{
    private static readonly ResiliencePropertyKey<IRetryStep> Step = new("dashboard.step");
    private static readonly ResiliencePropertyKey<Heartbeat> Beats = new("dashboard.heartbeat");
    private readonly ResiliencePipeline pipeline;

    public RetryPipeline(TimeProvider clock) => pipeline = new ResiliencePipelineBuilder { TimeProvider = clock, Name = "TransactionExecutor" }
        .AddRetry(new RetryStrategyOptions
        {
            Name = "Backoff",
            MaxRetryAttempts = int.MaxValue,
            ShouldHandle = static args => ValueTask.FromResult(args.Outcome.Exception is not null && StepOf(args.Context).Delay is not null),
            DelayGenerator = static args => ValueTask.FromResult(StepOf(args.Context).Delay),
            OnRetry = args =>
            {
                args.Context.Properties.Set(Beats, new Heartbeat(StepOf(args.Context), clock));
                return ValueTask.CompletedTask;
            },
        })
        .Build();

    /// <summary>Goes on after the first attempt, which failed like this.</summary>
    public async ValueTask<TResult> GoOnAsync<TResult>(IRetryStep<TResult> step, Exception first, CancellationToken cancellationToken)
    {
        var context = ResilienceContextPool.Shared.Get(cancellationToken);
        context.Properties.Set(Step, step);
        var begun = false;
        try
        {
            return await pipeline.ExecuteAsync(
                async (context, step) =>
                {
                    if (!begun)
                    {
                        begun = true;
                        ExceptionDispatchInfo.Throw(first);
                    }

                    EndWait(context);
                    return await step.NextAsync();
                },
                context,
                step);
        }
        finally
        {
            EndWait(context);
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private static IRetryStep StepOf(ResilienceContext context) => context.Properties.GetValue(Step, null!);

    private static void EndWait(ResilienceContext context)
    {
        if (context.Properties.GetValue(Beats, null!) is { } beats)
        {
            beats.Dispose();
            context.Properties.Set(Beats, null!);
        }
    }

    /// <summary>Signs of life during one wait; the first at its beginning, as the original gives it.</summary>
    private sealed class Heartbeat : IDisposable
    {
        private readonly Lock one = new();
        private readonly IRetryStep step;
        private readonly TimeSpan length;
        private readonly TimeProvider clock;
        private readonly long began;
        private readonly ITimer timer;
        private bool over;

        public Heartbeat(IRetryStep step, TimeProvider clock)
        {
            this.step = step;
            this.clock = clock;
            length = step.Delay.GetValueOrDefault();
            began = clock.GetTimestamp();
            if (length > TimeSpan.Zero)
            {
                step.Beat(TimeSpan.Zero);
            }

            timer = clock.CreateTimer(static beat => ((Heartbeat)beat!).Beat(), this, step.LogInterval, step.LogInterval);
        }

        public void Dispose()
        {
            lock (one)
            {
                over = true;
            }

            timer.Dispose();
        }

        private void Beat()
        {
            lock (one)
            {
                var waited = clock.GetElapsedTime(began);
                if (!over && waited < length)
                {
                    step.Beat(waited);
                }
            }
        }
    }
}
