using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace Dashboard.Web.Layout;

/// <summary>The page for addresses that have none, and for what was refused without a word; answered with the status it had.</summary>
public sealed partial class NotFoundPage
{
    private string asked = "";
    private int status = StatusCodes.Status404NotFound;

    [CascadingParameter]
    private ShownSource? Shown { get; set; }

    [CascadingParameter]
    private HttpContext? Request { get; set; }

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    /// <inheritdoc/>
    protected override void OnInitialized()
    {
        var sent = Request?.Features.Get<IStatusCodeReExecuteFeature>();
        status = sent?.OriginalStatusCode ?? status;
        asked = sent is null ? "/" + Uri.UnescapeDataString(Navigation.ToBaseRelativePath(Navigation.Uri).Split('?')[0]) : sent.OriginalPathBase + sent.OriginalPath;
    }
}
