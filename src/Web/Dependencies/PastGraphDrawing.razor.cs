using Dashboard.Core.Dependencies;
using Dashboard.Core.Ledger;
using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Dependencies;

/// <summary>The graph as it was at a moment, with links that stay there.</summary>
public sealed partial class PastGraphDrawing
{
    private (PastMoment, DependencyGraph)? drawn;
    private PastGraph? graph;
    private ShownSource? then;

    /// <summary>What was kept of the moment; something was said then.</summary>
    [Parameter, EditorRequired]
    public required PastMoment Past { get; set; }

    /// <summary>The present, for who depends on whom.</summary>
    [Parameter, EditorRequired]
    public required TickSnapshot Present { get; set; }

    /// <summary>What is looked for.</summary>
    [Parameter, EditorRequired]
    public required GraphView View { get; set; }

    /// <summary>The source, as it is now.</summary>
    [Parameter, EditorRequired]
    public required ShownSource Shown { get; set; }

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        // It never moves, whatever the present does, but for its lines.
        if (drawn != (Past, Present.Graph))
        {
            (drawn, graph, then) = ((Past, Present.Graph), PastGraph.Of(Past, Shown.Schedules.Newest, Present), Shown.AsOf(Past.At));
        }
    }
}
