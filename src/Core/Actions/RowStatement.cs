using Dashboard.Core.Sources;
using Npgsql;
using NpgsqlTypes;

namespace Dashboard.Core.Actions;

/// <summary>
/// The one statement an action makes in the observed database. It takes the row's lock without waiting, changes it only if it still is the version that was
/// looked at, and fails when there was nothing to change: so a committed transaction always means one changed row.
/// </summary>
internal static class RowStatement
{
    private const string UpdateSql = """
        with seen as (
            select app_name from {state} where app_name = @job and xmin = @version::text::xid for update nowait
        ), changed as (
            update {state} as job set {set} from seen where job.app_name = seen.app_name returning job.xmin::text as version
        )
        select max(version), 1 / count(*) from changed
        """;

    private const string DeleteSql = """
        with seen as (
            select app_name from {state} where app_name = @job and xmin = @version::text::xid for update nowait
        ), changed as (
            delete from {state} as job using seen where job.app_name = seen.app_name returning job.xmin::text as version
        )
        select max(version), 1 / count(*) from changed
        """;

    private const string InsertSql = """
        with changed as (
            insert into {state} (app_name, {columns}) values (@job, {values}) on conflict do nothing returning xmin::text as version
        )
        select max(version), 1 / count(*) from changed
        """;

    /// <summary>The command for an edit.</summary>
    public static NpgsqlBatchCommand Of(RowEdit edit, ObservedRelation state, Flavour flavour, string job)
    {
        var cells = edit.Set.Where(cell => state.Has(cell.Key)).OrderBy(cell => cell.Key, StringComparer.Ordinal).ToList();
        var command = new NpgsqlBatchCommand(Sql(edit.Kind, state, flavour, [.. cells.Select(cell => cell.Key)]));
        command.Parameters.Add(new NpgsqlParameter<string>("job", job));
        if (edit.Kind != RowEditKind.Insert)
        {
            command.Parameters.Add(new NpgsqlParameter<string>("version", edit.Version ?? "0"));
        }

        foreach (var (column, text) in cells)
        {
            command.Parameters.Add(new NpgsqlParameter(column, NpgsqlDbType.Text) { Value = text is null ? DBNull.Value : text });
        }

        return command;
    }

    /// <summary>The same as people read it: with its values in it. Never executed.</summary>
    public static string Words(RowEdit edit, ObservedRelation state, Flavour flavour, string job)
    {
        ArgumentNullException.ThrowIfNull(edit);
        var cells = edit.Set.Where(cell => state.Has(cell.Key)).OrderBy(cell => cell.Key, StringComparer.Ordinal).ToList();
        return edit.Kind switch
        {
            RowEditKind.Update => $"update {state.Sql}\n   set {string.Join(",\n       ", cells.Select(cell => $"{cell.Key} = {Literal(cell.Value)}"))}\n where app_name = {Literal(job)}\n   and xmin = '{edit.Version}'",
            RowEditKind.Delete => $"delete from {state.Sql}\n where app_name = {Literal(job)}\n   and xmin = '{edit.Version}'",
            RowEditKind.Insert => $"insert into {state.Sql} (app_name, {string.Join(", ", cells.Select(cell => cell.Key))})\nvalues ({Literal(job)}, {string.Join(", ", cells.Select(cell => Literal(Short(cell.Value))))})\non conflict do nothing",
            _ => "",
        };
    }

    private static string Sql(RowEditKind kind, ObservedRelation state, Flavour flavour, IReadOnlyList<string> columns)
    {
        var template = kind switch
        {
            RowEditKind.Update => UpdateSql,
            RowEditKind.Delete => DeleteSql,
            RowEditKind.Insert => InsertSql,
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "There is no statement for nothing."),
        };
        return template
            .Replace("{set}", string.Join(", ", columns.Select(column => $"{column} = {Value(column, flavour)}")), StringComparison.Ordinal)
            .Replace("{columns}", string.Join(", ", columns), StringComparison.Ordinal)
            .Replace("{values}", string.Join(", ", columns.Select(column => Value(column, flavour))), StringComparison.Ordinal)
            .Replace("{state}", state.Sql, StringComparison.Ordinal);
    }

    // Names of columns come from RowImage.Columns, never from outside.
    private static string Value(string column, Flavour flavour) => column switch
    {
        "error_count" => "@error_count::text::integer",
        "depends_on" => flavour == Flavour.Socorro ? "@depends_on::text" : "@depends_on::text::text[]",
        "last_error" => flavour == Flavour.Socorro ? "@last_error::text" : "@last_error::text::json",
        "next_run" or "first_run" or "last_run" or "last_success" or "ongoing" => $"@{column}::text::timestamptz",
        _ => throw new ArgumentOutOfRangeException(nameof(column), column, "No such column."),
    };

    private static string? Short(string? text) => text is { Length: > 200 } ? Failures.Redaction.Of(text[..200]) + "…" : text is null ? null : Failures.Redaction.Of(text);

    private static string Literal(string? text) => text is null ? "null" : $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}
