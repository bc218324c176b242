using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Dashboard.Core.Database;
using Npgsql;
using NpgsqlTypes;

namespace Dashboard.Core.Retries.Store;

/// <summary>Streaks in <c>dashboard.retry_streak</c>: reads them, and writes those a batch made or changed.</summary>
internal sealed class StreakRows
{
    private readonly Dictionary<RetryTeller, Guid> keys = [];
    private readonly Dictionary<Guid, Guid> newest = [];
    private readonly (RetryStreak Streak, Guid Key)[] streaks;
    private IReadOnlyList<(RetryStreak Streak, Guid Key)> known;
    private bool copied;

    /// <summary>Streaks to write; of each key the one that comes last becomes the newest.</summary>
    public StreakRows(IReadOnlyList<RetryStreak> changed)
    {
        known = streaks = [.. changed.Select(streak => (streak, Key(streak.Who)))];
        foreach (var (streak, key) in streaks)
        {
            newest[key] = streak.Id;
        }
    }

    /// <summary>What <see cref="Read"/> reads, in this order.</summary>
    public const string Columns = """
        id, source, host, process, thread, app_name, run_id, resource, backend, executor, started_at, state, ended_at, attempts, heard_at,
        delay_s, next_attempt_at, exc_type, exc_value, code, class, coalesce(marks_text, marks::text)
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

    private const string Written = $"id, key, newest, {RetryCopy.ToldColumns}, started_at, state, ended_at, attempts, heard_at, delay_s, next_attempt_at, {RetryCopy.FailureColumns}, marks_text";

    private const string CopySql = $"""
        copy dashboard.retry_streak ({Written})
        from stdin (format binary)
        """;

    private const string WriteSql = $"""
        insert into dashboard.retry_streak as known ({Written})
        select streak.id, streak.key, streak.newest, streak.source, streak.host, streak.process, streak.thread, streak.app_name, streak.run_id,
               streak.resource, streak.backend, streak.executor, streak.started_at, streak.state, streak.ended_at, streak.attempts, streak.heard_at,
               streak.delay_s, streak.next_attempt_at, streak.exc_type, streak.exc_value, streak.code, streak.class, streak.marks_text
          from unnest(@ids, @keys, @newest, @sources, @hosts, @processes, @threads, @apps, @runs, @resources, @backends, @executors, @starts, @states,
                      @ends, @attempts, @heards, @delays, @nexts, @types, @values, @codes, @classes, @marks)
               streak ({Written})
        on conflict (id) do update
           set newest = excluded.newest, app_name = excluded.app_name, run_id = excluded.run_id, state = excluded.state, ended_at = excluded.ended_at,
               attempts = excluded.attempts, heard_at = excluded.heard_at, delay_s = excluded.delay_s, next_attempt_at = excluded.next_attempt_at,
               exc_type = excluded.exc_type, exc_value = excluded.exc_value, code = excluded.code, class = excluded.class, marks_text = excluded.marks_text,
               changed_at = now()
        """;

    /// <summary>A hash of who: an index has no room for five names.</summary>
    public static Guid KeyOf(RetryTeller who)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\u001f', who.Source, who.Host, who.Process, who.Thread, who.Resource)), hash);
        return new Guid(hash[..16]);
    }

    /// <summary>Asks for the newest streak of each of some keys.</summary>
    public static NpgsqlBatchCommand Newest(Guid[] keys) => new(NewestSql) { Parameters = { new("keys", keys) } };

    /// <summary>Writes those that nobody has heard of by COPY; the others are left for <see cref="Write"/>.</summary>
    /// <exception cref="PostgresException">One is there although its events are not any more: a unique violation. Then all of them go through <see cref="Write"/>.</exception>
    public async Task CopyNewAsync(NpgsqlConnection connection, HashSet<Guid> heardOf, CancellationToken cancellationToken)
    {
        var made = streaks.Where(row => !heardOf.Contains(row.Streak.Id)).ToArray();
        (known, copied) = ([.. streaks.Where(row => heardOf.Contains(row.Streak.Id))], true);
        if (made.Length == 0)
        {
            return;
        }

        await using (var older = new NpgsqlCommand(OlderSql, connection) { Parameters = { new("keys", made.Where(IsNewest).Select(row => row.Key).ToArray()) } })
        {
            await older.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var copy = await BinaryCopy.BeginAsync(connection, CopySql, cancellationToken);
        foreach (var row in made)
        {
            var streak = row.Streak;
            copy.Row(24);
            copy.Uuid(streak.Id);
            copy.Uuid(row.Key);
            copy.Boolean(IsNewest(row));
            copy.Told(streak.Who, streak.AppName, streak.RunId, streak.Backend, streak.Executor);
            copy.Time(streak.StartedAt);
            copy.Text(RetryWords.Of(streak.State));
            copy.Time(streak.EndedAt);
            copy.Integer(streak.Attempts);
            copy.Time(streak.HeardAt);
            copy.Double(streak.Delay?.TotalSeconds);
            copy.Time(streak.NextAttemptAt);
            copy.Failure(streak.ExceptionType, streak.ExceptionValue, streak.Code, streak.Class);
            copy.Text(Marks(streak.Marks));
            await copy.SentAsync(cancellationToken);
        }

        await copy.CompleteAsync(cancellationToken);
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
                new("ids", known.Select(row => row.Streak.Id).ToArray()),
                new("keys", known.Select(row => row.Key).ToArray()),
                new("newest", known.Select(IsNewest).ToArray()),
                Texts("sources", known, row => row.Streak.Who.Source),
                Texts("hosts", known, row => row.Streak.Who.Host),
                Texts("processes", known, row => row.Streak.Who.Process),
                Texts("threads", known, row => row.Streak.Who.Thread),
                Texts("apps", known, row => row.Streak.AppName),
                Texts("runs", known, row => row.Streak.RunId),
                Texts("resources", known, row => row.Streak.Who.Resource),
                Texts("backends", known, row => row.Streak.Backend),
                Texts("executors", known, row => RetryWords.Of(row.Streak.Executor)),
                Times("starts", known, row => row.Streak.StartedAt),
                Texts("states", known, row => RetryWords.Of(row.Streak.State)),
                Times("ends", known, row => row.Streak.EndedAt),
                new("attempts", known.Select(row => row.Streak.Attempts).ToArray()),
                Times("heards", known, row => row.Streak.HeardAt),
                new("delays", NpgsqlDbType.Array | NpgsqlDbType.Double) { Value = known.Select(row => row.Streak.Delay?.TotalSeconds).ToArray() },
                Times("nexts", known, row => row.Streak.NextAttemptAt),
                Texts("types", known, row => row.Streak.ExceptionType),
                Texts("values", known, row => row.Streak.ExceptionValue),
                Texts("codes", known, row => row.Streak.Code),
                Texts("classes", known, row => row.Streak.Class is { } kind ? RetryWords.Of(kind) : null),
                Texts("marks", known, row => Marks(row.Streak.Marks)),
            },
        };
    }

    /// <summary>A row of <see cref="Columns"/>.</summary>
    public static RetryStreak Read(NpgsqlDataReader row) => new()
    {
        Id = row.GetGuid(0),
        Who = new RetryTeller(row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(4), row.GetString(7)),
        AppName = Text(row, 5),
        RunId = Text(row, 6),
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

    private Guid Key(RetryTeller who)
    {
        if (!keys.TryGetValue(who, out var hash))
        {
            keys[who] = hash = KeyOf(who);
        }

        return hash;
    }

    private bool IsNewest((RetryStreak Streak, Guid Key) row) => newest[row.Key] == row.Streak.Id;

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
