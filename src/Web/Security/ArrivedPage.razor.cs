using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Security;

/// <summary>
/// Where the provider's answer ends, or a link of another page. A browser that came from another site does not send a strict cookie along the way, so it goes on from here by itself.
/// </summary>
public sealed partial class ArrivedPage
{
    /// <summary>What happens here.</summary>
    [Parameter]
    public string Title { get; set; } = "You are logged in";

    /// <summary>Where to.</summary>
    [Parameter, EditorRequired]
    public required string Target { get; set; }
}
