using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Jobs;

/// <summary>The heading of a column; a click sorts by it, another turns the order round.</summary>
public sealed partial class SortHeading
{
    /// <summary>The column's class.</summary>
    [Parameter, EditorRequired]
    public required string Class { get; set; }

    /// <summary>What it sorts by.</summary>
    [Parameter, EditorRequired]
    public required JobColumn Column { get; set; }

    /// <summary>The present view.</summary>
    [Parameter, EditorRequired]
    public required JobsView View { get; set; }

    /// <summary>Where it leads.</summary>
    [Parameter, EditorRequired]
    public required Links Links { get; set; }

    /// <summary>Its words.</summary>
    [Parameter, EditorRequired]
    public required RenderFragment ChildContent { get; set; }
}
