using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Actions;

/// <summary>The text of a cell; a long one is shown whole when asked for.</summary>
public sealed partial class CellText
{
    private const int Short = 160;

    /// <summary>The text; null for NULL.</summary>
    [Parameter, EditorRequired]
    public required string? Text { get; set; }
}
