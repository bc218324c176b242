using Dashboard.Core.Failures;
using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Failures;

/// <summary>Every failure of a source, in groups of what is the same to people. What is filtered and sorted lives in the URL.</summary>
public sealed partial class FailuresPage
{
    private FailuresView view = FailuresView.Default;
    private string typed = "";

    [CascadingParameter]
    private ShownSource Shown { get; set; } = null!;

    [SupplyParameterFromQuery(Name = "q")]
    private string? Text { get; set; }

    [SupplyParameterFromQuery(Name = "state")]
    private string? State { get; set; }

    [SupplyParameterFromQuery(Name = "class")]
    private string? Classes { get; set; }

    [SupplyParameterFromQuery(Name = "job")]
    private string? Job { get; set; }

    [SupplyParameterFromQuery(Name = "sort")]
    private string? Sort { get; set; }

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        var before = view.Text;
        view = FailuresView.Parse(Text, State, Classes, Job, Sort);

        // The URL follows the line by a moment; only an address that came from elsewhere changes what is in it.
        if (view.Text != before && !typed.StartsWith(view.Text, StringComparison.Ordinal))
        {
            typed = view.Text;
        }
        else if (typed.Length == 0)
        {
            typed = view.Text;
        }
    }

    private void Type(string? text)
    {
        typed = text ?? "";
        Search(typed);
    }

    private void Search(string text) => Navigation.NavigateTo(Shown.Links.FailureGroups(view with { Text = text }), replace: true);
}
