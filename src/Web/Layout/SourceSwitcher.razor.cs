using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Layout;

/// <summary>The other observed databases; absent while there is only one.</summary>
public sealed partial class SourceSwitcher
{
    /// <summary>All of them.</summary>
    [Parameter, EditorRequired]
    public required IReadOnlyList<ShownSource> Sources { get; set; }

    /// <summary>The one on screen.</summary>
    [Parameter]
    public ShownSource? Shown { get; set; }
}
