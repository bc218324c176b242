using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Layout;

/// <summary>Says that the page is old, how old, why, and when we try again. The page itself stays.</summary>
public sealed partial class StaleNotice
{
    /// <summary>The source on screen.</summary>
    [Parameter, EditorRequired]
    public required ShownSource Shown { get; set; }
}
