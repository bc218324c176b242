using Dashboard.Core.Database;
using Dashboard.Core.Failures;
using Dashboard.Core.Feeds;
using Dashboard.Core.Jobs;
using Dashboard.Core.Runs;
using Dashboard.Core.Sources;
using Dashboard.Kit;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Dashboard.Core.Tests.Runs;

/// <summary>The recorder as the service it is: beside live pages, with its own database coming and going.</summary>
public sealed class RunRecorderTests : IAsyncLifetime
{
    private TestPostgres postgres = null!;
    private OwnDatabase own = null!;
    private string name = null!;
    private Observing database = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        postgres = await TestPostgres.SharedAsync();
        var connection = await postgres.NewDatabaseAsync();
        name = new NpgsqlConnectionStringBuilder(connection).Database!;
        own = new OwnDatabase(connection);
        await own.MigrateAsync(Stop);
        database = await Observing.NewAsync("crontabber-incident");
    }

    public async ValueTask DisposeAsync()
    {
        await database.DisposeAsync();
        await own.DisposeAsync();
    }

    [Fact]
    public async Task While_its_own_database_is_away_pages_stay_live_and_afterwards_every_run_is_recorded_once()
    {
        await using var node = await Node.StartAsync(this);
        await node.UntilAsync(now => now.Reach is { Whole: true });

        await AwayAsync();
        await InsertAsync("while away", 3);
        await node.ReadAsync(SourceChange.Runs);
        Assert.Equal(3, node.Shown("while away"));
        await node.UntilAsync(now => now.Notice is not null);

        // More than one that is offered: what was written unseen is found as well.
        await InsertAsync("unseen", 40);
        await BackAsync();
        await node.UntilAsync(now => now is { Notice: null, Reach.Whole: true });

        Assert.Equal(3, await RecordedAsync("while away"));
        Assert.Equal(40, await RecordedAsync("unseen"));
        Assert.Equal(await database.ScalarAsync<long>("select count(*) from crontabber_log"), await RecordedAsync("%"));
        Assert.Equal(0, await ScalarAsync("select count(*) - count(distinct id) from dashboard.run_record"));
    }

    [Fact]
    public async Task After_a_restart_nothing_is_said_to_be_without_a_gap_before_it_is()
    {
        await using (var first = await Node.StartAsync(this))
        {
            await first.UntilAsync(now => now.Reach is { Whole: true });
        }

        // The node that was killed keeps the walk for a while yet.
        await InsertAsync("while down", 5);
        var store = new RunRecordStore(own);
        Assert.Null((await new RunRecords(own, store).ReachAsync(database.Name, Stop)).Since);
        await using var second = await Node.StartAsync(this);
        await second.UntilAsync(now => now.Reach is not null);
        Assert.Equal((null, false), (second.Newest.Reach!.Since, second.Newest.Reach.Whole));

        await ScalarAsync("with freed as (update dashboard.run_walk set held_until = now() - interval '1 second' returning 1) select count(*) from freed");
        second.Clock.Ahead = TimeSpan.FromSeconds(16);
        await second.UntilAsync(now => now.Reach is { Whole: true });
        Assert.Equal(5, await RecordedAsync("while down"));
    }

    private async Task AwayAsync() => await postgres.ExecuteAsync(
        "postgres", $"alter database {name} with allow_connections false; select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'");

    private Task BackAsync() => postgres.ExecuteAsync("postgres", $"alter database {name} with allow_connections true");

    private Task InsertAsync(string job, int count) =>
        database.ExecuteAsync($"insert into crontabber_log (app_name, success) select '{job}', now() from generate_series(1, {count})");

    private Task<long> RecordedAsync(string job) => ScalarAsync($"select count(*) from dashboard.run_record where job like '{job}'");

    private async Task<long> ScalarAsync(string sql)
    {
        await using var command = own.Source.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync(Stop))!;
    }

    /// <summary>What one process of the dashboard has of it, in hurried time.</summary>
    private sealed class Node : IAsyncDisposable
    {
        private readonly SourceFeeds<RecordsNow> records = new(RecordsNow.Empty);
        private readonly SourceFeeds<RunsSnapshot> runs = new(RunsSnapshot.Empty);
        private readonly Observing database;
        private readonly RunsMonitor monitor;
        private readonly RunRecorder recorder;

        private Node(RunRecorderTests test)
        {
            database = test.database;
            var (options, clock, inboxes, store) = (Options.Create(new RunOptions { KeepDays = 36_500 }), Clock, new RecordInboxes(), new RunRecordStore(test.own));
            var histories = new RunHistories(clock);
            var source = database.Source.Source;
            var statuses = new SourceFeeds<SourceStatus>(_ => new SourceStatus { Source = source, State = SourceState.Live });
            monitor = new RunsMonitor(runs, new SourceFeeds<JobsSnapshot>(JobsSnapshot.Empty), histories, options, clock, NullLogger<RunsMonitor>.Instance, inboxes);
            recorder = new RunRecorder(
                new SourceDirectory([source]), statuses, records, histories, inboxes, store, new RunRecords(test.own, store), FrameRule.Usual, options, clock, NullLogger<RunRecorder>.Instance);
        }

        public HurriedTime Clock { get; } = new();

        public RecordsNow Newest => records.Of(database.Name).Newest;

        public static async Task<Node> StartAsync(RunRecorderTests test)
        {
            var node = new Node(test);
            await node.ReadAsync(SourceChange.Everything);
            await node.recorder.StartAsync(Stop);
            return node;
        }

        public Task ReadAsync(SourceChange change) => monitor.ReadAsync(database.Source, change, Stop);

        public int Shown(string job) => runs.Of(database.Name).Newest.Of(job).Runs.Count;

        public async Task UntilAsync(Func<RecordsNow, bool> holds)
        {
            await foreach (var now in records.Of(database.Name).WatchAsync(Stop))
            {
                if (holds(now))
                {
                    return;
                }
            }
        }

        public async ValueTask DisposeAsync()
        {
            await recorder.StopAsync(CancellationToken.None);
            recorder.Dispose();
        }
    }

    // Pauses are a fiftieth of themselves; what the clock says is true, or ahead by so much.
    private sealed class HurriedTime : TimeProvider
    {
        public TimeSpan Ahead { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Ahead;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            System.CreateTimer(callback, state, dueTime > TimeSpan.Zero ? dueTime / 50 : dueTime, period > TimeSpan.Zero ? period / 50 : period);
    }
}
