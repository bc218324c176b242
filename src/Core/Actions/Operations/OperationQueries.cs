using Dashboard.Core.Access;
using Dashboard.Core.Actions.Audit;
using Dashboard.Core.Database;
using Dashboard.Core.Retries.Executor;
using Npgsql;
using NpgsqlTypes;

namespace Dashboard.Core.Actions.Operations;

/// <summary>Keeps operations and their parts. What people say of one takes place only if it is as they saw it, together with its line of the audit.</summary>
public sealed class OperationQueries(OwnDatabase database)
{
    /// <summary>A node that works on an operation says so again before this has passed; then another may take it.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    /// <summary>How long the plans of a committed operation can be carried out: what guards each is its row's version, not its age.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromDays(1);

    private const string CountsSql = """
        select count(*) filter (where p.state in ('waiting', 'unplanned') or (p.state = 'planned' and o.state <> 'planned' and o.state <> 'planning')) as waiting,
               count(*) filter (where p.state = 'running' or (p.state = 'planned' and o.state in ('planned', 'planning'))) as running,
               count(*) filter (where p.state = 'done') as done,
               count(*) filter (where p.state in ('failed', 'lost', 'stale', 'busy', 'unknown')) as failed,
               count(*) filter (where p.state in ('not_run', 'refused', 'cancelled')) as left_out
          from (select state from dashboard.operation_slot s where s.operation = o.id
                union all
                select state from dashboard.operation_job j where j.operation = o.id) p
        """;

    private const string SelectSql = $"""
        select o.id, o.kind, o.source, o.action_kind, o.app_name, o.wish, o.summary, o.state, o.because, o.made_at, o.made_by, o.actor, o.role, o.via, o.address, o.session, o.api_key,
               o.reason, o.committed_at, o.finished_at, c.waiting, c.running, c.done, c.failed, c.left_out, o.followed_since
          from dashboard.operation o cross join lateral ({CountsSql}) c
        """;

    private const string FindSql = $"""
        {SelectSql}
         where o.id = @id
        """;

    private const string LiveSql = $"""
        {SelectSql}
         where o.source = @source and o.state in ('planning', 'planned', 'active', 'paused')
           and (o.state in ('active', 'paused') or o.made_at > now() - interval '1 hour')
         order by o.made_at, o.id
         limit 100
        """;

    private const string RecentSql = $"""
        {SelectSql}
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

    private const string NextSql = """
        select place, app_name, action from dashboard.operation_job where operation = @id and state = @state order by place limit 1
        """;

    private const string PartSql = """
        update dashboard.operation_job set state = @state, action = coalesce(@action, action), because = @because where operation = @id and place = @place
        """;

    // One node at a time; one that stopped on the way is followed by another.
    private const string LeaseSql = """
        update dashboard.operation
           set leased_by = @node, leased_until = now() + @lease
         where id = (select id
                       from dashboard.operation
                      where kind = 'jobs' and state in ('planning', 'active') and (leased_until is null or leased_until < now() or leased_by = @node)
                      order by made_at, id
                      limit 1
                        for update skip locked)
        returning id
        """;

    private const string StillSql = """
        update dashboard.operation set leased_until = now() + @lease where id = @id and leased_by = @node and state = @state
        """;

    private const string LetGoSql = """
        update dashboard.operation set leased_by = null, leased_until = null where id = @id and leased_by = @node
        """;

    private const string PlannedSql = """
        update dashboard.operation
           set state = 'planned'
         where id = @id and state = 'planning' and not exists (select from dashboard.operation_job where operation = @id and state = 'unplanned')
        """;

    private const string DoneSql = """
        update dashboard.operation
           set state = 'done', finished_at = now()
         where id = @id and state = 'active' and not exists (select from dashboard.operation_job where operation = @id and state = 'planned')
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

    private const string UnauditedSql = $"""
        {SelectSql}
         where o.finished_at is not null and not o.audited and o.state in ('done', 'cancelled')
         order by o.finished_at
         limit 20
        """;

    private const string AuditedSql = """
        update dashboard.operation set audited = true where id = @id and not audited
        """;

    private const string RunningSourcesSql = """
        select distinct o.source from dashboard.operation_slot s join dashboard.operation o on o.id = s.operation where s.state = 'running' and o.kind = 'slots' order by o.source
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
        await ReadAsync(() => With(FindSql, new NpgsqlParameter<Guid>("id", id)), cancellationToken) is [var found, ..] ? found : null;

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
    public Task<IReadOnlyList<Operation>> RecentAsync(string source, CancellationToken cancellationToken) => ReadAsync(() => With(RecentSql, new NpgsqlParameter<string>("source", source)), cancellationToken);

    /// <summary>What is under way in a source.</summary>
    public async Task<OperationsSnapshot> LiveAsync(string source, CancellationToken cancellationToken)
    {
        var live = await ReadAsync(() => With(LiveSql, new NpgsqlParameter<string>("source", source)), cancellationToken);
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

    /// <summary>Takes an operation to work on it: one that nobody works on, oldest first; null when there is none.</summary>
    public async Task<Guid?> LeaseAsync(Guid node, CancellationToken cancellationToken) => await database.Now.Statements.ScalarAsync(
        () => With(LeaseSql, new NpgsqlParameter<Guid>("node", node), new NpgsqlParameter<TimeSpan>("lease", Lease)), cancellationToken) as Guid?;

    /// <summary>Says that a node still works on it; false when somebody paused or ended it, or another node has taken it.</summary>
    public async Task<bool> StillAsync(Guid id, Guid node, OperationState state, CancellationToken cancellationToken) => await database.Now.Statements.ExecuteAsync(
        () => With(
            StillSql, new NpgsqlParameter<Guid>("id", id), new NpgsqlParameter<Guid>("node", node), new NpgsqlParameter<string>("state", Word(state)), new NpgsqlParameter<TimeSpan>("lease", Lease)),
        cancellationToken) == 1;

    /// <summary>Lets others work on it at once.</summary>
    public Task LetGoAsync(Guid id, Guid node, CancellationToken cancellationToken) =>
        database.Now.Statements.ExecuteAsync(() => With(LetGoSql, new NpgsqlParameter<Guid>("id", id), new NpgsqlParameter<Guid>("node", node)), cancellationToken);

    /// <summary>The next job in that state; null when there is none.</summary>
    public async Task<OperationPart?> NextAsync(Guid id, string state, CancellationToken cancellationToken)
    {
        var found = await database.Now.Statements.RowsAsync(
            () => With(NextSql, new NpgsqlParameter<Guid>("id", id), new NpgsqlParameter<string>("state", state)),
            row => new OperationPart(row.GetString(1), null, state, null) { Place = row.GetInt32(0), Action = row.IsDBNull(2) ? null : row.GetGuid(2) },
            cancellationToken);
        return found.Count == 0 ? null : found[0];
    }

    /// <summary>Says what became of one of its jobs.</summary>
    public Task PartAsync(Guid id, int place, string state, Guid? action, string? because, CancellationToken cancellationToken) => database.Now.Statements.ExecuteAsync(
        () => With(
            PartSql,
            new NpgsqlParameter<Guid>("id", id),
            new NpgsqlParameter<int>("place", place),
            new NpgsqlParameter<string>("state", state),
            new NpgsqlParameter("action", NpgsqlDbType.Uuid) { Value = action is { } value ? value : DBNull.Value },
            new NpgsqlParameter("because", NpgsqlDbType.Text) { Value = (object?)because ?? DBNull.Value }),
        cancellationToken);

    /// <summary>Says that every job was looked at, if that is so.</summary>
    public Task PlannedAsync(Guid id, CancellationToken cancellationToken) => database.Now.Statements.ExecuteAsync(() => With(PlannedSql, new NpgsqlParameter<Guid>("id", id)), cancellationToken);

    /// <summary>Says that every job was acted on, if that is so.</summary>
    public Task DoneAsync(Guid id, CancellationToken cancellationToken) => database.Now.Statements.ExecuteAsync(() => With(DoneSql, new NpgsqlParameter<Guid>("id", id)), cancellationToken);

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

    /// <summary>Those that ended and of whose end the audit does not say yet.</summary>
    public Task<IReadOnlyList<Operation>> UnauditedAsync(CancellationToken cancellationToken) => ReadAsync(static () => new NpgsqlCommand(UnauditedSql), cancellationToken);

    /// <summary>Adds the line of its end to the audit, once.</summary>
    public async Task AuditAsync(Operation operation, string summary, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(operation);
        var who = operation.Actor ?? new Actor(operation.MadeBy, Role.Viewer, ActorVia.Terminal, null);
        await database.Now.Once.RunAsync(
            async (connection, token) =>
            {
                await using var command = new NpgsqlCommand(AuditedSql, connection);
                Id(command, "id", operation.Id);
                if (await command.ExecuteNonQueryAsync(token) == 0)
                {
                    return false;
                }

                await AuditQueries.AddAsync(connection, Entry(operation, who, operation.Reason, AuditEvents.Ended, summary), token);
                return true;
            },
            cancellationToken);
    }

    /// <summary>The sources in which a chosen slot is said to run.</summary>
    public async Task<IReadOnlyList<string>> RunningSourcesAsync(CancellationToken cancellationToken) =>
        await database.Now.Statements.RowsAsync(static () => new NpgsqlCommand(RunningSourcesSql), static row => row.GetString(0), cancellationToken);

    internal static AuditEntry Entry(Operation operation, Actor who, string? reason, string @event, string summary) => new(@event, who, summary)
    {
        Source = operation.Source,
        Job = operation.Job,
        Kind = operation.Action.Slug(),
        Reason = reason,
    };

    /// <summary>A state as it is recorded, and as it stands in addresses.</summary>
    internal static string Word(OperationState state) => state.ToString().ToLowerInvariant();

    private async Task<IReadOnlyList<Operation>> ReadAsync(Func<NpgsqlCommand> command, CancellationToken cancellationToken) => await database.Now.Statements.RowsAsync(command, Of, cancellationToken);

    private static Operation Of(NpgsqlDataReader row)
    {
        string? At(int column) => row.IsDBNull(column) ? null : row.GetString(column);
        int Count(int column) => (int)row.GetInt64(column);
        return new Operation
        {
            Id = row.GetGuid(0),
            Kind = Enum.Parse<OperationKind>(row.GetString(1), ignoreCase: true),
            Source = row.GetString(2),
            Action = ActionWords.Parse(row.GetString(3)) ?? ActionKind.Undo,
            Job = At(4),
            Until = At(5) is { } until ? DateTimeOffset.Parse(until, System.Globalization.CultureInfo.InvariantCulture) : null,
            Summary = row.GetString(6),
            State = Enum.Parse<OperationState>(row.GetString(7), ignoreCase: true),
            Because = At(8),
            MadeAt = row.GetFieldValue<DateTimeOffset>(9),
            MadeBy = row.GetString(10),
            Actor = At(11) is { } name
                ? new Actor(name, Roles.Find(At(12)) ?? Role.Viewer, At(13) ?? "", At(14)) { Session = row.IsDBNull(15) ? null : row.GetGuid(15), Key = row.IsDBNull(16) ? null : row.GetInt64(16) }
                : null,
            Reason = At(17),
            CommittedAt = Moment(row, 18),
            FinishedAt = Moment(row, 19),
            FollowedSince = Moment(row, 25),
            Progress = new OperationProgress(Count(20), Count(21), Count(22), Count(23), Count(24)),
        };
    }

    private static NpgsqlCommand With(string sql, params ReadOnlySpan<NpgsqlParameter> parameters)
    {
        var command = new NpgsqlCommand(sql);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(parameter);
        }

        return command;
    }

    private static DateTimeOffset? Moment(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetFieldValue<DateTimeOffset>(column);

    private static void Id(NpgsqlCommand command, string name, Guid id) => command.Parameters.Add(new NpgsqlParameter<Guid>(name, id));

    private static void Text(NpgsqlCommand command, string name, string? text) => command.Parameters.Add(new NpgsqlParameter(name, NpgsqlDbType.Text) { Value = text is null ? DBNull.Value : text });
}
