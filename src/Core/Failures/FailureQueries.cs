using Dashboard.Core.Database;
using Dashboard.Core.Jobs;
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

    /// <summary>The groups seen latest, at most so many.</summary>
    public Task<IReadOnlyList<FailureGroup>> GroupsAsync(string source, int most, CancellationToken cancellationToken) =>
        GroupsAsync(GroupsSql, source, new NpgsqlParameter<int>("most", most), cancellationToken);

    /// <summary>The groups of these ids that are known.</summary>
    public Task<IReadOnlyList<FailureGroup>> GroupsAsync(string source, string[] ids, CancellationToken cancellationToken) =>
        GroupsAsync(OneSql, source, new NpgsqlParameter<string[]>("fingerprints", ids), cancellationToken);

    /// <summary>The failures of some groups in the seven days up to a moment.</summary>
    public async Task<IReadOnlyList<FailureCount>> CountsAsync(string source, string[] ids, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = await CommandAsync(CountsSql, source, cancellationToken);
        now = now.ToUniversalTime();
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

    /// <summary>For how many runs some jobs have been failing alike.</summary>
    public async Task<IReadOnlyList<FailureStreak>> StreaksAsync(string source, IReadOnlyList<(string Job, string Fingerprint)> failing, CancellationToken cancellationToken)
    {
        if (failing.Count == 0)
        {
            return [];
        }

        await using var command = await CommandAsync(StreaksSql, source, cancellationToken);
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

    private async Task<IReadOnlyList<FailureGroup>> GroupsAsync(string sql, string source, NpgsqlParameter which, CancellationToken cancellationToken)
    {
        await using var command = await CommandAsync(sql, source, cancellationToken);
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

    private async Task<NpgsqlCommand> CommandAsync(string sql, string source, CancellationToken cancellationToken)
    {
        var id = await store.SourceAsync(source, cancellationToken);
        var command = database.Source.CreateCommand(sql);
        command.CommandTimeout = 5;
        command.Parameters.Add(new NpgsqlParameter<int>("source", id));
        return command;
    }
}
