using Dashboard.Core.Feeds;
using Dashboard.Core.Jobs;
using Dashboard.Core.Runs;
using Dashboard.Core.Sources;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Npgsql;

namespace Dashboard.Core.Tests.Runs;

public sealed class RunsMonitorTests
{
    private readonly SourceFeeds<RunsSnapshot> feeds = new(RunsSnapshot.Empty);
    private readonly SourceFeeds<JobsSnapshot> jobs = new(JobsSnapshot.Empty);
    private readonly FakeTimeProvider clock = new();
    private readonly RunsMonitor monitor;

    public RunsMonitorTests() =>
        monitor = new RunsMonitor(feeds, jobs, new RunHistories(clock), Options.Create(new RunOptions()), clock, NullLogger<RunsMonitor>.Instance);

    [Fact]
    public async Task The_incidents_log_becomes_sixty_runs_of_each_job()
    {
        await using var database = await Observing.NewAsync("crontabber-incident");
        var snapshot = await ReadAsync(database);

        Assert.True(snapshot.Whole);
        Assert.Null(snapshot.Notice);
        Assert.Equal(await database.ScalarAsync<long>("select count(distinct app_name) from crontabber_log"), snapshot.ByJob.Count);
        var failing = snapshot.Of("fetch-adi-from-hive");
        Assert.Equal(60, failing.Runs.Count);
        Assert.Equal(failing.Runs.OrderByDescending(run => run.Id), failing.Runs);
        Assert.Equal(await IdsAsync(database, "fetch-adi-from-hive", 60), failing.Runs.Select(run => run.Id));
        Assert.All(failing.Runs, run => Assert.Equal(run.Outcome == RunOutcome.Failure, run.Error is not null));
        Assert.All(failing.Runs, run => Assert.Equal(string.Empty, run.Error?.Traceback ?? string.Empty));
        Assert.Equal(JobHistory.None, snapshot.Of("update-gccrashes"));
    }

    [Fact]
    public async Task Socorros_log_is_read_down_its_index()
    {
        await using var database = await Observing.NewAsync("socorro-cron-incident", Flavour.Socorro);
        Assert.True(database.Source.Capabilities.LogIndexedById);
        var snapshot = await ReadAsync(database);

        Assert.True(snapshot.Whole);
        Assert.Equal(await database.ScalarAsync<long>("select sum(least(n, 60))::bigint from (select count(*) n from cron_log group by app_name) x"), snapshot.ByJob.Values.Sum(history => history.Runs.Count));
        Assert.True(snapshot.Of("auditgroups").Streak <= -18);
        Assert.NotNull(snapshot.Of("archivescraper").UsualDuration);
    }

    [Fact]
    public async Task A_run_told_of_before_it_can_be_seen_is_looked_for_again()
    {
        await using var database = await Observing.NewAsync("crontabber-healthy");
        var late = new WaitedFor();
        var patient = new RunsMonitor(feeds, jobs, new RunHistories(late), Options.Create(new RunOptions()), late, NullLogger<RunsMonitor>.Instance);
        await patient.ReadAsync(database.Source, SourceChange.Everything, TestContext.Current.CancellationToken);
        await using var writer = await database.Source.Database.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var transaction = await writer.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using var insert = new NpgsqlCommand("insert into crontabber_log (app_name, log_time, success) values ('news', now(), now()) returning txid_current()", writer);
        var told = unchecked((uint)(long)(await insert.ExecuteScalarAsync(TestContext.Current.CancellationToken))!);
        var reading = patient.ReadAsync(database.Source, new SourceNews(SourceChange.Runs) { Transactions = [told], AllAreTold = true }, TestContext.Current.CancellationToken);
        await late.Waiting;
        await transaction.CommitAsync(TestContext.Current.CancellationToken);
        late.Advance(TimeSpan.FromMilliseconds(1));
        await reading;

        Assert.Single(feeds.Of(database.Name).Newest.Of("news").Runs);
    }

    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 1)]
    public async Task A_change_of_a_jobs_row_is_a_reason_to_look_where_not_every_change_is_told(bool told, int seen)
    {
        await using var database = await Observing.NewAsync("crontabber-healthy");
        await ReadAsync(database);
        await database.ExecuteAsync("insert into crontabber_log (app_name, log_time, success) values ('news', now(), now())");
        await monitor.ReadAsync(database.Source, new SourceNews(SourceChange.Jobs) { AllAreTold = told }, TestContext.Current.CancellationToken);

        Assert.Equal(seen, feeds.Of(database.Name).Newest.Of("news").Runs.Count);
    }

    [Theory]
    [InlineData(Flavour.Crontabber, "crontabber_log")]
    [InlineData(Flavour.Socorro, "cron_log")]
    public async Task A_run_that_ends_is_added_to_its_job_and_leaves_the_others_alone(Flavour flavour, string table)
    {
        await using var database = await Observing.NewAsync(flavour == Flavour.Socorro ? "socorro-cron-incident" : "crontabber-healthy", flavour);
        var before = await ReadAsync(database);
        await database.ExecuteAsync($"insert into {table} (app_name, log_time, duration, exc_type, exc_value, exc_traceback) values ('news', now(), '0', '<type ''exceptions.ValueError''>', 'ValueError(''it\\''s'',)', 'tb')");
        var after = await ReadAsync(database, SourceChange.Runs);

        var run = Assert.Single(after.Of("news").Runs);
        Assert.Equal(new JobError("exceptions.ValueError", "it's", string.Empty), run.Error);
        Assert.Equal(-1, after.Of("news").Streak);
        Assert.All(before.ByJob, job => Assert.Same(job.Value, after.Of(job.Key)));
    }

    [Fact]
    public async Task Nothing_is_published_when_nothing_differs()
    {
        await using var database = await Observing.NewAsync("crontabber-incident");
        var first = await ReadAsync(database);

        Assert.Same(first, await ReadAsync(database, SourceChange.Runs));
        Assert.Same(first, await ReadAsync(database, SourceChange.Jobs));
        Assert.Same(first, await ReadAsync(database, SourceChange.Everything));
    }

    [Fact]
    public async Task An_empty_log_is_whole_and_its_first_run_is_seen()
    {
        await using var database = await Observing.NewAsync();
        var empty = await ReadAsync(database);
        Assert.True(empty.Whole);
        Assert.NotNull(empty.AsOf);

        await database.ExecuteAsync("insert into crontabber_log (app_name, duration, success) values ('first', '00:00:01.5', now())");
        var run = Assert.Single((await ReadAsync(database, SourceChange.Runs)).Of("first").Runs);
        Assert.Equal(TimeSpan.FromSeconds(1.5), run.Duration);
    }

    [Theory]
    [InlineData("duration", "interval '1 mon'")]
    [InlineData("duration", "interval '-5 seconds'")]
    [InlineData("duration", "interval '178000000 years'")]
    [InlineData("duration", "null")]
    [InlineData("success", "'infinity'")]
    [InlineData("log_time", "'infinity'")]
    [InlineData("log_time", "'-infinity'")]
    [InlineData("log_time", "'0044-03-15 00:00+00 BC'")]
    [InlineData("app_name", "repeat('☃', 100000)")]
    [InlineData("exc_value", "repeat('x', 3000000)")]
    public async Task A_poison_row_is_read_as_far_as_it_makes_sense(string column, string poison)
    {
        await using var database = await Observing.NewAsync("crontabber-healthy");
        var expected = await database.ScalarAsync<long>("select sum(least(n, 60))::bigint from (select count(*) n from crontabber_log group by app_name) x");
        await database.ExecuteAsync("insert into crontabber_log (id, app_name, duration, success) values (900000, 'poison', '1 s', now())");
        await database.ExecuteAsync($"update crontabber_log set {column} = {poison} where id = 900000");
        var snapshot = await ReadAsync(database);

        Assert.Equal(expected + 1, snapshot.ByJob.Values.Sum(history => history.Runs.Count));
        var run = Assert.Single(snapshot.ByJob.Values.SelectMany(history => history.Runs), run => run.Id == 900_000);
        Assert.Equal(RunOutcome.Success, run.Outcome);
        Assert.Equal(column == "duration" ? null : TimeSpan.FromSeconds(1), run.Duration);
    }

    [Fact]
    public async Task Socorros_durations_that_are_no_length_are_none()
    {
        await using var database = await Observing.NewAsync("socorro-cron-incident", Flavour.Socorro);
        await database.ExecuteAsync("insert into cron_log (app_name, log_time, duration, success) values ('odd', now(), 'NaN', now()), ('odd', now(), 'Infinity', now()), ('odd', now(), -1, now()), ('odd', now(), 1e-5, now())");

        Assert.Equal([TimeSpan.FromMicroseconds(10), null, null, null], (await ReadAsync(database)).Of("odd").Runs.Select(run => run.Duration));
    }

    private async Task<RunsSnapshot> ReadAsync(Observing database, SourceChange change = SourceChange.Everything)
    {
        await monitor.ReadAsync(database.Source, change, TestContext.Current.CancellationToken);
        return feeds.Of(database.Name).Newest;
    }

    private static async Task<long[]> IdsAsync(Observing database, string job, int most) =>
        await database.ScalarAsync<long[]>($"select array_agg(id) from (select id::bigint from crontabber_log where app_name = '{job}' order by id desc limit {most}) x");
}
