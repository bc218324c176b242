using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Npgsql;
using NpgsqlTypes;

namespace Dashboard.Core.Retries.Store;

/// <summary>Streaks in <c>dashboard.retry_streak</c>.</summary>
internal static class StreakRows
{
    /// <summary>What <see cref="Read"/> reads, in this order.</summary>
    public const string Columns = """
        id, source, host, process, thread, app_name, run_id, resource, backend, executor, started_at, state, ended_at, attempts, heard_at,
        delay_s, next_attempt_at, exc_type, exc_value, code, class, marks
        """;

    private const string NewestSql = $"""
        select {Columns}
          from dashboard.retry_streak
         where newest and key = any(@keys)
        """;

    private const string OlderSql = """
        update dashboard.retry_streak
           set newest = false
         where newest and key = any(@keys)
        """;

    private const string WriteSql = """
        insert into dashboard.retry_streak as known
               (id, key, newest, source, host, process, thread, app_name, run_id, resource, backend, executor, started_at, state, ended_at, attempts,
                heard_at, delay_s, next_attempt_at, exc_type, exc_value, code, class, marks)
        select streak.id, streak.key, streak.newest, streak.source, streak.host, streak.process, streak.thread, streak.app_name, streak.run_id,
               streak.resource, streak.backend, streak.executor, streak.started_at, streak.state, streak.ended_at, streak.attempts, streak.heard_at,
               streak.delay_s, streak.next_attempt_at, streak.exc_type, streak.exc_value, streak.code, streak.class, streak.marks::jsonb
          from unnest(@ids, @keys, @newest, @sources, @hosts, @processes, @threads, @apps, @runs, @resources, @backends, @executors, @starts, @states,
                      @ends, @attempts, @heards, @delays, @nexts, @types, @values, @codes, @classes, @marks)
               streak (id, key, newest, source, host, process, thread, app_name, run_id, resource, backend, executor, started_at, state, ended_at,
                       attempts, heard_at, delay_s, next_attempt_at, exc_type, exc_value, code, class, marks)
        on conflict (id) do update
           set newest = excluded.newest, app_name = excluded.app_name, run_id = excluded.run_id, state = excluded.state, ended_at = excluded.ended_at,
               attempts = excluded.attempts, heard_at = excluded.heard_at, delay_s = excluded.delay_s, next_attempt_at = excluded.next_attempt_at,
               exc_type = excluded.exc_type, exc_value = excluded.exc_value, code = excluded.code, class = excluded.class, marks = excluded.marks,
               changed_at = now()
        """;

    /// <summary>A hash of who: an index has no room for five names.</summary>
    public static Guid KeyOf(StreakKey key)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\u001f', key.Source, key.Host, key.Process, key.Thread, key.Resource)), hash);
        return new Guid(hash[..16]);
    }

    /// <summary>Asks for the newest streak of each of some keys.</summary>
    public static NpgsqlBatchCommand Newest(Guid[] keys) => new(NewestSql) { Parameters = { new("keys", keys) } };

    /// <summary>Writes streaks; of each key the one that comes last becomes the newest.</summary>
    public static IEnumerable<NpgsqlBatchCommand> Write(IReadOnlyList<RetryStreak> streaks)
    {
        var keys = streaks.Select(streak => KeyOf(StreakKey.Of(streak))).ToArray();
        var last = keys.Select((key, place) => (key, place)).GroupBy(pair => pair.key).ToDictionary(group => group.Key, group => group.Max(pair => pair.place));
        yield return new NpgsqlBatchCommand(OlderSql) { Parameters = { new("keys", last.Keys.ToArray()) } };
        yield return new NpgsqlBatchCommand(WriteSql)
        {
            Parameters =
            {
                new("ids", streaks.Select(streak => streak.Id).ToArray()),
                new("keys", keys),
                new("newest", keys.Select((key, place) => last[key] == place).ToArray()),
                Texts("sources", streaks, streak => streak.Source),
                Texts("hosts", streaks, streak => streak.Host),
                Texts("processes", streaks, streak => streak.Process),
                Texts("threads", streaks, streak => streak.Thread),
                Texts("apps", streaks, streak => streak.AppName),
                Texts("runs", streaks, streak => streak.RunId),
                Texts("resources", streaks, streak => streak.Resource),
                Texts("backends", streaks, streak => streak.Backend),
                Texts("executors", streaks, streak => RetryWords.Of(streak.Executor)),
                Times("starts", streaks, streak => streak.StartedAt),
                Texts("states", streaks, streak => RetryWords.Of(streak.State)),
                Times("ends", streaks, streak => streak.EndedAt),
                new("attempts", streaks.Select(streak => streak.Attempts).ToArray()),
                Times("heards", streaks, streak => streak.HeardAt),
                new("delays", NpgsqlDbType.Array | NpgsqlDbType.Double) { Value = streaks.Select(streak => streak.Delay?.TotalSeconds).ToArray() },
                Times("nexts", streaks, streak => streak.NextAttemptAt),
                Texts("types", streaks, streak => streak.ExceptionType),
                Texts("values", streaks, streak => streak.ExceptionValue),
                Texts("codes", streaks, streak => streak.Code),
                Texts("classes", streaks, streak => streak.Class is { } kind ? RetryWords.Of(kind) : null),
                Texts("marks", streaks, streak => Marks(streak.Marks)),
            },
        };
    }

    /// <summary>A row of <see cref="Columns"/>.</summary>
    public static RetryStreak Read(NpgsqlDataReader row) => new()
    {
        Id = row.GetGuid(0),
        Source = row.GetString(1),
        Host = row.GetString(2),
        Process = row.GetString(3),
        Thread = row.GetString(4),
        AppName = Text(row, 5),
        RunId = Text(row, 6),
        Resource = row.GetString(7),
        Backend = row.GetString(8),
        Executor = RetryWords.TryExecutor(row.GetString(9), out var executor) ? executor : ExecutorKind.Plain,
        StartedAt = row.GetFieldValue<DateTimeOffset>(10),
        State = RetryWords.State(row.GetString(11)),
        EndedAt = Time(row, 12),
        Attempts = row.GetInt32(13),
        HeardAt = row.GetFieldValue<DateTimeOffset>(14),
        Delay = row.IsDBNull(15) ? null : TimeSpan.FromSeconds(row.GetDouble(15)),
        NextAttemptAt = Time(row, 16),
        ExceptionType = Text(row, 17),
        ExceptionValue = Text(row, 18),
        Code = Text(row, 19),
        Class = RetryWords.TryClass(Text(row, 20), out var kind) ? kind : null,
        Marks = Marks(row.GetString(21)),
    };

    /// <summary>An array of texts.</summary>
    public static NpgsqlParameter Texts<T>(string name, IEnumerable<T> rows, Func<T, string?> text) =>
        new(name, NpgsqlDbType.Array | NpgsqlDbType.Text) { Value = rows.Select(text).ToArray() };

    /// <summary>An array of moments.</summary>
    public static NpgsqlParameter Times<T>(string name, IEnumerable<T> rows, Func<T, DateTimeOffset?> time) =>
        new(name, NpgsqlDbType.Array | NpgsqlDbType.TimestampTz) { Value = rows.Select(row => time(row)?.ToUniversalTime()).ToArray() };

    /// <summary>A moment or null.</summary>
    public static DateTimeOffset? Time(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);

    /// <summary>A text or null.</summary>
    public static string? Text(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    // Attempt, microseconds since 1970, seconds of delay: short, and as exact as the columns.
    private static string Marks(IReadOnlyList<AttemptMark> marks) =>
        JsonSerializer.Serialize(marks.Select(mark => new double?[] { mark.Attempt, (mark.At - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond, mark.Delay?.TotalSeconds }));

    private static AttemptMark[] Marks(string json) =>
        [.. JsonSerializer.Deserialize<double?[][]>(json)!.Select(mark =>
            new AttemptMark((int)mark[0]!.Value, DateTimeOffset.UnixEpoch.AddTicks((long)mark[1]!.Value * TimeSpan.TicksPerMicrosecond), mark[2] is { } delay ? TimeSpan.FromSeconds(delay) : null))];
}
