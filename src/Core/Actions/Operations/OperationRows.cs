using Dashboard.Core.Access;
using Dashboard.Core.Database;
using Dashboard.Core.Retries.Executor;
using Npgsql;
using NpgsqlTypes;

namespace Dashboard.Core.Actions.Operations;

/// <summary>Operations as they stand in <c>dashboard.operation</c>, with how far each has come.</summary>
internal static class OperationRows
{
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

    public const string SelectSql = $"""
        select o.id, o.kind, o.source, o.action_kind, o.app_name, o.wish, o.summary, o.state, o.because, o.made_at, o.made_by, o.actor, o.role, o.via, o.address, o.session, o.api_key,
               o.reason, o.committed_at, o.finished_at, c.waiting, c.running, c.done, c.failed, c.left_out, o.followed_since
          from dashboard.operation o cross join lateral ({CountsSql}) c
        """;

    /// <summary>Runs a command that begins with <see cref="SelectSql"/>.</summary>
    public static async Task<IReadOnlyList<Operation>> OperationsAsync(this OwnDatabase database, Func<NpgsqlCommand> command, CancellationToken cancellationToken) =>
        await database.Now.Statements.RowsAsync(command, Of, cancellationToken);

    /// <summary>A command with its parameters.</summary>
    public static NpgsqlCommand With(string sql, params ReadOnlySpan<NpgsqlParameter> parameters)
    {
        var command = new NpgsqlCommand(sql);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(parameter);
        }

        return command;
    }

    /// <summary>A moment or null.</summary>
    public static DateTimeOffset? Moment(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetFieldValue<DateTimeOffset>(column);

    /// <summary>Adds an id.</summary>
    public static void Id(NpgsqlCommand command, string name, Guid id) => command.Parameters.Add(new NpgsqlParameter<Guid>(name, id));

    /// <summary>Adds a text or null.</summary>
    public static void Text(NpgsqlCommand command, string name, string? text) => command.Parameters.Add(new NpgsqlParameter(name, NpgsqlDbType.Text) { Value = text is null ? DBNull.Value : text });

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
}
