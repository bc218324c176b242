using Dashboard.Core.Database.Embedded;
using Dashboard.Core.Retries.Executor;
using Dashboard.Core.Runner;
using Dashboard.Core.Runner.Jobs;
using Dashboard.Core.Runner.Samples;
using Dashboard.Core.Schedules;
using Dashboard.Kit;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Dashboard.Core.Tests.Runner.Samples;

/// <summary>The sample's own jobs in a real database: what the first minutes of a first start do.</summary>
public sealed class LivingSampleTests : IAsyncLifetime
{
    private readonly DirectoryInfo root = Directory.CreateTempSubdirectory("living-sample-");
    private NpgsqlDataSource data = null!;
    private SampleSite site = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private DataFolder Folder => new(root.FullName);

    public async ValueTask InitializeAsync()
    {
        data = NpgsqlDataSource.Create(await (await TestPostgres.SharedAsync()).NewDatabaseAsync());
        site = SampleSite.Start(TimeProvider.System);
        await SampleSource.LoadAsync(data.ConnectionString, Stop);
        await SampleSource.WriteAsync(Folder, site.Url, Stop);
    }

    public async ValueTask DisposeAsync()
    {
        await site.DisposeAsync();
        await data.DisposeAsync();
        root.Delete(recursive: true);
    }

    [Fact]
    public async Task The_first_tick_runs_every_kind_of_job_on_real_tables_and_makes_up_for_three_hours_slot_by_slot()
    {
        var report = await RunAsync();

        Assert.All(report.Turns, turn => Assert.True(turn.Outcome is TurnOutcome.Succeeded or TurnOutcome.NotDue, $"{turn.Job}: {turn.Outcome} {turn.Because}"));
        Assert.Equal(["18 18 18"], await TextsAsync("select concat_ws(' ', count(*), count(distinct success), 1 + extract(epoch from max(success) - min(success))::int / 600) from crontabber_log where app_name = 'reports-clean'"));
        Assert.Equal(["18 1"], await TextsAsync("select concat_ws(' ', count(*), max(times)) from reports.cleaned_slot"));
        Assert.Equal(
            ["true true true true true"],
            await TextsAsync("""
                select concat_ws(' ', (count(*) > 900)::text, ((select count(*) from reports.clean) > 900)::text, ((select count(*) from reports.top_crash) > 100)::text,
                                 ((select count(*) from reports.active_users) = 16)::text, ((select count(*) from reports.product_version) > 10)::text)
                  from reports.report
                """));
        Assert.Equal(["999990.00 10.00"], await TextsAsync("select string_agg(balance::text, ' ' order by name desc) from account"));
    }

    [Fact]
    public async Task Its_own_log_forgets_what_is_two_weeks_old()
    {
        await using var insert = data.CreateCommand("insert into crontabber_log (app_name, log_time) select 'job', now() - make_interval(days => days) from unnest(array[1, 13, 15, 400]) days");
        await insert.ExecuteNonQueryAsync(Stop);

        Assert.Equal(2, await SampleSource.TrimAsync(data, Stop));
        Assert.Equal(["2"], await TextsAsync("select count(*)::text from crontabber_log where app_name = 'job'"));
    }

    [Fact]
    public async Task While_its_server_is_down_one_job_fails_and_the_others_do_not_mind_and_it_heals_when_the_server_is_back()
    {
        site.Away = true;
        var down = await RunAsync();
        var failed = Assert.Single(down.Turns, turn => turn.Outcome == TurnOutcome.Failed);
        Assert.Equal("bugzilla-associations", failed.Job);
        Assert.Contains("HTTP 503 Service Unavailable", failed.Because, StringComparison.Ordinal);
        Assert.Contains("down for maintenance", failed.Because, StringComparison.Ordinal);

        site.Away = false;
        await using (var due = data.CreateCommand("update crontabber set next_run = now() - interval '1 second' where app_name = 'bugzilla-associations'"))
        {
            await due.ExecuteNonQueryAsync(Stop);
        }

        await RunAsync();
        Assert.Equal(["0 {}"], await TextsAsync("select concat_ws(' ', error_count, last_error) from crontabber where app_name = 'bugzilla-associations'"));
    }

    [Fact]
    public async Task Loaded_again_it_keeps_what_it_has_and_says_the_same_to_the_dashboard_as_to_the_runner()
    {
        await RunAsync();
        var before = await TextsAsync("select concat_ws(' ', app_name, next_run, last_success) from crontabber order by 1");
        await SampleSource.LoadAsync(data.ConnectionString, Stop);
        await SampleSource.WriteAsync(Folder, site.Url, Stop);
        Assert.Equal(before, await TextsAsync("select concat_ws(' ', app_name, next_run, last_success) from crontabber order by 1"));

        var files = new ScheduleReading(ScheduleFile.Read(SampleSource.JobsFile(Folder)), ScheduleFile.ReadMapping(SampleSource.MappingFile(Folder)));
        var book = new ScheduleFold().Next(
            ScheduleBook.Empty("sample"), files, Dashboard.Core.Jobs.JobsSnapshot.Empty("sample"), Dashboard.Core.Runs.RunsSnapshot.Empty("sample"), Dashboard.Core.Sources.Flavour.Crontabber);
        using var services = Services();
        var run = Read(services).Jobs;
        Assert.Empty(files.Faults);
        Assert.Equal(
            run.Select(job => $"{job.Definition.Name} {job.Definition.Schedule} {string.Join(',', job.Definition.DependsOn)}"),
            book.Jobs.Select(job => $"{job.Name} {job.Schedule} {string.Join(',', job.DependsOn)}"));
    }

    [Fact]
    public async Task The_proxy_cuts_who_is_there_and_turns_away_who_comes_until_it_is_back()
    {
        await using var proxy = SampleProxy.Before(new NpgsqlConnectionStringBuilder(data.ConnectionString).Port);
        await using var through = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(data.ConnectionString) { Port = proxy.Port }.ConnectionString);
        await using var open = await through.OpenConnectionAsync(Stop);

        proxy.Away = true;
        await using var cut = new NpgsqlCommand("select 1", open);
        var dropped = await Assert.ThrowsAnyAsync<NpgsqlException>(() => cut.ExecuteScalarAsync(Stop));
        var refused = await Assert.ThrowsAnyAsync<NpgsqlException>(async () => await through.OpenConnectionAsync(Stop));
        Assert.All([dropped, refused], cause => Assert.Equal(TroubleKind.Operational, PostgresTrouble.Of(cause, AttemptPhase.Opening, lost: true).Kind));

        proxy.Away = false;
        await using var back = through.CreateCommand("select 1");
        Assert.Equal(1, await back.ExecuteScalarAsync(Stop));
    }

    private async Task<TickReport> RunAsync()
    {
        using var services = Services();
        var read = Read(services);
        Assert.Empty(read.Faults);
        Assert.Equal(16, read.Jobs.Count);
        var table = (await StateTables.FindAsync(data, create: false, Stop))!;
        return await new RunnerTick(table, read.Jobs, new RunnerOptions { Settings = read.Settings }, TimeProvider.System).RunAsync(Stop);
    }

    private RunnerJobs Read(IServiceProvider services) =>
        RunnerJobs.Read(SampleSource.JobsFile(Folder), services.GetRequiredService<JobClasses>(), services, ScheduleFile.ReadMapping(SampleSource.MappingFile(Folder)));

    private ServiceProvider Services() => new ServiceCollection().AddSingleton(TimeProvider.System).AddRunnerJobs(JobClasses.OfThisProgram(), _ => data).BuildServiceProvider();

    private async Task<IReadOnlyList<string>> TextsAsync(string sql)
    {
        await using var command = data.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(Stop);
        var texts = new List<string>();
        while (await reader.ReadAsync(Stop))
        {
            texts.Add(reader.GetString(0));
        }

        return texts;
    }
}
