using System.Globalization;
using System.Runtime.InteropServices;
using Dashboard.Core.Sources;
using Npgsql;

namespace Dashboard.Core.Jobs;

/// <summary>Reads the state table of a source: crontabber's and Socorro's, older ones with fewer columns, and views of either.</summary>
internal sealed class JobQueries(ObservedSource observed)
{
    /// <summary>More rows than this are not read.</summary>
    public const int MostRows = 20_000;

    private const string ClockSql = "select now()";

    // One snapshot for all three: what it does not see yet comes with a later number.
    private const string MarkSql = """
        select now(), txid_current_snapshot()::text, (select count(*) from {state})
        """;

    // Row versions carry the low 32 bits of the transaction that wrote them, so "since" is told on a circle of numbers, as ages are. A row not
    // written for half a circle may be taken for a new one: it is read once more than needed, never once less.
    private const string SinceSql = """
         where age(xmin) <= age(@since::xid)
        """;

    // One character more of each error than is kept, and one row more, so that a cut is noticed.
    private const string AllSql = """
        select app_name::text,
               {next_run}, {first_run}, {last_run}, {last_success}, {ongoing},
               {error_count},
               {depends_on},
               {last_error}
          from {state}
        {since}
         order by app_name::text collate "C"
         limit {limit}
        """;

    /// <summary>Every row, in name order.</summary>
    public Task<JobReading> AllAsync(CancellationToken cancellationToken) => observed.ReadAsync((connection, token) => ReadAsync(connection, since: null, token), cancellationToken);

    /// <summary>
    /// The rows written by transactions that were not over at a mark, and how many rows there are in all: a thousand rows of which one changed are not all sent again.
    /// Every row where versions of rows cannot be told apart.
    /// </summary>
    public Task<JobReading> SinceAsync(JobMark mark, CancellationToken cancellationToken) => observed.ReadAsync((connection, token) => ReadAsync(connection, mark, token), cancellationToken);

    private bool HasVersions => observed.Capabilities.State.HasVersions;

    private async Task<JobReading> ReadAsync(NpgsqlConnection connection, JobMark? since, CancellationToken cancellationToken)
    {
        var state = observed.Capabilities.State;
        var partly = since is not null && HasVersions;
        var select = new NpgsqlBatchCommand(Sql(state, partly));
        if (partly)
        {
            select.Parameters.Add(new NpgsqlParameter<string>("since", ((uint)(since!.Value.Seen.Oldest & uint.MaxValue)).ToString(CultureInfo.InvariantCulture)));
        }

        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands = { new(HasVersions ? MarkSql.Replace("{state}", state.Sql, StringComparison.Ordinal) : ClockSql), select },
        };
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var asOf = reader.GetFieldValue<DateTimeOffset>(0);
        JobMark? mark = HasVersions ? new JobMark(TransactionSnapshot.Parse(reader.GetString(1)), reader.GetInt64(2)) : null;
        await reader.NextResultAsync(cancellationToken);
        var rows = new List<JobRow>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(new JobRow(
                reader.Text(0) ?? string.Empty, reader.Text(1), reader.Text(2), reader.Text(3), reader.Text(4), reader.Text(5), reader.Text(6), reader.Text(7), reader.Text(8)));
        }

        return new JobReading(asOf, rows, mark, Whole: !partly);
    }

    private static string Sql(ObservedRelation state, bool partly) => AllSql
        .Replace("{since}", partly ? SinceSql : "", StringComparison.Ordinal)
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

/// <summary>What was read of a state table.</summary>
/// <param name="AsOf">The database's clock.</param>
/// <param name="Rows">In name order.</param>
/// <param name="Mark">From where a next reading may go on; null where versions of rows cannot be told apart.</param>
/// <param name="Whole">Whether these are all rows.</param>
internal sealed record JobReading(DateTimeOffset AsOf, IReadOnlyList<JobRow> Rows, JobMark? Mark, bool Whole);

/// <summary>A place in the life of a state table.</summary>
/// <param name="Seen">The transactions whose rows were seen.</param>
/// <param name="Rows">How many rows there were.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct JobMark(TransactionSnapshot Seen, long Rows);
