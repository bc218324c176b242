using Dashboard.Kit;
using Npgsql;

namespace Dashboard.Benchmarks;

/// <summary>Databases as crontabber makes them, of any size.</summary>
internal static class SampleData
{
    // As after a failed run: every row has a message, which the writer then changes.
    private const string JobsSql = """
        insert into crontabber (app_name, next_run, first_run, last_run, last_success, ongoing, error_count, depends_on, last_error)
        select 'bench-job-' || to_char(n, 'FM0000'), now() + interval '5 minutes', now() - interval '30 days', now() - interval '1 minute', now() - interval '2 hours',
               null, 1, '{}', '{"type": "<class ''ValueError''>", "value": "seq-0-", "traceback": "  File \"/app/job.py\", line 1, in run\n    fail()\n"}'
          from generate_series(1, @jobs) as n
        """;

    // One run of each job after the other, the newest a moment ago; every ninth failed.
    private const string RunsSql = """
        insert into crontabber_log (app_name, log_time, duration, success, exc_type, exc_value, exc_traceback)
        select 'bench-job-' || to_char(1 + n % @jobs, 'FM0000'), now() - make_interval(secs => (@runs - n) * 0.5), make_interval(secs => 1 + n % 7),
               case when n % 9 = 0 then null else now() - make_interval(secs => (@runs - n) * 0.5 + 1) end,
               case when n % 9 = 0 then '<class ''ValueError''>' end, case when n % 9 = 0 then 'ValueError(''seq'')' end,
               case when n % 9 = 0 then '  File "/app/job.py", line 1, in run' end
          from generate_series(1::bigint, @runs) as n
        """;

    /// <summary>A new database with so many jobs and runs.</summary>
    /// <returns>Its connection string.</returns>
    public static async Task<string> NewAsync(TestPostgres postgres, int jobs, long runs)
    {
        var connectionString = await postgres.NewDatabaseAsync();
        await ExecuteAsync(connectionString, await TestPostgres.CapturedSqlAsync("crontabber-schema.sql"));
        await ExecuteAsync(connectionString, JobsSql, ("jobs", jobs));
        await ExecuteAsync(connectionString, RunsSql, ("jobs", jobs), ("runs", runs));
        await ExecuteAsync(connectionString, "analyze");
        return connectionString;
    }

    /// <summary>Runs SQL that may take long.</summary>
    public static async Task ExecuteAsync(string connectionString, string sql, params (string Name, object Value)[] parameters)
    {
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 1200 };
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value);
        }

        await command.ExecuteNonQueryAsync();
    }
}
