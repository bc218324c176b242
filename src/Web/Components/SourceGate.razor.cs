using Dashboard.Core.Verdicts;
using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Components;

/// <summary>The jobs of a source as soon as they were read once; until then says why not. What was read once stays, however old.</summary>
public sealed partial class SourceGate
{
    /// <summary>The source.</summary>
    [Parameter, EditorRequired]
    public required ShownSource Shown { get; set; }

    /// <summary>How to draw its jobs.</summary>
    [Parameter, EditorRequired]
    public required RenderFragment<StandingsSnapshot> ChildContent { get; set; }
}
