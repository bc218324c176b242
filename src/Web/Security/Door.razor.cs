using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Security;

/// <summary>What stands around a page for somebody who is not in: a plain document without a circuit, because there is nobody yet to give one to.</summary>
public sealed partial class Door
{
    /// <summary>What the page is for.</summary>
    [Parameter, EditorRequired]
    public required string Title { get; set; }

    /// <summary>Where the browser goes by itself; null to stay.</summary>
    [Parameter]
    public string? GoOn { get; set; }

    /// <summary>The page.</summary>
    [Parameter, EditorRequired]
    public required RenderFragment ChildContent { get; set; }
}
