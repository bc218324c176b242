using System.Collections.Concurrent;
using Dashboard.Core.Database;
using Dashboard.Core.Failures;
using Dashboard.Core.Retries.Executor;
using Npgsql;
using NpgsqlTypes;

namespace Dashboard.Core.Runs;

/// <summary>Writes the records of runs: <c>dashboard.run_record</c>, <c>failure_group</c> and <c>run_walk</c>.</summary>
/// <remarks>
/// What two nodes write at once is the same, and they write it in the same order: neither fails, neither waits for the other in a circle, and a run
/// stands there once however often it is brought.
/// </remarks>
internal sealed class RunRecordStore(OwnDatabase database)
{
    private const int LongestSample = 4_000;

    private const string SourceSql = """
        with made as (insert into dashboard.run_source (name) values (@name) on conflict (name) do nothing returning id)
        select id from made
        union all
        select id from dashboard.run_source where name = @name
        limit 1
        """;

    private const string RecordSql = """
        insert into dashboard.run_record (source, log_time, id, outcome, job, duration, success, fingerprint)
        select @source, run.*
          from unnest(@times, @ids, @outcomes, @jobs, @durations, @successes, @fingerprints) run
        on conflict do nothing
        """;

    private const string GroupsSql = """
        insert into dashboard.failure_group as known
               (source, fingerprint, type, pattern, place, class, code, because, first_seen, last_seen, sample_id, sample_job, sample_value, sample_traceback)
        select @source, failure.*
          from unnest(@fingerprints, @types, @patterns, @places, @classes, @codes, @becauses, @firsts, @lasts, @ids, @jobs, @values, @tracebacks) failure
        on conflict (source, fingerprint) do update
           set first_seen = least(known.first_seen, excluded.first_seen),
               last_seen = greatest(known.last_seen, excluded.last_seen),
               class = excluded.class,
               code = excluded.code,
               because = excluded.because,
               sample_id = case when excluded.last_seen > known.last_seen then excluded.sample_id else known.sample_id end,
               sample_job = case when excluded.last_seen > known.last_seen then excluded.sample_job else known.sample_job end,
               sample_value = case when excluded.last_seen > known.last_seen then excluded.sample_value else known.sample_value end,
               sample_traceback = case when excluded.last_seen > known.last_seen then excluded.sample_traceback else known.sample_traceback end
         where excluded.first_seen < known.first_seen or excluded.last_seen > known.last_seen
        """;

    private const string SaveWalkSql = """
        insert into dashboard.run_walk (source, file, newest, place, span, since, whole)
        values (@source, @file, @newest, @place, @span, @since, @whole)
        on conflict (source) do update
           set file = excluded.file, newest = excluded.newest, place = excluded.place, span = excluded.span, since = excluded.since, whole = excluded.whole
        """;

    private const string WalkSql = """
        select file, newest, place, span, since, whole
          from dashboard.run_walk
         where source = @source
        """;

    private const string HoldSql = """
        insert into dashboard.run_walk as walk (source, file, newest, place, span, whole, holder, held_until)
        values (@source, -1, 0, 0, 0, false, @holder, now() + @time)
        on conflict (source) do update
           set holder = excluded.holder, held_until = excluded.held_until
         where walk.holder is null or walk.holder = excluded.holder or walk.held_until < now()
        """;

    private const string NewestSql = """
        select log_time
          from dashboard.run_record
         where source = @source and log_time <= @now
         order by log_time desc
         limit 1
        """;

    private const string PruneRunsSql = """
        delete from dashboard.run_record
         where ctid = any (array(select ctid from dashboard.run_record where source = @source and log_time < @limit order by log_time limit @most))
        """;

    private const string PruneGroupsSql = """
        delete from dashboard.failure_group
         where source = @source
           and fingerprint = any (array(select fingerprint from dashboard.failure_group where source = @source and last_seen < @limit order by last_seen limit @most))
        """;

    private const string SurplusSql = """
        select last_seen
          from dashboard.failure_group
         where source = @source
         order by last_seen desc
        offset @kept
         limit 1
        """;

    private readonly ConcurrentDictionary<string, int> sources = new(StringComparer.Ordinal);

    /// <summary>Told when something cannot be recorded at present and is waited for: the source, and why.</summary>
    public Action<string, RetryPause>? Paused { get; set; }

    /// <summary>The number of a source in the records.</summary>
    public async Task<int> SourceAsync(string name, CancellationToken cancellationToken) =>
        sources.TryGetValue(name, out var known) ? known : await database.Now.Statements.RunAsync((connection, token) => SourceAsync(connection, name, token), cancellationToken);

    /// <summary>The same on a connection somebody opened.</summary>
    public async ValueTask<int> SourceAsync(NpgsqlConnection connection, string name, CancellationToken cancellationToken)
    {
        if (sources.TryGetValue(name, out var known))
        {
            return known;
        }

        while (true)
        {
            await using var command = new NpgsqlCommand(SourceSql, connection) { Parameters = { new NpgsqlParameter<string>("name", name) } };

            // Null when another node made it at this very moment: the next look sees it.
            if (await command.ExecuteScalarAsync(cancellationToken) is int id)
            {
                sources[name] = id;
                return id;
            }
        }
    }

    /// <summary>Records runs, and with them how far a walk has come; both or neither.</summary>
    /// <returns>How many of the runs were not recorded yet.</returns>
    public async Task<int> RecordAsync(string source, IReadOnlyList<RunToRecord> runs, WalkState? walk, CancellationToken cancellationToken)
    {
        var id = await SourceAsync(source, cancellationToken);

        // What is there already is passed over, so it may be done again; then fewer are counted as new.
        return await database.Patient.Repeatable.RunAsync(
            static (connection, asked, token) => RecordAsync(connection, asked.id, asked.runs, asked.walk, token), (id, runs, walk), PausedFor(source), cancellationToken);
    }

    private static async ValueTask<int> RecordAsync(NpgsqlConnection connection, int id, IReadOnlyList<RunToRecord> runs, WalkState? walk, CancellationToken cancellationToken)
    {
        var added = 0;
        if (runs.Count > 0)
        {
            await using var record = Record(id, runs);
            record.Connection = connection;
            added = await record.ExecuteNonQueryAsync(cancellationToken);
        }

        // A group whose runs were all known has been seen before.
        if (added > 0 && runs.Any(run => run.Print is not null))
        {
            await using var groups = Groups(id, runs);
            groups.Connection = connection;
            await groups.ExecuteNonQueryAsync(cancellationToken);
        }

        if (walk is not null)
        {
            await using var save = new NpgsqlCommand(SaveWalkSql, connection)
            {
                Parameters =
                {
                    new("source", id), new("file", walk.File), new("newest", walk.Newest), new("place", walk.Place), new("span", walk.Span),
                    new("since", NpgsqlDbType.TimestampTz) { Value = (object?)walk.Since?.ToUniversalTime() ?? DBNull.Value }, new("whole", walk.Whole),
                },
            };
            await save.ExecuteNonQueryAsync(cancellationToken);
        }

        return added;
    }

    /// <summary>How far the walk had come; null before the first.</summary>
    public async Task<WalkState?> WalkAsync(string source, CancellationToken cancellationToken)
    {
        var id = await SourceAsync(source, cancellationToken);
        var walks = await database.Now.Statements.RowsAsync(
            () => new NpgsqlCommand(WalkSql) { Parameters = { new NpgsqlParameter<int>("source", id) } },
            static row => new WalkState(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.IsDBNull(4) ? null : row.GetFieldValue<DateTimeOffset>(4), row.GetBoolean(5)),
            cancellationToken);
        return walks is [{ File: >= 0 } walk] ? walk : null;
    }

    /// <summary>Takes or keeps the walk of a source for some time; false when another node has it.</summary>
    public async Task<bool> HoldAsync(string source, Guid holder, TimeSpan time, CancellationToken cancellationToken)
    {
        var id = await SourceAsync(source, cancellationToken);
        return await database.Patient.Statements.ExecuteAsync(
            () => new NpgsqlCommand(HoldSql) { Parameters = { new NpgsqlParameter<int>("source", id), new NpgsqlParameter<Guid>("holder", holder), new NpgsqlParameter<TimeSpan>("time", time) } },
            PausedFor(source),
            cancellationToken) == 1;
    }

    /// <summary>The newest moment in the records that is not in the future; null when there is none.</summary>
    public async Task<DateTimeOffset?> NewestAsync(string source, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var id = await SourceAsync(source, cancellationToken);
        return await database.Patient.Statements.ScalarAsync(
            () => new NpgsqlCommand(NewestSql) { Parameters = { new NpgsqlParameter<int>("source", id), new NpgsqlParameter<DateTimeOffset>("now", now.ToUniversalTime()) } },
            PausedFor(source),
            cancellationToken) is DateTime newest ? new DateTimeOffset(newest) : null;
    }

    /// <summary>Deletes some of the runs and groups that are older than a moment.</summary>
    /// <returns>How many rows went; fewer than <paramref name="most"/> when none is left.</returns>
    public async Task<int> PruneAsync(string source, DateTimeOffset limit, int most, CancellationToken cancellationToken) =>
        Math.Max(await PruneAsync(PruneRunsSql, source, limit, most, cancellationToken), await PruneGroupsAsync(source, limit, most, cancellationToken));

    /// <summary>Deletes some of the groups not seen since a moment.</summary>
    public Task<int> PruneGroupsAsync(string source, DateTimeOffset limit, int most, CancellationToken cancellationToken) =>
        PruneAsync(PruneGroupsSql, source, limit, most, cancellationToken);

    /// <summary>The moment before which groups are too many; null when they are not.</summary>
    public async Task<DateTimeOffset?> SurplusAsync(string source, int kept, CancellationToken cancellationToken)
    {
        var id = await SourceAsync(source, cancellationToken);
        return await database.Patient.Statements.ScalarAsync(
            () => new NpgsqlCommand(SurplusSql) { Parameters = { new NpgsqlParameter<int>("source", id), new NpgsqlParameter<int>("kept", kept) } },
            PausedFor(source),
            cancellationToken) is DateTime seen ? new DateTimeOffset(seen) : null;
    }

    private static NpgsqlCommand Record(int source, IReadOnlyList<RunToRecord> runs)
    {
        var rows = runs.OrderBy(run => run.Run.LogTime).ThenBy(run => run.Run.Id).ToArray();
        return new NpgsqlCommand(RecordSql)
        {
            Parameters =
            {
                new("source", source),
                new("times", NpgsqlDbType.Array | NpgsqlDbType.TimestampTz) { Value = rows.Select(run => run.Run.LogTime.ToUniversalTime()).ToArray() },
                new("ids", rows.Select(run => run.Run.Id).ToArray()),
                new("outcomes", rows.Select(run => (short)run.Run.Outcome).ToArray()),
                new("jobs", rows.Select(run => RecordName.Of(run.Run.Job)).ToArray()),
                new("durations", rows.Select(run => run.Run.Duration is { } length ? length.Ticks / 10 : (long?)null).ToArray()),
                new("successes", NpgsqlDbType.Array | NpgsqlDbType.TimestampTz) { Value = rows.Select(run => run.Run.Success?.ToUniversalTime()).ToArray() },
                new("fingerprints", NpgsqlDbType.Array | NpgsqlDbType.Text) { Value = rows.Select(run => run.Print?.Id).ToArray() },
            },
        };
    }

    private static NpgsqlCommand Groups(int source, IReadOnlyList<RunToRecord> runs)
    {
        var groups = runs.Where(run => run.Print is not null).GroupBy(run => run.Print!.Id, StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => (First: group.Min(run => run.Run.LogTime), Sample: group.MaxBy(run => run.Run.LogTime)!)).ToArray();
        var kinds = groups.Select(group => FailureKindRule.Of(group.Sample.Error)).ToArray();
        return new NpgsqlCommand(GroupsSql)
        {
            Parameters =
            {
                new("source", source),
                Texts("fingerprints", groups.Select(group => group.Sample.Print!.Id)),
                Texts("types", groups.Select(group => group.Sample.Print!.Type)),
                Texts("patterns", groups.Select(group => group.Sample.Print!.Pattern)),
                Texts("places", groups.Select(group => group.Sample.Print!.Place)),
                Texts("classes", kinds.Select(kind => kind.Class.ToString())),
                Texts("codes", kinds.Select(kind => kind.Code)),
                Texts("becauses", kinds.Select(kind => kind.Because)),
                new("firsts", NpgsqlDbType.Array | NpgsqlDbType.TimestampTz) { Value = groups.Select(group => group.First.ToUniversalTime()).ToArray() },
                new("lasts", NpgsqlDbType.Array | NpgsqlDbType.TimestampTz) { Value = groups.Select(group => group.Sample.Run.LogTime.ToUniversalTime()).ToArray() },
                new("ids", groups.Select(group => group.Sample.Run.Id).ToArray()),
                Texts("jobs", groups.Select(group => RecordName.Of(group.Sample.Run.Job))),
                Texts("values", groups.Select(group => Beginning(group.Sample.Error.Value))),
                Texts("tracebacks", groups.Select(group => End(group.Sample.Error.Traceback))),
            },
        };
    }

    private static NpgsqlParameter Texts(string name, IEnumerable<string?> texts) => new(name, NpgsqlDbType.Array | NpgsqlDbType.Text) { Value = texts.ToArray() };

    private static string Beginning(string text) => text.Length <= LongestSample ? text : text[..(char.IsHighSurrogate(text[LongestSample - 1]) ? LongestSample - 1 : LongestSample)] + "…";

    // From the start of a line.
    private static string End(string traceback)
    {
        if (traceback.Length <= Fingerprint.LongestTraceback)
        {
            return traceback;
        }

        var line = traceback.IndexOf('\n', traceback.Length - Fingerprint.LongestTraceback);
        return line < 0 || line + 1 == traceback.Length ? "" : traceback[(line + 1)..];
    }

    private async Task<int> PruneAsync(string sql, string source, DateTimeOffset limit, int most, CancellationToken cancellationToken)
    {
        var id = await SourceAsync(source, cancellationToken);
        return await database.Patient.Statements.ExecuteAsync(
            () => new NpgsqlCommand(sql)
            {
                Parameters = { new NpgsqlParameter<int>("source", id), new NpgsqlParameter<DateTimeOffset>("limit", limit.ToUniversalTime()), new NpgsqlParameter<int>("most", most) },
            },
            PausedFor(source),
            cancellationToken);
    }

    private Action<RetryPause> PausedFor(string source) => pause => Paused?.Invoke(source, pause);
}
