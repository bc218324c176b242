using System.Globalization;
using Npgsql;

namespace Dashboard.Core.Sources;

/// <summary>How far both tables had come when asked; two that differ mean something changed between.</summary>
/// <param name="DatabaseTime">The database's clock at the answer.</param>
/// <param name="State">Of the state table: its rows' versions and what the server counted.</param>
/// <param name="Log">Of the log: its size, its tail and what the server counted.</param>
internal sealed record Watermark(DateTimeOffset DatabaseTime, string State, string Log)
{
    /// <summary>What changed since an earlier one.</summary>
    public SourceChange Since(Watermark earlier) =>
        (State == earlier.State ? SourceChange.None : SourceChange.Jobs) | (Log == earlier.Log ? SourceChange.None : SourceChange.Runs);
}

/// <summary>
/// Asks for the watermark in one cheap SELECT. The state table has few rows, so their versions (place and writing transaction) are summed;
/// where there are none (a view, column rights only) the rows' text is. The log may have 10⁷ rows, so its size, the last pages and the server's
/// own counters of inserted, updated and deleted rows stand for it: the tail notices at once, the counters notice what went into old pages,
/// up to some seconds later.
/// </summary>
internal sealed class WatermarkQuery(SourceCapabilities capabilities, SourceGround ground)
{
    private readonly string sql = $"""
        select clock_timestamp(),
               concat_ws('/', {StateRows(capabilities, ground)}, {Counted("state_stored")}),
               concat_ws('/', {LogTail(capabilities, ground)}, {Counted("log_stored")})
        """;

    /// <summary>The statement, for plans and tests.</summary>
    public string Sql => sql;

    /// <summary>What no watermark can tell of: rows kept on another server.</summary>
    public SourceChange Blind { get; } = capabilities.Log is not null && ground.LogStored.Length == 0 ? SourceChange.Runs : SourceChange.None;

    /// <summary>The watermark now.</summary>
    public Task<Watermark> ReadAsync(ObservedSource observed, TimeSpan limit, CancellationToken cancellationToken) => observed.ReadAsync(
        async (connection, token) =>
        {
            await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = (int)Math.Ceiling(limit.TotalSeconds) };
            command.Parameters.AddWithValue("state_stored", ground.StateStored);
            command.Parameters.AddWithValue("log_stored", ground.LogStored);
            await using var reader = await command.ExecuteReaderAsync(token);
            await reader.ReadAsync(token);
            return new Watermark(reader.GetFieldValue<DateTimeOffset>(0), reader.GetString(1), reader.GetString(2));
        },
        cancellationToken);

    private static string StateRows(SourceCapabilities capabilities, SourceGround ground) =>
        ground.State is { Selectable: true, Kind: "r" or "p" }
            ? $"(select concat(count(*), ':', sum(hashtext(concat(tableoid, ctid, xmin))::bigint)) from {capabilities.State.Sql})"
            : $"(select concat(count(*), ':', sum(hashtext(t::text)::bigint)) from (select {Columns(capabilities.State)} from {capabilities.State.Sql} limit 20000) t)";

    private static string LogTail(SourceCapabilities capabilities, SourceGround ground)
    {
        if (capabilities.Log is not { } log || ground.Log is not { } found)
        {
            return "''";
        }

        if (found is { Selectable: true, Kind: "r" } && ground.Server.Version >= 140000)
        {
            // A range of tuple ids reads these pages only; in a subquery of its own, so that the planner sees a constant.
            var from = $"(select format('(%s,0)', greatest(0, pg_relation_size({Literal(found.Oid)}) / current_setting('block_size')::int - 3))::tid)";
            return $"(select concat(count(*), ':', max(id)) from {log.Sql} where ctid >= {from})";
        }

        return capabilities.LogIndexedById ? $"(select max(id) from {log.Sql})" : "''";
    }

    // The file's number changes with TRUNCATE, VACUUM FULL and REFRESH MATERIALIZED VIEW.
    private static string Counted(string stored) => $"""
        (select concat(sum(pg_relation_size(r)), ':', sum(pg_relation_filenode(r)::bigint), ':', sum(pg_stat_get_tuples_inserted(r)), ':',
                       sum(pg_stat_get_tuples_updated(r)), ':', sum(pg_stat_get_tuples_deleted(r)))
           from unnest(@{stored}::oid[]) as r)
        """;

    private static string Columns(ObservedRelation relation) =>
        string.Join(", ", relation.Columns.Order(StringComparer.Ordinal).Select(column => $"{ObservedRelation.Quote(column)}::text"));

    private static string Literal(long oid) => string.Create(CultureInfo.InvariantCulture, $"{oid}::oid");
}
