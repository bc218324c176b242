using System.Globalization;
using Dashboard.Core.Runs;
using Dashboard.Core.Sources;
using Microsoft.Extensions.Time.Testing;

namespace Dashboard.Core.Tests.Runs;

public sealed class RunHistoriesTests
{
    private readonly RunHistories histories = new(new FakeTimeProvider());

    public static TheoryData<string> Ways => ["pages", "named places", "index on id", "index on app_name and id", "view"];

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task All_pages_together_are_the_whole_history_while_rows_are_written(string way)
    {
        await using var database = await LogAsync(way);
        var expected = await IdsAsync(database, "job-3");
        List<long> seen = [];
        RunCursor? cursor = null;
        do
        {
            var page = await histories.PageAsync(database.Name, new RunPageRequest("job-3") { Cursor = cursor, Size = 37 }, TestContext.Current.CancellationToken);
            Assert.Null(page.Notice);
            Assert.Equal(page.Runs.OrderByDescending(run => run.Id), page.Runs);
            seen.AddRange(page.Runs.Select(run => run.Id));
            cursor = page.Older is null ? null : RunCursor.TryParse(page.Older.ToString(), out var parsed) ? parsed : throw new FormatException();
            await database.ExecuteAsync("insert into public.crontabber_log (app_name, success) select 'job-3', now() from generate_series(1, 10)");
        }
        while (cursor is not null);

        Assert.Equal(expected, seen);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_filter_finds_what_passes_it_and_nothing_else(string way)
    {
        await using var database = await LogAsync(way);
        var failures = await AllAsync(database, new RunPageRequest("job-3") { Outcome = RunOutcome.Failure });
        Assert.Equal(await IdsAsync(database, "job-3", "and success is null and exc_type is not null"), failures.Select(run => run.Id));
        Assert.All(failures, run => Assert.Equal(RunOutcome.Failure, run.Outcome));

        var start = new DateTimeOffset(2014, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var (since, until) = (start.AddMinutes(5000), start.AddMinutes(9000));
        var between = await AllAsync(database, new RunPageRequest("job-3") { Since = since, Until = until });
        Assert.Equal(await IdsAsync(database, "job-3", "and id >= 5000 and id < 9000"), between.Select(run => run.Id));
    }

    [Fact]
    public async Task A_search_through_a_long_log_stops_and_says_how_far_it_looked()
    {
        await using var database = await LogAsync("pages", rows: 400_000);
        var first = await histories.PageAsync(database.Name, new RunPageRequest("rare"), TestContext.Current.CancellationToken);

        Assert.Empty(first.Runs);
        Assert.NotNull(first.Older);
        Assert.NotNull(first.LookedBackTo);
        var all = await AllAsync(database, new RunPageRequest("rare"));
        Assert.Equal([5L], all.Select(run => run.Id));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task One_run_is_found_again_with_its_traceback(string way)
    {
        await using var database = await LogAsync(way);
        await database.ExecuteAsync("update crontabber_log set exc_type = '<class ''x.Y''>', exc_value = 'Y(''' || repeat('v', 2000) || ''')', exc_traceback = 'the frames', success = null where id = 7777");
        var listed = (await AllAsync(database, new RunPageRequest("job-7"))).Single(run => run.Id == 7777);
        Assert.True(listed.Error!.Cut);
        Assert.Equal(string.Empty, listed.Error.Traceback);

        foreach (var place in new[] { listed.Place, null })
        {
            var run = await histories.FindAsync(database.Name, 7777, place, TestContext.Current.CancellationToken);
            if (way == "named places" && place is null)
            {
                Assert.Null(run);
                continue;
            }

            Assert.Equal("the frames", run!.Error!.Traceback);
            Assert.Equal(2000, run.Error.Value.Length);
        }

        Assert.Null(await histories.FindAsync(database.Name, 123_456_789, null, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_cursor_outlives_a_rewrite_of_the_table()
    {
        await using var database = await LogAsync("pages");
        var first = await histories.PageAsync(database.Name, new RunPageRequest("job-3"), TestContext.Current.CancellationToken);
        await database.ExecuteAsync("delete from crontabber_log where id % 3 = 0");
        await database.ExecuteAsync("vacuum full crontabber_log");
        var second = await histories.PageAsync(database.Name, new RunPageRequest("job-3") { Cursor = first.Older }, TestContext.Current.CancellationToken);

        Assert.Equal((await IdsAsync(database, "job-3", $"and id < {first.Runs[^1].Id}")).Take(50), second.Runs.Select(run => run.Id));
    }

    [Fact]
    public async Task A_view_that_would_have_to_be_sorted_whole_shows_no_runs_and_says_why()
    {
        await using var database = await LogAsync("view", rows: 400_000);
        var page = await histories.PageAsync(database.Name, new RunPageRequest("job-3"), TestContext.Current.CancellationToken);

        Assert.Empty(page.Runs);
        Assert.Contains("no plain table", page.Notice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_source_that_is_away_is_said_to_be()
    {
        await using var database = await LogAsync("pages");
        await database.Source.Database.DisposeAsync();

        Assert.Contains("out of reach", (await histories.PageAsync(database.Name, new RunPageRequest("job-3"), TestContext.Current.CancellationToken)).Notice, StringComparison.Ordinal);
        Assert.Null(await histories.FindAsync(database.Name, 1, null, TestContext.Current.CancellationToken));
        Assert.NotNull((await histories.PageAsync("unheard of", new RunPageRequest("job-3"), TestContext.Current.CancellationToken)).Notice);
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("1-2-3")]
    [InlineData("1-2-3-10000")]
    [InlineData("ffffffffffffffff")]
    [InlineData("1'; drop table crontabber;--")]
    [InlineData(null)]
    public void What_no_page_ever_gave_is_no_cursor(string? text) => Assert.False(RunCursor.TryParse(text, out _));

    private async Task<List<Run>> AllAsync(Observing database, RunPageRequest request)
    {
        List<Run> runs = [];
        do
        {
            var page = await histories.PageAsync(database.Name, request, TestContext.Current.CancellationToken);
            Assert.Null(page.Notice);
            runs.AddRange(page.Runs);
            request = request with { Cursor = page.Older };
        }
        while (request.Cursor is not null);
        return runs;
    }

    private static async Task<long[]> IdsAsync(Observing database, string job, string condition = "") =>
        await database.ScalarAsync<long[]>($"select array_agg(id::bigint order by id desc) from public.crontabber_log where app_name = '{job}' {condition}");

    // A log of ten jobs, one run a minute, each seventh a failure.
    private async Task<Observing> LogAsync(string way, int rows = 12_000)
    {
        var database = await Observing.NewAsync();
        await database.ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $"""
            insert into crontabber_log (app_name, log_time, duration, success, exc_type, exc_value, exc_traceback)
            select case when i = 5 then 'rare' else 'job-' || i % 10 end, '2014-01-01'::timestamptz + i * interval '1 minute', '00:00:01',
                   case when i % 7 > 0 then now() end, case when i % 7 = 0 then '<class ''x.Y''>' end, case when i % 7 = 0 then 'Y()' end, case when i % 7 = 0 then 'tb' end
              from generate_series(1, {rows}) i;
            analyze crontabber_log
            """));
        switch (way)
        {
            case "index on id":
                await database.ExecuteAsync("create index on crontabber_log (id)");
                break;
            case "index on app_name and id":
                await database.ExecuteAsync("create index on crontabber_log (app_name, id)");
                break;
            case "view":
                await database.ExecuteAsync("create schema v; create view v.crontabber as select * from public.crontabber; create view v.crontabber_log as select * from public.crontabber_log");
                break;
        }

        await database.LookAsync(way == "view" ? "v" : "public");
        histories.Connected(way == "named places" ? database.Source with { Capabilities = database.Source.Capabilities with { ServerVersion = 130_000 } } : database.Source);
        return database;
    }
}
