using System.Globalization;
using Dashboard.Core.Sources;
using Dashboard.Kit;
using Npgsql;
using static Dashboard.Core.Tests.Sources.SourceWatchTests;

namespace Dashboard.Core.Tests.Sources;

/// <summary>Installing and taking away what the faster modes need; before all, the scheduler's own writing must go on working.</summary>
public sealed class InstallTests
{
    public static TheoryData<string, InstallWish> Installations { get; } = new()
    {
        { "crontabber-incident", InstallWish.Notify },
        { "crontabber-incident", InstallWish.Logical },
        { "socorro-cron-incident", InstallWish.Notify },
        { "socorro-cron-incident", InstallWish.Logical },
    };

    [Theory]
    [MemberData(nameof(Installations))]
    public async Task The_scheduler_can_write_before_and_after_every_single_statement_and_nothing_is_left_in_the_end(string fixture, InstallWish wish)
    {
        var database = await (await TestPostgres.SharedAsync()).NewDatabaseAsync(fixture);
        var before = await CatalogueAsync(database);
        await AsTheSchedulerAsync(database);
        foreach (var each in (InstallWish[])[wish, InstallWish.NoCapture])
        {
            var plan = await Installer(database).PlanAsync(each, TestContext.Current.CancellationToken);
            Assert.Empty(plan.Obstacles);
            Assert.NotEmpty(plan.Steps);
            foreach (var step in plan.Steps)
            {
                await ExecuteAsync(database, step.Sql);
                await AsTheSchedulerAsync(database);
            }

            Assert.Empty((await Installer(database).PlanAsync(each, TestContext.Current.CancellationToken)).Steps);
        }

        Assert.Equal(before, await CatalogueAsync(database));
    }

    [Theory]
    [MemberData(nameof(Installations))]
    public async Task After_a_crash_between_any_two_statements_the_scheduler_writes_and_installing_or_uninstalling_again_finishes(string fixture, InstallWish wish)
    {
        var postgres = await TestPostgres.SharedAsync();
        var steps = (await Installer(await postgres.NewDatabaseAsync(fixture)).PlanAsync(wish, TestContext.Current.CancellationToken)).Steps;
        for (var survived = 0; survived <= steps.Count; survived++)
        {
            var database = await postgres.NewDatabaseAsync(fixture);
            var before = await CatalogueAsync(database);
            foreach (var step in steps.Take(survived))
            {
                await ExecuteAsync(database, step.Sql);
            }

            await InstallAsync(database, wish);
            await AsTheSchedulerAsync(database);

            var away = (await Installer(database).PlanAsync(InstallWish.NoCapture, TestContext.Current.CancellationToken)).Steps;
            await ExecuteAsync(database, away[0].Sql);
            await AsTheSchedulerAsync(database);
            await InstallAsync(database, InstallWish.NoCapture);
            await InstallAsync(database, InstallWish.NoCapture);
            await AsTheSchedulerAsync(database);
            Assert.Equal(before, await CatalogueAsync(database));
        }
    }

    [Fact]
    public async Task Without_the_replica_identity_the_publication_would_have_broken_the_scheduler_and_the_banner_says_so()
    {
        var database = await CaptureTests.NewDatabaseAsync();
        await ExecuteAsync(database, "create publication naive for table crontabber");
        var broken = await Assert.ThrowsAsync<PostgresException>(() => AsTheSchedulerAsync(database));
        Assert.Equal("55000", broken.SqlState);

        await using var bench = await WatchBench.LiveAsync(database);
        Assert.Contains(bench.Status.Capabilities!.Notices, notice => notice.StartsWith("Publication naive covers public.crontabber", StringComparison.Ordinal));
        Assert.StartsWith("Nothing was done", await Installer(database).RunAsync(InstallWish.Logical, _ => { }, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Uninstalling_keeps_the_replica_identity_that_somebody_elses_publication_needs()
    {
        var database = await CaptureTests.NewDatabaseAsync();
        await InstallAsync(database, InstallWish.Logical);
        await ExecuteAsync(database, "create publication warehouse for table crontabber");

        await InstallAsync(database, InstallWish.NoCapture);

        await AsTheSchedulerAsync(database);
        Assert.Equal("i", await CaptureTests.ScalarAsync(database, "select relreplident::text from pg_class where relname = 'crontabber'"));
    }

    [Fact]
    public async Task A_role_that_owns_nothing_is_told_so_and_nothing_runs()
    {
        var database = await CaptureTests.NewDatabaseAsync();
        await RoleAsync(database, "reader_install", "grant select on crontabber, crontabber_log to reader_install");
        var before = await CatalogueAsync(database);
        var told = new List<InstallStep>();

        var answer = await Installer(database + ";Username=reader_install").RunAsync(InstallWish.Logical, told.Add, TestContext.Current.CancellationToken);

        Assert.Contains("does not own public.crontabber", answer, StringComparison.Ordinal);
        Assert.Empty(told);
        Assert.Equal(before, await CatalogueAsync(database));
    }

    [Fact]
    public async Task The_index_is_built_even_over_an_invalid_leftover_and_only_ours_is_taken_away()
    {
        var database = await CaptureTests.NewDatabaseAsync();
        var before = await CatalogueAsync(database);
        await ExecuteAsync(database, "create index dashboard_crontabber_log_by_job on crontabber_log (app_name, id desc)");
        await ExecuteAsync(database, "update pg_index set indisvalid = false where indexrelid = 'dashboard_crontabber_log_by_job'::regclass");

        await InstallAsync(database, InstallWish.Indexes);

        Assert.Equal(true, await CaptureTests.ScalarAsync(database, "select indisvalid from pg_index where indexrelid = 'dashboard_crontabber_log_by_job'::regclass"));
        await using (var bench = await WatchBench.LiveAsync(database))
        {
            Assert.True(bench.Status.Capabilities!.LogIndexedByJob);
        }

        await InstallAsync(database, InstallWish.NoIndexes);
        await InstallAsync(database, InstallWish.NoIndexes);
        Assert.Equal(before, await CatalogueAsync(database));
    }

    internal static SourceInstaller Installer(string database) => new(new Source("test", database, "test"), TimeProvider.System);

    internal static async Task InstallAsync(string database, InstallWish wish) =>
        Assert.Null(await Installer(database).RunAsync(wish, _ => { }, TestContext.Current.CancellationToken));

    internal static async Task RoleAsync(string database, string role, string grants)
    {
        await ExecuteAsync(database, $"do $$ begin create role {role} login; exception when duplicate_object then null; end $$");
        await ExecuteAsync(database, grants);
    }

    /// <summary>Everything in the database that watching and installing might leave behind.</summary>
    internal static async Task<string> CatalogueAsync(string database) => (string)(await CaptureTests.ScalarAsync(database, """
        select concat_ws(E'\n',
               (select string_agg(concat_ws(' ', relname, relkind, relreplident), ';' order by oid::regclass::text) from pg_class where relnamespace::regnamespace::text not like 'pg_%'),
               (select string_agg(tgname, ';' order by tgname) from pg_trigger where not tgisinternal),
               (select string_agg(proname, ';' order by proname) from pg_proc where pronamespace::regnamespace::text not in ('pg_catalog', 'information_schema')),
               (select string_agg(pubname, ';' order by pubname) from pg_publication),
               (select string_agg(nspname, ';' order by nspname) from pg_namespace where nspname not like 'pg_t%'),
               (select count(*) from pg_replication_slots where database = current_database() and not temporary))
        """))!;

    // What crontabber does to a job, committed: lock, update, a line in the log; a new job, and one reset; the log trimmed.
    private static async Task AsTheSchedulerAsync(string database)
    {
        var socorro = await CaptureTests.ScalarAsync(database, "select to_regclass('cron_job') is not null") is true;
        var (state, log) = socorro ? ("cron_job", "cron_log") : ("crontabber", "crontabber_log");
        await ExecuteAsync(database, string.Create(CultureInfo.InvariantCulture, $"""
            begin;
            select ongoing from {state} where app_name = (select min(app_name) from {state}) for update nowait;
            update {state} set ongoing = now(), next_run = now() where app_name = (select min(app_name) from {state});
            insert into {log} (app_name, log_time, duration, success) values ('a job', now(), {(socorro ? "0.5" : "'0.5 seconds'")}, now());
            commit;
            insert into {state} (app_name, next_run, error_count, depends_on, last_error) values ('a new job', now(), 0, {(socorro ? "''" : "'{}'")}, '{"{}"}');
            delete from {state} where app_name = 'a new job';
            delete from {log} where app_name = 'a job'
            """));
    }
}
