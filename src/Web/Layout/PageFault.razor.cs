using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Layout;

/// <summary>What stands in place of a page whose drawing failed.</summary>
public sealed partial class PageFault
{
    /// <summary>Why.</summary>
    [Parameter, EditorRequired]
    public required Exception Fault { get; set; }

    /// <summary>Draw the page again.</summary>
    [Parameter]
    public EventCallback OnRetry { get; set; }
}
