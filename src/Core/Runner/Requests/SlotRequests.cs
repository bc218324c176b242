using Dashboard.Core.Retries.Executor;
using Npgsql;
using NpgsqlTypes;

namespace Dashboard.Core.Runner.Requests;

/// <summary>The requests in the dashboard's own schema: <c>dashboard.operation_slot</c>. Every statement may be done twice.</summary>
/// <param name="own">The dashboard's own database.</param>
/// <param name="source">The source whose jobs are run.</param>
public sealed class SlotRequests(PostgresRuns own, string source) : ISlotRequests
{
    private const string NextSql = """
        select o.id, o.app_name, s.slot
          from dashboard.operation o join dashboard.operation_slot s on s.operation = o.id
         where o.source = @source and o.state = 'active' and o.kind = 'slots' and o.app_name = any(@jobs) and s.state = 'waiting'
           and not exists (select from dashboard.job_hold h where h.source = o.source and h.app_name = o.app_name and h.ended_at is null and h.until > now())
         order by o.made_at, o.id, s.slot
         limit 1
        """;

    private const string TakeSql = """
        update dashboard.operation_slot s
           set state = 'running', owner = @owner, run_id = @run, began_at = now()
          from dashboard.operation o
         where o.id = s.operation and o.state = 'active' and s.operation = @operation and s.slot = @slot
           and (s.state = 'waiting' or (s.state = 'running' and s.owner = @owner))
        """;

    private const string EndSql = """
        with ended as (
            update dashboard.operation_slot
               set state = @state, because = @because, ended_at = now()
             where operation = @operation and slot = @slot and state = 'running' and owner = @owner
        )
        update dashboard.operation o
           set state = 'done', finished_at = now()
         where o.id = @operation and o.state in ('active', 'paused')
           and not exists (select from dashboard.operation_slot s where s.operation = o.id and s.slot <> @slot and s.state in ('waiting', 'running'))
        """;

    private const string LeaveOutSql = """
        with ended as (
            update dashboard.operation_slot
               set state = 'not_run', because = @because, ended_at = now()
             where operation = @operation and slot = @slot and state = 'waiting'
        )
        update dashboard.operation o
           set state = 'done', finished_at = now()
         where o.id = @operation and o.state in ('active', 'paused')
           and not exists (select from dashboard.operation_slot s where s.operation = o.id and s.slot <> @slot and s.state in ('waiting', 'running'))
        """;

    private const string GiveBackSql = """
        update dashboard.operation_slot s
           set state = case when o.state = 'cancelled' then 'cancelled' else 'waiting' end,
               because = case when o.state = 'cancelled' then 'the rest was cancelled' end,
               owner = null, run_id = null, began_at = null
          from dashboard.operation o
         where o.id = s.operation and s.operation = @operation and s.slot = @slot and s.state = 'running' and s.owner = @owner
        """;

    private const string RunningSql = """
        select s.operation, o.app_name, s.slot, s.owner, l.host, l.boot_id, l.process, l.started, now() - l.heard_at
          from dashboard.operation_slot s
          join dashboard.operation o on o.id = s.operation
          left join dashboard.runner_lock l on l.id = s.owner
         where o.source = @source and o.kind = 'slots' and s.state = 'running'
         order by s.operation, s.slot
         limit 1000
        """;

    private const string Gone = "its runner ended on the way: whether it did its work is not known, and it is not run again by itself";

    /// <inheritdoc/>
    public async Task<RequestedSlot?> NextAsync(IReadOnlyCollection<string> jobs, CancellationToken cancellationToken)
    {
        var found = await own.Statements.RowsAsync(
            () => new NpgsqlCommand(NextSql) { Parameters = { new NpgsqlParameter<string>("source", source), new NpgsqlParameter<string[]>("jobs", [.. jobs]) } },
            static row => new RequestedSlot(row.GetGuid(0), row.GetString(1), row.GetFieldValue<DateTimeOffset>(2)),
            cancellationToken);
        return found.Count == 0 ? null : found[0];
    }

    /// <inheritdoc/>
    public async Task<bool> TakeAsync(RequestedSlot slot, Guid owner, string runId, CancellationToken cancellationToken) =>
        await DoAsync(TakeSql, slot, cancellationToken, new NpgsqlParameter<Guid>("owner", owner), new NpgsqlParameter<string>("run", runId)) == 1;

    /// <inheritdoc/>
    public Task EndAsync(RequestedSlot slot, Guid owner, SlotEnd end, string because, CancellationToken cancellationToken) => DoAsync(
        EndSql, slot, cancellationToken, new NpgsqlParameter<Guid>("owner", owner), new NpgsqlParameter<string>("state", Word(end)), Because(because));

    /// <inheritdoc/>
    public Task GiveBackAsync(RequestedSlot slot, Guid owner, CancellationToken cancellationToken) => DoAsync(GiveBackSql, slot, cancellationToken, new NpgsqlParameter<Guid>("owner", owner));

    /// <inheritdoc/>
    public Task LeaveOutAsync(RequestedSlot slot, string because, CancellationToken cancellationToken) => DoAsync(LeaveOutSql, slot, cancellationToken, Because(because));

    /// <inheritdoc/>
    public async Task SettleAsync(TimeSpan silence, CancellationToken cancellationToken)
    {
        var running = await own.Statements.RowsAsync(
            () => new NpgsqlCommand(RunningSql) { Parameters = { new NpgsqlParameter<string>("source", source) } },
            static row => (
                Slot: new RequestedSlot(row.GetGuid(0), row.GetString(1), row.GetFieldValue<DateTimeOffset>(2)),
                Owner: row.GetGuid(3),
                Known: row.IsDBNull(4) ? null : new LockOwner(row.GetGuid(3), new ProcessIdentity(row.GetString(4), row.GetString(5), row.GetInt32(6), row.GetInt64(7)), row.GetFieldValue<TimeSpan>(8))),
            cancellationToken);
        foreach (var (slot, owner, known) in running)
        {
            if (known is null || !(ProcessIdentity.IsAlive(known.Who) ?? known.Silent <= silence))
            {
                await EndAsync(slot, owner, SlotEnd.Lost, Gone, cancellationToken);
            }
        }
    }

    private static string Word(SlotEnd end) => end switch
    {
        SlotEnd.Done => "done",
        SlotEnd.Failed => "failed",
        SlotEnd.NotRun => "not_run",
        _ => "lost",
    };

    private static NpgsqlParameter<string> Because(string text) => new("because", (text.Length <= 1_000 ? text : text[..1_000] + "…").Replace('\0', '\uFFFD'));

    private Task<int> DoAsync(string sql, RequestedSlot slot, CancellationToken cancellationToken, params NpgsqlParameter[] more) => own.Statements.ExecuteAsync(
        () =>
        {
            var command = new NpgsqlCommand(sql);
            command.Parameters.Add(new NpgsqlParameter<Guid>("operation", slot.Operation));
            command.Parameters.Add(new NpgsqlParameter("slot", NpgsqlDbType.TimestampTz) { Value = slot.Slot.UtcDateTime });
            foreach (var parameter in more)
            {
                command.Parameters.Add(parameter.Clone());
            }

            return command;
        },
        cancellationToken);
}
