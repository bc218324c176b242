using Dashboard.Core.Actions;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Actions;

/// <summary>Cells of a row, before and after.</summary>
public sealed partial class CellTable
{
    /// <summary>The cells that differ.</summary>
    [Parameter, EditorRequired]
    public required IReadOnlyList<CellChange> Changes { get; set; }

    /// <summary>What the first column is.</summary>
    [Parameter, EditorRequired]
    public required string BeforeHeading { get; set; }

    /// <summary>What the second is.</summary>
    [Parameter, EditorRequired]
    public required string AfterHeading { get; set; }

    /// <summary>Whether the whole row goes.</summary>
    [Parameter]
    public bool Goes { get; set; }
}
