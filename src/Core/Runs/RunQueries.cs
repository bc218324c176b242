using System.Globalization;
using System.Text.Json;
using Dashboard.Core.Sources;
using Npgsql;
using NpgsqlTypes;

namespace Dashboard.Core.Runs;

/// <summary>
/// Reads the newest rows of the log. Upstream it has neither index nor primary key and may hold 10⁷ rows, so every statement here names
/// the pages or the ids it may look at; none can look at all of it.
/// </summary>
/// <param name="observed">The source.</param>
/// <param name="log">Its log.</param>
/// <param name="text">How much of an exception to read, see <see cref="LogRow"/>.</param>
internal sealed class RunQueries(ObservedSource observed, ObservedRelation log, int text = LogRow.ShortText)
{
    /// <summary>A log that is no plain table is read as long as the planner says this little work is enough (its unit: a page read in sequence).</summary>
    public const double MostWork = 5_000;

    /// <summary>How many rows are asked for of a log that is read as a whole.</summary>
    public const int MostRows = 5_000;

    // A page of 8 kB has no room for more row pointers than this.
    internal const int RowsOnAPage = 291;

    private const string ShapeSql = """
        select now(), c.relkind = 'r' and has_table_privilege(c.oid, 'select'),
               coalesce(pg_relation_filenode(c.oid), 0)::bigint, coalesce(pg_relation_size(c.oid), 0) / current_setting('block_size')::bigint,
               txid_current_snapshot()::text
          from pg_class c
         where c.oid = cast(@log as regclass)
        """;

    private const string PagesSql = """
        select {columns}
          from {log}
         where ctid >= @from and ctid < @to and {new} and id::bigint <> all (@seen) and app_name <> all (@full)
        """;

    // TID range scans came with PostgreSQL 14; before, every place has to be named.
    private const string NamedPlacesSql = """
        select {columns}
          from {log}
         where ctid = any (array(select format('(%s,%s)', page, place)::tid
                                   from generate_series(@first, @last) page, generate_series(1, {rows}) place))
           and {new} and id::bigint <> all (@seen) and app_name <> all (@full)
        """;

    private const string IdsSql = """
        select {columns}
          from {log}
         where id >= @from and id < @to and {new} and app_name <> all (@full)
        """;

    // Row versions carry the low 32 bits of the transaction that wrote them, so "later" is told on a circle of numbers.
    private const string NewOrLateSql = "(id > @floor or (id > @late and (xmin::text::bigint - @transaction) & 4294967295 < 2147483648))";
    private const string NewSql = "id > @floor";

    private const string AtPlacesSql = """
        select {columns}
          from {log}
         where ctid = any (array(select unnest(@places)::tid)) and id = any (@ids)
        """;

    private const string WithTheseIdsSql = """
        select {columns}
          from {log}
         where id = any (@ids)
        """;

    private const string NewestIdSql = """
        select id::bigint
          from {log}
         where id < @before
         order by id desc
         limit 1
        """;

    private const string LastGivenSql = """
        select last_value
          from pg_sequences
         where quote_ident(schemaname) || '.' || quote_ident(sequencename) = pg_get_serial_sequence(@log, 'id')
        """;

    private const string NewestSql = """
        select {columns}
          from {log}
         order by id desc
         limit {limit}
        """;

    /// <summary>The log's size and file, and how it can be reached.</summary>
    public Task<LogShape> ShapeAsync(CancellationToken cancellationToken) => observed.ReadAsync(ShapeAsync, cancellationToken);

    private async Task<LogShape> ShapeAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(ShapeSql, connection) { Parameters = { new("log", log.Sql) } };
        LogShape shape;
        await using (var row = await command.ExecuteReaderAsync(cancellationToken))
        {
            await row.ReadAsync(cancellationToken);
            var file = row.GetBoolean(1) ? (uint)row.GetInt64(2) : 0;
            shape = new LogShape(row.GetFieldValue<DateTimeOffset>(0), LogReach.Nothing, file, (uint)row.GetInt64(3), log.HasVersions ? TransactionSnapshot.Parse(row.GetString(4)) : null);
        }

        if (observed.Capabilities.LogIndexedById)
        {
            return shape with { Reach = LogReach.Index };
        }

        if (shape.HasPlaces)
        {
            return shape with { Reach = LogReach.Pages };
        }

        return await WorkAsync(connection, shape, cancellationToken) <= MostWork ? shape with { Reach = LogReach.Whole } : shape;
    }

    /// <summary>The rows on some pages that are newer than an id and not of some jobs, in no order.</summary>
    /// <param name="shape">The log.</param>
    /// <param name="from">The first page.</param>
    /// <param name="to">The page after the last; null for the end of the table, pages added since included.</param>
    /// <param name="since">Only what was not seen then.</param>
    /// <param name="full">No rows of these jobs.</param>
    /// <param name="cancellationToken">To stop.</param>
    /// <param name="seen">No rows with these ids: they were read before.</param>
    public Task<IReadOnlyList<Run>> OnPagesAsync(LogShape shape, uint from, uint? to, LogMark since, string[] full, CancellationToken cancellationToken, long[]? seen = null)
    {
        NpgsqlParameter[] rest = [.. Since(since), new("full", full), new("seen", seen ?? [])];
        return HasRanges
            ? RunsAsync(New(PagesSql, since), shape, [Place("from", from, 0), Place("to", to ?? uint.MaxValue, 0), .. rest], cancellationToken)
            : RunsAsync(
                New(NamedPlacesSql, since), shape, [new("first", (long)from), new("last", (long)(to ?? Math.Max(shape.Pages, from) + 1) - 1), .. rest], cancellationToken);
    }

    /// <summary>The rows with ids from one up to another that are not of some jobs, in no order. Needs an index.</summary>
    public Task<IReadOnlyList<Run>> WithIdsAsync(LogShape shape, long from, long to, string[] full, CancellationToken cancellationToken) =>
        WithIdsAsync(shape, from, to, LogMark.Beginning, full, cancellationToken);

    /// <summary>The rows with ids below one that were not seen at a mark, in no order. Needs an index.</summary>
    public Task<IReadOnlyList<Run>> SinceAsync(LogShape shape, LogMark since, long to, CancellationToken cancellationToken) =>
        WithIdsAsync(shape, since.Id - LogMark.Late, to, since, [], cancellationToken);

    /// <summary>The newest rows of a log that may be read as a whole, newest first.</summary>
    public Task<IReadOnlyList<Run>> NewestAsync(LogShape shape, CancellationToken cancellationToken) => RunsAsync(NewestSql, shape, [], cancellationToken);

    /// <summary>These very rows again: by their places, or by an index on id.</summary>
    public Task<IReadOnlyList<Run>> AgainAsync(LogShape shape, IReadOnlyList<Run> runs, CancellationToken cancellationToken)
    {
        var ids = new NpgsqlParameter("ids", runs.Select(run => run.Id).ToArray());
        return shape.Reach == LogReach.Index
            ? RunsAsync(WithTheseIdsSql, shape, [ids], cancellationToken)
            : RunsAsync(
                AtPlacesSql,
                shape,
                [
                    ids,
                    new("places", runs.Where(run => run.Place?.File == shape.File).Select(run => string.Create(CultureInfo.InvariantCulture, $"({run.Place!.Block},{run.Place.Offset})")).ToArray()),
                ],
                cancellationToken);
    }

    /// <summary>The greatest id below another; null when there is none. Needs an index.</summary>
    public Task<long?> NewestIdAsync(long before, CancellationToken cancellationToken) =>
        NumberAsync(Sql(NewestIdSql, shape: null), () => new("before", before), cancellationToken);

    /// <summary>The last id the log's sequence gave; null when it has none, or none we may look at.</summary>
    public Task<long?> LastGivenAsync(CancellationToken cancellationToken) => NumberAsync(LastGivenSql, () => new("log", log.Sql), cancellationToken);

    private Task<long?> NumberAsync(string sql, Func<NpgsqlParameter> parameter, CancellationToken cancellationToken) => observed.ReadAsync(
        async (connection, token) =>
        {
            await using var command = new NpgsqlCommand(sql, connection) { Parameters = { parameter() } };
            return await command.ExecuteScalarAsync(token) as long?;
        },
        cancellationToken);

    // TID range scans came with PostgreSQL 14.
    private bool HasRanges => observed.Capabilities.ServerVersion >= 140_000;

    private static NpgsqlParameter Place(string name, uint block, ushort offset) => new(name, NpgsqlDbType.Tid) { Value = new NpgsqlTid(block, offset) };

    private Task<IReadOnlyList<Run>> WithIdsAsync(LogShape shape, long from, long to, LogMark since, string[] full, CancellationToken cancellationToken) =>
        RunsAsync(New(IdsSql, since), shape, [new("from", from), new("to", to), .. Since(since), new("full", full)], cancellationToken);

    private static string New(string template, LogMark since) => template.Replace("{new}", since.Transaction is null ? NewSql : NewOrLateSql, StringComparison.Ordinal);

    private static NpgsqlParameter[] Since(LogMark since) => since.Transaction is { } transaction
        ? [new("floor", since.Id), new("late", since.Id - LogMark.Late), new("transaction", (long)transaction)]
        : [new("floor", since.Id)];

    // What the planner expects NewestSql to cost; the statement itself is not run.
    private async Task<double> WorkAsync(NpgsqlConnection connection, LogShape shape, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("explain (format json) " + Sql(NewestSql, shape), connection);
        using var plan = JsonDocument.Parse((string)(await command.ExecuteScalarAsync(cancellationToken))!);
        return plan.RootElement[0].GetProperty("Plan").GetProperty("Total Cost").GetDouble();
    }

    private Task<IReadOnlyList<Run>> RunsAsync(string template, LogShape shape, NpgsqlParameter[] parameters, CancellationToken cancellationToken) => observed.ReadAsync(
        async (connection, token) =>
        {
            await using var command = new NpgsqlCommand(Sql(template, shape), connection);
            command.Parameters.AddRange(parameters.Select(parameter => parameter.Clone()).ToArray());
            return await LogRow.AllAsync(command, shape.File, text, token);
        },
        cancellationToken);

    private string Sql(string template, LogShape? shape) => template
        .Replace("{columns}", LogRow.Columns(log, shape?.HasPlaces ?? false, text), StringComparison.Ordinal)
        .Replace("{limit}", $"{MostRows}", StringComparison.Ordinal)
        .Replace("{rows}", $"{RowsOnAPage}", StringComparison.Ordinal)
        .Replace("{log}", log.Sql, StringComparison.Ordinal);
}
