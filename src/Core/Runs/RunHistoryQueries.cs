using Dashboard.Core.Sources;
using Npgsql;
using NpgsqlTypes;

namespace Dashboard.Core.Runs;

/// <summary>
/// Reads the log for one job: a stretch of it at a time, newest first. As in <see cref="RunQueries"/> each statement names the pages or the
/// ids it may look at.
/// </summary>
internal sealed class RunHistoryQueries(ObservedSource observed, ObservedRelation log)
{
    // Down an index on (app_name, id), if the operator made one.
    private const string ByJobSql = """
        select {columns}
          from {log}
         where app_name = @job and id < @before
         order by id desc
         limit @limit
        """;

    private const string ByIdsSql = """
        select {columns}
          from {log}
         where id >= @from and id < @before and app_name = @job and {filter}
         order by id desc
         limit @limit
        """;

    private const string OnPagesSql = """
        select {columns}
          from {log}
         where ctid >= @from and ctid < @to and id < @before and app_name = @job and {filter}
         order by ctid desc
         limit @limit
        """;

    private const string OnNamedPlacesSql = """
        select {columns}
          from {log}
         where ctid = any (array(select format('(%s,%s)', page, place)::tid
                                   from generate_series(@first, @last) page, generate_series(1, {rows}) place))
           and ctid < @to and id < @before and app_name = @job and {filter}
         order by ctid desc
         limit @limit
        """;

    // Only for a log of which the planner says that all of it is little work.
    private const string InAllSql = """
        select {columns}
          from {log}
         where id < @before and app_name = @job and {filter}
         order by id desc
         limit @limit
        """;

    private const string AtPlaceSql = """
        select {columns}
          from {log}
         where ctid = @place and id = @id
        """;

    private const string ByIdSql = """
        select {columns}
          from {log}
         where id = @id
         order by log_time desc
         limit 1
        """;

    private const string IdOnPagesSql = """
        select {columns}
          from {log}
         where ctid >= @from and ctid < @to and id = @id
         order by ctid desc
         limit 1
        """;

    private const string FirstIdOnPageSql = """
        select min(id)::bigint
          from {log}
         where ctid >= @from and ctid < @to
        """;

    private static readonly string[] ErrorColumns = ["exc_type", "exc_value"];

    /// <summary>Whether pages can be named as a range: from PostgreSQL 14 on. Before, a page costs some hundred times as much.</summary>
    public bool HasRanges => observed.Capabilities.ServerVersion >= 140_000;

    /// <summary>The job's newest rows below an id, unfiltered. Needs the index on (app_name, id).</summary>
    public Task<IReadOnlyList<Run>> ByJobAsync(LogShape shape, string job, long before, int limit, CancellationToken cancellationToken) =>
        RunsAsync(ByJobSql, shape, request: null, [new("job", job), new("before", before), new("limit", limit)], cancellationToken);

    /// <summary>The newest rows asked for with ids from one up to another. Needs an index on id.</summary>
    public Task<IReadOnlyList<Run>> ByIdsAsync(LogShape shape, RunPageRequest request, long from, long before, int limit, CancellationToken cancellationToken) =>
        RunsAsync(ByIdsSql, shape, request, [new("from", from), new("before", before), new("limit", limit)], cancellationToken);

    /// <summary>The rows asked for that lie from a page up to a place and have ids below one, those lying last first.</summary>
    public Task<IReadOnlyList<Run>> OnPagesAsync(
        LogShape shape, RunPageRequest request, uint from, RunPlace to, long before, int limit, CancellationToken cancellationToken)
    {
        NpgsqlParameter[] rest = [Place("to", to.Block, to.Offset), new("before", before), new("limit", limit)];
        return HasRanges
            ? RunsAsync(OnPagesSql, shape, request, [Place("from", from, 0), .. rest], cancellationToken)
            : RunsAsync(OnNamedPlacesSql, shape, request, [new("first", (long)from), new("last", (long)to.Block), .. rest], cancellationToken);
    }

    /// <summary>The newest rows asked for below an id, in a log that may be read as a whole.</summary>
    public Task<IReadOnlyList<Run>> InAllAsync(LogShape shape, RunPageRequest request, long before, int limit, CancellationToken cancellationToken) =>
        RunsAsync(InAllSql, shape, request, [new("before", before), new("limit", limit)], cancellationToken);

    /// <summary>One run with all that is known of it, at the place where it was seen.</summary>
    public Task<Run?> AtPlaceAsync(LogShape shape, long id, RunPlace place, CancellationToken cancellationToken) =>
        OneAsync(AtPlaceSql, shape, [Place("place", place.Block, place.Offset), new("id", id)], cancellationToken);

    /// <summary>One run with all that is known of it, by its id. Needs an index on id, or a log that may be read as a whole.</summary>
    public Task<Run?> ByIdAsync(LogShape shape, long id, CancellationToken cancellationToken) =>
        OneAsync(ByIdSql, shape, [new("id", id)], cancellationToken);

    /// <summary>One run with all that is known of it, on some pages.</summary>
    public Task<Run?> IdOnPagesAsync(LogShape shape, long id, uint from, uint to, CancellationToken cancellationToken) =>
        OneAsync(IdOnPagesSql, shape, [Place("from", from, 0), Place("to", to, 0), new("id", id)], cancellationToken);

    /// <summary>The smallest id on a page; null on an empty one.</summary>
    public Task<long?> FirstIdOnPageAsync(uint page, CancellationToken cancellationToken) => observed.ReadAsync(
        async (connection, token) =>
        {
            await using var command = new NpgsqlCommand(FirstIdOnPageSql.Replace("{log}", log.Sql, StringComparison.Ordinal), connection)
            {
                Parameters = { Place("from", page, 0), Place("to", page + 1, 0) },
            };
            return await command.ExecuteScalarAsync(token) as long?;
        },
        cancellationToken);

    private static NpgsqlParameter Place(string name, uint block, ushort offset) => new(name, NpgsqlDbType.Tid) { Value = new NpgsqlTid(block, offset) };

    private async Task<Run?> OneAsync(string template, LogShape shape, NpgsqlParameter[] parameters, CancellationToken cancellationToken) =>
        await RunsAsync(template, shape, request: null, parameters, cancellationToken, LogRow.LongestText) is [var run, ..] ? run : null;

    private Task<IReadOnlyList<Run>> RunsAsync(
        string template, LogShape shape, RunPageRequest? request, NpgsqlParameter[] parameters, CancellationToken cancellationToken, int text = LogRow.ShortText) => observed.ReadAsync(
        async (connection, token) =>
        {
            await using var command = new NpgsqlCommand { Connection = connection };
            command.Parameters.AddRange(parameters.Select(parameter => parameter.Clone()).ToArray());
            command.CommandText = template
                .Replace("{columns}", LogRow.Columns(log, shape.HasPlaces, text), StringComparison.Ordinal)
                .Replace("{filter}", request is null ? "true" : Filter(request, command.Parameters), StringComparison.Ordinal)
                .Replace("{rows}", $"{RunQueries.RowsOnAPage}", StringComparison.Ordinal)
                .Replace("{log}", log.Sql, StringComparison.Ordinal);
            return await LogRow.AllAsync(command, shape.File, text, token);
        },
        cancellationToken);

    // What LogRow makes of the columns, said in SQL.
    private string Filter(RunPageRequest request, NpgsqlParameterCollection parameters)
    {
        parameters.AddWithValue("job", request.Job);
        List<string> conditions = [];
        if (request.Outcome is { } outcome)
        {
            var success = log.Has("success") ? "success is not null" : "false";
            var failure = string.Join(" or ", ErrorColumns.Where(log.Has).Select(column => $"{column} is not null").DefaultIfEmpty("false"));
            conditions.Add(outcome switch
            {
                RunOutcome.Success => success,
                RunOutcome.Failure => $"not ({success}) and ({failure})",
                _ => $"not ({success}) and not ({failure})",
            });
        }

        if (request.Since is { } since)
        {
            conditions.Add("log_time >= @since");
            parameters.AddWithValue("since", since.ToUniversalTime());
        }

        if (request.Until is { } until)
        {
            conditions.Add("log_time < @until");
            parameters.AddWithValue("until", until.ToUniversalTime());
        }

        return conditions.Count == 0 ? "true" : string.Join(" and ", conditions);
    }
}
