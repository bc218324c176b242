using Dashboard.Core.Backfill;
using Dashboard.Core.Runs;
using Dashboard.Core.Verdicts;

namespace Dashboard.Browser.Tests;

/// <summary>A scheduler with one backfill job, <c>reports</c>, that lacks three days in the middle of its history, and plain jobs beside it.</summary>
internal static class HoleDashboard
{
    /// <summary>The job.</summary>
    public const string Job = "reports";

    /// <summary>The days that are missing, counted back from the last one.</summary>
    private static readonly int[] Missing = [3, 4, 5];

    /// <summary>Starts one.</summary>
    /// <param name="folder">Where the scheduler's configuration is written.</param>
    /// <param name="plain">So many plain jobs, <c>plain-00</c> and on.</param>
    public static async Task<RunningDashboard> StartAsync(DirectoryInfo folder, int plain = 3)
    {
        var stop = TestContext.Current.CancellationToken;
        var database = await (await TestPostgres.SharedAsync()).NewDatabaseAsync();
        var names = Enumerable.Range(0, plain).Select(one => $"plain-{one:00}").ToList();
        var (jobs, mapping) = (Path.Combine(folder.FullName, "jobs.ini"), Path.Combine(folder.FullName, "mapping.json"));
        await File.WriteAllTextAsync(jobs, $"[crontabber]\njobs='''\nlab.Reports|1d\n{string.Concat(names.Select(name => $"lab.{ClassOf(name)}|1h\n"))}'''\n", stop);
        await File.WriteAllTextAsync(
            mapping,
            $$"""{"lab.Reports": {"app_name": "{{Job}}", "backfill": true}{{string.Concat(names.Select(name => $", \"lab.{ClassOf(name)}\": {{\"app_name\": \"{name}\"}}"))}}}""",
            stop);
        await using (var source = Npgsql.NpgsqlDataSource.Create(database))
        {
            await using var schema = source.CreateCommand(await TestPostgres.CapturedSqlAsync("crontabber-schema.sql"));
            await schema.ExecuteNonQueryAsync(stop);
            await using var rows = source.CreateCommand(
                $$"""
                insert into crontabber_log (app_name, duration, success, log_time)
                select '{{Job}}', interval '40 seconds', slot, slot + interval '1 minute'
                  from (select date_trunc('minute', now()) - interval '2 hours' - day * interval '1 day' as slot from generate_series(13, 0, -1) day where day <> all(array[{{string.Join(", ", Missing)}}])) done
                 order by slot;
                insert into crontabber values
                ('{{Job}}', date_trunc('minute', now()) + interval '22 hours', date_trunc('minute', now()) - interval '13 days 2 hours', date_trunc('minute', now()) - interval '2 hours', date_trunc('minute', now()) - interval '2 hours', null, 0, '{}', '{}');
                insert into crontabber
                select 'plain-' || lpad(one::text, 2, '0'), now() + interval '30 minutes', now() - interval '9 days', now() - interval '30 minutes', now() - interval '30 minutes', null, 0, '{}', '{}'
                  from generate_series(0, {{plain - 1}}) one
                """);
            await rows.ExecuteNonQueryAsync(stop);
        }

        var dashboard = await RunningDashboard.StartAsync([new TestSource("demo", database, "poll", jobs, mapping)]);
        await dashboard.UntilAsync<StandingsSnapshot>("demo", standings => standings.Jobs.Count == plain + 1);
        await dashboard.UntilAsync<RunsSnapshot>("demo", runs => runs.Of(Job).Runs.Count > 0);
        await dashboard.UntilAsync<BacklogSnapshot>("demo", backlogs => backlogs.AsOf is not null);
        return dashboard;
    }

    private static string ClassOf(string name) => name.Replace("plain-", "Plain", StringComparison.Ordinal);

    /// <summary>A run of a slot ended well: its line in the log, while the job's row stays locked.</summary>
    public static Task SlotAsync(this RunningDashboard dashboard, DateTimeOffset slot) => dashboard.ExecuteAsync(
        $"insert into crontabber_log (app_name, duration, success) values ('{Job}', interval '40 seconds', '{slot:O}')");

    /// <summary>The whole run ended: the row says so.</summary>
    public static Task EndAsync(this RunningDashboard dashboard, DateTimeOffset last) => dashboard.ExecuteAsync(
        $"update crontabber set ongoing = null, last_success = '{last:O}', last_run = now(), next_run = now() + interval '1 day', error_count = 0, last_error = '{{}}' where app_name = '{Job}'");
}
