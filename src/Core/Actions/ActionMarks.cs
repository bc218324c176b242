using Npgsql;
using NpgsqlTypes;

namespace Dashboard.Core.Actions;

/// <summary>What of the dashboard's own records hangs on an action that was done: holds, acknowledgements, and what it undid.</summary>
internal static class ActionMarks
{
    private const string EndHoldSql = """
        update dashboard.job_hold set ended_at = now(), ended_by = @action where source = @source and app_name = @job and ended_at is null
        """;

    private const string HoldSql = """
        insert into dashboard.job_hold (action, source, app_name, until, held_by, reason, next_run_before)
        values (@action, @source, @job, @until, @by, @reason, @next::text::timestamptz)
        """;

    private const string AcknowledgeSql = """
        with before as (
            update dashboard.acknowledgement set ended_at = now() where source = @source and app_name = @job and ended_at is null
        )
        insert into dashboard.acknowledgement (action, source, app_name, said_by, reason, last_run, ongoing)
        values (@action, @source, @job, @by, @reason, @last::text::timestamptz, @ongoing::text::timestamptz)
        """;

    private const string UndoSql = """
        with undone as (
            update dashboard.action set undone_by = @action, before_cells = null where id = @undoes
        ), unsaid as (
            update dashboard.acknowledgement set ended_at = now() where action = @undoes and ended_at is null
        ), unheld as (
            update dashboard.job_hold set ended_at = now(), ended_by = @action where action = @undoes and ended_at is null returning 1
        )
        select count(*) from unheld
        """;

    private const string HeldAgainSql = """
        update dashboard.job_hold set ended_at = null, ended_by = null where ended_by = @undoes
        """;

    private const string RequestSql = """
        with asked as (
            insert into dashboard.operation (id, kind, source, action_kind, app_name, summary, state, made_by, actor, role, via, address, reason, committed_at, followed_since)
            select @action, @kind, @source, 'backfill', @job, @summary, 'active', a.planned_by, @by, @role, @via, @address, @reason, now(), @since
              from dashboard.action a
             where a.id = @action
        )
        insert into dashboard.operation_slot (operation, slot, state, because)
        select @action, slot, case when runs then 'waiting' else 'not_run' end, case when runs then null else because end
          from unnest(@slots::timestamptz[], @runs::boolean[], @becauses::text[]) s (slot, runs, because)
        """;

    // What crontabber has not begun is not run because of an action that was undone.
    private const string UnfollowSql = """
        with slots as (
            update dashboard.operation_slot set state = 'cancelled', because = 'it was undone by ' || @by where operation = @undoes and state = 'waiting'
        )
        update dashboard.operation
           set state = 'cancelled', because = 'It was undone by ' || @by || '.', finished_at = now()
         where id = @undoes and kind = 'row' and state = 'active'
        """;

    public static async Task ApplyAsync(NpgsqlConnection connection, KeptAction action, Ending ending, CancellationToken cancellationToken)
    {
        var plan = action.Plan;
        if (plan.Undoes is { } undoes)
        {
            await DoAsync(connection, UndoSql, action, ending, cancellationToken, ("undoes", undoes));
            await DoAsync(connection, HeldAgainSql, action, ending, cancellationToken, ("undoes", undoes));
            await DoAsync(connection, UnfollowSql, action, ending, cancellationToken, ("undoes", undoes));
            return;
        }

        if (plan.IsExact)
        {
            await RequestAsync(connection, action, ending, cancellationToken);
            return;
        }

        if (plan is { Kind: ActionKind.Backfill, Runs: > 0 })
        {
            await RequestAsync(connection, action, ending, cancellationToken);
        }

        // Whatever sets the next run, or takes the row away, ends a hold: the runner looks at nothing else.
        if (plan.Kind == ActionKind.Release || plan.Edit.Kind is RowEditKind.Delete || (plan.Edit.Kind == RowEditKind.Update && plan.Edit.Set.ContainsKey("next_run")))
        {
            await DoAsync(connection, EndHoldSql, action, ending, cancellationToken);
        }

        switch (plan.Kind)
        {
            case ActionKind.Hold:
                await DoAsync(connection, HoldSql, action, ending, cancellationToken, ("until", plan.HoldUntil!.Value.UtcDateTime), ("next", (object?)action.Before?["next_run"] ?? DBNull.Value));
                break;
            case ActionKind.Acknowledge:
                await DoAsync(connection, AcknowledgeSql, action, ending, cancellationToken, ("last", (object?)action.Before?["last_run"] ?? DBNull.Value), ("ongoing", (object?)action.Before?["ongoing"] ?? DBNull.Value));
                break;
        }
    }

    private static Task RequestAsync(NpgsqlConnection connection, KeptAction action, Ending ending, CancellationToken cancellationToken) => DoAsync(
        connection, RequestSql, action, ending, cancellationToken,
        ("summary", action.Plan.Summary), ("role", Access.Roles.Name(ending.Who.Role)), ("via", ending.Who.Via), ("address", (object?)ending.Who.Address ?? DBNull.Value),
        ("kind", action.Plan.IsExact ? "slots" : "row"), ("since", action.Plan.Now.UtcDateTime),
        ("slots", action.Plan.Slots.Select(slot => slot.Slot.UtcDateTime).ToArray()), ("runs", action.Plan.Slots.Select(slot => slot.WillRun).ToArray()), ("becauses", action.Plan.Slots.Select(slot => slot.Because).ToArray()));

    private static async Task DoAsync(NpgsqlConnection connection, string sql, KeptAction action, Ending ending, CancellationToken cancellationToken, params (string Name, object Value)[] more)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.Add(new NpgsqlParameter<Guid>("action", action.Id));
        command.Parameters.Add(new NpgsqlParameter<string>("source", action.Plan.Source));
        command.Parameters.Add(new NpgsqlParameter<string>("job", action.Plan.Job));
        command.Parameters.Add(new NpgsqlParameter<string>("by", ending.Who.Name));
        command.Parameters.Add(new NpgsqlParameter<string>("reason", ending.Reason ?? ""));
        foreach (var (name, value) in more)
        {
            command.Parameters.Add(value is DateTime ? new NpgsqlParameter(name, NpgsqlDbType.TimestampTz) { Value = value } : value is DBNull ? new NpgsqlParameter(name, NpgsqlDbType.Text) { Value = value } : new NpgsqlParameter(name, value));
        }

        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
