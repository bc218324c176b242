using System.Text.Json;
using Dashboard.Core.Jobs;

namespace Dashboard.Core.Conformance;

/// <summary>A row of the state table as a vectors file holds it: columns that are left out have the table's defaults.</summary>
internal static class RecordedRow
{
    /// <summary>The row as the Jobs room would read it.</summary>
    public static Job ToJob(VectorCase row, string name = "job") => new()
    {
        Name = row.Text("app_name") ?? name,
        NextRun = row.Moment("next_run"),
        FirstRun = row.Moment("first_run"),
        LastRun = row.Moment("last_run"),
        LastSuccess = row.Moment("last_success"),
        Ongoing = row.Moment("ongoing"),
        ErrorCount = row.Has("error_count") ? row["error_count"].GetInt32() : 0,
        DependsOn = Names(row),
        LastError = row.Has("last_error") ? LastErrorReading.Of(row["last_error"].GetRawText()) : null,
        Unreadable = row.Json.TryGetProperty("error_count", out var count) && count.ValueKind == JsonValueKind.Null
            ? new Dictionary<string, string>(StringComparer.Ordinal) { ["error_count"] = "null" }
            : new Dictionary<string, string>(StringComparer.Ordinal),
    };

    /// <summary>The names of <c>depends_on</c>: a list, one bare name, or none.</summary>
    public static IReadOnlyList<string> Names(VectorCase row) => !row.Has("depends_on") ? []
        : row["depends_on"].ValueKind == JsonValueKind.Array ? [.. row["depends_on"].EnumerateArray().Select(name => name.GetString()!)]
        : [row.Text("depends_on")!];

    /// <summary><c>last_error</c> as the column's text: a column left out holds <c>{}</c>, one with null holds NULL.</summary>
    public static string? LastErrorText(VectorCase row) => !row.Json.TryGetProperty("last_error", out var error) ? "{}"
        : error.ValueKind == JsonValueKind.Null ? null
        : error.GetRawText();
}
