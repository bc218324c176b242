using Npgsql;
using NpgsqlTypes;

namespace Dashboard.Core.Ledger;

/// <summary>Rows of the ledger's tables to records, and back.</summary>
internal static class LedgerRows
{
    public static NpgsqlParameter Moment(string name, DateTimeOffset? at) => new(name, NpgsqlDbType.TimestampTz) { Value = at is { } moment ? moment.UtcDateTime : DBNull.Value };

    public static NpgsqlParameter Text(string name, string? text) => new(name, NpgsqlDbType.Text) { Value = text is null ? DBNull.Value : Clean(text) };

    // The database's texts hold no NUL.
    public static string Clean(string text) => text.Replace('\0', '\uFFFD');

    public static DateTimeOffset? Moment(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);

    public static IncidentMark Mark(NpgsqlDataReader row) =>
        new(row.GetGuid(0), Kind(row.GetString(1)), row.GetString(2), row.GetFieldValue<DateTimeOffset>(3), row.GetString(4), Moment(row, 5));

    public static Silence Silence(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetString(1), row.IsDBNull(2) ? null : row.GetString(2), row.GetFieldValue<DateTimeOffset>(3), row.GetFieldValue<DateTimeOffset>(4), row.GetString(5), row.GetString(6));

    public static string Slug(IncidentMarkKind kind) => kind switch
    {
        IncidentMarkKind.Ack => "ack",
        IncidentMarkKind.Snooze => "snooze",
        IncidentMarkKind.Needed => "needed",
        _ => "not-needed",
    };

    private static IncidentMarkKind Kind(string slug) => slug switch
    {
        "ack" => IncidentMarkKind.Ack,
        "snooze" => IncidentMarkKind.Snooze,
        "needed" => IncidentMarkKind.Needed,
        _ => IncidentMarkKind.NotNeeded,
    };
}
