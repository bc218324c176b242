using Dashboard.Core.Database;
using Dashboard.Core.Jobs;
using Dashboard.Core.Retries.Executor;
using Dashboard.Core.Runs;
using Npgsql;

namespace Dashboard.Core.Failures;

/// <summary>How many failures of a group a job had in a part of the last seven days.</summary>
internal sealed record FailureCount(string Fingerprint, string Job, int Step, int Count, int LastHour, int LastDay, DateTimeOffset LastSeen);

/// <summary>How many runs in a row failed alike.</summary>
internal sealed record FailureStreak(string Job, string Fingerprint, int Runs, DateTimeOffset? Since);

/// <summary>Reads the groups of failures: <c>dashboard.failure_group</c> and the failures of the last days in <c>run_record</c>, each by an index.</summary>
internal sealed class FailureQueries(OwnDatabase database, RunRecordStore store)
{
    internal const string GroupsSql = """
        select fingerprint, type, pattern, place, class, code, because, first_seen, last_seen, sample_id, sample_job, sample_value, sample_traceback
          from dashboard.failure_group
         where source = @source
         order by last_seen desc, fingerprint
         limit @most
        """;

    internal const string OneSql = """
        select fingerprint, type, pattern, place, class, code, because, first_seen, last_seen, sample_id, sample_job, sample_value, sample_traceback
          from dashboard.failure_group
         where source = @source and fingerprint = any (@fingerprints)
        """;

    // No more than what the index holds is touched.
    internal const string CountsSql = """
        select fingerprint, job, floor(extract(epoch from log_time - @week) / @step)::int as step, count(*)::int,
               count(*) filter (where log_time > @hour)::int, count(*) filter (where log_time > @day)::int, max(log_time)
          from dashboard.run_record
         where source = @source and fingerprint is not null and log_time > @week and log_time <= @now and fingerprint = any (@fingerprints)
         group by fingerprint, job, step
         order by fingerprint, job, step
         limit 200000
        """;

    internal const string StreaksSql = """
        select failing.job, failing.fingerprint, streak.runs::int, streak.since
          from unnest(@jobs, @fingerprints) failing (job, fingerprint)
         cross join lateral (select count(*) as runs, min(alike.log_time) as since
                               from dashboard.run_record alike
                              where alike.source = @source and alike.job = failing.job and alike.fingerprint = failing.fingerprint
                                and alike.log_time > coalesce((select other.log_time
                                                                 from dashboard.run_record other
                                                                where other.source = @source and other.job = failing.job and other.fingerprint is distinct from failing.fingerprint
                                                                order by other.log_time desc, other.id desc
                                                                limit 1), '-infinity')) streak
        """;

    /// <summary>What the records say of the failures seen latest and of what fails now, in one go.</summary>
    /// <param name="source">Of which source.</param>
    /// <param name="failing">What fails now: each job, and what with.</param>
    /// <param name="most">Groups at most, besides those of what fails now.</param>
    /// <param name="now">Up to which moment is counted.</param>
    /// <param name="paused">Told of each failure that is waited after.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<RecordedFailures> RecordedAsync(
        string source, IReadOnlyList<(string Job, string Fingerprint)> failing, int most, DateTimeOffset now, Action<RetryPause>? paused, CancellationToken cancellationToken) =>
        await database.Patient.Statements.RunAsync(
            async ValueTask<RecordedFailures> (connection, _, token) =>
            {
                // Within the run: it too waits while the records are away.
                var id = await store.SourceAsync(connection, source, token);
                var groups = await GroupsAsync(connection, GroupsSql, id, new NpgsqlParameter<int>("most", most), token);

                // What a job fails with now is shown however long ago it was last written.
                var missing = failing.Select(job => job.Fingerprint).Except(groups.Select(group => group.Print.Id), StringComparer.Ordinal).ToArray();
                if (missing.Length > 0)
                {
                    groups = [.. groups, .. await GroupsAsync(connection, OneSql, id, new NpgsqlParameter<string[]>("fingerprints", missing), token)];
                }

                var ids = groups.Select(group => group.Print.Id).ToArray();
                var counts = ids.Length == 0 ? [] : await CountsAsync(connection, id, ids, now, token);
                return new RecordedFailures(groups, counts, await StreaksAsync(connection, id, failing, token), now);
            },
            0,
            paused,
            cancellationToken);

    internal static async Task<IReadOnlyList<FailureCount>> CountsAsync(NpgsqlConnection connection, int source, string[] ids, DateTimeOffset now, CancellationToken cancellationToken)
    {
        now = now.ToUniversalTime();
        await using var command = Command(connection, CountsSql, source);
        command.Parameters.AddRange(new NpgsqlParameter[]
        {
            new NpgsqlParameter<string[]>("fingerprints", ids), new NpgsqlParameter<DateTimeOffset>("now", now), new NpgsqlParameter<DateTimeOffset>("hour", now.AddHours(-1)),
            new NpgsqlParameter<DateTimeOffset>("day", now.AddDays(-1)), new NpgsqlParameter<DateTimeOffset>("week", now.AddDays(-7)), new NpgsqlParameter<double>("step", FailureGroup.TrendStep.TotalSeconds),
        });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var counts = new List<FailureCount>();
        while (await row.ReadAsync(cancellationToken))
        {
            counts.Add(new FailureCount(row.GetString(0), row.GetString(1), Math.Clamp(row.GetInt32(2), 0, FailureGroup.TrendSteps - 1), row.GetInt32(3), row.GetInt32(4), row.GetInt32(5), row.GetFieldValue<DateTimeOffset>(6)));
        }

        return counts;
    }

    // For how many runs some jobs have been failing alike.
    internal static async Task<IReadOnlyList<FailureStreak>> StreaksAsync(
        NpgsqlConnection connection, int source, IReadOnlyList<(string Job, string Fingerprint)> failing, CancellationToken cancellationToken)
    {
        if (failing.Count == 0)
        {
            return [];
        }

        await using var command = Command(connection, StreaksSql, source);
        command.Parameters.AddRange(new NpgsqlParameter[]
        {
            new NpgsqlParameter<string[]>("jobs", [.. failing.Select(job => RecordName.Of(job.Job))]), new NpgsqlParameter<string[]>("fingerprints", [.. failing.Select(job => job.Fingerprint)]),
        });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var streaks = new List<FailureStreak>();
        while (await row.ReadAsync(cancellationToken))
        {
            streaks.Add(new FailureStreak(row.GetString(0), row.GetString(1), row.GetInt32(2), row.IsDBNull(3) ? null : row.GetFieldValue<DateTimeOffset>(3)));
        }

        return streaks;
    }

    internal static async Task<IReadOnlyList<FailureGroup>> GroupsAsync(NpgsqlConnection connection, string sql, int source, NpgsqlParameter which, CancellationToken cancellationToken)
    {
        await using var command = Command(connection, sql, source);
        command.Parameters.Add(which);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var groups = new List<FailureGroup>();
        while (await row.ReadAsync(cancellationToken))
        {
            groups.Add(new FailureGroup
            {
                Print = new Fingerprint(row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3)),
                Kind = new FailureKind(Enum.TryParse<FailureClass>(row.GetString(4), out var known) ? known : FailureClass.Unknown, row.IsDBNull(5) ? null : row.GetString(5), row.GetString(6)),
                FirstSeen = row.GetFieldValue<DateTimeOffset>(7),
                LastSeen = row.GetFieldValue<DateTimeOffset>(8),
                Sample = new FailureSample(row.GetInt64(9), row.GetString(10), new JobError(row.GetString(1), row.GetString(11), row.GetString(12))),
            });
        }

        return groups;
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, int source) =>
        new(sql, connection) { CommandTimeout = 5, Parameters = { new NpgsqlParameter<int>("source", source) } };
}
