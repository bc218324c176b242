using System.Globalization;
using Dashboard.Core.Database;
using Dashboard.Core.Retries.Executor;
using Dashboard.Core.Verdicts.Engine;
using Npgsql;
using NpgsqlTypes;

namespace Dashboard.Core.Ledger;

/// <summary>One change of what was said.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Job">Of which job; null for the whole source.</param>
/// <param name="At">When, by the source's clock.</param>
/// <param name="State">What was said.</param>
/// <param name="Before">What was said before; null for the first.</param>
/// <param name="Headline">In one sentence.</param>
public sealed record VerdictEvent(Guid Id, string? Job, DateTimeOffset At, VerdictState State, VerdictState? Before, string Headline);

/// <summary>What was said and where jobs stood at a moment.</summary>
/// <param name="At">The moment.</param>
/// <param name="KeptSince">The oldest moment that is kept; null when nothing is.</param>
/// <param name="Said">What was said; null when the moment is before all that is kept.</param>
/// <param name="Standings">Where jobs stood.</param>
public sealed record PastMoment(DateTimeOffset At, DateTimeOffset? KeptSince, VerdictSnapshot? Said, IReadOnlyDictionary<string, KeptStanding> Standings);

/// <summary>Reads the ledger.</summary>
public sealed class LedgerQueries(OwnDatabase database) : ILedgerReader
{
    private const int MostEvents = 1_000;

    private const string IncidentsSql = """
        select detail
          from dashboard.incident
         where source = @source and (@before::timestamptz is null or opened_at < @before) and (@job::text is null or app_name = @job or root = @job)
         order by closed_at is not null, opened_at desc, id desc
         limit @most
        """;

    private const string MarksSql = """
        select incident, kind, said_by, said_at, reason, until from dashboard.incident_mark where incident = any(@ids) order by said_at, id
        """;

    private const string SentSql = """
        select incident, channel, action, state, coalesce(ended_at, made_at), trouble from dashboard.notification where incident = any(@ids) order by version, made_at, id
        """;

    private const string SilencesSql = """
        select id, source, app_name, starts_at, ends_at, said_by, reason
          from dashboard.silence
         where source = @source and ended_at is null and ends_at > now()
         order by starts_at, id
         limit 1000
        """;

    private const string PromisesSql = """
        select id, app_name, made_at, likely, by80, grade, settled_at, kept
          from dashboard.promise
         where source = @source and settled_at is not null
         order by settled_at desc, id desc
         limit 20
        """;

    private const string TotalsSql = """
        select 'promise', coalesce(kept::text, ''), count(*) from dashboard.promise where settled_at is not null group by 2
        union all
        select channel, state, count(*) from dashboard.notification where state <> 'superseded' group by 1, 2
        """;

    private const string EventsSql = """
        select id, app_name, at, verdict, before, headline
          from dashboard.verdict_event
         where source = @source and (@every or app_name is not distinct from @job) and (@before::timestamptz is null or at < @before)
         order by at desc, id desc
         limit @most
        """;

    private const string SinceSql = """
        select min(at) from dashboard.verdict_event where source = @source
        """;

    private const string WholeAtSql = """
        select detail from dashboard.verdict_event where source = @source and app_name is null and at <= @at order by at desc, id desc limit 1
        """;

    private const string JobsAtSql = """
        select distinct on (app_name) detail from dashboard.verdict_event where source = @source and app_name is not null and at <= @at order by app_name, at desc, id desc
        """;

    private const string StandingsAtSql = """
        select distinct on (app_name) detail from dashboard.job_event where source = @source and at <= @at order by app_name, at desc, id desc
        """;

    /// <summary>The newest of one source.</summary>
    public Task<LedgerSnapshot> OfAsync(string source, CancellationToken cancellationToken) => ReadAsync(
        async (connection, token) =>
        {
            var incidents = await IncidentsAsync(connection, source, null, null, 50, token);
            var silences = await RowsAsync(connection, SilencesSql, LedgerRows.Silence, token, Source(source));
            var promises = await RowsAsync(connection, PromisesSql, row => Promise(row, source), token, Source(source));
            return new LedgerSnapshot { Source = source, Incidents = incidents, Silences = silences, Promises = promises };
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<IncidentEntry>> IncidentsAsync(string source, string? job, DateTimeOffset? before, int most, CancellationToken cancellationToken) =>
        ReadAsync((connection, token) => IncidentsAsync(connection, source, job, before, most, token), cancellationToken);

    /// <summary>How all promises and messages came out.</summary>
    public async Task<LedgerTotals> TotalsAsync(CancellationToken cancellationToken)
    {
        var rows = await ReadAsync(
            (connection, token) => RowsAsync(connection, TotalsSql, row => (What: row.GetString(0), How: row.GetString(1), Count: row.GetInt64(2)), token), cancellationToken);
        return new LedgerTotals(
            rows.Where(row => row is { What: "promise", How: "true" }).Sum(row => row.Count),
            rows.Where(row => row is { What: "promise", How: "false" }).Sum(row => row.Count),
            [.. rows.Where(row => row.How is "sent" or "refused" or "waiting").Select(row => new SentTotal(row.What, row.How, row.Count)).OrderBy(sent => sent.Channel, StringComparer.Ordinal).ThenBy(sent => sent.Outcome, StringComparer.Ordinal)]);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<VerdictEvent>> EventsAsync(string source, string? job, bool every, DateTimeOffset? before, int most, CancellationToken cancellationToken) => await ReadAsync(
        (connection, token) => RowsAsync(
            connection,
            EventsSql,
            row => new VerdictEvent(
                row.GetGuid(0), row.IsDBNull(1) ? null : row.GetString(1), row.GetFieldValue<DateTimeOffset>(2), State(row.GetString(3)), row.IsDBNull(4) ? null : State(row.GetString(4)), row.GetString(5)),
            token,
            Source(source),
            LedgerRows.Text("job", job),
            new NpgsqlParameter<bool>("every", every),
            LedgerRows.Moment("before", before),
            new NpgsqlParameter<int>("most", Math.Clamp(most, 1, MostEvents))),
        cancellationToken);

    /// <inheritdoc/>
    public Task<PastMoment> AtAsync(string source, DateTimeOffset at, CancellationToken cancellationToken) => ReadAsync((connection, token) => AtAsync(connection, source, at, token), cancellationToken);

    private static async Task<PastMoment> AtAsync(NpgsqlConnection connection, string source, DateTimeOffset at, CancellationToken cancellationToken)
    {
        var since = (await RowsAsync(connection, SinceSql, row => LedgerRows.Moment(row, 0), cancellationToken, Source(source)))[0];
        if (since is null || at < since)
        {
            return new PastMoment(at, since, null, new Dictionary<string, KeptStanding>());
        }

        var whole = await RowsAsync(connection, WholeAtSql, row => LedgerJson.Read<VerdictSnapshot>(row.GetString(0)), cancellationToken, Source(source), LedgerRows.Moment("at", at));
        var jobs = await RowsAsync(connection, JobsAtSql, row => LedgerJson.Read<Verdict>(row.GetString(0)), cancellationToken, Source(source), LedgerRows.Moment("at", at));
        var standings = await RowsAsync(connection, StandingsAtSql, row => LedgerJson.Read<KeptStanding>(row.GetString(0)), cancellationToken, Source(source), LedgerRows.Moment("at", at));

        // While nothing was seen nothing was said of jobs, whatever had been said before.
        var said = whole is [var last] ? last with { Jobs = last.State == VerdictState.Blind ? [] : [.. jobs.OrderBy(verdict => verdict.Job, StringComparer.Ordinal)] } : null;
        return new PastMoment(at, since, said, standings.ToDictionary(standing => standing.Job, StringComparer.Ordinal));
    }

    private static async Task<IReadOnlyList<IncidentEntry>> IncidentsAsync(NpgsqlConnection connection, string source, string? job, DateTimeOffset? before, int most, CancellationToken cancellationToken)
    {
        var incidents = await RowsAsync(
            connection, IncidentsSql, row => LedgerJson.Read<Incident>(row.GetString(0)), cancellationToken, Source(source), LedgerRows.Text("job", job), LedgerRows.Moment("before", before), new NpgsqlParameter<int>("most", Math.Clamp(most, 1, MostEvents)));
        Guid[] ids = [.. incidents.Select(incident => incident.Id)];
        var marks = (await RowsAsync(connection, MarksSql, LedgerRows.Mark, cancellationToken, new NpgsqlParameter<Guid[]>("ids", ids))).ToLookup(mark => mark.Incident);
        var sent = (await RowsAsync(
            connection,
            SentSql,
            row => (Incident: row.GetGuid(0), Entry: new SentEntry(row.GetString(1), Enum.Parse<NoticeAction>(row.GetString(2), ignoreCase: true), row.GetString(3), row.GetFieldValue<DateTimeOffset>(4), row.IsDBNull(5) ? null : row.GetString(5))),
            cancellationToken,
            new NpgsqlParameter<Guid[]>("ids", ids))).ToLookup(pair => pair.Incident, pair => pair.Entry);
        return [.. incidents.Select(incident => new IncidentEntry(incident, [.. marks[incident.Id]], [.. sent[incident.Id]]))];
    }

    private static Promise Promise(NpgsqlDataReader row, string source) => new()
    {
        Id = row.GetGuid(0),
        Source = source,
        Job = row.GetString(1),
        MadeAt = row.GetFieldValue<DateTimeOffset>(2),
        Likely = LedgerRows.Moment(row, 3),
        By80 = row.GetFieldValue<DateTimeOffset>(4),
        Grade = Enum.Parse<ForecastGrade>(row.GetString(5)),
        SettledAt = LedgerRows.Moment(row, 6),
        Kept = row.IsDBNull(7) ? null : row.GetBoolean(7),
    };

    private static VerdictState State(string word) => Enum.TryParse<VerdictState>(word, out var state) ? state : throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"'{word}' is no verdict."));

    // Somebody waits for the answer; only reads, so an attempt may be made again.
    private Task<T> ReadAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> read, CancellationToken cancellationToken) => database.Now.Statements.RunAsync(
        static async (connection, read, token) => await read(connection, token), read, cancellationToken).AsTask();

    private static NpgsqlParameter<string> Source(string source) => new("source", source);

    private static async Task<List<T>> RowsAsync<T>(NpgsqlConnection connection, string sql, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken, params NpgsqlParameter[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 10 };
        command.Parameters.AddRange(parameters);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(read(reader));
        }

        return rows;
    }
}
