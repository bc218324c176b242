using Dashboard.Core.Feeds;
using Dashboard.Core.Jobs;
using Dashboard.Core.Sources;
using Microsoft.Extensions.Logging.Abstractions;

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
