using Dashboard.Web.Backfill;
using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Dashboard.Web.Jobs;

/// <summary>One job: where it stands and why, what it failed with, how its runs went, what it hangs together with.</summary>
public sealed partial class JobPage
{
    private string name = "";
    private SlotView slots = SlotView.Default;

    /// <summary>The rest of the address. Not the name: a server has already decoded some of it, see <see cref="Links.JobName"/>.</summary>
    [Parameter]
    public string? Address { get; set; }

    [SupplyParameterFromQuery(Name = "at")]
    private string? At { get; set; }

    [SupplyParameterFromQuery(Name = "outcome")]
    private string? Outcome { get; set; }

    [SupplyParameterFromQuery(Name = "before")]
    private string? Before { get; set; }

    [SupplyParameterFromQuery(Name = "slots")]
    private string? Window { get; set; }

    [SupplyParameterFromQuery(Name = "from")]
    private string? From { get; set; }

    [SupplyParameterFromQuery(Name = "until")]
    private string? Until { get; set; }

    [SupplyParameterFromQuery(Name = "choice")]
    private string? Choice { get; set; }

    [CascadingParameter]
    private ShownSource Shown { get; set; } = null!;

    [CascadingParameter]
    private HttpContext? Request { get; set; }

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        slots = SlotView.Parse(Window, From, Until, Choice);
        var basePath = new Uri(Navigation.BaseUri).AbsolutePath;
        name = Request?.Features.Get<IHttpRequestFeature>()?.RawTarget is { Length: > 0 } asSent && asSent[0] == '/'
            ? Links.JobName(asSent, basePath)
            : Links.JobName(Navigation.Uri, basePath);
    }

    private void Missing()
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
