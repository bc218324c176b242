using System.CommandLine;
using Dashboard.Kit;
using Dashboard.Web.Commands;
using Microsoft.Extensions.Configuration;
using Npgsql;

namespace Dashboard.Web.Tests.Commands;

/// <summary><c>./run tick</c> and <c>./run runner</c>, from the words on the command line to the rows in crontabber's tables.</summary>
public sealed class RunnerVerbsTests : IAsyncLifetime
{
    private const string Jobs = """
        [crontabber]
        error_retry_time=3600
        jobs='''
        account-transfer|1h
        count-accounts|1h
        read-nothing|1d|00:00
        '''

            [[class-account-transfer]]
            amount = 2.50

            [[class-count-accounts]]
            kind = sql
            depends_on = account-transfer
            statement = '''insert into counted select :job, count(*) from account'''

            [[class-read-nothing]]
            kind = sql
            statement = '''select * from no_such_table'''
        """;

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("dashboard-runner-verbs-");
    private NpgsqlDataSource data = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Ini => Path.Combine(folder.FullName, "crontabber.ini");

    public async ValueTask InitializeAsync()
    {
        data = NpgsqlDataSource.Create(await (await TestPostgres.SharedAsync()).NewDatabaseAsync());
        await DoAsync("""
            create table account (name text primary key, balance numeric not null);
            insert into account values ('savings', 100), ('current', 0);
            create table counted (job text not null, accounts int not null)
            """);
        await File.WriteAllTextAsync(Ini, Jobs, Stop);
    }

    public async ValueTask DisposeAsync()
    {
        await data.DisposeAsync();
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_first_tick_makes_the_tables_runs_class_and_statement_and_tells_of_the_one_that_failed()
    {
        var without = await RunAsync("tick");
        var first = await RunAsync("tick", "--create-tables");
        var second = await RunAsync("tick");

        Assert.Equal((1, ""), (without.Code, without.Output));
        Assert.EndsWith("has no tables of crontabber; --create-tables makes them.\n", without.Error, StringComparison.Ordinal);
        Assert.Equal((0, ""), (first.Code, first.Error));
        Assert.Equal(
            """
            account-transfer: succeeded – it succeeded
            read-nothing: failed – Npgsql.PostgresException: 42P01: relation "no_such_table" does not exist
            count-accounts: succeeded – it succeeded

            """,
            string.Join('\n', first.Output.Split('\n').Select(line => line.Split(" POSITION")[0].TrimEnd())));
        Assert.Equal(["97.50 2.50"], await TextsAsync("select string_agg(balance::text, ' ' order by name desc) from account"));
        Assert.Equal(["count-accounts 2"], await TextsAsync("select job || ' ' || accounts from counted"));
        Assert.Equal(
            ["account-transfer 0 {}", "count-accounts 0 {account-transfer}", "read-nothing 1 {}"],
            await TextsAsync("select concat_ws(' ', app_name, error_count, depends_on) from crontabber order by 1"));

        // Nobody's time has come again.
        Assert.Equal((0, "", ""), second);
    }

    [Fact]
    public async Task A_job_by_name_runs_when_it_is_due_or_forced_and_never_through_a_lock()
    {
        await RunAsync("tick", "--create-tables", "--job", "account-transfer");
        var early = await RunAsync("tick", "--job", "account-transfer");
        var forced = await RunAsync("tick", "--job", "account-transfer", "--force");
        var unknown = await RunAsync("tick", "--job", "nobody");
        await DoAsync("update crontabber set ongoing = now() - interval '1 minute'");
        var locked = await RunAsync("tick", "--job", "account-transfer", "--force");
        var compat = await RunAsync("tick", "--job", "account-transfer", "--force", "--compat");

        Assert.Equal((0, "", ""), early);
        Assert.Equal((0, "account-transfer: succeeded – it succeeded\n", ""), forced);
        Assert.Equal((1, "", "JobNotFoundError: nobody\n"), unknown);
        Assert.Equal(1, locked.Code);
        Assert.StartsWith("account-transfer: passed over, it is locked – locked since ", locked.Output, StringComparison.Ordinal);
        Assert.Equal(1, compat.Code);
        Assert.StartsWith("OngoingJobError: ", compat.Error, StringComparison.Ordinal);
        Assert.Equal(["95.00"], await TextsAsync("select balance::text from account where name = 'savings'"));
        Assert.Equal(["2"], await TextsAsync("select count(*)::text from crontabber_log"));
    }

    [Fact]
    public async Task A_lock_is_passed_over_and_with_compat_it_ends_the_tick_with_3()
    {
        await RunAsync("tick", "--create-tables");
        await DoAsync("update crontabber set next_run = now() - interval '1 minute', last_error = '{}', ongoing = case app_name when 'account-transfer' then now() - interval '1 minute' end");
        await DoAsync("truncate crontabber_log");

        var compat = await RunAsync("tick", "--compat");
        var own = await RunAsync("tick");

        Assert.Equal(3, compat.Code);
        Assert.StartsWith("account-transfer: OngoingJobError", compat.Error, StringComparison.Ordinal);
        Assert.Equal(0, own.Code);
        Assert.StartsWith("account-transfer: passed over, it is locked – ", own.Output, StringComparison.Ordinal);
        Assert.Equal(["read-nothing"], await TextsAsync("select app_name from crontabber_log"));
    }

    [Fact]
    public async Task A_job_is_forgotten_or_counted_as_done_and_both_say_so()
    {
        await RunAsync("tick", "--create-tables");
        var reset = await RunAsync("tick", "--reset-job", "read-nothing");
        var again = await RunAsync("tick", "--reset-job", "read-nothing");
        var marked = await RunAsync("tick", "--mark-success", "read-nothing");
        var unknown = await RunAsync("tick", "--reset-job", "nobody");
        var unknownMark = await RunAsync("tick", "--mark-success", "nobody");
        await DoAsync("update crontabber set ongoing = now() where app_name = 'count-accounts'");
        var running = await RunAsync("tick", "--mark-success", "count-accounts");

        Assert.Equal((0, "", "App reset\n"), reset);
        Assert.Equal((0, "", "App already reset\n"), again);
        Assert.Equal(0, marked.Code);
        Assert.StartsWith("read-nothing: counts as done, next run ", marked.Output, StringComparison.Ordinal);
        Assert.Equal(["0 true"], await TextsAsync("select error_count || ' ' || (next_run > now()) from crontabber where app_name = 'read-nothing'"));
        Assert.Equal((1, "JobNotFoundError: nobody\n"), (unknown.Code, unknown.Error));
        Assert.Equal((1, "JobNotFoundError: nobody\n"), (unknownMark.Code, unknownMark.Error));
        Assert.Equal((1, "'count-accounts' is running: wait for its end, or reset it.\n"), (running.Code, running.Error));
    }

    [Fact]
    public async Task Of_a_faulty_file_the_other_jobs_run_and_with_compat_none()
    {
        await File.WriteAllTextAsync(Ini, Jobs.Replace("account-transfer|1h", "account-transfer|1h\nsocorro.cron.jobs.ftpscraper.FTPScraperCronApp|1h", StringComparison.Ordinal), Stop);

        var compat = await RunAsync("tick", "--create-tables", "--compat");
        var own = await RunAsync("tick", "--create-tables", "--job", "account-transfer");

        var fault = $"{Ini}:5: 'socorro.cron.jobs.ftpscraper.FTPScraperCronApp', which is no class of this runner. Expected: one of its classes (account-transfer";
        Assert.Equal(1, compat.Code);
        Assert.StartsWith(fault, compat.Error, StringComparison.Ordinal);
        Assert.EndsWith("crontabber starts nothing with such a configuration.\n", compat.Error, StringComparison.Ordinal);
        Assert.Equal((0, "account-transfer: succeeded – it succeeded\n"), (own.Code, own.Output));
        Assert.StartsWith(fault, own.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--force goes with --job.", "tick", "--force")]
    [InlineData("Only one of --job, --reset-job and --mark-success.", "tick", "--job", "a", "--reset-job", "a")]
    [InlineData("Only one of --job, --reset-job and --mark-success.", "tick", "--reset-job", "a", "--mark-success", "a")]
    [InlineData("--interval is from 1 to 86400 seconds.", "runner", "--interval", "0")]
    [InlineData("--interval is from 1 to 86400 seconds.", "runner", "--interval", "nan")]
    [InlineData("Unrecognized command or argument '--backfill'.", "tick", "--backfill")]
    public async Task Arguments_that_mean_nothing_are_refused_before_anything_is_opened(string complaint, params string[] arguments)
    {
        var (code, _, error) = await AskAsync(new ConfigurationBuilder().Build(), Stop, arguments);

        Assert.Equal(1, code);
        Assert.Contains(complaint, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_configuration_and_with_an_impossible_number_it_says_what_is_missing()
    {
        var untold = await AskAsync(Settings(), Stop, "tick", "--source", data.ConnectionString);
        var many = await RunAsync([new("Runner:Parallel", "33")], "tick", "--create-tables");

        Assert.Equal(1, untold.Code);
        Assert.EndsWith("runs: --jobs crontabber.ini, or name it in Sources as Jobs.\n", untold.Error, StringComparison.Ordinal);
        Assert.Equal((1, "Runner:Parallel is from 1 to 32.\n"), (many.Code, many.Error));
    }

    [Fact]
    public async Task A_runner_goes_on_until_it_is_asked_to_quit_and_gives_the_lock_of_the_running_job_back()
    {
        await File.WriteAllTextAsync(
            Ini,
            """
            [crontabber]
            jobs='''
            account-transfer|1m
            waits-long|1h
            '''

                [[class-waits-long]]
                kind = sql
                depends_on = account-transfer
                statement = '''select pg_sleep(600)'''
            """,
            Stop);
        using var quit = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var running = AskAsync(Settings(), quit.Token, [.. Arguments("runner"), "--create-tables", "--interval", "1"]);
        await UntilAsync("select to_regclass('crontabber') is not null and exists (select from pg_stat_activity where datname = current_database() and query like '%pg_sleep(600)%' and pid <> pg_backend_pid())", running);
        await quit.CancelAsync();
        var (code, output, error) = await running;

        Assert.Equal((0, "the runner was asked to quit\n"), (code, error));
        Assert.Equal("account-transfer: succeeded – it succeeded\nwaits-long: cancelled – the runner was asked to quit; its lock is given back and it is still due\n", output);
        Assert.Empty(await TextsAsync("select app_name from crontabber where ongoing is not null"));
        Assert.Equal(["account-transfer"], await TextsAsync("select app_name from crontabber_log"));
    }

    private async Task UntilAsync(string condition, Task<(int, string, string)> running)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        deadline.CancelAfter(RunningDashboard.Deadline);
        while ((await TextsAsync($"select ({condition})::text")) is not ["true"])
        {
            Assert.False(running.IsCompleted, running.IsCompleted ? $"{await running}" : "");
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, deadline.Token);
        }
    }

    private string[] Arguments(string verb) => [verb, "--source", data.ConnectionString, "--jobs", Ini];

    private IConfiguration Settings(params KeyValuePair<string, string?>[] more) =>
        new ConfigurationBuilder().AddInMemoryCollection([new("ConnectionStrings:Dashboard", data.ConnectionString), .. more]).Build();

    private Task<(int Code, string Output, string Error)> RunAsync(string verb, params string[] arguments) => RunAsync([], verb, arguments);

    private Task<(int Code, string Output, string Error)> RunAsync(KeyValuePair<string, string?>[] settings, string verb, params string[] arguments) =>
        AskAsync(Settings(settings), Stop, [.. Arguments(verb), .. arguments]);

    private static async Task<(int Code, string Output, string Error)> AskAsync(IConfiguration settings, CancellationToken quit, params string[] arguments)
    {
        var root = new RootCommand();
        foreach (var verb in RunnerVerbs.Create(() => settings, TimeProvider.System))
        {
            root.Add(verb);
        }

        await using var output = new StringWriter();
        await using var error = new StringWriter();
        try
        {
            var code = await root.Parse(arguments).InvokeAsync(new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false }, quit);
            return (code, output.ToString(), error.ToString());
        }
        catch (VerbException cause)
        {
            // As the program says it.
            return (1, output.ToString(), $"{error}{cause.Message}\n");
        }
    }

    private async Task DoAsync(string sql)
    {
        await using var command = data.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Stop);
    }

    private async Task<IReadOnlyList<string>> TextsAsync(string sql)
    {
        await using var command = data.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(Stop);
        var texts = new List<string>();
        while (await reader.ReadAsync(Stop))
        {
            texts.Add(reader.GetString(0));
        }

        return texts;
    }
}
