using System.Globalization;
using System.Text;
using Npgsql;

namespace Dashboard.Core.Sources;

/// <summary>
/// Reads the cells of observed rows so that no cell can spoil its neighbours: the database sends text, in one form whatever its settings
/// and the column's type, and what the text means is decided here.
/// </summary>
public static class ObservedCells
{
    private static readonly string[] InstantForms = ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFzzz", "yyyy-MM-dd'T'HH:mm:ss.FFFFFF"];

    /// <summary>The SQL for an instant as ISO text, independent of DateStyle; null where the column is missing.</summary>
    public static string InstantSql(this ObservedRelation relation, string column)
    {
        ArgumentNullException.ThrowIfNull(relation);
        return relation.Has(column) ? $"to_json({column}) #>> '{{}}'" : "null::text";
    }

    /// <summary>The SQL for a column's text; null where the column is missing.</summary>
    public static string TextSql(this ObservedRelation relation, string column)
    {
        ArgumentNullException.ThrowIfNull(relation);
        return relation.Has(column) ? $"{column}::text" : "null::text";
    }

    /// <summary>The SQL for the first characters of a column's text; null where the column is missing.</summary>
    public static string TextSql(this ObservedRelation relation, string column, int characters)
    {
        ArgumentNullException.ThrowIfNull(relation);
        return relation.Has(column) ? string.Create(CultureInfo.InvariantCulture, $"left({column}::text, {characters})") : "null::text";
    }

    /// <summary>A text cell. Bytes that are no UTF-8, which a SQL_ASCII database can hold, become replacement characters.</summary>
    public static string? Text(this NpgsqlDataReader row, int column)
    {
        ArgumentNullException.ThrowIfNull(row);
        if (row.IsDBNull(column))
        {
            return null;
        }

        try
        {
            return row.GetString(column);
        }
        catch (DecoderFallbackException)
        {
            return Encoding.UTF8.GetString(row.GetFieldValue<byte[]>(column));
        }
    }

    /// <summary>The instant that ISO text names. False for what our calendar lacks: infinity, BC, years beyond 9999, and for any other text.</summary>
    public static bool TryInstant(string text, out DateTimeOffset instant) =>
        DateTimeOffset.TryParseExact(
            text, InstantForms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out instant);
}
