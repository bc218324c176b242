using Dashboard.Core.Sources;
using Dashboard.Kit;
using Npgsql;
using static Dashboard.Core.Tests.Sources.SourceWatchTests;

namespace Dashboard.Core.Tests.Sources;

/// <summary>The two faster modes, with the backstop switched off where the mode itself must have noticed.</summary>
public sealed class CaptureTests
{
    [Theory]
    [MemberData(nameof(SourceWatchTests.Changes), MemberType = typeof(SourceWatchTests))]
    public async Task Decoding_without_a_publication_notices_every_kind_of_change(string sql, SourceChange expected)
    {
        var database = await NewDatabaseAsync();
        await using var bench = await WatchBench.LiveAsync(database, embedded: true, pace: WatchBench.WithoutBackstop);
        Assert.Equal((CaptureMode.Logical, null), (bench.Status.Mode, bench.Status.ModeReason));
        await bench.SettleAsync();
        var before = bench.Newest;

        await ExecuteAsync(database, sql);

        Assert.Equal(expected, (await bench.ReadingAsync(before, expected)).Change);
    }

    [Theory]
    [MemberData(nameof(SourceWatchTests.Changes), MemberType = typeof(SourceWatchTests))]
    public async Task Triggers_notify_of_every_kind_of_change(string sql, SourceChange expected)
    {
        var database = await NewDatabaseAsync();
        await InstallTests.InstallAsync(database, InstallWish.Notify);
        await using var bench = await WatchBench.LiveAsync(database, CaptureMode.Notify, pace: WatchBench.WithoutBackstop);
        Assert.Equal((CaptureMode.Notify, null), (bench.Status.Mode, bench.Status.ModeReason));
        await bench.SettleAsync();
        var before = bench.Newest;

        await ExecuteAsync(database, sql);

        await bench.ReadingAsync(before, expected);
    }

    [Theory]
    [InlineData("update crontabber set ongoing = now() where app_name = (select min(app_name) from crontabber)", SourceChange.Jobs)]
    [InlineData("delete from crontabber where app_name = (select min(app_name) from crontabber)", SourceChange.Jobs)]
    [InlineData("insert into crontabber_log (app_name, duration) values ('a job', '1 second')", SourceChange.Runs)]
    public async Task Decoding_with_the_installed_publications_notices_what_the_scheduler_writes(string sql, SourceChange expected)
    {
        var database = await NewDatabaseAsync();
        await InstallTests.InstallAsync(database, InstallWish.Logical);
        await using var bench = await WatchBench.LiveAsync(database, CaptureMode.Logical, pace: WatchBench.WithoutBackstop);
        Assert.Equal((CaptureMode.Logical, null), (bench.Status.Mode, bench.Status.ModeReason));
        await using (var slots = NpgsqlDataSource.Create(database))
        {
            await using var plugin = slots.CreateCommand("select plugin::text from pg_replication_slots where database = current_database()");
            Assert.Equal("pgoutput", await plugin.ExecuteScalarAsync(TestContext.Current.CancellationToken));
        }

        await bench.SettleAsync();
        var before = bench.Newest;

        await ExecuteAsync(database, sql);

        Assert.Equal(expected, (await bench.ReadingAsync(before, expected)).Change);
    }

    [Theory]
    [InlineData(CaptureMode.Logical)]
    [InlineData(CaptureMode.Notify)]
    public async Task A_rolled_back_change_and_a_change_of_another_table_are_not_read(CaptureMode mode)
    {
        var database = await NewDatabaseAsync();
        await InstallIfNotifyAsync(database, mode);
        await ExecuteAsync(database, "create table other (id int)");
        await using var bench = await WatchBench.LiveAsync(database, mode, pace: WatchBench.WithoutBackstop);
        await bench.SettleAsync();
        var before = bench.Newest;

        await ExecuteAsync(database, "begin; update crontabber set ongoing = now(); rollback; insert into other values (1)");
        await bench.SettleAsync();
        Assert.Equal(before.Count, bench.Newest.Count);

        await ExecuteAsync(database, "update crontabber set ongoing = null");
        await bench.ReadingAsync(before, SourceChange.Jobs);
    }

    [Theory]
    [InlineData(CaptureMode.Logical, "dash-decode")]
    [InlineData(CaptureMode.Notify, "dash-listen")]
    public async Task When_only_the_fast_connection_is_lost_it_polls_meanwhile_and_reads_everything_once_it_is_back(CaptureMode mode, string application)
    {
        var database = await NewDatabaseAsync();
        await InstallIfNotifyAsync(database, mode);
        await using var bench = await WatchBench.LiveAsync(database, mode);
        await bench.SettleAsync();
        var before = bench.Newest;
        var polled = bench.UntilAsync(status => status.Mode == CaptureMode.Poll);

        await ExecuteAsync(database, $"select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = '{application}'");

        Assert.StartsWith("The connection that tells of changes was lost", (await polled).ModeReason, StringComparison.Ordinal);
        await bench.ReadingAsync(before, SourceChange.Everything);
        var back = await bench.UntilAsync(status => status.Mode == mode);
        Assert.Equal((SourceState.Live, null), (back.State, back.ModeReason));
    }

    [Fact]
    public async Task A_thousand_changes_are_few_readings_and_the_last_is_of_the_last_change()
    {
        var database = await NewDatabaseAsync();
        await using var bench = await WatchBench.LiveAsync(database, embedded: true, pace: WatchBench.WithoutBackstop);
        await bench.SettleAsync();
        var before = bench.Newest.Count;

        await using var writer = new NpgsqlConnection(database);
        await writer.OpenAsync(TestContext.Current.CancellationToken);
        for (var change = 0; change < 1000; change++)
        {
            await using var command = new NpgsqlCommand("update crontabber set error_count = error_count + 1 where app_name = (select min(app_name) from crontabber)", writer);
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        await bench.SettleAsync();
        Assert.InRange(bench.Newest.Count - before, 1, 500);
        Assert.Equal(1, bench.MostAtOnce);
    }

    [Theory]
    [InlineData(CaptureMode.Poll)]
    [InlineData(CaptureMode.Logical)]
    [InlineData(CaptureMode.Notify)]
    public async Task Watching_creates_nothing_holds_no_lock_and_leaves_nothing(CaptureMode mode)
    {
        var database = await NewDatabaseAsync();
        await InstallIfNotifyAsync(database, mode);
        var before = await InstallTests.CatalogueAsync(database);
        await using (var bench = await WatchBench.LiveAsync(database, mode))
        {
            Assert.Equal(mode, bench.Status.Mode);
            await bench.SettleAsync();
            Assert.Equal(before, await InstallTests.CatalogueAsync(database));
            Assert.Equal(0L, await ScalarAsync(database, "select count(*) from pg_stat_activity where datname = current_database() and application_name like 'dash-%' and state like 'idle in transaction%'"));
            Assert.Equal(0L, await ScalarAsync(database, """
                select count(*) from pg_locks l join pg_stat_activity a using (pid)
                 where a.datname = current_database() and a.application_name like 'dash-%' and l.locktype = 'relation' and l.mode <> 'AccessShareLock'
                """));
            Assert.InRange((long)(await ScalarAsync(database, "select count(*) from pg_stat_activity where datname = current_database() and application_name like 'dash-%'"))!, 1, 12);
        }

        await GoneAsync(database, "select count(*) from pg_replication_slots where database = current_database()");
        await GoneAsync(database, "select count(*) from pg_stat_activity where datname = current_database() and application_name like 'dash-%'");
        Assert.Equal(before, await InstallTests.CatalogueAsync(database));
    }

    [Fact]
    public async Task A_stream_that_is_told_to_end_while_it_is_starting_ends_and_leaves_no_slot()
    {
        var database = await NewDatabaseAsync();
        for (var attempt = 0; attempt < 25; attempt++)
        {
            var bench = await WatchBench.LiveAsync(database, CaptureMode.Logical);
            await bench.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(90), TestContext.Current.CancellationToken);
        }

        await GoneAsync(database, "select count(*) from pg_replication_slots where database = current_database()");
    }

    internal static async Task<string> NewDatabaseAsync() => await (await TestPostgres.SharedAsync()).NewDatabaseAsync("crontabber-incident");

    internal static async Task<object?> ScalarAsync(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(database + ";Pooling=false");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }

    private static async Task InstallIfNotifyAsync(string database, CaptureMode mode)
    {
        if (mode == CaptureMode.Notify)
        {
            await InstallTests.InstallAsync(database, InstallWish.Notify);
        }
    }

    private static async Task GoneAsync(string database, string countSql)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(TimeSpan.FromSeconds(90));
        while (await ScalarAsync(database, countSql) is not 0L)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, deadline.Token);
        }
    }
}
