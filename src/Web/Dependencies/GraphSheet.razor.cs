using Dashboard.Core.Actions;
using Dashboard.Core.Dependencies;
using Dashboard.Core.Verdicts;
using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Dependencies;

/// <summary>The graph as a drawing, in the order of a tick and as a list; of the present as of any moment.</summary>
public sealed partial class GraphSheet
{
    /// <summary>What the tick does.</summary>
    [Parameter, EditorRequired]
    public required TickSnapshot Tick { get; set; }

    /// <summary>Where the jobs stand.</summary>
    [Parameter, EditorRequired]
    public required StandingsSnapshot Standings { get; set; }

    /// <summary>What people say of them now; null where the past is shown, of which that is not kept.</summary>
    [Parameter]
    public MarksSnapshot? Marks { get; set; }

    /// <summary>What is looked for.</summary>
    [Parameter, EditorRequired]
    public required GraphView View { get; set; }

    /// <summary>Their source.</summary>
    [Parameter, EditorRequired]
    public required ShownSource Shown { get; set; }
}
