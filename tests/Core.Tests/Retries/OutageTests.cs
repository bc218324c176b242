using Dapper;
using Dashboard.Core.Database;
using Dashboard.Core.Feeds;
using Dashboard.Core.Retries;
using Dashboard.Core.Retries.Executor;
using Dashboard.Core.Retries.Store;
using Dashboard.Core.Runner;
using Dashboard.Core.Runner.Jobs;
using Dashboard.Core.Schedules;
using Dashboard.Core.Tests.Retries.Store;
using Dashboard.Kit;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Dashboard.Core.Tests.Retries;

/// <summary>A database goes away and comes back, with everything real: the runner, the dashboard's own reading, and what people are shown of both.</summary>
public sealed class OutageTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_job_and_a_reading_of_the_dashboard_outlast_a_severed_database_and_people_see_it_open_and_then_recovered()
    {
        var postgres = await TestPostgres.SharedAsync();
        var (direct, records) = (await postgres.NewDatabaseAsync(), await postgres.NewDatabaseAsync());
        await using var proxy = FaultProxy.Before(postgres.Port);
        await using var shown = await Shown.StartAsync(records);
        await using var outside = NpgsqlDataSource.Create(direct);
        await using (var connection = await outside.OpenConnectionAsync(Stop))
        {
            await connection.ExecuteAsync("create table account (name text primary key, balance int not null); insert into account values ('savings', 100), ('current', 0)");
        }

        var retries = new RunnerRetries { Source = "living", Configured = new ExecutorOptions { BackoffDelays = "0.05, 0.1" }, Telemetry = new Cutting(shown.Queue, () => proxy.Next = Fault.Refuse) };
        await using var tables = NpgsqlDataSource.Create(proxy.Through(direct));
        await using var jobs = NpgsqlDataSource.Create(proxy.Through(direct) + ";Application Name=jobs");
        await using var dashboard = new OwnDatabase(proxy.Through(direct), shown.Queue);
        var table = (await StateTables.FindAsync(tables, create: true, retries, Stop))!;
        var severed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var job = new Transfer(new JobDatabase(jobs, retries), () =>
        {
            if (severed.TrySetResult())
            {
                proxy.Next = Fault.CutBeforeServer;
            }
        });
        using var runner = new RunnerTick(
            table, [new RunnerJob(new JobDefinition { Name = "transfer", Schedule = new Schedule("1h", null, false) }, job)], new RunnerOptions { Source = "living" }, TimeProvider.System, new RunnerRecords(shown.Own.Now, "living"));

        var tick = runner.RunAsync(Stop);
        await severed.Task.WaitAsync(Stop);
        await shown.UntilAsync(now => now.Any(lane => lane.Source == "living" && lane.Open.Any(streak => streak.AppName == "transfer")));
        dashboard.Source.Clear();
        var reading = dashboard.Patient.Statements.ScalarAsync(static () => new NpgsqlCommand("select sum(balance)::int from account"), Stop);
        await shown.UntilAsync(now => now.Any(lane => lane.Source == "dashboard" && lane.Open.Count > 0));
        Assert.False(tick.IsCompleted || reading.IsCompleted);
        proxy.Next = Fault.None;

        Assert.Equal(TurnOutcome.Succeeded, Assert.Single((await tick).Turns).Outcome);
        Assert.Equal(100, await reading);
        await using (var connection = await outside.OpenConnectionAsync(Stop))
        {
            Assert.Equal([("current", 30), ("savings", 70)], await connection.QueryAsync<(string, int)>("select name, balance from account order by name"));
            Assert.Equal(1, await connection.ExecuteScalarAsync<int>("select count(*) from crontabber_log where exc_type is null"));
        }

        await shown.UntilAsync(now => new[] { "living", "dashboard" }.All(source => now.Any(lane => lane.Source == source && lane.Ended.Any(streak => streak.State == StreakState.Recovered))));
        var streak = shown.Newest.Resources.Where(lane => lane.Source == "living").SelectMany(lane => lane.Ended).First(streak => streak.AppName == "transfer");
        Assert.Equal((StreakState.Recovered, Environment.MachineName, $"crontabber-dashboard/{Environment.ProcessId}"), (streak.State, streak.Who.Host, streak.Who.Process));
    }

    [Fact]
    public async Task While_the_dashboards_own_database_is_restarted_what_is_told_waits_and_pages_say_since_when_they_are_old()
    {
        await using var postgres = await TestPostgres.StartAsync();
        await using var shown = await Shown.StartAsync(await postgres.NewDatabaseAsync());
        await postgres.StopAsync();
        await shown.StaleAsync(true);
        for (var attempt = 1; attempt <= 100; attempt++)
        {
            shown.Queue.Tell(SampleEvents.Told(RetryOutcome.Fail, attempt, TimeProvider.System.GetUtcNow(), delay: 300));
        }

        await postgres.StartAgainAsync();
        await shown.StaleAsync(false);
        await shown.UntilAsync(now => now.Any(lane => lane.Source == "socorro" && lane.Open.Any(streak => streak.Attempts == 100)));
        await shown.UntilAsync(now => now.Any(lane => lane.Source == "dashboard" && lane.Open.Count == 0 && lane.Ended.Any(streak => streak.State == StreakState.Recovered)));
        Assert.Equal(0, shown.Newest.Dropped);
    }

    private sealed class Transfer(IJobDatabase database, Action between) : IJobBody
    {
        public Task RunAsync(JobRun run, CancellationToken cancellationToken) => database.InTransactionAsync(
            run,
            async (connection, _, token) =>
            {
                await connection.ExecuteAsync(new CommandDefinition("update account set balance = balance - 30 where name = 'savings'", cancellationToken: token));
                between();
                await connection.ExecuteAsync(new CommandDefinition("update account set balance = balance + 30 where name = 'current'", cancellationToken: token));
            },
            cancellationToken);
    }

    // At the first failure nobody is let in any more, before another attempt gets through.
    private sealed class Cutting(IRetryTelemetry telemetry, Action first) : IRetryTelemetry
    {
        private int told;

        public void Tell(RetryEvent told)
        {
            if (Interlocked.Increment(ref this.told) == 1)
            {
                first();
            }

            telemetry.Tell(told);
        }

        public void Count(ExecutorIdentity who, string resource, string backend) => telemetry.Count(who, resource, backend);
    }

    /// <summary>What people are shown of what executors tell.</summary>
    private sealed class Shown : IAsyncDisposable
    {
        private readonly Feed<RetriesSnapshot> feed = new(RetriesSnapshot.Empty);
        private readonly RetryTelemetry telemetry;
        private readonly RetriesMonitor monitor;

        private Shown(string records)
        {
            Own = new OwnDatabase(records, Queue);
            var (wake, options) = (new RetryWake(), Options.Create(new RetryOptions()));
            telemetry = new RetryTelemetry(Queue, new RetryStore(Own, options, wake), TimeProvider.System, NullLogger<RetryTelemetry>.Instance);
            monitor = new RetriesMonitor(Own, feed, wake, options, TimeProvider.System, NullLogger<RetriesMonitor>.Instance);
        }

        public RetryQueue Queue { get; } = new();

        public OwnDatabase Own { get; }

        public RetriesSnapshot Newest => feed.Newest;

        public static async Task<Shown> StartAsync(string records)
        {
            var shown = new Shown(records);
            await shown.Own.MigrateAsync(Stop);
            await shown.telemetry.StartAsync(Stop);
            await shown.monitor.StartAsync(Stop);
            await shown.feed.WatchAsync(Stop).FirstAsync(now => now.AsOf is not null, Stop);
            return shown;
        }

        public async Task UntilAsync(Func<IReadOnlyList<ResourceLane>, bool> holds) => await feed.WatchAsync(Stop).FirstAsync(now => holds(now.Resources), Stop);

        public async Task StaleAsync(bool stale) => await feed.WatchAsync(Stop).FirstAsync(now => now.StaleSince is not null == stale, Stop);

        public async ValueTask DisposeAsync()
        {
            await telemetry.StopAsync(CancellationToken.None);
            await monitor.StopAsync(CancellationToken.None);
            telemetry.Dispose();
            monitor.Dispose();
            await Own.DisposeAsync();
        }
    }
}
