using System.Collections.Concurrent;
using Dashboard.Core.Database;
using Dashboard.Core.Jobs;
using Dashboard.Core.Runner;
using Dashboard.Core.Runner.Jobs;
using Dashboard.Core.Runner.Requests;
using Dashboard.Core.Schedules;
using Dashboard.Kit;
using Microsoft.Extensions.Time.Testing;
using Npgsql;

namespace Dashboard.Core.Tests.Runner;

/// <summary>A database with crontabber's empty tables and the dashboard's own schema, a clock, and jobs that do what a test says.</summary>
internal sealed class RunnerStage : IAsyncDisposable
{
    /// <summary>When everything happens unless a test says otherwise.</summary>
    public static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private readonly OwnDatabase own;

    private RunnerStage(OwnDatabase own, NpgsqlDataSource data, StateTable table)
    {
        this.own = own;
        Data = data;
        Table = table;
        Records = new RunnerRecords(own.Now, "default");
        Requests = new SlotRequests(own.Now, "default");
    }

    public NpgsqlDataSource Data { get; }

    public StateTable Table { get; }

    public RunnerRecords Records { get; }

    public SlotRequests Requests { get; }

    public FakeTimeProvider Clock { get; } = new(Noon);

    public static async Task<RunnerStage> SetAsync()
    {
        var text = await (await TestPostgres.SharedAsync()).NewDatabaseAsync();
        var own = new OwnDatabase(text);
        await own.MigrateAsync(TestContext.Current.CancellationToken);
        var data = NpgsqlDataSource.Create(text + ";Maximum Pool Size=20");
        return new RunnerStage(own, data, (await StateTables.FindAsync(data, create: true, TestContext.Current.CancellationToken))!);
    }

    public static RunnerJob Job(string name, Func<JobRun, CancellationToken, Task>? body = null, string frequency = "1h", string? time = null, bool backfills = false, params string[] after) => new(
        new JobDefinition { Name = name, Schedule = new Schedule(frequency, time, backfills), DependsOn = after },
        new Body(body ?? ((_, _) => Task.CompletedTask)));

    public static RunnerJob Failing(string name, Exception exception, params string[] after) => Job(name, (_, _) => throw exception, after: after);

    public RunnerTick Tick(IReadOnlyList<RunnerJob> jobs, RunnerOptions? options = null, TimeProvider? clock = null) =>
        new(Table, jobs, options ?? new RunnerOptions(), clock ?? Clock, Records);

    public Task<TickReport> CompatAsync(params RunnerJob[] jobs) => Tick(jobs, new RunnerOptions { Compat = true }).RunAsync(TestContext.Current.CancellationToken);

    public Task<TickReport> RunAsync(params RunnerJob[] jobs) => Tick(jobs).RunAsync(TestContext.Current.CancellationToken);

    public async Task<Job?> RowAsync(string job) => (await Table.ReadAsync([job], TestContext.Current.CancellationToken)).GetValueOrDefault(job);

    /// <summary>The log without its ids and times: <c>name success-or-dash exception-or-dash</c>.</summary>
    public async Task<IReadOnlyList<string>> LogAsync() => await TextsAsync("""
        select concat_ws(' ', app_name, coalesce(to_char(success at time zone 'UTC', 'MM-DD HH24:MI'), '-'), coalesce(exc_value, '-')) from crontabber_log order by id
        """);

    public async Task<IReadOnlyList<string>> TextsAsync(string sql)
    {
        await using var command = Data.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var texts = new List<string>();
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            texts.Add(reader.GetString(0));
        }

        return texts;
    }

    public async Task DoAsync(string sql)
    {
        await using var command = Data.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Somebody at psql who holds a job's row until the returned is disposed of.</summary>
    public async Task<IAsyncDisposable> HoldAsync(string job, string how = "for update")
    {
        var connection = await Data.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var begin = new NpgsqlCommand($"begin; select 1 from crontabber where app_name = '{job}' {how}", connection);
        await begin.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        return connection;
    }

    public async ValueTask DisposeAsync()
    {
        await Data.DisposeAsync();
        await own.DisposeAsync();
    }

    private sealed class Body(Func<JobRun, CancellationToken, Task> body) : IJobBody
    {
        public Task RunAsync(JobRun run, CancellationToken cancellationToken) => body(run, cancellationToken);
    }
}
