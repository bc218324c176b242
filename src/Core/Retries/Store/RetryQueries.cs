using Dashboard.Core.Ticks;
using Npgsql;
using static Dashboard.Core.Retries.Store.StreakRows;

namespace Dashboard.Core.Retries.Store;

/// <summary>What is read at once of the last day: bounded, by index.</summary>
internal sealed record RetryReading(
    DateTimeOffset AsOf,
    IReadOnlyList<RetryReading.Resource> Resources,
    IReadOnlyList<(RetryStreak Streak, DateTimeOffset ChangedAt)> Streaks,
    ILookup<(string Source, string Resource), AttemptMinute> Minutes,
    IReadOnlyList<Tick> Ticks,
    long Dropped,
    long Unreadable,
    long Heard)
{
    /// <summary>A row of <c>dashboard.retry_resource</c>.</summary>
    public sealed record Resource(string Source, string Name, string Backend, DateTimeOffset? GotThroughAt, string? GotThroughBy);
}

/// <summary>Reads what executors told, for everybody at once; and ends what is over. All of it may be done twice.</summary>
internal static class RetryQueries
{
    // Whoever writes to a streak just now is heard of: it is passed over.
    private const string LostSql = """
        update dashboard.retry_streak
           set state = 'lost', ended_at = coalesce(next_attempt_at, heard_at + make_interval(secs => coalesce(delay_s, 0))) + interval '60 s', next_attempt_at = null, changed_at = now()
         where id in (select id
                        from dashboard.retry_streak
                       where state = 'open' and coalesce(next_attempt_at, heard_at + make_interval(secs => coalesce(delay_s, 0))) + interval '60 s' < now()
                       limit 1000
                         for update skip locked)
        """;

    private const string NowSql = """
        select now(),
               (select coalesce(sum(dropped), 0)::bigint from dashboard.retry_minute where minute > now() - interval '24 h'),
               (select coalesce(sum(unreadable), 0)::bigint from dashboard.retry_log_hour where hour > now() - interval '24 h'),
               (select count(*) from dashboard.retry_resource where heard_at > now() - interval '24 h')
        """;

    // Where there are more than can be shown, those that somebody waits for are never among those left out.
    private const string Lanes = """
        with lane as materialized (
            select known.source, known.resource, backend, got_through_at, got_through_by
              from dashboard.retry_resource known
              left join (select distinct source, resource from dashboard.retry_streak where state = 'open') waits using (source, resource)
             where heard_at > now() - interval '24 h' or waits.source is not null
             order by waits.source is null, heard_at desc, known.source, known.resource
             limit 200)
        """;

    private const string LanesSql = $"""
        {Lanes}
        select source, resource, backend, got_through_at, got_through_by from lane order by source collate "C", resource collate "C"
        """;

    private static readonly string StreaksSql = $"""
        {Lanes}
        select streak.*
          from lane,
               lateral ((select {Columns}, changed_at
                           from dashboard.retry_streak
                          where state = 'open' and source = lane.source and resource = lane.resource
                          order by started_at, id
                          limit 100)
                        union all
                        (select {Columns}, changed_at
                           from dashboard.retry_streak
                          where ended_at > now() - interval '24 h' and source = lane.source and resource = lane.resource
                          order by ended_at desc, id
                          limit {ResourceLane.MostEnded})) streak
        """;

    private const string MinutesSql = """
        select source, resource, minute, succeeded, failed, recovered
          from dashboard.retry_minute
         where minute > now() - interval '60 min'
         order by source, resource, minute
         limit 12000
        """;

    private const string TicksSql = """
        select tick.*
          from (select distinct source from dashboard.tick where changed_at > now() - interval '24 h' limit 50) heard,
               lateral (select id, source, host, process, runner, started_at, heard_at, ended_at, exit_code, running, succeeded, failed, ended_because
                          from dashboard.tick
                         where source = heard.source
                         order by started_at desc
                         limit 50) tick
        """;

    // One place for each of RecoveryTimes.Bounds, and one beyond: what took exactly a bound lies up to it.
    private const string RecoverySql = """
        select source, resource, count(*)::integer, percentile_disc(array[0.5, 0.9, 1]) within group (order by took),
               array[count(*) filter (where took <= 10), count(*) filter (where took > 10 and took <= 30), count(*) filter (where took > 30 and took <= 60),
                     count(*) filter (where took > 60 and took <= 120), count(*) filter (where took > 120 and took <= 300), count(*) filter (where took > 300 and took <= 600),
                     count(*) filter (where took > 600 and took <= 1800), count(*) filter (where took > 1800 and took <= 3600), count(*) filter (where took > 3600)]::integer[]
          from (select source, resource, extract(epoch from ended_at - started_at)::double precision took
                  from dashboard.retry_streak
                 where state = 'recovered' and ended_at > now() - interval '7 days') streak
         group by source, resource
         limit 2000
        """;

    private const string PruneSql = """
        select dashboard.make_retry_day((now() at time zone 'UTC')::date), dashboard.make_retry_day((now() at time zone 'UTC')::date + 1),
               dashboard.drop_retry_days((now() at time zone 'UTC')::date - @keep)
        """;

    private static readonly string[] PruneRows =
    [
        """
        delete from dashboard.retry_event_other where ctid = any(array(select ctid from dashboard.retry_event_other where kept_at < now() - make_interval(days => @keep) limit 10000))
        """,
        """
        delete from dashboard.retry_streak where id in (select id from dashboard.retry_streak where changed_at < now() - make_interval(days => @keep) and state <> 'open' limit 10000)
        """,
        """
        delete from dashboard.retry_minute where ctid = any(array(select ctid from dashboard.retry_minute where minute < now() - make_interval(days => @keep) limit 10000))
        """,
        """
        delete from dashboard.retry_resource where heard_at < now() - make_interval(days => @keep)
        """,
        """
        delete from dashboard.tick where id in (select id from dashboard.tick where changed_at < now() - make_interval(days => @keep) limit 10000)
        """,
        """
        delete from dashboard.retry_log_hour where hour < now() - make_interval(days => @keep)
        """,
        """
        delete from dashboard.retry_batch where kept_at < now() - interval '2 days'
        """,
    ];

    /// <summary>Ends streaks nothing was heard of for too long, by the own database's clock.</summary>
    public static async Task<int> LoseAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(LostSql, connection);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Reads the last day.</summary>
    public static async Task<RetryReading> ReadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { new(NowSql), new(LanesSql), new(StreaksSql), new(MinutesSql), new(TicksSql) }, Timeout = 10 };
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        var (asOf, dropped, unreadable, heard) = (row.GetFieldValue<DateTimeOffset>(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3));
        var resources = await NextAsync(row, () => new RetryReading.Resource(row.GetString(0), row.GetString(1), row.GetString(2), Time(row, 3), Text(row, 4)), cancellationToken);
        var streaks = await NextAsync(row, () => (Read(row), row.GetFieldValue<DateTimeOffset>(22)), cancellationToken);
        var minutes = await NextAsync(
            row,
            () => (Key: (row.GetString(0), row.GetString(1)), Minute: new AttemptMinute(row.GetFieldValue<DateTimeOffset>(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5))),
            cancellationToken);
        var ticks = await NextAsync(row, () => Tick(row), cancellationToken);
        return new RetryReading(asOf, resources, streaks, minutes.ToLookup(pair => pair.Key, pair => pair.Minute), ticks, dropped, unreadable, heard);
    }

    /// <summary>How long streaks recovered in the last 7 days took.</summary>
    public static async Task<IReadOnlyDictionary<(string Source, string Resource), RecoveryTimes>> RecoveriesAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(RecoverySql, connection) { CommandTimeout = 10 };
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var times = new Dictionary<(string, string), RecoveryTimes>();
        while (await row.ReadAsync(cancellationToken))
        {
            var shares = row.GetFieldValue<double[]>(3);
            times[(row.GetString(0), row.GetString(1))] = new RecoveryTimes(
                row.GetInt32(2), TimeSpan.FromSeconds(shares[0]), TimeSpan.FromSeconds(shares[1]), TimeSpan.FromSeconds(shares[2]), row.GetFieldValue<int[]>(4));
        }

        return times;
    }

    /// <summary>Makes the tables of today and tomorrow, and drops what is older than so many days.</summary>
    public static async Task PruneAsync(NpgsqlConnection connection, int keepDays, CancellationToken cancellationToken)
    {
        foreach (var sql in PruneRows.Prepend(PruneSql))
        {
            await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 60 };
            command.Parameters.Add(new NpgsqlParameter<int>("keep", keepDays));
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    private static async Task<List<T>> NextAsync<T>(NpgsqlDataReader row, Func<T> read, CancellationToken cancellationToken)
    {
        await row.NextResultAsync(cancellationToken);
        var rows = new List<T>();
        while (await row.ReadAsync(cancellationToken))
        {
            rows.Add(read());
        }

        return rows;
    }

    private static Tick Tick(NpgsqlDataReader row) => new()
    {
        Id = row.GetGuid(0),
        Source = row.GetString(1),
        Host = row.GetString(2),
        Process = row.GetString(3),
        Runner = row.GetString(4),
        StartedAt = row.GetFieldValue<DateTimeOffset>(5),
        HeardAt = row.GetFieldValue<DateTimeOffset>(6),
        EndedAt = Time(row, 7),
        ExitCode = row.IsDBNull(8) ? null : row.GetInt32(8),
        Running = Text(row, 9),
        Succeeded = row.GetInt32(10),
        Failed = row.GetInt32(11),
        EndedBecause = Text(row, 12),
    };
}
