using Dashboard.Core.Sources;
using Dashboard.Kit;
using Npgsql;

namespace Dashboard.Core.Tests.Sources;

public sealed class SourceWatchTests
{
    public static TheoryData<string, SourceChange> Changes { get; } = new()
    {
        { "insert into crontabber (app_name, next_run, depends_on, last_error) values ('new job', now(), '{}', '{}')", SourceChange.Jobs },
        { "update crontabber set ongoing = now() where app_name = (select min(app_name) from crontabber)", SourceChange.Jobs },
        { "delete from crontabber where app_name = (select min(app_name) from crontabber)", SourceChange.Jobs },
        { "insert into crontabber_log (app_name, duration) values ('a job', '1 second')", SourceChange.Runs },
        { "update crontabber_log set exc_value = 'x' where id = (select min(id) from crontabber_log)", SourceChange.Runs },
        { "delete from crontabber_log where id = (select min(id) from crontabber_log)", SourceChange.Runs },
        { "truncate crontabber, crontabber_log", SourceChange.Jobs | SourceChange.Runs },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task Polling_notices_every_kind_of_change_in_both_tables(string sql, SourceChange expected)
    {
        var postgres = await TestPostgres.SharedAsync();
        var database = await postgres.NewDatabaseAsync("crontabber-incident");
        await using var bench = await WatchBench.LiveAsync(database);
        Assert.Equal(CaptureMode.Poll, bench.Status.Mode);
        await bench.SettleAsync();
        var before = bench.Newest;

        await ExecuteAsync(database, sql);

        await bench.ReadingAsync(before, expected);
        Assert.Equal(1, bench.MostAtOnce);
    }

    [Fact]
    public async Task The_first_reading_is_of_everything_and_the_stamp_of_freshness_moves_on_by_itself()
    {
        var postgres = await TestPostgres.SharedAsync();
        await using var bench = await WatchBench.LiveAsync(await postgres.NewDatabaseAsync("crontabber-incident"));
        Assert.Equal(SourceChange.Everything & (bench.Interest | SourceChange.Resync), bench.Newest.All);
        var first = bench.Status;

        var later = await bench.UntilAsync(status => status.AsOf > first.AsOf && status.ReadAt > first.ReadAt);

        Assert.Equal(SourceState.Live, later.State);
        Assert.Null(later.Trouble);
        Assert.Empty(later.Capabilities!.Notices);
    }

    [Fact]
    public async Task A_source_that_was_never_reached_says_why_and_is_live_once_its_tables_are_there()
    {
        var postgres = await TestPostgres.SharedAsync();
        var database = await postgres.NewDatabaseAsync();
        await using var bench = await WatchBench.StartAsync(database);
        var unreachable = await bench.UntilAsync(status => status.State == SourceState.Unreachable);
        Assert.StartsWith("No scheduler's tables found", unreachable.Trouble, StringComparison.Ordinal);
        Assert.NotNull(unreachable.TroubleSince);

        await ExecuteAsync(database, await TestPostgres.CapturedSqlAsync("crontabber-schema.sql"));

        var live = await bench.UntilAsync(status => status.State == SourceState.Live);
        Assert.Null(live.Trouble);
        Assert.Null(live.TroubleSince);
    }

    internal static async Task ExecuteAsync(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(database + ";Pooling=false");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}
