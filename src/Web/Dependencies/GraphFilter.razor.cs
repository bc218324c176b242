using Dashboard.Core.Verdicts;
using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Dependencies;

/// <summary>What is looked for in the graph: it stands out there, everything else stays where it is and steps back. A plain form when the connection is gone.</summary>
public sealed partial class GraphFilter
{
    private string text = "";

    /// <summary>The present view.</summary>
    [Parameter, EditorRequired]
    public required GraphView View { get; set; }

    /// <summary>Their source.</summary>
    [Parameter, EditorRequired]
    public required ShownSource Shown { get; set; }

    /// <summary>The jobs, for the counts.</summary>
    [Parameter, EditorRequired]
    public required IReadOnlyList<JobStanding> Jobs { get; set; }

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    private string seen = "";

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        if (View.Text != seen)
        {
            seen = text = View.Text;
        }
    }

    private void Seek() => Navigation.NavigateTo(Shown.Links.GraphOf(View with { Text = text.Trim() }));
}
