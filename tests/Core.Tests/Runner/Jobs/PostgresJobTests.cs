using System.Diagnostics.CodeAnalysis;
using Dashboard.Core.Failures;
using Dashboard.Core.Jobs;
using Dashboard.Core.Runner;
using Dashboard.Core.Runner.Jobs;
using Dashboard.Core.Runner.Samples;
using Dashboard.Kit;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Dashboard.Core.Tests.Runner.Jobs;

/// <summary>Jobs in a real database: what they leave in it, and that they leave no transaction open.</summary>
[SuppressMessage("Performance", "CA1822", Justification = "Methods of jobs are no static ones")]
public sealed class PostgresJobTests : IAsyncLifetime
{
    private NpgsqlDataSource database = null!;
    private NpgsqlDataSource outside = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var connection = await (await TestPostgres.SharedAsync()).NewDatabaseAsync();
        database = NpgsqlDataSource.Create($"{connection};Application Name=jobs");
        outside = NpgsqlDataSource.Create($"{connection};Application Name=outside");
        await ExecuteAsync("create table account (name text primary key, balance numeric not null check (balance >= 0)); insert into account values ('savings', 100), ('current', 5); create table told (what text)");
    }

    public async ValueTask DisposeAsync()
    {
        await database.DisposeAsync();
        await outside.DisposeAsync();
    }

    [Fact]
    public async Task Money_goes_from_one_account_to_the_other_when_the_job_returns()
    {
        await TransferAsync("amount = 30.50");
        Assert.Equal("current 35.50, savings 69.50", await BalancesAsync());
        await AssertNobodyInTransactionAsync();
    }

    [Theory]
    [InlineData("to = nobody", "<class 'System.InvalidOperationException'>")]
    [InlineData("amount = 100.01", "<class 'Npgsql.PostgresException'>")]
    public async Task Nothing_has_moved_when_it_throws(string option, string type)
    {
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => TransferAsync(option));
        Assert.Equal(type, RunFailure.Of(failure).Type);
        Assert.Equal("current 5, savings 100", await BalancesAsync());
        await AssertNobodyInTransactionAsync();
    }

    [Fact]
    public async Task An_error_that_the_job_swallowed_is_still_one()
    {
        var failure = await Assert.ThrowsAsync<PostgresException>(() => RunAsync<Swallows>());
        Assert.Equal("25P02", failure.SqlState);
        await AssertNobodyInTransactionAsync();
    }

    [Fact]
    public async Task A_run_that_is_cancelled_in_its_transaction_is_rolled_back()
    {
        using var quit = new CancellationTokenSource();
        var job = Runs.One("[crontabber]\njobs='''Waits|1h'''\n", Services<Waits>());
        var run = job.Body.RunAsync(Runs.Of("waits"), quit.Token);
        while (await ScalarAsync("select count(*) from pg_stat_activity where application_name = 'jobs' and wait_event = 'PgSleep'") is 0L)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, Cancelled);
        }

        await quit.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        Assert.Equal("", await ToldAsync());
        await AssertNobodyInTransactionAsync();
    }

    [Fact]
    public async Task A_connection_given_as_argument_is_rolled_back_where_its_job_left_it_open()
    {
        await RunAsync<LeavesOpen>();
        Assert.Equal("committed", await ToldAsync());
        await AssertNobodyInTransactionAsync();
    }

    [Fact]
    public async Task Each_of_several_transactions_stands_for_itself()
    {
        await Assert.ThrowsAsync<InvalidDataException>(() => RunAsync<Several>());
        Assert.Equal("first", await ToldAsync());
        await AssertNobodyInTransactionAsync();
    }

    [Fact]
    public async Task A_statement_gets_slot_job_and_run_as_parameters()
    {
        const string Nasty = "it's; drop table account; --";
        var job = Sql("statement = '''insert into told values (:job || ' ' || @run_id || ' ' || to_char(:slot at time zone 'UTC', 'DD HH24') || ' ' || to_char(@started_at at time zone 'UTC', 'DD'));\ninsert into told values ('a::b :slot')'''", "backfill = True");
        await job.Body.RunAsync(Runs.Of(Nasty, Runs.Slot), Cancelled);
        Assert.Equal($"a::b :slot, {Nasty} run-1 04 07 05", await ToldAsync());

        await ExecuteAsync("create function tell(at timestamptz) returns void language sql as $$ insert into told values ('called ' || extract(day from at at time zone 'UTC')) $$; delete from told");
        await Sql("function = tell(:slot)").Body.RunAsync(Runs.Of("job"), Cancelled);
        Assert.Equal("called 5", await ToldAsync());
    }

    [Fact]
    public async Task Of_statements_that_fail_half_way_nothing_stays_and_the_error_is_the_databases_own()
    {
        var job = Sql("statement = '''insert into told values ('half'); select 1/0'''");
        var text = RunFailure.Of(await Assert.ThrowsAsync<PostgresException>(() => job.Body.RunAsync(Runs.Of("job"), Cancelled)));
        Assert.Equal(("<class 'Npgsql.PostgresException'>", "22012: division by zero"), (text.Type, text.Error.Value));
        Assert.Equal("PostgresException('22012: division by zero')", text.Value);
        Assert.StartsWith("   at Npgsql.", text.Traceback, StringComparison.Ordinal);
        Assert.Equal(FailureClass.Data, FailureKindRule.Of(text.Error).Class);
        Assert.Equal("", await ToldAsync());
        await AssertNobodyInTransactionAsync();
    }

    [Fact]
    public async Task A_statement_that_takes_longer_than_it_may_is_ended_by_the_database_and_the_limit_ends_with_it()
    {
        var job = Sql("statement = select pg_sleep(600)", "statement_timeout = 0.1");
        Assert.Equal("57014", (await Assert.ThrowsAsync<PostgresException>(() => job.Body.RunAsync(Runs.Of("job"), Cancelled))).SqlState);
        await Sql("statement = '''insert into told values (current_setting('statement_timeout'))'''").Body.RunAsync(Runs.Of("job"), Cancelled);
        Assert.Equal("0", await ToldAsync());
    }

    private RunnerJob Sql(params string[] options) => Runs.One($"[crontabber]\njobs='''query|1d'''\n[[class-query]]\nkind = sql\n{string.Join('\n', options)}\n", Runs.Services(database: database));

    private Task TransferAsync(string option) =>
        Runs.One($"[crontabber]\njobs='''AccountTransfer|5m'''\n[[class-AccountTransfer]]\n{option}\n", Services<AccountTransfer>()).Body.RunAsync(Runs.Of("account-transfer"), Cancelled);

    private Task RunAsync<T>()
        where T : class => Runs.One($"[crontabber]\njobs='''{typeof(T).Name}|1h'''\n", Services<T>()).Body.RunAsync(Runs.Of("job"), Cancelled);

    private ServiceProvider Services<T>()
        where T : class => Runs.Services(new JobClasses().Add<T>(), database);

    private Task<string> BalancesAsync() => TextAsync("select string_agg(name || ' ' || balance, ', ' order by name) from account");

    private Task<string> ToldAsync() => TextAsync("select string_agg(what, ', ' order by what) from told");

    private async Task<string> TextAsync(string sql) => await ScalarAsync(sql) as string ?? "";

    private async Task<object?> ScalarAsync(string sql)
    {
        await using var command = outside.CreateCommand(sql);
        return await command.ExecuteScalarAsync(Cancelled);
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = outside.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancelled);
    }

    // A session that was told to roll back when its connection went back to the pool says so with its next word; this is it.
    private async Task AssertNobodyInTransactionAsync()
    {
        await using (var word = database.CreateCommand("select 1"))
        {
            await word.ExecuteNonQueryAsync(Cancelled);
        }

        Assert.Equal("idle", await TextAsync("select string_agg(distinct state, ', ') from pg_stat_activity where application_name = 'jobs'"));
    }

    private static async Task TellAsync(NpgsqlConnection connection, string what)
    {
        await using var insert = new NpgsqlCommand("insert into told values ($1)", connection) { Parameters = { new NpgsqlParameter<string> { TypedValue = what } } };
        await insert.ExecuteNonQueryAsync();
    }

    [CronJob("swallows")]
    [SinglePostgresTransaction]
    public sealed class Swallows
    {
        public async Task RunAsync(NpgsqlConnection connection, NpgsqlTransaction transaction)
        {
            await using var wrong = new NpgsqlCommand("select 1/0", connection, transaction);
            await Assert.ThrowsAsync<PostgresException>(() => wrong.ExecuteNonQueryAsync());
        }
    }

    [CronJob("waits")]
    [SinglePostgresTransaction]
    public sealed class Waits
    {
        public async Task RunAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
        {
            await TellAsync(connection, "never");
            await using var sleep = new NpgsqlCommand("select pg_sleep(600)", connection);
            await sleep.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    [CronJob("leaves-open")]
    [PostgresConnectionAsArgument]
    public sealed class LeavesOpen
    {
        public async Task RunAsync(NpgsqlConnection connection)
        {
            await TellAsync(connection, "committed");
            await using var begin = new NpgsqlCommand("begin", connection);
            await begin.ExecuteNonQueryAsync();
            await TellAsync(connection, "left open");
        }
    }

    [CronJob("several")]
    [PostgresTransactions]
    public sealed class Several
    {
        public async Task RunAsync(JobTransactions transactions, CancellationToken cancellationToken)
        {
            await transactions.RunAsync((connection, _, _) => TellAsync(connection, "first"), cancellationToken);
            await transactions.RunAsync(
                async (connection, _, _) =>
                {
                    await TellAsync(connection, "second");
                    throw new InvalidDataException("no more");
                },
                cancellationToken);
        }
    }
}
