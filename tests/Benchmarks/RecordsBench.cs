using System.Diagnostics;
using Dashboard.Core.Database;
using Dashboard.Core.Failures;
using Dashboard.Core.Runs;
using Dashboard.Kit;
using Npgsql;

namespace Dashboard.Benchmarks;

/// <summary>P5 for the records of runs: every question over millions of rows, and what PostgreSQL itself counted of sequential scans meanwhile.</summary>
internal static class RecordsBench
{
    private const int Samples = 200;
    private static readonly DateTimeOffset First = new(2013, 9, 5, 0, 0, 0, TimeSpan.Zero);

    public static async Task RunAsync(Report report, bool quick)
    {
        var rows = quick ? 1_000_000 : 10_000_000;
        await using var own = new OwnDatabase(await (await TestPostgres.SharedAsync()).NewDatabaseAsync());
        await own.MigrateAsync(CancellationToken.None);
        await FillAsync(own, rows);
        var store = new RunRecordStore(own);
        var records = new RunRecords(own, store);
        await using var connection = await own.Source.OpenConnectionAsync();
        var random = new Random(42);
        var last = First.AddYears(1);
        var before = await ScansAsync(own);

        await MeasureAsync(report, rows, "runs-of-a-job-in-a-month", () =>
        {
            var from = First.AddDays(random.Next(330));
            return records.EndedAsync("bench", $"job-{random.Next(200)}", from, from.AddDays(30), 1_000, CancellationToken.None);
        });
        await MeasureAsync(report, rows, "successes-by-slot", () =>
        {
            var from = First.AddDays(random.Next(330));
            return records.SucceededAsync("bench", $"job-{random.Next(200)}", from, from.AddDays(30), 1_000, CancellationToken.None);
        });
        IReadOnlyList<FailureGroup> groups = [];
        await MeasureAsync(report, rows, "failure-groups", async () => groups = await FailureQueries.GroupsAsync(connection, FailureQueries.GroupsSql, await store.SourceAsync("bench", CancellationToken.None), new NpgsqlParameter<int>("most", FailuresSnapshot.MostGroups), CancellationToken.None));
        var ids = groups.Select(group => group.Print.Id).ToArray();
        await MeasureAsync(report, rows, "failures-of-seven-days", async () => await FailureQueries.CountsAsync(connection, await store.SourceAsync("bench", CancellationToken.None), ids, last, CancellationToken.None), samples: 40);
        await MeasureAsync(report, rows, "streaks-of-twenty-jobs", async () => await FailureQueries.StreaksAsync(connection, await store.SourceAsync("bench", CancellationToken.None), [.. Enumerable.Range(0, 20).Select(i => ($"job-{i}", ids[i % ids.Length]))], CancellationToken.None));
        report.Add(new Figure("P5", "sequential-scans-of-the-records", await ScansAsync(own) - before, "scans", AtMost: 0));
    }

    private static async Task MeasureAsync<T>(Report report, int rows, string name, Func<Task<T>> ask, int samples = Samples)
    {
        await ask();
        var took = new List<double>(samples);
        for (var sample = 0; sample < samples; sample++)
        {
            var began = Stopwatch.GetTimestamp();
            await ask();
            took.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }

        took.Sort();
        report.Add(new Figure("P5", $"{name}-of-{rows / 1_000_000}M-p95", took[(int)(samples * 0.95) - 1], "ms", AtMost: 200));
    }

    private static async Task FillAsync(OwnDatabase own, int rows)
    {
        await using var command = own.Source.CreateCommand($"""
            insert into dashboard.run_source (name) values ('bench');
            insert into dashboard.run_record (source, log_time, id, outcome, job, duration, success, fingerprint)
            select 1, at, i, failed::int, 'job-' || i % 200, 1500000, case when not failed then at end, case when failed then '1-' || lpad(to_hex(i % 977), 16, '0') end
              from (select i, '2013-09-05'::timestamptz + i * interval '1 year' / {rows} as at, i % 25 = 0 as failed from generate_series(1, {rows}) i) run;
            insert into dashboard.failure_group
            select 1, '1-' || lpad(to_hex(i), 16, '0'), 'ValueError', 'kind ' || i, '', 'Data', null, 'a bench', '2013-09-05', '2014-09-05', i, 'job-1', 'kind ' || i, '' from generate_series(0, 99999) i;
            """);
        command.CommandTimeout = 1_800;
        await command.ExecuteNonQueryAsync();
        await using var vacuum = own.Source.CreateCommand("vacuum (analyze) dashboard.run_record");
        vacuum.CommandTimeout = 1_800;
        await vacuum.ExecuteNonQueryAsync();
        await using var groups = own.Source.CreateCommand("vacuum (analyze) dashboard.failure_group");
        await groups.ExecuteNonQueryAsync();
    }

    private static async Task<long> ScansAsync(OwnDatabase own)
    {
        await using var connection = await own.Source.OpenConnectionAsync();
        await using (var flush = new NpgsqlCommand("select pg_stat_force_next_flush()", connection))
        {
            await flush.ExecuteNonQueryAsync();
        }

        await using var command = new NpgsqlCommand("select coalesce(sum(pg_stat_get_numscans(oid)), 0)::bigint from pg_class where oid in ('dashboard.run_record'::regclass, 'dashboard.failure_group'::regclass)", connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
