using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Dependencies;

/// <summary>
/// Who waits for whom: the graph, the order in which a tick goes through it and where it ends early, and the same as a list. What is searched and which
/// job is in focus lives in the URL.
/// </summary>
public sealed partial class GraphPage
{
    private GraphView view = GraphView.Default;

    [CascadingParameter]
    private ShownSource Shown { get; set; } = null!;

    [SupplyParameterFromQuery(Name = "at")]
    private string? At { get; set; }

    [SupplyParameterFromQuery(Name = "q")]
    private string? Text { get; set; }

    [SupplyParameterFromQuery(Name = "state")]
    private string? States { get; set; }

    [SupplyParameterFromQuery(Name = "focus")]
    private string? Focus { get; set; }

    [SupplyParameterFromQuery(Name = "hops")]
    private string? Hops { get; set; }

    /// <inheritdoc/>
    protected override void OnParametersSet() => view = GraphView.Parse(Text, States, Focus, Hops);
}
