using Dashboard.Core.Database;
using Dashboard.Core.Runner;
using Dashboard.Core.Runs;
using Dashboard.Kit;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Dashboard.Core.Tests.Runner;

public sealed class RunnerRetentionTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Old_notes_of_slots_and_owners_silent_for_a_week_go_and_nothing_else_does()
    {
        await using var own = new OwnDatabase(await (await TestPostgres.SharedAsync()).NewDatabaseAsync());
        await own.MigrateAsync(Stop);
        await ExecuteAsync(own, """
            insert into dashboard.run_slot (source, app_name, run_id, slot, outcome, started_at, noted_at, because)
            select 'default', 'job-' || days, 'run', null, 'failed', now(), now() - make_interval(days => days), '' from unnest(array[0, 29, 31]) days;
            insert into dashboard.runner_lock (id, source, app_name, ongoing, host, boot_id, process, started, heard_at)
            select gen_random_uuid(), 'default', 'job-' || days, now(), 'h', 'b', 1, 1, now() - make_interval(days => days) from unnest(array[0, 6, 8]) days
            """);
        using var retention = new RunnerRetention(own, Options.Create(new RunOptions { KeepDays = 30 }), TimeProvider.System, NullLogger<RunnerRetention>.Instance);

        await retention.OnceAsync(Stop);

        await using var left = own.Source.CreateCommand("""
            select (select string_agg(app_name, ' ' order by app_name) from dashboard.run_slot) || ', ' || (select string_agg(app_name, ' ' order by app_name) from dashboard.runner_lock)
            """);
        Assert.Equal("job-0 job-29, job-0 job-6", await left.ExecuteScalarAsync(Stop));
    }

    private static async Task ExecuteAsync(OwnDatabase own, string sql)
    {
        await using NpgsqlCommand command = own.Source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Stop);
    }
}
