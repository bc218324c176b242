using Dashboard.Core.Access;
using Dashboard.Core.Actions.Audit;
using Dashboard.Core.Database;
using Dashboard.Core.Retries.Executor;
using Npgsql;
using NpgsqlTypes;
using static Dashboard.Core.Actions.Operations.OperationRows;

namespace Dashboard.Core.Actions.Operations;

/// <summary>What a node does that works on operations: takes one, says what became of its jobs, and says once of each that it ended.</summary>
public sealed class OperationWork(OwnDatabase database)
{
    /// <summary>A node that works on an operation says so again before this has passed; then another may take it.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

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

    private const string NextSql = """
        select place, app_name, action from dashboard.operation_job where operation = @id and state = @state order by place limit 1
        """;

    private const string PartSql = """
        update dashboard.operation_job set state = @state, action = coalesce(@action, action), because = @because where operation = @id and place = @place
        """;

    private const string UnauditedSql = $"""
        {OperationRows.SelectSql}
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

    /// <summary>Takes an operation to work on it: one that nobody works on, oldest first; null when there is none.</summary>
    public async Task<Guid?> LeaseAsync(Guid node, CancellationToken cancellationToken) => await database.Now.Statements.ScalarAsync(
        () => With(LeaseSql, new NpgsqlParameter<Guid>("node", node), new NpgsqlParameter<TimeSpan>("lease", Lease)), cancellationToken) as Guid?;

    /// <summary>Says that a node still works on it; false when somebody paused or ended it, or another node has taken it.</summary>
    public async Task<bool> StillAsync(Guid id, Guid node, OperationState state, CancellationToken cancellationToken) => await database.Now.Statements.ExecuteAsync(
        () => With(
            StillSql, new NpgsqlParameter<Guid>("id", id), new NpgsqlParameter<Guid>("node", node), new NpgsqlParameter<string>("state", OperationQueries.Word(state)), new NpgsqlParameter<TimeSpan>("lease", Lease)),
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

    /// <summary>Those that ended and of whose end the audit does not say yet.</summary>
    public Task<IReadOnlyList<Operation>> UnauditedAsync(CancellationToken cancellationToken) => database.OperationsAsync(static () => new NpgsqlCommand(UnauditedSql), cancellationToken);

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

                await AuditQueries.AddAsync(connection, OperationQueries.Entry(operation, who, operation.Reason, AuditEvents.Ended, summary), token);
                return true;
            },
            cancellationToken);
    }

    /// <summary>The sources in which a chosen slot is said to run.</summary>
    public async Task<IReadOnlyList<string>> RunningSourcesAsync(CancellationToken cancellationToken) =>
        await database.Now.Statements.RowsAsync(static () => new NpgsqlCommand(RunningSourcesSql), static row => row.GetString(0), cancellationToken);
}
