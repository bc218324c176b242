using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.AspNetCore.Http;

namespace Dashboard.Web.Layout;

/// <summary>The document around every page: live by a circuit, unless the page is a form that must not be drawn anew under somebody's hands.</summary>
public sealed partial class App
{
    [CascadingParameter]
    private HttpContext Request { get; set; } = null!;

    private IComponentRenderMode? Mode => Request.AcceptsInteractiveRouting() ? Microsoft.AspNetCore.Components.Web.RenderMode.InteractiveServer : null;
}
