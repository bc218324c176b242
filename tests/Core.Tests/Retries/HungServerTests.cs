using Dapper;
using Dashboard.Core.Retries;
using Dashboard.Core.Retries.Executor;
using Dashboard.Kit;
using Npgsql;

namespace Dashboard.Core.Tests.Retries;

/// <summary>A server that does not answer at all any more: its processes are stopped, its port still takes connections.</summary>
public sealed class HungServerTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_attempt_on_a_server_that_hangs_is_left_at_its_deadline_and_another_gets_through_when_it_goes_on()
    {
        await using var postgres = await TestPostgres.StartAsync();
        await using var bank = await TransactionsOnPostgres.OpenAsync(await postgres.NewDatabaseAsync(), direct => direct, deadline: 1);
        await bank.MoveAsync(1, Token);
        var hangs = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var before = bank.Told.Count;
        var move = bank.MoveAsync(2, Token, async () =>
        {
            if (!hangs.Task.IsCompleted)
            {
                await postgres.SignalAllAsync("STOP");
                hangs.TrySetResult();
            }
        });
        try
        {
            await hangs.Task.WaitAsync(Token);
            await bank.UntilToldAsync(RetryOutcome.Fail, move, Token, after: before);
        }
        finally
        {
            await postgres.SignalAllAsync("CONT");
        }

        await move;
        Assert.Equal(2, await bank.MovedAsync());
        Assert.Contains(bank.Told, told => told.ExceptionType == typeof(AttemptDeadlineException).FullName);
        Assert.Equal(RetryOutcome.OkAfterRetry, bank.Told[^1].Outcome);
    }

    [Fact]
    public async Task Asked_to_quit_while_the_server_hangs_a_run_ends_without_it_and_whoever_asks_is_not_held_up()
    {
        await using var postgres = await TestPostgres.StartAsync();

        // The driver left to itself would wait for two minutes, so that even a machine with no time tells the one from the other.
        await using var bank = await TransactionsOnPostgres.OpenAsync(await postgres.NewDatabaseAsync(), direct => direct + ";Command Timeout=120;Cancellation Timeout=120000");
        using var quit = new CancellationTokenSource();
        var hangs = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var move = bank.MoveAsync(1, quit.Token, async () =>
        {
            await postgres.SignalAllAsync("STOP");
            hangs.SetResult();
        });
        try
        {
            await hangs.Task.WaitAsync(Token);
            var asked = TimeProvider.System.GetTimestamp();
            quit.Cancel();
            var held = TimeProvider.System.GetElapsedTime(asked);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => move);
            var took = TimeProvider.System.GetElapsedTime(asked);
            Assert.True(held < Soon && took < Soon, $"held up for {held}, ended after {took}");
        }
        finally
        {
            await postgres.SignalAllAsync("CONT");
        }

        // What was left behind rolls back when the server goes on.
        Assert.Equal(0, await bank.MovedAsync());
        await bank.UntilNobodyIsIdleInTransactionAsync(Token);
        Assert.Equal(0, await bank.MovedAsync());
    }

    [Fact]
    public async Task A_commit_that_takes_too_long_is_not_taken_for_done_nor_done_twice()
    {
        var postgres = await TestPostgres.SharedAsync();
        await using var bank = await TransactionsOnPostgres.OpenAsync(await postgres.NewDatabaseAsync(), direct => direct, deadline: 1);
        await using var holder = await bank.Direct.OpenConnectionAsync(Token);
        await holder.ExecuteAsync("""
            create function slow() returns trigger language plpgsql as 'begin perform pg_advisory_xact_lock(1); return null; end';
            create constraint trigger slow after insert on move deferrable initially deferred for each row execute function slow();
            select pg_advisory_lock(1)
            """);
        var move = bank.MoveAsync(1, Token);
        await bank.UntilToldAsync(RetryOutcome.Fail, move, Token);
        await holder.ExecuteAsync("select pg_advisory_unlock(1)");
        await move;
        Assert.Equal(1, await bank.MovedAsync());
    }

    // A third of a second, and whatever a loaded machine needs for itself.
    private static TimeSpan Soon => TimeSpan.FromSeconds(20);
}
