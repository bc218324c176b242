namespace Dashboard.Core.Actions;

/// <summary>What becomes of the observed row.</summary>
public enum RowEditKind
{
    /// <summary>Nothing: only the dashboard's own records change.</summary>
    None,

    /// <summary>Some cells get another value.</summary>
    Update,

    /// <summary>The row goes.</summary>
    Delete,

    /// <summary>A row that is not there is made.</summary>
    Insert,
}

/// <summary>The one change of the one row an action makes, and how the row was when it was decided: if it is another, nothing is done.</summary>
/// <param name="Kind">What becomes of it.</param>
/// <param name="Set">The cells that are written, as text.</param>
/// <param name="Version">The row's <c>xmin</c> when it was looked at; null where there was none.</param>
public sealed record RowEdit(RowEditKind Kind, IReadOnlyDictionary<string, string?> Set, string? Version)
{
    private static readonly IReadOnlyDictionary<string, string?> NoCells = new Dictionary<string, string?>();

    /// <summary>Nothing.</summary>
    public static RowEdit None { get; } = new(RowEditKind.None, NoCells, null);

    /// <summary>Cells of this row.</summary>
    public static RowEdit Update(RowImage row, IReadOnlyDictionary<string, string?> cells)
    {
        ArgumentNullException.ThrowIfNull(row);
        return new RowEdit(RowEditKind.Update, cells, row.Version);
    }

    /// <summary>This row.</summary>
    public static RowEdit Delete(RowImage row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return new RowEdit(RowEditKind.Delete, NoCells, row.Version);
    }

    /// <summary>A row with these cells.</summary>
    public static RowEdit Insert(IReadOnlyDictionary<string, string?> cells) => new(RowEditKind.Insert, cells, null);

    /// <summary>The row afterwards; null when it is gone.</summary>
    public RowImage? After(RowImage? before) => Kind switch
    {
        RowEditKind.Update => before?.With(Set),
        RowEditKind.Delete => null,
        RowEditKind.Insert => new RowImage { Cells = Set },
        _ => before,
    };
}
