using Dashboard.Core.Database;
using Npgsql;

namespace Dashboard.Core.Actions.Operations;

/// <summary>Keeps what the scheduler was seen to make of the slots it makes up for by itself.</summary>
internal sealed class FollowQueries(OwnDatabase database)
{
    // Every node that looks on says the same, so whoever is second changes nothing.
    private const string FollowSql = """
        update dashboard.operation_slot s
           set state = n.state, because = n.because, began_at = coalesce(n.began, s.began_at), ended_at = n.ended
          from unnest(@slots::timestamptz[], @states::text[], @becauses::text[], @begans::timestamptz[], @ends::timestamptz[]) n (slot, state, because, began, ended)
         where s.operation = @id and s.slot = n.slot and s.state in ('waiting', 'running') and (s.state, s.because) is distinct from (n.state, n.because)
           and exists (select from dashboard.operation o where o.id = @id and o.kind = 'row' and o.state = 'active')
        """;

    private const string FollowedSql = """
        update dashboard.operation o
           set because = (select to_char(s.slot at time zone 'UTC', 'YYYY-MM-DD HH24:MI') || 'Z ' || s.because || '.'
                            from dashboard.operation_slot s
                           where s.operation = @id and s.state = 'waiting' and s.because is not null
                           order by s.slot
                           limit 1),
               state = case when p.under_way then 'active' else 'done' end,
               finished_at = case when p.under_way then null else now() end
          from (select exists (select from dashboard.operation_slot s where s.operation = @id and s.state in ('waiting', 'running')) as under_way) p
         where o.id = @id and o.kind = 'row' and o.state = 'active'
        """;

    /// <summary>Says what became of slots that a scheduler makes up for by itself, and ends the operation with the last of them; false when nothing changed.</summary>
    public async Task<bool> SaidAsync(Guid id, IReadOnlyList<FollowedSlot> slots, CancellationToken cancellationToken) => await database.Now.Once.RunAsync(
        async (connection, token) =>
        {
            static DateTime? Utc(DateTimeOffset? moment) => moment?.UtcDateTime;
            await using var follow = new NpgsqlCommand(FollowSql, connection)
            {
                Parameters =
                {
                    new NpgsqlParameter<Guid>("id", id),
                    new NpgsqlParameter<DateTime[]>("slots", [.. slots.Select(slot => slot.Slot.UtcDateTime)]),
                    new NpgsqlParameter<string[]>("states", [.. slots.Select(slot => slot.State)]),
                    new NpgsqlParameter<string?[]>("becauses", [.. slots.Select(slot => slot.Because)]),
                    new NpgsqlParameter<DateTime?[]>("begans", [.. slots.Select(slot => Utc(slot.Began))]),
                    new NpgsqlParameter<DateTime?[]>("ends", [.. slots.Select(slot => Utc(slot.Ended))]),
                },
            };
            var changed = await follow.ExecuteNonQueryAsync(token) > 0;
            await using var followed = new NpgsqlCommand(FollowedSql, connection) { Parameters = { new NpgsqlParameter<Guid>("id", id) } };
            return await followed.ExecuteNonQueryAsync(token) > 0 && (changed || slots.Count == 0);
        },
        cancellationToken);
}
