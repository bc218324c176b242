using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;

namespace Dashboard.Web.Layout;

/// <summary>The page for addresses that have none; answered with 404.</summary>
public sealed partial class NotFoundPage
{
    /// <summary>The address, without its leading slash.</summary>
    [Parameter]
    public string? Path { get; set; }

    [CascadingParameter]
    private ShownSource? Shown { get; set; }

    [CascadingParameter]
    private HttpContext? Request { get; set; }

    /// <inheritdoc/>
    protected override void OnInitialized()
    {
        // Set at the last moment: a page that is 404 while it is drawn is answered without a body.
        if (Request is { Response: { HasStarted: false } answer })
        {
            answer.OnStarting(() =>
            {
                answer.StatusCode = StatusCodes.Status404NotFound;
                return Task.CompletedTask;
            });
        }
    }
}
