using Dashboard.Core.Database;
using Dashboard.Core.Notifications;
using Dashboard.Core.Verdicts.Engine;
using Npgsql;
using NpgsqlTypes;

namespace Dashboard.Core.Ledger;

/// <summary>Writes the ledger. A page of it is one transaction, with what is to be told: either all of it is known afterwards, or none. All of it may be done twice: everything has its id beforehand.</summary>
public sealed class LedgerStore(OwnDatabase database, LeaderLease lease)
{
    private const string SaidSql = """
        select distinct on (app_name) detail
          from dashboard.verdict_event
         where source = @source and app_name is not null
         order by app_name, at desc, id desc
        """;

    private const string WholeSql = """
        select detail
          from dashboard.verdict_event
         where source = @source and app_name is null
         order by at desc, id desc
         limit 1
        """;

    private const string StandingsSql = """
        select distinct on (app_name) detail
          from dashboard.job_event
         where source = @source
         order by app_name, at desc, id desc
        """;

    private const string OpenSql = """
        select detail from dashboard.incident where source = @source and closed_at is null
        """;

    private const string PromisesSql = """
        select id, app_name, made_at, likely, by80, grade from dashboard.promise where source = @source and settled_at is null
        """;

    private const string MarksSql = """
        select incident, kind, said_by, said_at, reason, mark.until
          from dashboard.incident_mark mark
          join dashboard.incident on incident.id = mark.incident
         where source = @source and closed_at is null
         order by said_at, mark.id
        """;

    private const string SilencesSql = """
        select id, source, app_name, starts_at, ends_at, said_by, reason
          from dashboard.silence
         where source = @source and ended_at is null and ends_at > now()
         order by starts_at, id
         limit 1000
        """;

    // What people did through the dashboard; what they did elsewhere nobody knows.
    private const string DoneSql = """
        select distinct on (app_name) app_name, actor, kind, at
          from dashboard.audit
         where source = @source and event = 'done' and action is not null and at >= @since and app_name = any(@jobs)
         order by app_name, at desc
        """;

    private const string VerdictsSql = """
        insert into dashboard.verdict_event (id, source, app_name, at, verdict, before, headline, detail)
        select id, @source, app_name, @at, verdict, before, headline, detail
          from unnest(@ids, @names, @verdicts, @befores, @headlines, @details) as said (id, app_name, verdict, before, headline, detail)
        on conflict (id) do nothing
        """;

    private const string JobsSql = """
        insert into dashboard.job_event (id, source, app_name, at, state, before, because, detail)
        select id, @source, app_name, @at, state, before, because, detail
          from unnest(@ids, @names, @verdicts, @befores, @headlines, @details) as stood (id, app_name, state, before, because, detail)
        on conflict (id) do nothing
        """;

    private const string IncidentSql = """
        insert into dashboard.incident as known (id, source, root_kind, root, app_name, opened_at, state, paged_at, closed_at, version, detail)
        values (@id, @source, @kind, @root, @job, @opened, @state, @paged, @closed, @version, @detail)
        on conflict (id) do update
           set app_name = @job, state = @state, paged_at = @paged, closed_at = @closed, version = @version, detail = @detail
         where known.version < @version
        """;

    private const string PromiseSql = """
        insert into dashboard.promise (id, source, app_name, made_at, likely, by80, grade, settled_at, kept)
        values (@id, @source, @job, @made, @likely, @by80, @grade, @settled, @kept)
        on conflict (id) do update set settled_at = @settled, kept = @kept
        """;

    private const string PruneSql = """
        delete from dashboard.verdict_event old
         where at < now() - make_interval(days => @days)
           and exists (select from dashboard.verdict_event newer where newer.source = old.source and newer.app_name is not distinct from old.app_name and newer.at > old.at and newer.at < now() - make_interval(days => @days));
        delete from dashboard.job_event old
         where at < now() - make_interval(days => @days)
           and exists (select from dashboard.job_event newer where newer.source = old.source and newer.app_name = old.app_name and newer.at > old.at and newer.at < now() - make_interval(days => @days));
        delete from dashboard.incident where closed_at < now() - make_interval(days => @days);
        delete from dashboard.promise where settled_at < now() - make_interval(days => @days);
        delete from dashboard.silence where ends_at < now() - make_interval(days => @days);
        """;

    /// <summary>What was known of a source when the ledger was written last.</summary>
    public Task<LedgerMemory> LoadAsync(string source, CancellationToken cancellationToken) => database.Patient.Statements.RunAsync(
        async (connection, token) =>
        {
            var said = await RowsAsync(connection, SaidSql, source, row => LedgerJson.Read<Verdict>(row.GetString(0)), token);
            var whole = await RowsAsync(connection, WholeSql, source, row => LedgerJson.Read<VerdictSnapshot>(row.GetString(0)), token);
            var standings = await RowsAsync(connection, StandingsSql, source, row => LedgerJson.Read<KeptStanding>(row.GetString(0)), token);
            var open = await RowsAsync(connection, OpenSql, source, row => LedgerJson.Read<Incident>(row.GetString(0)), token);
            var promises = await RowsAsync(connection, PromisesSql, source, row => Promise(row, source), token);
            return new LedgerMemory
            {
                Said = said.ToDictionary(verdict => verdict.Job, StringComparer.Ordinal),
                Whole = whole is [var last] ? last : null,
                Standings = standings.ToDictionary(standing => standing.Job, StringComparer.Ordinal),
                Open = open.ToDictionary(incident => incident.Root),
                Promises = promises.ToDictionary(promise => promise.Job, StringComparer.Ordinal),
            };
        },
        cancellationToken).AsTask();

    /// <summary>What people said of the troubles of a source that go on, and when nothing of it is to be sent.</summary>
    public Task<(ILookup<Guid, IncidentMark> Marks, IReadOnlyList<Silence> Silences)> SaidByPeopleAsync(string source, CancellationToken cancellationToken) => database.Patient.Statements.RunAsync(
        async (connection, token) =>
        {
            var marks = await RowsAsync(connection, MarksSql, source, LedgerRows.Mark, token);
            IReadOnlyList<Silence> silences = await RowsAsync(connection, SilencesSql, source, LedgerRows.Silence, token);
            return (marks.ToLookup(mark => mark.Incident), silences);
        },
        cancellationToken).AsTask();

    /// <summary>What was last done to jobs by people through the dashboard, in one sentence each.</summary>
    public async Task<IReadOnlyDictionary<string, string>> DoneByPeopleAsync(string source, IReadOnlyCollection<Incident> ended, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(ended);
        if (ended.Count == 0)
        {
            return new Dictionary<string, string>();
        }

        // Two clocks may differ by a little.
        var since = ended.Min(incident => incident.OpenedAt).AddMinutes(-1);
        var done = await database.Patient.Statements.RunAsync(
            (connection, token) => RowsAsync(
                connection, DoneSql, source, row => (Job: row.GetString(0), Said: $"{row.GetString(1)} did it: {row.GetString(2)}, {row.GetFieldValue<DateTimeOffset>(3).UtcDateTime:HH:mm'Z'}."), token,
                new NpgsqlParameter("since", NpgsqlDbType.TimestampTz) { Value = since.UtcDateTime }, new NpgsqlParameter<string[]>("jobs", [.. ended.Select(incident => incident.Job).OfType<string>()])),
            cancellationToken);
        return done.ToDictionary(pair => pair.Job, pair => pair.Said, StringComparer.Ordinal);
    }

    /// <summary>Writes a page; false, and nothing is written, when another node holds the lease.</summary>
    public Task<bool> WriteAsync(string source, LedgerPage page, DateTimeOffset at, IReadOnlyList<OutboxEntry> told, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(page);
        ArgumentNullException.ThrowIfNull(told);
        var (verdicts, jobs) = (Events(page), Moves(page));
        return database.Patient.Repeatable.RunAsync(
            async (connection, token) =>
            {
                if (!await lease.HoldsAsync(connection, token))
                {
                    return false;
                }

                await WriteAsync(connection, VerdictsSql, source, at, verdicts, token);
                await WriteAsync(connection, JobsSql, source, at, jobs, token);

                // What is over makes room for the next of the same root.
                foreach (var incident in page.Incidents.OrderBy(incident => incident.ClosedAt is null))
                {
                    await WriteAsync(connection, incident, token);
                }

                foreach (var promise in page.Promises.OrderBy(promise => promise.SettledAt is null))
                {
                    await WriteAsync(connection, promise, token);
                }

                foreach (var entry in told)
                {
                    await Outbox.AddAsync(connection, entry, token);
                }

                return true;
            },
            cancellationToken).AsTask();
    }

    /// <summary>Forgets what is older than is kept; of each job the last word before that stays, so that any later moment can be shown.</summary>
    public Task PruneAsync(int days, CancellationToken cancellationToken) => database.Patient.Repeatable.RunAsync(
        async (connection, token) =>
        {
            await using var command = new NpgsqlCommand(PruneSql, connection) { CommandTimeout = 60 };
            command.Parameters.Add(new NpgsqlParameter<int>("days", days));
            await command.ExecuteNonQueryAsync(token);
        },
        cancellationToken);

    private static EventRow[] Events(LedgerPage page)
    {
        var jobs = page.Verdicts.Select(pair => new EventRow(Guid.CreateVersion7(), pair.Now.Job, $"{pair.Now.State}", pair.Before is { } before ? $"{before.State}" : null, pair.Now.Headline, LedgerJson.Text(pair.Now)));
        return page.Whole is { } whole
            ? [.. jobs, new EventRow(Guid.CreateVersion7(), null, $"{whole.Now.State}", whole.Before is { } last ? $"{last.State}" : null, whole.Now.Headline, LedgerJson.Text(whole.Now with { Jobs = [] }))]
            : [.. jobs];
    }

    private static EventRow[] Moves(LedgerPage page) =>
        [.. page.Standings.Select(pair => new EventRow(Guid.CreateVersion7(), pair.Now.Job, $"{pair.Now.State}", pair.Before is { } before ? $"{before.State}" : null, pair.Now.Because, LedgerJson.Text(pair.Now)))];

    private static async Task WriteAsync(NpgsqlConnection connection, string sql, string source, DateTimeOffset at, EventRow[] rows, CancellationToken cancellationToken)
    {
        if (rows.Length == 0)
        {
            return;
        }

        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 30 };
        command.Parameters.Add(new NpgsqlParameter<string>("source", source));
        command.Parameters.Add(new NpgsqlParameter("at", NpgsqlDbType.TimestampTz) { Value = at.UtcDateTime });
        command.Parameters.Add(new NpgsqlParameter<Guid[]>("ids", [.. rows.Select(row => row.Id)]));
        Texts("names", row => row.Name);
        Texts("verdicts", row => row.State);
        Texts("befores", row => row.Before);
        Texts("headlines", row => LedgerRows.Clean(row.Text));
        Texts("details", row => row.Detail);
        await command.ExecuteNonQueryAsync(cancellationToken);

        void Texts(string name, Func<EventRow, string?> of) => command.Parameters.Add(new NpgsqlParameter(name, NpgsqlDbType.Array | NpgsqlDbType.Text) { Value = rows.Select(of).ToArray() });
    }

    private static async Task WriteAsync(NpgsqlConnection connection, Incident incident, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(IncidentSql, connection);
        command.Parameters.Add(new NpgsqlParameter<Guid>("id", incident.Id));
        command.Parameters.Add(new NpgsqlParameter<string>("source", incident.Source));
        command.Parameters.Add(new NpgsqlParameter<string>("kind", $"{incident.Root.Kind}"));
        command.Parameters.Add(new NpgsqlParameter<string>("root", incident.Root.Name));
        command.Parameters.Add(LedgerRows.Text("job", incident.Job));
        command.Parameters.Add(LedgerRows.Moment("opened", incident.OpenedAt));
        command.Parameters.Add(new NpgsqlParameter<string>("state", $"{incident.State}"));
        command.Parameters.Add(LedgerRows.Moment("paged", incident.PagedAt));
        command.Parameters.Add(LedgerRows.Moment("closed", incident.ClosedAt));
        command.Parameters.Add(new NpgsqlParameter<int>("version", incident.Version));
        command.Parameters.Add(new NpgsqlParameter<string>("detail", LedgerJson.Text(incident)));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task WriteAsync(NpgsqlConnection connection, Promise promise, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(PromiseSql, connection);
        command.Parameters.Add(new NpgsqlParameter<Guid>("id", promise.Id));
        command.Parameters.Add(new NpgsqlParameter<string>("source", promise.Source));
        command.Parameters.Add(new NpgsqlParameter<string>("job", promise.Job));
        command.Parameters.Add(LedgerRows.Moment("made", promise.MadeAt));
        command.Parameters.Add(LedgerRows.Moment("likely", promise.Likely));
        command.Parameters.Add(LedgerRows.Moment("by80", promise.By80));
        command.Parameters.Add(new NpgsqlParameter<string>("grade", $"{promise.Grade}"));
        command.Parameters.Add(LedgerRows.Moment("settled", promise.SettledAt));
        command.Parameters.Add(new NpgsqlParameter("kept", NpgsqlDbType.Boolean) { Value = promise.Kept is { } kept ? kept : DBNull.Value });
        await command.ExecuteNonQueryAsync(cancellationToken);
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
    };

    private static async ValueTask<List<T>> RowsAsync<T>(NpgsqlConnection connection, string sql, string source, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken, params NpgsqlParameter[] more)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 10 };
        command.Parameters.Add(new NpgsqlParameter<string>("source", source));
        command.Parameters.AddRange(more);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    private sealed record EventRow(Guid Id, string? Name, string State, string? Before, string Text, string Detail);
}
