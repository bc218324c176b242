using System.Collections.Concurrent;
using Dashboard.Core.Retries;
using Dashboard.Core.Retries.Executor;
using Microsoft.Extensions.Time.Testing;

namespace Dashboard.Core.Tests.Retries;

/// <summary>An executor on a clock that moves from one thing that happens to the next.</summary>
internal sealed class Executing : IRetryTelemetry
{
    private readonly ConcurrentQueue<RetryEvent> told = [];
    private int counted;

    public Executing(string executor, string delays = "10, 30, 60, 120, 300", double logInterval = 10, double deadline = 0, double jitter = 0, Func<double>? chance = null)
    {
        Clock = new SteppedClock(new DateTimeOffset(2014, 9, 4, 6, 0, 0, TimeSpan.Zero));
        Began = Clock.GetUtcNow();
        var options = new ExecutorOptions { TransactionExecutorClass = executor, BackoffDelays = delays, WaitLogInterval = logInterval, AttemptDeadlineSeconds = deadline, Jitter = jitter };
        Executor = new TransactionExecutor<object>(Resource, options, new ExecutorIdentity("here", "host", "test/1", "a-job", "run-1"), this, Clock, chance: chance);
    }

    public SteppedClock Clock { get; }

    public DateTimeOffset Began { get; }

    public ScriptedResource Resource { get; } = new();

    public TransactionExecutor<object> Executor { get; }

    public IReadOnlyList<RetryEvent> Told => [.. told];

    public int Counted => counted;

    public TimeSpan Passed => Clock.GetUtcNow() - Began;

    /// <summary>What was told, without signs of life.</summary>
    public IEnumerable<string> Story => Told.Where(told => told.Outcome != RetryOutcome.Waiting).Select(told => $"{told.Attempt} {told.Outcome}{(told.Delay is { } delay ? $" {delay.TotalSeconds}" : "")}");

    void IRetryTelemetry.Tell(RetryEvent told) => this.told.Enqueue(told);

    void IRetryTelemetry.Count(ExecutorIdentity who, string resource, string backend) => Interlocked.Increment(ref counted);

    /// <summary>Runs a function that fails as many times as given, then returns 42; the clock moves while it waits.</summary>
    public async Task<int> FailingAsync(int failures, Func<int, Exception> failure, CancellationToken cancellationToken = default)
    {
        var ran = 0;
        return await ToTheEndAsync(Executor.RunAsync<int>((_, _) => ++ran > failures ? new(42) : throw failure(ran), cancellationToken).AsTask());
    }

    /// <summary>Moves the clock second by second until the run has ended, each time it has nothing left to do but wait.</summary>
    public async Task<T> ToTheEndAsync<T>(Task<T> run)
    {
        while (!run.IsCompleted)
        {
            var told = Told;
            if (told is [.., { NextAttemptAt: { } next }] && next > Clock.GetUtcNow() && told.Count(one => one.Outcome == RetryOutcome.Fail) == Clock.Waits)
            {
                Clock.Advance(TimeSpan.FromSeconds(1));
            }
            else
            {
                await Task.Yield();
            }
        }

        return await run;
    }

    /// <summary>A clock that knows how many waits were begun on it.</summary>
    internal sealed class SteppedClock(DateTimeOffset start) : FakeTimeProvider(start)
    {
        private int waits;

        public int Waits => Volatile.Read(ref waits);

        /// <summary>How far the timestamps are behind the timers, as a coarse timer is ahead of a fine clock.</summary>
        public TimeSpan Behind { get; set; }

        public override long GetTimestamp() => base.GetTimestamp() - (long)(Behind.TotalSeconds * TimestampFrequency);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            if (state is Task)
            {
                Interlocked.Increment(ref waits);
            }

            return timer;
        }
    }
}
