using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Dashboard.Web.Components;

/// <summary>Puts a text that is not on the page into the clipboard; what is on the page is copied by <c>data-copies</c> alone.</summary>
public sealed partial class CopyButton
{
    /// <summary>What the button says.</summary>
    [Parameter, EditorRequired]
    public required string Label { get; set; }

    /// <summary>Writes the text, when asked.</summary>
    [Parameter, EditorRequired]
    public required Func<string> Text { get; set; }

    [Inject]
    private IJSRuntime Browser { get; set; } = null!;

    private async Task CopyAsync() => await Browser.InvokeVoidAsync("dashboard.copy", Text());
}
