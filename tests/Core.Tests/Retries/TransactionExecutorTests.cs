using Dashboard.Core.Retries;
using Dashboard.Core.Retries.Executor;

namespace Dashboard.Core.Tests.Retries;

public sealed class TransactionExecutorTests
{
    private const string Plain = "TransactionExecutor";
    private const string Limited = "TransactionExecutorWithLimitedBackoff";
    private const string Infinite = "crontabber.transaction_executor.TransactionExecutorWithInfiniteBackoff";

    [Theory]
    [InlineData(Plain)]
    [InlineData(Limited)]
    [InlineData(Infinite)]
    public async Task What_returns_is_committed_once_and_counted(string executor)
    {
        var executing = new Executing(executor);
        Assert.Equal(42, await executing.FailingAsync(0, _ => new AwayException()));
        Assert.Equal((1, 1, 0, 1), (executing.Resource.Opened, executing.Resource.Committed, executing.Resource.RolledBack, executing.Resource.Closed));
        Assert.Equal(1, executing.Counted);
        Assert.Empty(executing.Told);
    }

    [Theory]
    [InlineData(Plain)]
    [InlineData(Limited)]
    [InlineData(Infinite)]
    public async Task What_the_function_failed_at_by_itself_is_raised_at_once_and_told_to_nobody(string executor)
    {
        var executing = new Executing(executor);
        var thrown = new FormatException("the job's own");
        Assert.Same(thrown, await Assert.ThrowsAsync<FormatException>(() => executing.FailingAsync(9, _ => thrown)));
        Assert.Equal((1, 0, 1, 1), (executing.Resource.Opened, executing.Resource.Committed, executing.Resource.RolledBack, executing.Resource.Closed));
        Assert.Empty(executing.Story);
    }

    [Theory]
    [InlineData(Plain)]
    [InlineData(Limited)]
    [InlineData(Infinite)]
    public async Task What_throws_is_rolled_back_and_raised_at_once_when_no_attempt_can_heal_it(string executor)
    {
        var executing = new Executing(executor);
        var thrown = new NotSupportedException("a fault in code");
        Assert.Same(thrown, await Assert.ThrowsAsync<NotSupportedException>(() => executing.FailingAsync(9, _ => thrown)));
        Assert.Equal((1, 0, 1, 1), (executing.Resource.Opened, executing.Resource.Committed, executing.Resource.RolledBack, executing.Resource.Closed));
        Assert.Equal(["1 NotRetryable"], executing.Story);
        Assert.Equal(TimeSpan.Zero, executing.Passed);
    }

    [Fact]
    public async Task The_plain_one_makes_one_attempt()
    {
        var executing = new Executing(Plain);
        await Assert.ThrowsAsync<AwayException>(() => executing.FailingAsync(1, _ => new AwayException()));
        Assert.Equal(["1 GaveUp"], executing.Story);
        Assert.Equal(1, executing.Resource.Reconnected);
    }

    [Fact]
    public async Task The_limited_one_makes_an_attempt_for_each_delay_and_does_not_sleep_after_the_last_as_the_original_did()
    {
        var executing = new Executing(Limited);
        await Assert.ThrowsAsync<AwayException>(() => executing.FailingAsync(99, _ => new AwayException()));
        Assert.Equal(["1 Fail 10", "2 Fail 30", "3 Fail 60", "4 Fail 120", "5 GaveUp"], executing.Story);
        Assert.Equal(TimeSpan.FromSeconds(220), executing.Passed);
        Assert.Equal((5, 5), (executing.Resource.Opened, executing.Resource.RolledBack));
    }

    [Fact]
    public async Task The_infinite_one_repeats_the_last_delay_until_it_gets_through()
    {
        var executing = new Executing(Infinite);
        Assert.Equal(42, await executing.FailingAsync(7, _ => new AwayException()));
        Assert.Equal(["1 Fail 10", "2 Fail 30", "3 Fail 60", "4 Fail 120", "5 Fail 300", "6 Fail 300", "7 Fail 300", "8 OkAfterRetry"], executing.Story);
        Assert.Equal(TimeSpan.FromSeconds(1120), executing.Passed);
    }

    [Fact]
    public async Task A_conditional_failure_is_waited_for_without_a_new_connection()
    {
        var executing = new Executing(Infinite);
        await executing.FailingAsync(2, _ => new BusyException());
        Assert.Equal(0, executing.Resource.Reconnected);
        Assert.Equal(["1 Fail 10", "2 Fail 30", "3 OkAfterRetry"], executing.Story);
    }

    [Fact]
    public async Task It_gives_a_sign_of_life_at_every_interval_of_a_wait()
    {
        var executing = new Executing(Infinite, "30, 25");
        await executing.FailingAsync(2, _ => new AwayException());
        var waiting = executing.Told.Where(told => told.Outcome == RetryOutcome.Waiting).ToList();
        Assert.Equal([0, 10, 20, 30, 40, 50], waiting.Select(told => (told.At - executing.Began).TotalSeconds));
        Assert.All(waiting, told => Assert.Equal(executing.Began.AddSeconds(told.Attempt == 1 ? 30 : 55), told.NextAttemptAt));
        Assert.Single(executing.Told.Select(told => told.Who.Thread).Distinct());
    }

    [Fact]
    public async Task Events_say_who_failed_how_and_what_comes_next()
    {
        var executing = new Executing(Infinite);
        await executing.FailingAsync(1, _ => new AwayException("cannot reach postgres://bob:hunter2@db1/x"));
        var failed = executing.Told[0];
        Assert.Equal(("here", "host", "test/1", "a-job", "run-1"), (failed.Who.Source, failed.Who.Host, failed.Who.Process, failed.AppName, failed.RunId));
        Assert.Equal(("scripted", "test", ExecutorKind.Infinite, "08006"), (failed.Who.Resource, failed.Backend, failed.Executor, failed.Code));
        Assert.EndsWith(nameof(AwayException), failed.ExceptionType, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", failed.ExceptionValue, StringComparison.Ordinal);
        Assert.Equal((TimeSpan.FromSeconds(10), executing.Began.AddSeconds(10)), (failed.Delay, failed.NextAttemptAt));
    }

    [Fact]
    public async Task A_rollback_that_fails_does_not_hide_why()
    {
        var executing = new Executing(Limited, "1");
        executing.Resource.RollingBack = () => throw new InvalidOperationException("connection already closed");
        var thrown = new AwayException("the true cause");
        Assert.Same(thrown, await Assert.ThrowsAsync<AwayException>(() => executing.FailingAsync(9, _ => thrown)));
        Assert.Equal(executing.Resource.Opened, executing.Resource.Closed);
    }

    [Fact]
    public async Task Asked_to_quit_while_it_waits_it_ends_before_the_clock_moves()
    {
        var executing = new Executing(Infinite);
        using var quit = new CancellationTokenSource();
        var run = executing.Executor.RunAsync<int>((_, _) => throw new AwayException(), quit.Token).AsTask();
        await quit.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        Assert.Equal(TimeSpan.Zero, executing.Passed);
        Assert.Equal(["1 Fail 10", "1 Aborted"], executing.Story);
    }

    [Fact]
    public async Task Asked_to_quit_in_the_function_it_rolls_back_and_tells_of_no_failure()
    {
        var executing = new Executing(Infinite);
        using var quit = new CancellationTokenSource();
        var run = executing.Executor.RunAsync<int>(
            async (_, cancellation) =>
            {
                await quit.CancelAsync();
                cancellation.ThrowIfCancellationRequested();
                return 1;
            },
            quit.Token).AsTask();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        Assert.Equal((1, 0), (executing.Resource.RolledBack, executing.Resource.Committed));
        Assert.Empty(executing.Told);
    }

    [Fact]
    public async Task An_attempt_that_takes_too_long_is_ended_and_made_again()
    {
        var executing = new Executing(Infinite, deadline: 5);
        var ran = 0;
        var run = executing.Executor.RunAsync<int>(
            async (_, cancellation) =>
            {
                if (++ran == 1)
                {
                    await Task.Delay(Timeout.InfiniteTimeSpan, executing.Clock, cancellation);
                }

                return ran;
            },
            TestContext.Current.CancellationToken).AsTask();
        executing.Clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(2, await executing.ToTheEndAsync(run));
        Assert.Equal(["1 Fail 10", "2 OkAfterRetry"], executing.Story);
        Assert.Equal(typeof(AttemptDeadlineException).FullName, executing.Told[0].ExceptionType);
    }

    [Fact]
    public async Task A_timer_that_rings_a_moment_before_the_deadline_rings_again()
    {
        var executing = new Executing(Plain, deadline: 5);
        var run = executing.Executor.RunAsync<int>(
            async (_, cancellation) =>
            {
                executing.Clock.Behind = TimeSpan.FromMilliseconds(2);
                await Task.Delay(Timeout.InfiniteTimeSpan, executing.Clock, cancellation);
                return 1;
            },
            TestContext.Current.CancellationToken).AsTask();
        executing.Clock.Advance(TimeSpan.FromSeconds(5));
        executing.Clock.Advance(TimeSpan.FromMilliseconds(2));
        await Assert.ThrowsAsync<AttemptDeadlineException>(() => run.WaitAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_deadline_not_reached_leaves_the_next_run_its_whole_length()
    {
        var executing = new Executing(Plain, deadline: 5);
        for (var run = 0; run < 3; run++)
        {
            await executing.Executor.RunAsync<int>(
                (_, cancellation) =>
                {
                    executing.Clock.Advance(TimeSpan.FromSeconds(4));
                    Assert.False(cancellation.IsCancellationRequested);
                    return new(1);
                },
                TestContext.Current.CancellationToken);
        }
    }

    [Theory]
    [InlineData(0.0, 8)]
    [InlineData(0.5, 10)]
    [InlineData(1.0, 12)]
    public async Task Jitter_moves_a_delay_by_its_part_at_most(double chance, int seconds)
    {
        var executing = new Executing(Infinite, jitter: 0.2, chance: () => chance);
        await executing.FailingAsync(1, _ => new AwayException());
        Assert.Equal(TimeSpan.FromSeconds(seconds), executing.Told[0].Delay);
    }
}
