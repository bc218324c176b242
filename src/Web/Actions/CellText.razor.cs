using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Actions;

/// <summary>The text of a cell; a long one is shown whole when asked for.</summary>
public sealed partial class CellText
{
    private const int Short = 160;

    /// <summary>The text; null for NULL.</summary>
    [Parameter, EditorRequired]
    public required string? Text { get; set; }

    // A moment is broken where people break it: after its day and before its zone.
    private string[]? Parts => Text is { Length: > 19 and < 40 } text && text[4] == '-' && text[10] == 'T' && text.LastIndexOfAny(['+', '-', 'Z']) is > 18 and var zone
        ? [text[..11], text[11..zone], text[zone..]]
        : null;
}
