using Dashboard.Core.Sources;
using Npgsql;

namespace Dashboard.Core.Actions;

/// <summary>Reads one row of a state table with its version, cell by cell.</summary>
internal static class RowQueries
{
    private const string ClockSql = "select clock_timestamp()";

    private const string RowSql = """
        select xmin::text, {columns}
          from {state}
         where app_name = @job
         limit 1
        """;

    /// <summary>The row and the database's clock; null when there is no such row.</summary>
    public static async Task<(DateTimeOffset Now, RowImage? Image)> ReadAsync(NpgsqlConnection connection, ObservedRelation state, string job, CancellationToken cancellationToken)
    {
        var columns = RowImage.Columns.Where(state.Has).ToArray();
        var row = new NpgsqlBatchCommand(RowSql
            .Replace("{columns}", string.Join(", ", columns.Select(column => Sql(state, column))), StringComparison.Ordinal)
            .Replace("{state}", state.Sql, StringComparison.Ordinal));
        row.Parameters.Add(new NpgsqlParameter<string>("job", job));
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { new(ClockSql), row } };
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var now = reader.GetFieldValue<DateTimeOffset>(0);
        await reader.NextResultAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            return (now, null);
        }

        var cells = new Dictionary<string, string?>(StringComparer.Ordinal);
        for (var place = 0; place < columns.Length; place++)
        {
            cells[columns[place]] = reader.Text(place + 1);
        }

        return (now, new RowImage { Version = reader.GetString(0), Cells = cells });
    }

    private static string Sql(ObservedRelation state, string column) => column is "error_count" or "depends_on" or "last_error" ? state.TextSql(column) : state.InstantSql(column);
}
