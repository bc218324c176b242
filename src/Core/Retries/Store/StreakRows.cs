using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Npgsql;
using NpgsqlTypes;

namespace Dashboard.Core.Retries.Store;

/// <summary>Streaks in <c>dashboard.retry_streak</c>: reads them, and writes those a batch made or changed.</summary>
internal sealed class StreakRows
{
    private readonly Dictionary<StreakKey, Guid> keys = [];
    private readonly Dictionary<Guid, Guid> newest = [];
    private readonly IReadOnlyList<RetryStreak> streaks;
    private IReadOnlyList<RetryStreak> known;
    private bool copied;

    /// <summary>Streaks to write; of each key the one that comes last becomes the newest.</summary>
    public StreakRows(IReadOnlyList<RetryStreak> streaks)
    {
        this.streaks = known = streaks;
        foreach (var streak in streaks)
        {
            newest[Key(streak)] = streak.Id;
        }
    }

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

    private const string CopySql = """
        copy dashboard.retry_streak
             (id, key, newest, source, host, process, thread, app_name, run_id, resource, backend, executor, started_at, state, ended_at, attempts,
              heard_at, delay_s, next_attempt_at, exc_type, exc_value, code, class, marks)
        from stdin (format binary)
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

    /// <summary>Writes those that nobody has heard of by COPY; the others are left for <see cref="Write"/>.</summary>
    /// <exception cref="PostgresException">One is there although its events are not any more: a unique violation. Then all of them go through <see cref="Write"/>.</exception>
    public async Task CopyNewAsync(NpgsqlConnection connection, HashSet<Guid> heardOf, CancellationToken cancellationToken)
    {
        RetryStreak[] made = [.. streaks.Where(streak => !heardOf.Contains(streak.Id))];
        (known, copied) = ([.. streaks.Where(streak => heardOf.Contains(streak.Id))], true);
        if (made.Length == 0)
        {
            return;
        }

        await using (var older = new NpgsqlCommand(OlderSql, connection) { Parameters = { new("keys", made.Where(IsNewest).Select(Key).ToArray()) } })
        {
            await older.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var copy = await connection.BeginBinaryImportAsync(CopySql, cancellationToken);
        foreach (var streak in made)
        {
            await copy.StartRowAsync(cancellationToken);
            await copy.WriteAsync(streak.Id, NpgsqlDbType.Uuid, cancellationToken);
            await copy.WriteAsync(Key(streak), NpgsqlDbType.Uuid, cancellationToken);
            await copy.WriteAsync(IsNewest(streak), NpgsqlDbType.Boolean, cancellationToken);
            await TextAsync(streak.Source);
            await TextAsync(streak.Host);
            await TextAsync(streak.Process);
            await TextAsync(streak.Thread);
            await TextAsync(streak.AppName);
            await TextAsync(streak.RunId);
            await TextAsync(streak.Resource);
            await TextAsync(streak.Backend);
            await TextAsync(RetryWords.Of(streak.Executor));
            await TimeAsync(streak.StartedAt);
            await TextAsync(RetryWords.Of(streak.State));
            await TimeAsync(streak.EndedAt);
            await copy.WriteAsync(streak.Attempts, NpgsqlDbType.Integer, cancellationToken);
            await TimeAsync(streak.HeardAt);
            await (streak.Delay is { } delay ? copy.WriteAsync(delay.TotalSeconds, NpgsqlDbType.Double, cancellationToken) : copy.WriteNullAsync(cancellationToken));
            await TimeAsync(streak.NextAttemptAt);
            await TextAsync(streak.ExceptionType);
            await TextAsync(streak.ExceptionValue);
            await TextAsync(streak.Code);
            await TextAsync(streak.Class is { } kind ? RetryWords.Of(kind) : null);
            await copy.WriteAsync(Marks(streak.Marks), NpgsqlDbType.Jsonb, cancellationToken);
        }

        await copy.CompleteAsync(cancellationToken);

        Task TextAsync(string? text) => text is null ? copy.WriteNullAsync(cancellationToken) : copy.WriteAsync(text, NpgsqlDbType.Text, cancellationToken);
        Task TimeAsync(DateTimeOffset? at) => at is { } moment ? copy.WriteAsync(moment.ToUniversalTime(), NpgsqlDbType.TimestampTz, cancellationToken) : copy.WriteNullAsync(cancellationToken);
    }

    /// <summary>Writes them, whether they are there or not.</summary>
    public IEnumerable<NpgsqlBatchCommand> Write()
    {
        if (known.Count == 0)
        {
            yield break;
        }

        if (!copied)
        {
            yield return new NpgsqlBatchCommand(OlderSql) { Parameters = { new("keys", newest.Keys.ToArray()) } };
        }

        yield return new NpgsqlBatchCommand(WriteSql)
        {
            Parameters =
            {
                new("ids", known.Select(streak => streak.Id).ToArray()),
                new("keys", known.Select(Key).ToArray()),
                new("newest", known.Select(IsNewest).ToArray()),
                Texts("sources", known, streak => streak.Source),
                Texts("hosts", known, streak => streak.Host),
                Texts("processes", known, streak => streak.Process),
                Texts("threads", known, streak => streak.Thread),
                Texts("apps", known, streak => streak.AppName),
                Texts("runs", known, streak => streak.RunId),
                Texts("resources", known, streak => streak.Resource),
                Texts("backends", known, streak => streak.Backend),
                Texts("executors", known, streak => RetryWords.Of(streak.Executor)),
                Times("starts", known, streak => streak.StartedAt),
                Texts("states", known, streak => RetryWords.Of(streak.State)),
                Times("ends", known, streak => streak.EndedAt),
                new("attempts", known.Select(streak => streak.Attempts).ToArray()),
                Times("heards", known, streak => streak.HeardAt),
                new("delays", NpgsqlDbType.Array | NpgsqlDbType.Double) { Value = known.Select(streak => streak.Delay?.TotalSeconds).ToArray() },
                Times("nexts", known, streak => streak.NextAttemptAt),
                Texts("types", known, streak => streak.ExceptionType),
                Texts("values", known, streak => streak.ExceptionValue),
                Texts("codes", known, streak => streak.Code),
                Texts("classes", known, streak => streak.Class is { } kind ? RetryWords.Of(kind) : null),
                Texts("marks", known, streak => Marks(streak.Marks)),
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

    private Guid Key(RetryStreak streak)
    {
        var key = StreakKey.Of(streak);
        if (!keys.TryGetValue(key, out var hash))
        {
            keys[key] = hash = KeyOf(key);
        }

        return hash;
    }

    private bool IsNewest(RetryStreak streak) => newest[Key(streak)] == streak.Id;

    // Attempt, microseconds since 1970, seconds of delay: short, and as exact as the columns.
    private static string Marks(IReadOnlyList<AttemptMark> marks)
    {
        var json = new StringBuilder("[", 32 * (marks.Count + 1));
        foreach (var mark in marks)
        {
            json.Append(json.Length == 1 ? "[" : ",[")
                .Append(CultureInfo.InvariantCulture, $"{mark.Attempt},{(mark.At - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond},");
            _ = mark.Delay is { } delay ? json.Append(CultureInfo.InvariantCulture, $"{delay.TotalSeconds}]") : json.Append("null]");
        }

        return json.Append(']').ToString();
    }

    private static AttemptMark[] Marks(string json) =>
        [.. JsonSerializer.Deserialize<double?[][]>(json)!.Select(mark =>
            new AttemptMark((int)mark[0]!.Value, DateTimeOffset.UnixEpoch.AddTicks((long)mark[1]!.Value * TimeSpan.TicksPerMicrosecond), mark[2] is { } delay ? TimeSpan.FromSeconds(delay) : null))];
}
