using Dashboard.Core.Database;
using Dashboard.Core.Failures;
using Dashboard.Core.Retries;
using Dashboard.Core.Retries.Executor;
using Dashboard.Core.Runs;
using Dashboard.Core.Verdicts;
using Dashboard.Core.Verdicts.Engine;
using Npgsql;

namespace Dashboard.Core.Ledger;

/// <summary>
/// Reads <c>run_record</c>, the newest failures of ninety days with the run that followed each, and <c>retry_streak</c>; both down an index and with a limit. Whether people were called meanwhile is what
/// <c>verdict_event</c> said last before.
/// </summary>
internal sealed class HealRecords(OwnDatabase database, RunRecordStore store) : IHealRecords
{
    internal const int MostFailures = 20_000;
    internal const int MostStreaks = 10_000;

    internal const string FailuresSql = """
        select failed.job, failed.id, groups.class, groups.type, groups.pattern, following.id, following.outcome = 0,
               coalesce((select said.verdict in ('Page', 'NeedsHumanLater')
                           from dashboard.verdict_event said
                          where said.source = @name and said.app_name = failed.job and said.at < following.log_time
                          order by said.at desc, said.id desc
                          limit 1), false)
          from (select job, log_time, id, fingerprint
                  from dashboard.run_record
                 where source = @source and fingerprint is not null and log_time >= @from and log_time <= @now
                 order by log_time desc
                 limit @most) failed
          left join dashboard.failure_group groups on groups.source = @source and groups.fingerprint = failed.fingerprint
          left join lateral (select id, log_time, outcome
                               from dashboard.run_record later
                              where later.source = @source and later.job = failed.job and (later.log_time, later.id) > (failed.log_time, failed.id) and later.outcome <> 2
                              order by later.log_time, later.id
                              limit 1) following on true
         order by failed.job, failed.log_time, failed.id
        """;

    internal const string StreaksSql = """
        select ended.id, ended.resource, ended.class, ended.attempts, ended.state, ended.started_at, ended.ended_at,
               coalesce((select said.verdict in ('Page', 'NeedsHumanLater')
                           from dashboard.verdict_event said
                          where said.source = @name and said.app_name = ended.app_name and said.at < ended.ended_at
                          order by said.at desc, said.id desc
                          limit 1), false)
          from (select id, resource, class, attempts, state, app_name, started_at, ended_at
                  from dashboard.retry_streak
                 where source = @name and ended_at >= @from and ended_at <= @now
                 order by ended_at desc
                 limit @most) ended
         order by ended.ended_at, ended.id
        """;

    private static readonly TimeSpan Reach = TimeSpan.FromDays(90);

    /// <inheritdoc/>
    public async Task<HealMemory> RememberedAsync(string source, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var id = await store.SourceAsync(source, cancellationToken);
        var failures = await database.Now.Statements.RowsAsync(
            () => Command(FailuresSql, source, now, MostFailures, new NpgsqlParameter<int>("source", id)),
            row => new PastFailure(
                row.GetString(0),
                row.GetInt64(1),
                !row.IsDBNull(2) && Enum.TryParse<FailureClass>(row.GetString(2), out var kind) ? kind : FailureClass.Unknown,
                row.IsDBNull(3) ? null : Fingerprint.Said(row.GetString(3), row.GetString(4)),
                row.IsDBNull(5) ? null : row.GetInt64(5),
                !row.IsDBNull(6) && row.GetBoolean(6),
                row.GetBoolean(7)),
            cancellationToken);
        var streaks = await database.Now.Statements.RowsAsync(
            () => Command(StreaksSql, source, now, MostStreaks),
            row => new PastStreak(row.GetGuid(0), row.GetString(1), row.IsDBNull(2) ? FailureClass.Unknown : Class(row.GetString(2)), row.GetInt32(3), row.GetString(4) == "recovered", row.GetBoolean(7))
            {
                StartedAt = row.GetFieldValue<DateTimeOffset>(5), EndedAt = row.GetFieldValue<DateTimeOffset>(6),
            },
            cancellationToken);
        return HealMemory.Of(failures, streaks);
    }

    private static NpgsqlCommand Command(string sql, string source, DateTimeOffset now, int most, params NpgsqlParameter[] more)
    {
        var command = new NpgsqlCommand(sql)
        {
            CommandTimeout = 10,
            Parameters =
            {
                new NpgsqlParameter<string>("name", source),
                new NpgsqlParameter<DateTimeOffset>("from", (now - Reach).ToUniversalTime()),
                new NpgsqlParameter<DateTimeOffset>("now", now.ToUniversalTime()),
                new NpgsqlParameter<int>("most", most),
            },
        };
        command.Parameters.AddRange(more);
        return command;
    }

    private static FailureClass Class(string word) => RetryWords.TryClass(word, out var kind) ? kind : FailureClass.Unknown;
}
