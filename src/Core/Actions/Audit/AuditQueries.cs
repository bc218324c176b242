using Dashboard.Core.Access;
using Dashboard.Core.Database;
using Dashboard.Core.Retries.Executor;
using Npgsql;
using NpgsqlTypes;

namespace Dashboard.Core.Actions.Audit;

/// <summary>Which lines of the audit somebody wants to see, newest first.</summary>
public sealed record AuditFilter
{
    /// <summary>Of this source only; with <see cref="Event"/> also what is of none, as who came in.</summary>
    public string? Source { get; init; }

    /// <summary>Of this job only.</summary>
    public string? Job { get; init; }

    /// <summary>Of this person or key only.</summary>
    public string? Actor { get; init; }

    /// <summary>Of this kind of action only, by its slug.</summary>
    public string? Kind { get; init; }

    /// <summary>Only with this event.</summary>
    public string? Event { get; init; }

    /// <summary>Of this action only.</summary>
    public Guid? Action { get; init; }

    /// <summary>Older than this line.</summary>
    public long? Before { get; init; }

    /// <summary>At most so many.</summary>
    public int Most { get; init; } = 50;
}

/// <summary>Adds to the audit and reads it: <c>dashboard.audit</c>.</summary>
public sealed class AuditQueries(OwnDatabase database)
{
    // One line after the other: each needs the hash of the one before.
    private const string HeadSql = """
        select pg_advisory_xact_lock(hashtextextended('crontabber dashboard audit', 0));
        """;

    private const string LastSql = """
        select clock_timestamp(), (select seq from dashboard.audit order by seq desc limit 1), (select hash from dashboard.audit order by seq desc limit 1)
        """;

    private const string AddSql = """
        insert into dashboard.audit (seq, at, event, action, actor, role, via, address, source, app_name, kind, reason, summary, before_row, after_row, previous, hash)
        values (@seq, @at, @event, @action, @actor, @role, @via, @address, @source, @job, @kind, @reason, @summary, @before, @after, @previous, @hash)
        """;

    private const string Columns = "seq, at, event, action, actor, role, via, address, source, app_name, kind, reason, summary, before_row, after_row, previous, hash";

    private const string PageSql = $"""
        select {Columns}
          from dashboard.audit
         where (@source::text is null or source = @source or (source is null and @event::text is not null))
           and (@job::text is null or app_name = @job)
           and (@actor::text is null or actor = @actor)
           and (@kind::text is null or kind = @kind)
           and (@event::text is null or event = @event)
           and (@action::uuid is null or action = @action)
           and (@before::bigint is null or seq < @before)
         order by seq desc
         limit @most
        """;

    private const string OnwardSql = $"""
        select {Columns}
          from dashboard.audit
         where seq > @after
         order by seq
         limit @most
        """;

    /// <summary>Adds a line within a transaction of the own database, as its last deed: until it ends nobody else adds one.</summary>
    public static async Task<AuditAnchor> AddAsync(NpgsqlConnection connection, AuditEntry entry, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entry);
        entry = Plain(entry);
        await using (var wait = new NpgsqlCommand(HeadSql, connection))
        {
            await wait.ExecuteNonQueryAsync(cancellationToken);
        }

        var (at, sequence, previous) = await HeadAsync(connection, cancellationToken);
        var hash = AuditLine.HashOf(sequence + 1, at, entry, previous);
        await using var command = new NpgsqlCommand(AddSql, connection);
        command.Parameters.Add(new NpgsqlParameter<long>("seq", sequence + 1));
        command.Parameters.Add(new NpgsqlParameter("at", NpgsqlDbType.TimestampTz) { Value = at.UtcDateTime });
        command.Parameters.Add(new NpgsqlParameter("action", NpgsqlDbType.Uuid) { Value = entry.Action is { } action ? action : DBNull.Value });
        Text(command, "event", entry.Event);
        Text(command, "actor", entry.Who.Name);
        Text(command, "role", entry.Who.Role.Name());
        Text(command, "via", entry.Who.Via);
        Text(command, "address", entry.Who.Address);
        Text(command, "source", entry.Source);
        Text(command, "job", entry.Job);
        Text(command, "kind", entry.Kind);
        Text(command, "reason", entry.Reason);
        Text(command, "summary", entry.Summary);
        Text(command, "before", entry.Before);
        Text(command, "after", entry.After);
        command.Parameters.Add(new NpgsqlParameter<byte[]>("previous", previous));
        command.Parameters.Add(new NpgsqlParameter<byte[]>("hash", hash));
        await command.ExecuteNonQueryAsync(cancellationToken);
        return new AuditAnchor(sequence + 1, hash);
    }

    /// <summary>Adds a line in a transaction of its own.</summary>
    public async Task<AuditAnchor> AddAsync(AuditEntry entry, CancellationToken cancellationToken) =>
        await database.Now.Once.RunAsync(static async (connection, entry, token) => await AddAsync(connection, entry, token), entry, cancellationToken);

    /// <summary>A page of lines, newest first.</summary>
    public async Task<IReadOnlyList<AuditLine>> PageAsync(AuditFilter filter, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        return await database.Now.Statements.RowsAsync(
            () =>
            {
                var command = new NpgsqlCommand(PageSql) { CommandTimeout = 10 };
                Text(command, "source", filter.Source);
                Text(command, "job", filter.Job);
                Text(command, "actor", filter.Actor);
                Text(command, "kind", filter.Kind);
                Text(command, "event", filter.Event);
                command.Parameters.Add(new NpgsqlParameter("action", NpgsqlDbType.Uuid) { Value = filter.Action is { } action ? action : DBNull.Value });
                command.Parameters.Add(new NpgsqlParameter("before", NpgsqlDbType.Bigint) { Value = filter.Before is { } before ? before : DBNull.Value });
                command.Parameters.Add(new NpgsqlParameter<int>("most", Math.Clamp(filter.Most, 1, 10_000)));
                return command;
            },
            Of,
            cancellationToken);
    }

    /// <summary>The lines after one, oldest first.</summary>
    public async Task<IReadOnlyList<AuditLine>> OnwardAsync(long after, int most, CancellationToken cancellationToken) => await database.Now.Statements.RowsAsync(
        () => new NpgsqlCommand(OnwardSql) { CommandTimeout = 60, Parameters = { new NpgsqlParameter<long>("after", after), new NpgsqlParameter<int>("most", most) } }, Of, cancellationToken);

    private static async Task<(DateTimeOffset At, long Sequence, byte[] Hash)> HeadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var last = new NpgsqlCommand(LastSql, connection);
        await using var reader = await last.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (reader.GetFieldValue<DateTimeOffset>(0), reader.IsDBNull(1) ? 0 : reader.GetInt64(1), reader.IsDBNull(2) ? AuditLine.Origin : reader.GetFieldValue<byte[]>(2));
    }

    // The database's texts hold no NUL.
    private static AuditEntry Plain(AuditEntry entry) => entry with
    {
        Who = entry.Who with { Name = Clean(entry.Who.Name)!, Address = Clean(entry.Who.Address) },
        Source = Clean(entry.Source),
        Job = Clean(entry.Job),
        Reason = Clean(entry.Reason),
        Summary = Clean(entry.Summary)!,
    };

    private static string? Clean(string? text) => text?.Replace('\0', '\uFFFD');

    private static void Text(NpgsqlCommand command, string name, string? text) =>
        command.Parameters.Add(new NpgsqlParameter(name, NpgsqlDbType.Text) { Value = text is null ? DBNull.Value : text });

    private static AuditLine Of(NpgsqlDataReader reader)
    {
        string? At(int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
        return new AuditLine
        {
            Sequence = reader.GetInt64(0),
            At = reader.GetFieldValue<DateTimeOffset>(1),
            Entry = new AuditEntry(reader.GetString(2), new Actor(reader.GetString(4), Roles.Find(reader.GetString(5)) ?? Role.Viewer, reader.GetString(6), At(7)), reader.GetString(12))
            {
                Action = reader.IsDBNull(3) ? null : reader.GetGuid(3),
                Source = At(8),
                Job = At(9),
                Kind = At(10),
                Reason = At(11),
                Before = At(13),
                After = At(14),
            },
            Previous = reader.GetFieldValue<byte[]>(15),
            Hash = reader.GetFieldValue<byte[]>(16),
        };
    }
}
