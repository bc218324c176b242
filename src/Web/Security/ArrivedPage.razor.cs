using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Security;

/// <summary>
/// Where the provider's answer ends. A browser that came from another site does not send a strict cookie along the way, so it goes on from here by itself.
/// </summary>
public sealed partial class ArrivedPage
{
    /// <summary>Where to.</summary>
    [Parameter, EditorRequired]
    public required string Target { get; set; }
}
