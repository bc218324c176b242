using Dapper;
using Dashboard.Core.Retries;
using Dashboard.Kit;
using Npgsql;

namespace Dashboard.Core.Tests.Retries;

public sealed class PostgresFaultTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("TransactionExecutor")]
    [InlineData("TransactionExecutorWithLimitedBackoff")]
    [InlineData("TransactionExecutorWithInfiniteBackoff")]
    public async Task A_commit_whose_answer_is_lost_was_done_once(string executor)
    {
        var postgres = await TestPostgres.SharedAsync();
        await using var proxy = FaultProxy.Before(postgres.Port);
        await using var bank = await TransactionsOnPostgres.OpenAsync(await postgres.NewDatabaseAsync(), proxy.Through, executor);
        proxy.Next = Fault.CommitAnswerLost;
        await bank.MoveAsync(1, Token);
        Assert.Equal(1, proxy.Struck);
        Assert.Equal(1, await bank.MovedAsync());
        Assert.DoesNotContain(bank.Told, told => told.Outcome == RetryOutcome.GaveUp);
    }

    [Fact]
    public async Task A_commit_that_never_arrived_is_done_by_another_attempt()
    {
        var postgres = await TestPostgres.SharedAsync();
        await using var proxy = FaultProxy.Before(postgres.Port);
        await using var bank = await TransactionsOnPostgres.OpenAsync(await postgres.NewDatabaseAsync(), proxy.Through);
        proxy.Next = Fault.CommitNotSent;
        await bank.MoveAsync(1, Token);
        Assert.Equal(1, await bank.MovedAsync());
        Assert.Equal(RetryOutcome.OkAfterRetry, bank.Told[^1].Outcome);
    }

    [Fact]
    public async Task Money_is_never_lost_nor_doubled_in_a_thousand_rounds_of_faults()
    {
        var postgres = await TestPostgres.SharedAsync();
        await using var proxy = FaultProxy.Before(postgres.Port);
        await using var bank = await TransactionsOnPostgres.OpenAsync(await postgres.NewDatabaseAsync(), proxy.Through, delays: "0.001, 0.002");
        var random = new Random(20140904);
        Fault[] faults = [Fault.None, Fault.CutBeforeServer, Fault.CutAfterServer, Fault.CommitNotSent, Fault.CommitAnswerLost, Fault.CommitRace];
        for (var round = 1; round <= 1_000; round++)
        {
            var before = faults[random.Next(faults.Length)];
            var between = faults[random.Next(faults.Length)];
            var armed = false;
            proxy.Next = before;
            await bank.MoveAsync(round, Token, () =>
            {
                proxy.Next = armed ? proxy.Next : between;
                armed = true;
                return Task.CompletedTask;
            });
            proxy.Next = Fault.None;
            if (round % 100 == 0)
            {
                Assert.Equal(round, await bank.MovedAsync());
            }
        }

        Assert.True(proxy.Struck > 500, $"{proxy.Struck} faults struck");
        Assert.Equal(0, await bank.IdleInTransactionAsync());
        Assert.DoesNotContain(bank.Told, told => told.Outcome is RetryOutcome.GaveUp or RetryOutcome.NotRetryable);
    }

    [Fact]
    public async Task PostgreSQL_stopped_behind_pgbouncer_in_the_middle_of_a_transaction_is_waited_for()
    {
        await using var postgres = await TestPostgres.StartAsync();
        await using var pooler = await PgBouncer.StartAsync(postgres, "transaction");
        await using var bank = await TransactionsOnPostgres.OpenAsync(await postgres.NewDatabaseAsync(), pooler.Through, delays: "0.2");
        await bank.MoveAsync(1, Token);
        var stopped = false;
        Task? back = null;
        await bank.MoveAsync(2, Token, async () =>
        {
            if (!stopped)
            {
                stopped = true;
                await postgres.StopAsync();
                back = postgres.StartAgainAsync();
            }
        });
        await back!;
        Assert.Equal(2, await bank.MovedAsync());
        Assert.Contains(bank.Told, told => told.Outcome == RetryOutcome.Fail);
        Assert.Equal(RetryOutcome.OkAfterRetry, bank.Told[^1].Outcome);
    }

    [Fact]
    public async Task A_database_that_was_dropped_is_not_waited_for()
    {
        var postgres = await TestPostgres.SharedAsync();
        var direct = await postgres.NewDatabaseAsync();
        await using var bank = await TransactionsOnPostgres.OpenAsync(direct, direct => direct);
        await bank.MoveAsync(1, Token);
        await postgres.ExecuteAsync("postgres", $"drop database {new NpgsqlConnectionStringBuilder(direct).Database} with (force)");
        var thrown = await Assert.ThrowsAsync<PostgresException>(() => bank.MoveAsync(2, Token));
        Assert.Equal("3D000", thrown.SqlState);
        Assert.Equal(RetryOutcome.NotRetryable, bank.Told[^1].Outcome);
    }

    [Fact]
    public async Task A_password_that_was_changed_is_not_tried_for_ever()
    {
        await using var postgres = await TestPostgres.StartAsync();
        var direct = await postgres.NewDatabaseAsync();
        await postgres.ExecuteAsync("postgres", "create role bob superuser login password 'one'");
        await using var bank = await TransactionsOnPostgres.OpenAsync(direct, direct => new NpgsqlConnectionStringBuilder(direct) { Username = "bob", Password = "one" }.ConnectionString);
        await bank.MoveAsync(1, Token);
        await File.WriteAllTextAsync(await RulesAsync(bank.Direct), "host all bob 127.0.0.1/32 scram-sha-256\nhost all all 127.0.0.1/32 trust\n", Token);
        await postgres.ExecuteAsync("postgres", "alter role bob password 'two'; select pg_reload_conf(); select pg_terminate_backend(pid) from pg_stat_activity where usename = 'bob'");
        var thrown = await Assert.ThrowsAsync<PostgresException>(() => bank.MoveAsync(2, Token));
        Assert.Equal("28P01", thrown.SqlState);
        Assert.Equal(RetryOutcome.NotRetryable, bank.Told[^1].Outcome);
    }

    [Fact]
    public async Task A_function_that_swallows_the_error_of_a_statement_is_not_taken_for_committed()
    {
        var postgres = await TestPostgres.SharedAsync();
        await using var bank = await TransactionsOnPostgres.OpenAsync(await postgres.NewDatabaseAsync(), direct => direct);
        var thrown = await Assert.ThrowsAsync<PostgresException>(() => bank.Executor.RunAsync(
            async (connection, cancellation) =>
            {
                try
                {
                    await connection.ExecuteAsync(new CommandDefinition("select 1 / 0", cancellationToken: cancellation));
                }
                catch (PostgresException)
                {
                }
            },
            Token));
        Assert.Equal("25P02", thrown.SqlState);
    }

    private static async Task<string> RulesAsync(NpgsqlDataSource source)
    {
        await using var connection = await source.OpenConnectionAsync();
        return (await connection.ExecuteScalarAsync<string>("show hba_file"))!;
    }
}
