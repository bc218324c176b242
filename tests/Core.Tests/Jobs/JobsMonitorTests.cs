using Dashboard.Core.Feeds;
using Dashboard.Core.Jobs;
using Dashboard.Core.Sources;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Npgsql;

namespace Dashboard.Core.Tests.Jobs;

public sealed class JobsMonitorTests
{
    private readonly SourceFeeds<JobsSnapshot> feeds = new(JobsSnapshot.Empty);

    [Fact]
    public async Task The_incident_is_read_as_the_runner_left_it()
    {
        await using var database = await Observing.NewAsync("crontabber-incident");
        var jobs = (await ReadAsync(database)).Jobs;

        Assert.Equal(20, jobs.Count);
        Assert.Equal(jobs.Select(job => job.Name).Order(StringComparer.Ordinal), jobs.Select(job => job.Name));
        Assert.All(jobs, job => Assert.Empty(job.Unreadable));
        var locked = jobs.Single(job => job.Name == "ftpscraper");
        Assert.Equal(new DateTimeOffset(2014, 9, 4, 22, 0, 0, TimeSpan.Zero), locked.Ongoing!.Value.AddTicks(-(locked.Ongoing.Value.Ticks % TimeSpan.TicksPerMinute)));
        var killed = jobs.Single(job => job.Name == "update-gccrashes");
        Assert.Null(killed.NextRun);
        Assert.Null(killed.LastError);
        Assert.Equal(["reports-clean"], killed.DependsOn);
        var huge = jobs.Single(job => job.Name == "duplicates");
        Assert.True(huge.LastError!.Readable);
        Assert.True(huge.LastError.Traceback.Length > 60_000);
        Assert.Contains(jobs, job => job.Name == "O'Reilly; DROP TABLE crontabber;-- 100%\t\\{a,b}");
    }

    [Fact]
    public async Task Socorro_is_read_with_its_dict_reprs()
    {
        await using var database = await Observing.NewAsync("socorro-cron-incident", Flavour.Socorro);
        var jobs = (await ReadAsync(database)).Jobs;

        Assert.Equal(11, jobs.Count);
        Assert.All(jobs, job => Assert.Empty(job.Unreadable));
        var failing = jobs.Single(job => job.Name == "auditgroups");
        Assert.Equal(18, failing.ErrorCount);
        Assert.Equal("crashstats.cron.errors.JobError", failing.LastError!.Type);
        Assert.Equal("it's \"both\" quotes \\ and a backslash\nand a second line", failing.LastError.Value);
        Assert.StartsWith("  File ", failing.LastError.Traceback, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_the_row_that_changed_becomes_another_object()
    {
        await using var database = await Observing.NewAsync("crontabber-healthy");
        var monitor = new JobsMonitor(feeds, NullLogger<JobsMonitor>.Instance);
        var before = await ReadAsync(database, monitor);

        await database.ExecuteAsync("update crontabber set error_count = 3 where app_name = 'bugzilla-associations'");
        var after = await ReadAsync(database, monitor);

        Assert.Equal(["bugzilla-associations"], after.Jobs.Where(job => !before.Jobs.Contains(job, ReferenceEqualityComparer.Instance)).Select(job => job.Name));
        Assert.Equal(3, after.Jobs.Single(job => job.Name == "bugzilla-associations").ErrorCount);
    }

    [Fact]
    public async Task Nothing_is_published_when_nothing_differs()
    {
        await using var database = await Observing.NewAsync("crontabber-healthy");
        var monitor = new JobsMonitor(feeds, NullLogger<JobsMonitor>.Instance);

        Assert.Same(await ReadAsync(database, monitor), await ReadAsync(database, monitor));
    }

    [Fact]
    public async Task Of_many_rows_only_those_that_changed_are_sent_again()
    {
        await using var database = await Observing.NewAsync("crontabber-incident");
        var queries = new JobQueries(database.Source);
        var first = await queries.AllAsync(TestContext.Current.CancellationToken);
        var settled = await SettledAsync(queries, first);

        await database.ExecuteAsync("update crontabber set error_count = 3 where app_name in ('ftpscraper', 'bugzilla-associations')");
        var second = await queries.SinceAsync(settled.Mark!.Value, TestContext.Current.CancellationToken);
        var third = await SettledAsync(queries, second);

        Assert.True(first.Whole);
        Assert.Equal(["bugzilla-associations", "ftpscraper"], second.Rows.Select(row => row.Name));
        Assert.Equal(20, third.Mark!.Value.Rows);

        // As long as a transaction of another test goes on that began before, what was written since is read again.
        static async Task<JobReading> SettledAsync(JobQueries queries, JobReading from)
        {
            do
            {
                from = await queries.SinceAsync(from.Mark!.Value, TestContext.Current.CancellationToken);
            }
            while (from.Rows.Count > 0);

            return from;
        }
    }

    [Fact]
    public async Task A_change_that_was_not_committed_at_the_last_reading_is_seen_at_the_next()
    {
        await using var database = await Observing.NewAsync("crontabber-incident");
        var monitor = new JobsMonitor(feeds, NullLogger<JobsMonitor>.Instance);
        await using var writer = new NpgsqlConnection(database.Source.Source.ConnectionString);
        await writer.OpenAsync(TestContext.Current.CancellationToken);
        await using var transaction = await writer.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using (var change = new NpgsqlCommand("update crontabber set error_count = 77 where app_name = 'ftpscraper'", writer, transaction))
        {
            await change.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        await ReadAsync(database, monitor);
        for (var i = 0; i < 3; i++)
        {
            await database.ExecuteAsync($"update crontabber set error_count = {i} where app_name = 'bugzilla-associations'");
            await ReadAsync(database, monitor);
        }

        await transaction.CommitAsync(TestContext.Current.CancellationToken);
        var after = await ReadAsync(database, monitor);

        Assert.Equal(77, after.Jobs.Single(job => job.Name == "ftpscraper").ErrorCount);
        Assert.Equal(2, after.Jobs.Single(job => job.Name == "bugzilla-associations").ErrorCount);
    }

    [Fact]
    public async Task A_change_told_of_before_it_can_be_seen_is_looked_for_again()
    {
        await using var database = await Observing.NewAsync("crontabber-incident");
        var clock = new WaitedFor();
        var monitor = new JobsMonitor(feeds, NullLogger<JobsMonitor>.Instance, clock);
        await ReadAsync(database, monitor);

        await using var writer = await database.Source.Database.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var transaction = await writer.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using var update = new NpgsqlCommand("update crontabber set error_count = 77 where app_name = 'ftpscraper' returning txid_current()", writer);
        var told = unchecked((uint)(long)(await update.ExecuteScalarAsync(TestContext.Current.CancellationToken))!);
        await database.ExecuteAsync("update crontabber set error_count = 78 where app_name = 'bugzilla-associations'");
        var reading = monitor.ReadAsync(database.Source, new SourceNews(SourceChange.Jobs) { Transactions = [told] }, TestContext.Current.CancellationToken);
        await clock.Waiting;

        // What can be seen is shown meanwhile.
        Assert.Equal(78, feeds.Of(database.Name).Newest.Jobs.Single(job => job.Name == "bugzilla-associations").ErrorCount);
        Assert.NotEqual(77, feeds.Of(database.Name).Newest.Jobs.Single(job => job.Name == "ftpscraper").ErrorCount);
        await transaction.CommitAsync(TestContext.Current.CancellationToken);
        clock.Advance(TimeSpan.FromMilliseconds(1));
        await reading;

        Assert.Equal(77, feeds.Of(database.Name).Newest.Jobs.Single(job => job.Name == "ftpscraper").ErrorCount);
    }

    [Theory]
    [InlineData("delete from crontabber where app_name = 'ftpscraper'")]
    [InlineData("insert into crontabber (app_name, last_error) values ('aaa-new', '{}')")]
    [InlineData("update crontabber set app_name = 'zzz-renamed' where app_name = 'ftpscraper'")]
    [InlineData("delete from crontabber where app_name = 'ftpscraper'; insert into crontabber (app_name, last_error) values ('aaa-new', '{}')")]
    [InlineData("delete from crontabber where app_name = 'ftpscraper'; insert into crontabber (app_name, last_error) values ('ftpscraper', '{}')")]
    [InlineData("truncate crontabber")]
    [InlineData("update crontabber set error_count = error_count + 1")]
    [InlineData("begin; savepoint a; update crontabber set error_count = 5 where app_name = 'ftpscraper'; release a; commit")]
    public async Task However_the_rows_change_what_is_known_equals_what_is_there(string change)
    {
        await using var database = await Observing.NewAsync("crontabber-incident");
        var monitor = new JobsMonitor(feeds, NullLogger<JobsMonitor>.Instance);
        await ReadAsync(database, monitor);

        await database.ExecuteAsync(change);
        var known = await ReadAsync(database, monitor);
        var there = await new JobQueries(database.Source).AllAsync(TestContext.Current.CancellationToken);

        Assert.Equal(there.Rows.Select(row => (row.Name, row.ToJob().ErrorCount)), known.Jobs.Select(job => (job.Name, job.ErrorCount)));
    }

    [Fact]
    public async Task A_role_that_may_read_some_columns_only_reads_them_all_each_time()
    {
        await using var database = await Observing.NewAsync("crontabber-healthy");
        var queries = new JobQueries(database.Source with { Capabilities = database.Source.Capabilities with { State = database.Source.Capabilities.State with { HasVersions = false } } });
        var reading = await queries.AllAsync(TestContext.Current.CancellationToken);

        Assert.Null(reading.Mark);
        Assert.True((await queries.SinceAsync(new JobMark(TransactionSnapshot.Parse("1:1:"), 16), TestContext.Current.CancellationToken)).Whole);
    }

    [Fact]
    public async Task An_empty_table_is_published_once_as_read()
    {
        await using var database = await Observing.NewAsync();
        var snapshot = await ReadAsync(database);

        Assert.Empty(snapshot.Jobs);
        Assert.NotNull(snapshot.AsOf);
    }

    [Theory]
    [InlineData("next_run", "'infinity'", "infinity")]
    [InlineData("next_run", "'-infinity'", "-infinity")]
    [InlineData("last_run", "'12000-01-01 00:00+00'", "12000-01-01T00:00:00+00:00")]
    [InlineData("last_success", "'0044-03-15 00:00+00 BC'", "0044-03-15T00:00:00+00:00 BC")]
    [InlineData("first_run", "'infinity'", "infinity")]
    [InlineData("ongoing", "'infinity'", "infinity")]
    [InlineData("last_error", "'\"just text\"'", "\"just text\"")]
    [InlineData("last_error", "'[1, 2]'", "[1, 2]")]
    [InlineData("last_error", "'{\"other\": \"keys\"}'", "{\"other\": \"keys\"}")]
    [InlineData("depends_on", "'{a,NULL}'", "[\"a\",null]")]
    public async Task A_poison_cell_is_shown_as_its_text_and_hides_nothing_else(string column, string poison, string shown)
    {
        await using var database = await Observing.NewAsync("crontabber-healthy");
        await database.ExecuteAsync($"set datestyle = 'German'; set timezone = 'UTC'; update crontabber set {column} = {poison} where app_name = 'ftpscraper'");
        var jobs = (await ReadAsync(database)).Jobs;

        Assert.Equal(16, jobs.Count);
        Assert.Equal(["ftpscraper"], jobs.Where(job => job.Unreadable.Count > 0).Select(job => job.Name));
        Assert.Equal(shown, jobs.Single(job => job.Name == "ftpscraper").Unreadable[column]);
    }

    [Theory]
    [InlineData(@"before\u0000after", @"before\u0000after")]
    [InlineData(@"lone \ud83d surrogate", @"lone \ud83d surrogate")]
    [InlineData(@"a pair \ud83d\ude00", "a pair 😀")]
    public async Task What_jsonb_refuses_is_read(string json, string value)
    {
        await using var database = await Observing.NewAsync("crontabber-healthy");
        await database.ExecuteAsync($$"""update crontabber set last_error = '{"type": "<class ''ValueError''>", "value": "{{json}}", "traceback": ""}' where app_name = 'ftpscraper'""");
        var error = (await ReadAsync(database)).Jobs.Single(job => job.Name == "ftpscraper").LastError;

        Assert.Equal(new JobError("ValueError", value, string.Empty), error);
    }

    [Fact]
    public async Task A_table_from_before_ongoing_is_read_without_it()
    {
        await using var database = await Observing.NewAsync("crontabber-healthy");
        await database.ExecuteAsync("alter table crontabber drop column ongoing, drop column depends_on");
        await database.LookAsync();
        var jobs = (await ReadAsync(database)).Jobs;

        Assert.Equal(16, jobs.Count);
        Assert.All(jobs, job => Assert.Null(job.Ongoing));
        Assert.All(jobs, job => Assert.Empty(job.DependsOn));
    }

    [Fact]
    public async Task A_view_that_repeats_a_name_shows_it_once()
    {
        await using var database = await Observing.NewAsync("crontabber-healthy");
        await database.ExecuteAsync("create schema reporting; create view reporting.crontabber as select * from public.crontabber union all select * from public.crontabber");
        await database.ExecuteAsync("create view reporting.crontabber_log as select * from public.crontabber_log");
        await database.LookAsync("reporting");

        Assert.Equal(16, (await ReadAsync(database)).Jobs.Count);
    }

    [Fact]
    public async Task More_rows_than_are_read_are_said_to_be_there()
    {
        await using var database = await Observing.NewAsync();
        await database.ExecuteAsync("insert into crontabber (app_name, last_error) select 'job-' || lpad(i::text, 6, '0'), '{}' from generate_series(1, 20001) i");
        var snapshot = await ReadAsync(database);

        Assert.Equal(20_000, snapshot.Jobs.Count);
        Assert.Contains("more than 20,000 rows", snapshot.Notice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_endless_error_is_cut_and_says_so()
    {
        await using var database = await Observing.NewAsync("crontabber-healthy");
        await database.ExecuteAsync("""update crontabber set last_error = json_build_object('type', 'x.Y', 'value', 'why', 'traceback', repeat('ab', 1000000)) where app_name = 'ftpscraper'""");
        var error = (await ReadAsync(database)).Jobs.Single(job => job.Name == "ftpscraper").LastError!;

        Assert.True(error.Cut);
        Assert.True(error.Readable);
        Assert.Equal("why", error.Value);
        Assert.InRange(error.Traceback.Length, 1_000_000, 1 << 20);
    }

    private async Task<JobsSnapshot> ReadAsync(Observing database, JobsMonitor? monitor = null)
    {
        await (monitor ?? new JobsMonitor(feeds, NullLogger<JobsMonitor>.Instance)).ReadAsync(database.Source, SourceChange.Jobs, TestContext.Current.CancellationToken);
        return feeds.Of(database.Name).Newest;
    }
}
