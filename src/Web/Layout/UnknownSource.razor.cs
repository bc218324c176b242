using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Layout;

/// <summary>Instead of a page, when its address names a source that is not observed.</summary>
public sealed partial class UnknownSource
{
    /// <summary>The name in the address.</summary>
    [Parameter]
    public string? Name { get; set; }

    /// <summary>Those there are.</summary>
    [Parameter, EditorRequired]
    public required IReadOnlyList<ShownSource> Sources { get; set; }
}
