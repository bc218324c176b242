using Dashboard.Core.Access;
using Dashboard.Core.Actions.Audit;
using Dashboard.Core.Database;
using Dashboard.Core.Retries.Executor;
using Npgsql;
using NpgsqlTypes;
using static Dashboard.Core.Actions.Operations.OperationRows;

namespace Dashboard.Core.Actions.Operations;

/// <summary>What people ask of operations and say of them: it takes place only if the operation is as they saw it, together with its line of the audit.</summary>
public sealed class OperationQueries(OwnDatabase database)
{
    /// <summary>How long the plans of a committed operation can be carried out: what guards each is its row's version, not its age.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromDays(1);

    private const string FindSql = $"""
        {OperationRows.SelectSql}
         where o.id = @id
        """;

    private const string LiveSql = $"""
        {OperationRows.SelectSql}
         where o.source = @source and o.state in ('planning', 'planned', 'active', 'paused')
           and (o.state in ('active', 'paused') or o.made_at > now() - interval '1 hour')
         order by o.made_at, o.id
         limit 100
        """;

    private const string RecentSql = $"""
        {OperationRows.SelectSql}
         where o.source = @source
         order by o.made_at desc, o.id
         limit 100
        """;

    private const string BusyJobsSql = """
        select o.app_name, o.id from dashboard.operation o where o.source = @source and o.kind in ('slots', 'row') and o.state in ('active', 'paused')
        union all
        select j.app_name, o.id
          from dashboard.operation o join dashboard.operation_job j on j.operation = o.id
         where o.source = @source and o.kind = 'jobs' and o.state in ('active', 'paused') and j.state = 'planned'
         limit 20000
        """;

    private const string PartsSql = """
        select o.app_name, s.slot, s.state, s.because, null::uuid, s.began_at, s.ended_at, 0
          from dashboard.operation o join dashboard.operation_slot s on s.operation = o.id
         where o.id = @id
        union all
        select j.app_name, null, j.state, j.because, j.action, null, null, j.place
          from dashboard.operation_job j
         where j.operation = @id
         order by 8, 2
        """;

    private const string MakeSql = """
        with old as (
            delete from dashboard.operation where made_at < now() - interval '2 days' and state in ('planning', 'planned', 'withdrawn')
        ), made as (
            insert into dashboard.operation (id, kind, source, action_kind, wish, summary, state, made_by)
            values (@id, 'jobs', @source, @action, @until, @summary, 'planning', @by)
        )
        insert into dashboard.operation_job (operation, place, app_name)
        select @id, place, name from unnest(@jobs) with ordinality as chosen (name, place)
        """;

    private const string CommitSql = """
        with lives as (
            update dashboard.action set expires_at = now() + @life where operation = @id and state = 'planned'
        )
        update dashboard.operation
           set state = 'active', actor = @actor, role = @role, via = @via, address = @address, session = @session, api_key = @key, reason = @reason, committed_at = now()
         where id = @id and state = 'planned' and made_at > now() - interval '1 hour'
        """;

    private const string ChangeSql = """
        update dashboard.operation
           set state = @state, because = @because, finished_at = case when @state::text in ('cancelled', 'withdrawn') then now() end, audited = @state::text = 'withdrawn'
         where id = @id and state = any(@from)
        """;

    private const string CancelPartsSql = """
        with slots as (
            update dashboard.operation_slot set state = 'cancelled', because = @because where operation = @id and state = 'waiting'
        ), gone as (
            update dashboard.action set state = 'withdrawn', finished_at = now(), sentence = @because where operation = @id and state = 'planned'
        )
        update dashboard.operation_job set state = 'cancelled', because = @because where operation = @id and state in ('unplanned', 'planned')
        """;

    /// <summary>Keeps a new one on many jobs; they are planned by whoever works on it.</summary>
    public async Task MakeAsync(Guid id, string source, ActionKind action, DateTimeOffset? until, IReadOnlyList<string> jobs, string summary, string by, CancellationToken cancellationToken)
    {
        await database.Now.Once.ExecuteAsync(
            () =>
            {
                var command = new NpgsqlCommand(MakeSql);
                Id(command, "id", id);
                Text(command, "source", source);
                Text(command, "action", action.Slug());
                Text(command, "until", until?.UtcDateTime.ToString("O", System.Globalization.CultureInfo.InvariantCulture));
                Text(command, "summary", summary);
                Text(command, "by", by);
                command.Parameters.Add(new NpgsqlParameter<string[]>("jobs", [.. jobs]));
                return command;
            },
            cancellationToken);
    }

    /// <summary>The operation of that id; null when there is none.</summary>
    public async Task<Operation?> FindAsync(Guid id, CancellationToken cancellationToken) =>
        await database.OperationsAsync(() => With(FindSql, new NpgsqlParameter<Guid>("id", id)), cancellationToken) is [var found, ..] ? found : null;

    /// <summary>Its parts, in order.</summary>
    public async Task<IReadOnlyList<OperationPart>> PartsAsync(Guid id, CancellationToken cancellationToken) => await database.Now.Statements.RowsAsync(
        () => With(PartsSql, new NpgsqlParameter<Guid>("id", id)),
        static row => new OperationPart(row.GetString(0), Moment(row, 1), row.GetString(2), row.IsDBNull(3) ? null : row.GetString(3))
        {
            Action = row.IsDBNull(4) ? null : row.GetGuid(4),
            Began = Moment(row, 5),
            Ended = Moment(row, 6),
            Place = row.GetInt32(7),
        },
        cancellationToken);

    /// <summary>The last of a source, newest first.</summary>
    public Task<IReadOnlyList<Operation>> RecentAsync(string source, CancellationToken cancellationToken) => database.OperationsAsync(() => With(RecentSql, new NpgsqlParameter<string>("source", source)), cancellationToken);

    /// <summary>What is under way in a source.</summary>
    public async Task<OperationsSnapshot> LiveAsync(string source, CancellationToken cancellationToken)
    {
        var live = await database.OperationsAsync(() => With(LiveSql, new NpgsqlParameter<string>("source", source)), cancellationToken);
        var busy = new Dictionary<string, Guid>(StringComparer.Ordinal);
        if (live.Any(operation => operation.IsUnderWay))
        {
            foreach (var (job, id) in await database.Now.Statements.RowsAsync(
                () => With(BusyJobsSql, new NpgsqlParameter<string>("source", source)), static row => (row.GetString(0), row.GetGuid(1)), cancellationToken))
            {
                busy.TryAdd(job, id);
            }
        }

        return new OperationsSnapshot(source, live) { ByJob = busy };
    }

    /// <summary>Agrees to it; false when it is not as it was seen, or too old.</summary>
    public async Task<bool> CommitAsync(Operation operation, Actor who, string reason, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(operation);
        ArgumentNullException.ThrowIfNull(who);
        return await database.Now.Once.RunAsync(
            async (connection, token) =>
            {
                await using var command = new NpgsqlCommand(CommitSql, connection);
                Id(command, "id", operation.Id);
                command.Parameters.Add(new NpgsqlParameter<TimeSpan>("life", Life));
                Text(command, "actor", who.Name);
                Text(command, "role", who.Role.Name());
                Text(command, "via", who.Via);
                Text(command, "address", who.Address);
                command.Parameters.Add(new NpgsqlParameter("session", NpgsqlDbType.Uuid) { Value = who.Session is { } session ? session : DBNull.Value });
                command.Parameters.Add(new NpgsqlParameter("key", NpgsqlDbType.Bigint) { Value = who.Key is { } key ? key : DBNull.Value });
                Text(command, "reason", reason.Replace('\0', '\uFFFD'));
                if (await command.ExecuteNonQueryAsync(token) == 0)
                {
                    return false;
                }

                await AuditQueries.AddAsync(connection, Entry(operation, who, reason, AuditEvents.Began, operation.Summary), token);
                return true;
            },
            cancellationToken);
    }

    /// <summary>Pauses it, lets it go on, cancels its rest or throws it away; false when it is not as it was seen.</summary>
    /// <param name="operation">Which.</param>
    /// <param name="from">Only when it is in one of these.</param>
    /// <param name="to">What it becomes.</param>
    /// <param name="who">Who says so.</param>
    /// <param name="event">For the audit.</param>
    /// <param name="because">For people; null when there is nothing to say.</param>
    /// <param name="cancellationToken">To stop.</param>
    public async Task<bool> ChangeAsync(
        Operation operation, IReadOnlyList<OperationState> from, OperationState to, Actor who, string @event, string? because, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(operation);
        return await database.Now.Once.RunAsync(
            async (connection, token) =>
            {
                await using (var command = new NpgsqlCommand(ChangeSql, connection))
                {
                    Id(command, "id", operation.Id);
                    Text(command, "state", Word(to));
                    Text(command, "because", because);
                    command.Parameters.Add(new NpgsqlParameter<string[]>("from", [.. from.Select(Word)]));
                    if (await command.ExecuteNonQueryAsync(token) == 0)
                    {
                        return false;
                    }
                }

                if (to is OperationState.Cancelled or OperationState.Withdrawn)
                {
                    await using var parts = new NpgsqlCommand(CancelPartsSql, connection);
                    Id(parts, "id", operation.Id);
                    Text(parts, "because", because);
                    await parts.ExecuteNonQueryAsync(token);
                }

                await AuditQueries.AddAsync(connection, Entry(operation, who, null, @event, because ?? operation.Summary), token);
                return true;
            },
            cancellationToken);
    }

    internal static AuditEntry Entry(Operation operation, Actor who, string? reason, string @event, string summary) => new(@event, who, summary)
    {
        Source = operation.Source,
        Job = operation.Job,
        Kind = operation.Action.Slug(),
        Reason = reason,
    };

    /// <summary>A state as it is recorded, and as it stands in addresses.</summary>
    internal static string Word(OperationState state) => state.ToString().ToLowerInvariant();
}
