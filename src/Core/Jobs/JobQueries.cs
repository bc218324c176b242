using Dashboard.Core.Sources;
using Npgsql;

namespace Dashboard.Core.Jobs;

/// <summary>Reads the state table of a source: crontabber's and Socorro's, older ones with fewer columns, and views of either.</summary>
internal sealed class JobQueries(ObservedSource observed)
{
    /// <summary>More rows than this are not read.</summary>
    public const int MostRows = 20_000;

    private const string ClockSql = "select now()";

    // One character more of each error than is kept, and one row more, so that a cut is noticed.
    private const string AllSql = """
        select app_name::text,
               {next_run}, {first_run}, {last_run}, {last_success}, {ongoing},
               {error_count},
               {depends_on},
               {last_error}
          from {state}
         order by app_name::text collate "C"
         limit {limit}
        """;

    /// <summary>Every row, in name order, and the database's clock when they were read.</summary>
    public async Task<(DateTimeOffset AsOf, IReadOnlyList<JobRow> Rows)> AllAsync(CancellationToken cancellationToken)
    {
        await using var session = await observed.OpenAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(session.Connection) { BatchCommands = { new(ClockSql), new(Sql(observed.Capabilities.State)) } };
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var asOf = reader.GetFieldValue<DateTimeOffset>(0);
        await reader.NextResultAsync(cancellationToken);
        var rows = new List<JobRow>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(new JobRow(
                reader.Text(0) ?? string.Empty, reader.Text(1), reader.Text(2), reader.Text(3), reader.Text(4), reader.Text(5), reader.Text(6), reader.Text(7), reader.Text(8)));
        }

        return (asOf, rows);
    }

    private static string Sql(ObservedRelation state) => AllSql
        .Replace("{next_run}", state.InstantSql("next_run"), StringComparison.Ordinal)
        .Replace("{first_run}", state.InstantSql("first_run"), StringComparison.Ordinal)
        .Replace("{last_run}", state.InstantSql("last_run"), StringComparison.Ordinal)
        .Replace("{last_success}", state.InstantSql("last_success"), StringComparison.Ordinal)
        .Replace("{ongoing}", state.InstantSql("ongoing"), StringComparison.Ordinal)
        .Replace("{error_count}", state.TextSql("error_count"), StringComparison.Ordinal)
        .Replace("{depends_on}", state.Has("depends_on") ? "to_json(depends_on)::text" : "null::text", StringComparison.Ordinal)
        .Replace("{last_error}", state.TextSql("last_error", JobRow.LongestError + 1), StringComparison.Ordinal)
        .Replace("{limit}", $"{MostRows + 1}", StringComparison.Ordinal)
        .Replace("{state}", state.Sql, StringComparison.Ordinal);
}
