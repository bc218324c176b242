using System.Globalization;
using System.Text.Json;
using Dashboard.Core.Feeds;
using Dashboard.Core.Jobs;
using Dashboard.Core.Runs;
using Dashboard.Core.Sources;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Npgsql;

namespace Dashboard.Core.Tests.Runs;

/// <summary>A log without an index that nobody may scan, and what writers, trims and rewrites do to it.</summary>
public sealed class LongLogTests
{
    private readonly SourceFeeds<RunsSnapshot> feeds = new(RunsSnapshot.Empty);
    private readonly FakeTimeProvider clock = new();
    private readonly RunHistories histories;
    private readonly RunsMonitor monitor;

    public LongLogTests()
    {
        histories = new RunHistories(clock);
        monitor = new RunsMonitor(
            feeds, new SourceFeeds<JobsSnapshot>(JobsSnapshot.Empty), histories, Options.Create(new RunOptions()), clock, NullLogger<RunsMonitor>.Instance);
    }

    [Fact]
    public async Task No_statement_scans_two_million_rows()
    {
        await using var database = await LogAsync(2_000_000);
        var scansBefore = await ScansAsync(database);
        var first = await ReadAsync(database, SourceChange.Everything);
        Assert.False(first.Whole);
        Assert.All(first.ByJob.Values, history => Assert.Equal(JobHistory.Kept, history.Runs.Count));
        await database.ExecuteAsync("insert into crontabber_log (app_name, success) values ('job-1', now())");
        clock.Advance(TimeSpan.FromSeconds(2));
        await ReadAsync(database, SourceChange.Runs);
        var page = await histories.PageAsync(database.Name, new RunPageRequest("job-1"), TestContext.Current.CancellationToken);
        Assert.Equal(50, page.Runs.Count);
        Assert.NotNull(await histories.FindAsync(database.Name, 1_000_000, null, TestContext.Current.CancellationToken));
        Assert.NotNull((await histories.PageAsync(database.Name, new RunPageRequest("never ran"), TestContext.Current.CancellationToken)).Older);

        Assert.Equal(scansBefore, await ScansAsync(database));
        await database.ExecuteAsync("select count(*) from crontabber_log");
        Assert.NotEqual(scansBefore, await ScansAsync(database));
        foreach (var (statement, pages) in Plans)
        {
            var plan = await PlanAsync(database, statement);
            TestContext.Current.TestOutputHelper?.WriteLine(plan.Text);
            Assert.Contains("Tid Range Scan", plan.Text, StringComparison.Ordinal);
            Assert.DoesNotContain("Seq Scan", plan.Text, StringComparison.Ordinal);
            Assert.InRange(plan.Buffers, 0, pages + 8);
        }
    }

    [Fact]
    public async Task None_of_eight_writers_rows_is_missing_once_they_have_settled()
    {
        await using var database = await LogAsync(1_000);
        await ReadAsync(database, SourceChange.Everything);
        var writers = Enumerable.Range(0, 8).Select(writer => WriteAsync(database, writer, 1_250)).ToArray();
        var all = Task.WhenAll(writers);
        HashSet<long> seen = [];
        while (!all.IsCompleted)
        {
            Note(await ReadAsync(database, SourceChange.Runs));
        }

        await all;
        Note(await ReadAsync(database, SourceChange.Runs));
        foreach (var (job, history) in feeds.Of(database.Name).Newest.ByJob.Where(job => job.Key.StartsWith("writer-", StringComparison.Ordinal)))
        {
            var newest = await database.ScalarAsync<long[]>($"select array_agg(id) from (select id::bigint from crontabber_log where app_name = '{job}' order by id desc limit 60) x");
            Assert.Equal(newest, history.Runs.Select(run => run.Id));
        }

        Assert.Equal(8 * 25, feeds.Of(database.Name).Newest.ByJob.Count(job => job.Key.StartsWith("writer-", StringComparison.Ordinal)));
        Assert.Equal(await database.ScalarAsync<long>("select count(*) from crontabber_log where app_name like 'writer-%'"), seen.Count);

        void Note(RunsSnapshot snapshot) =>
            seen.UnionWith(snapshot.ByJob.Where(job => job.Key.StartsWith("writer-", StringComparison.Ordinal)).SelectMany(job => job.Value.Runs).Select(run => run.Id));
    }

    [Theory]
    [InlineData(Flavour.Crontabber, "crontabber_log", false)]
    [InlineData(Flavour.Socorro, "cron_log", true)]
    public async Task A_row_that_shows_itself_long_after_greater_ids_is_found(Flavour flavour, string log, bool indexed)
    {
        await using var database = flavour == Flavour.Socorro ? await Observing.NewAsync("socorro-cron-incident", flavour) : await LogAsync(20_000);
        Assert.Equal(indexed, database.Source.Capabilities.LogIndexedById);
        await ReadAsync(database, SourceChange.Everything);
        await using var slow = await database.Source.Database.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var insert = new NpgsqlCommand($"begin; insert into {log} (app_name, log_time, duration) values ('slow', now(), '0')", slow);
        await insert.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        await database.ExecuteAsync($"insert into {log} (app_name, log_time, duration) select 'quick', now(), '0' from generate_series(1, 3000)");

        // Readings of both kinds pass before it does.
        Assert.Equal(JobHistory.Kept, (await ReadAsync(database, SourceChange.Runs)).Of("quick").Runs.Count);
        await ReadAsync(database, SourceChange.Jobs);
        Assert.Empty(feeds.Of(database.Name).Newest.Of("slow").Runs);
        await using var commit = new NpgsqlCommand("commit", slow);
        await commit.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

        Assert.Single((await ReadAsync(database, SourceChange.Runs)).Of("slow").Runs);
    }

    [Fact]
    public async Task Rows_that_fill_the_holes_of_a_trim_are_found_in_the_old_pages()
    {
        await using var database = await LogAsync(200_000);
        await ReadAsync(database, SourceChange.Everything);
        await database.ExecuteAsync("delete from crontabber_log where id < 100000");
        await database.ExecuteAsync("vacuum crontabber_log");
        await database.ExecuteAsync("insert into crontabber_log (app_name, success) select 'late', now() from generate_series(1, 20)");
        Assert.True(await database.ScalarAsync<bool>("select bool_and((ctid::text::point)[0] < 900) from crontabber_log where app_name = 'late'"));

        for (var step = 0; step < 40 && feeds.Of(database.Name).Newest.Of("late").Runs.Count < 20; step++)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            await ReadAsync(database, SourceChange.Jobs);
        }

        Assert.Equal(20, feeds.Of(database.Name).Newest.Of("late").Runs.Count);
    }

    [Theory]
    [InlineData("truncate crontabber_log restart identity")]
    [InlineData("truncate crontabber_log")]
    [InlineData("vacuum full crontabber_log")]
    [InlineData("delete from crontabber_log where id > 30000")]
    public async Task After_a_rewrite_the_log_is_read_anew(string rewrite)
    {
        await using var database = await LogAsync(60_000);
        await ReadAsync(database, SourceChange.Everything);
        await database.ExecuteAsync(rewrite);
        if (rewrite.StartsWith("delete", StringComparison.Ordinal))
        {
            await database.ExecuteAsync("vacuum crontabber_log");
        }

        await database.ExecuteAsync("insert into crontabber_log (app_name, success) values ('job-1', now())");
        var snapshot = await ReadAsync(database, SourceChange.Runs);

        var expected = await database.ScalarAsync<long[]>("select array_agg(id) from (select id::bigint from crontabber_log where app_name = 'job-1' order by id desc limit 60) x");
        Assert.Equal(expected, snapshot.Of("job-1").Runs.Select(run => run.Id));
    }

    // What the room asks of the log, with the pages it may touch: the window that follows, one page, a step of a history, a row by its place.
    private static IEnumerable<(string Statement, int Pages)> Plans =>
    [
        ("select id, ctid, app_name from public.crontabber_log where ctid >= '({end-1000},0)' and ctid < '(4294967295,0)' and (id > 1999500 or (id > 1995000 and (xmin::text::bigint - 1000) & 4294967295 < 2147483648)) and app_name <> all ('{{}}')", 1_100),
        ("select id, ctid, app_name from public.crontabber_log where ctid >= '({end-64},0)' and ctid < '(4294967295,0)' and id > 1999500 and app_name <> all ('{{}}')", 100),
        ("select min(id)::bigint from public.crontabber_log where ctid >= '(5000,0)' and ctid < '(5001,0)'", 1),
        ("select id, ctid from public.crontabber_log where ctid >= '(5000,0)' and ctid < '(5512,0)' and id < 9223372036854775807 and app_name = 'job-1' and true order by ctid desc limit 50", 512),
        ("select id, ctid from public.crontabber_log where ctid >= '(5000,0)' and ctid < '(7000,0)' and id = 500000 order by ctid desc limit 1", 2_000),
    ];

    private static async Task<(string Text, long Buffers)> PlanAsync(Observing database, string statement)
    {
        var end = await database.ScalarAsync<long>("select pg_relation_size('crontabber_log') / 8192");
        statement = statement.Replace("{end-1000}", $"{end - 1000}", StringComparison.Ordinal).Replace("{end-64}", $"{end - 64}", StringComparison.Ordinal).Replace("{{}}", "{}", StringComparison.Ordinal);
        var json = await database.ScalarAsync<string>($"explain (analyze, buffers, format json) {statement}");
        using var plan = JsonDocument.Parse(json);
        var root = plan.RootElement[0].GetProperty("Plan");
        return (json, root.GetProperty("Shared Hit Blocks").GetInt64() + root.GetProperty("Shared Read Blocks").GetInt64());
    }

    // What the server itself counted: a sequential scan by any statement, whoever wrote it.
    private static async Task<long> ScansAsync(Observing database)
    {
        await database.ExecuteAsync("select pg_stat_force_next_flush()");
        await using var reading = await database.Source.Database.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand("select pg_stat_get_numscans('crontabber_log'::regclass)", reading);
        return (long)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    private static async Task WriteAsync(Observing database, int writer, int rows)
    {
        await using var connection = await database.Source.Database.OpenConnectionAsync(TestContext.Current.CancellationToken);
        for (var row = 0; row < rows; row++)
        {
            await using var command = new NpgsqlCommand(
                string.Create(CultureInfo.InvariantCulture, $"insert into crontabber_log (app_name, success) values ('writer-{writer}-{row / 50}', now())"), connection);
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }
    }

    private async Task<RunsSnapshot> ReadAsync(Observing database, SourceChange change)
    {
        await monitor.ReadAsync(database.Source, change, TestContext.Current.CancellationToken);
        return feeds.Of(database.Name).Newest;
    }

    private static async Task<Observing> LogAsync(int rows)
    {
        var database = await Observing.NewAsync();
        await database.ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $"""
            insert into crontabber_log (app_name, log_time, duration, success)
            select 'job-' || i % 20, '2010-01-01'::timestamptz + i * interval '1 minute', '00:00:01.5', now() from generate_series(1, {rows}) i
            """));
        await database.ExecuteAsync("vacuum (analyze) crontabber_log");
        return database;
    }
}
