using Dashboard.Core.Failures;

namespace Dashboard.Core.Actions;

/// <summary>A row of the scheduler's state table, cell by cell as the database spells it: what is shown, compared and put back.</summary>
public sealed record RowImage
{
    /// <summary>The columns an image has, in the order of the table.</summary>
    public static readonly IReadOnlyList<string> Columns = ["next_run", "first_run", "last_run", "last_success", "ongoing", "error_count", "depends_on", "last_error"];

    /// <summary><c>xmin</c>: another one with every change of the row.</summary>
    public string Version { get; init; } = "";

    /// <summary>Column → its text; null for NULL. A column the table lacks is absent.</summary>
    public required IReadOnlyDictionary<string, string?> Cells { get; init; }

    /// <summary>The text of a column; null for NULL and for a column the table lacks.</summary>
    public string? this[string column] => Cells.GetValueOrDefault(column);

    /// <summary>The same row with some cells changed.</summary>
    public RowImage With(IReadOnlyDictionary<string, string?> cells)
    {
        ArgumentNullException.ThrowIfNull(cells);
        var changed = new Dictionary<string, string?>(Cells, StringComparer.Ordinal);
        foreach (var (column, text) in cells)
        {
            if (changed.ContainsKey(column))
            {
                changed[column] = text;
            }
        }

        return this with { Cells = changed };
    }

    /// <summary>How two images differ, cell by cell; a row that is not there has no cells. Texts are fit to be shown.</summary>
    public static IReadOnlyList<CellChange> Between(RowImage? before, RowImage? after)
    {
        var changes = new List<CellChange>();
        foreach (var column in Columns.Where(column => before?.Cells.ContainsKey(column) == true || after?.Cells.ContainsKey(column) == true))
        {
            var (old, now) = (before?[column], after?[column]);
            if (!string.Equals(old, now, StringComparison.Ordinal))
            {
                changes.Add(new CellChange(column, Shown(old), Shown(now)));
            }
        }

        return changes;
    }

    /// <summary>The row as it may be shown and kept: no secrets, nothing longer than anybody reads.</summary>
    public RowImage Redacted() => this with { Cells = Cells.ToDictionary(cell => cell.Key, cell => Shown(cell.Value), StringComparer.Ordinal) };

    private const int LongestShown = 4_000;

    private static string? Shown(string? text) => text switch
    {
        null => null,
        { Length: > LongestShown } => $"{Redaction.Of(text[..LongestShown])}… ({text.Length:N0} characters)",
        _ => Redaction.Of(text),
    };
}

/// <summary>A cell that is another before and after.</summary>
/// <param name="Column">Which.</param>
/// <param name="Before">Its text before; null for NULL, or for no row.</param>
/// <param name="After">Its text after; null for NULL, or for no row.</param>
public sealed record CellChange(string Column, string? Before, string? After);
