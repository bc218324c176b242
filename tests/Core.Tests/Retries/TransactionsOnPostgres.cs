using System.Collections.Concurrent;
using Dapper;
using Dashboard.Core.Retries;
using Dashboard.Core.Retries.Executor;
using Dashboard.Kit;
using Npgsql;

namespace Dashboard.Core.Tests.Retries;

/// <summary>The account example: two accounts, and an executor that moves money between them through whatever stands in the way.</summary>
internal sealed class TransactionsOnPostgres : IRetryTelemetry, IAsyncDisposable
{
    private readonly ConcurrentQueue<RetryEvent> told = [];
    private readonly SemaphoreSlim heard = new(0);
    private readonly NpgsqlDataSource through;

    private TransactionsOnPostgres(NpgsqlDataSource direct, NpgsqlDataSource through, string executor, string delays, double deadline)
    {
        Direct = direct;
        this.through = through;
        var options = new ExecutorOptions { TransactionExecutorClass = executor, BackoffDelays = delays, AttemptDeadlineSeconds = deadline };
        Executor = new TransactionExecutor<NpgsqlConnection>(
            new NpgsqlResource(through), options, ExecutorIdentity.OfThisProcess("tests", "here"), this, TimeProvider.System);
    }

    public TransactionExecutor<NpgsqlConnection> Executor { get; }

    public NpgsqlDataSource Direct { get; }

    public IReadOnlyList<RetryEvent> Told => [.. told];

    public static async Task<TransactionsOnPostgres> OpenAsync(
        string direct, Func<string, string> throughWhat, string executor = "TransactionExecutorWithInfiniteBackoff", string delays = "0.02", double deadline = 0)
    {
        var source = NpgsqlDataSource.Create(direct + ";Pooling=false");
        await using var connection = await source.OpenConnectionAsync();
        await connection.ExecuteAsync("""
            create table account (name text primary key, money bigint not null);
            create table move (id int not null);
            insert into account values ('checking', 0), ('savings', 1000000)
            """);
        return new(source, NpgsqlDataSource.Create(throughWhat(direct) + ";Timeout=5"), executor, delays, deadline);
    }

    void IRetryTelemetry.Tell(RetryEvent told)
    {
        this.told.Enqueue(told);
        heard.Release();
    }

    void IRetryTelemetry.Count(ExecutorIdentity who, string resource, string backend)
    {
    }

    /// <summary>Moves one from savings to checking, and keeps the number of the move.</summary>
    public async Task MoveAsync(int id, CancellationToken cancellationToken, Func<Task>? between = null) =>
        await Executor.RunAsync(
            async (connection, cancellation) =>
            {
                await connection.ExecuteAsync(new CommandDefinition("update account set money = money - 1 where name = 'savings'", cancellationToken: cancellation));
                await (between?.Invoke() ?? Task.CompletedTask);
                await connection.ExecuteAsync(new CommandDefinition("update account set money = money + 1 where name = 'checking'; insert into move values (@id)", new { id }, cancellationToken: cancellation));
            },
            cancellationToken);

    /// <summary>How much was moved; fails unless not one was lost or doubled, by the money and by the numbers.</summary>
    public async Task<int> MovedAsync()
    {
        await using var connection = await Direct.OpenConnectionAsync();
        var (checking, savings, moves, distinct) = await connection.QuerySingleAsync<(long, long, int, int)>("""
            select (select money from account where name = 'checking'), (select money from account where name = 'savings'),
                   (select count(*)::int from move), (select count(distinct id)::int from move)
            """);
        Assert.Equal((1_000_000 - checking, (long)moves, moves), (savings, checking, distinct));
        return moves;
    }

    /// <summary>Sessions that sit idle in a transaction.</summary>
    public async Task<int> IdleInTransactionAsync()
    {
        await using var connection = await Direct.OpenConnectionAsync();
        return await connection.QuerySingleAsync<int>("select count(*)::int from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'");
    }

    /// <summary>Waits until a run told something, after so many events; fails when the run ends without.</summary>
    public async Task UntilToldAsync(RetryOutcome outcome, Task run, CancellationToken cancellationToken, int after = 0)
    {
        while (told.Skip(after).All(told => told.Outcome != outcome))
        {
            var hearing = heard.WaitAsync(cancellationToken);
            if (await Task.WhenAny(hearing, run) == hearing)
            {
                continue;
            }

            if (told.Skip(after).All(told => told.Outcome != outcome))
            {
                Assert.Fail($"The run ended ({run.Exception?.InnerException?.ToString() ?? run.Status.ToString()}) and told only: "
                    + string.Join("; ", told.Skip(after).Select(told => $"{told.At:O} {told.Attempt} {told.Outcome} {told.ExceptionType} {told.ExceptionValue}")));
            }

            return;
        }
    }

    /// <summary>Waits until no session sits in a transaction.</summary>
    public async Task UntilNobodyIsIdleInTransactionAsync(CancellationToken cancellationToken)
    {
        while (await IdleInTransactionAsync() > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        heard.Dispose();
        await through.DisposeAsync();
        await Direct.DisposeAsync();
    }
}
