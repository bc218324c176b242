using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Failures;

/// <summary>The heading of a column; a click sorts by it, another turns the order round.</summary>
public sealed partial class FailureHeading
{
    /// <summary>The column's class.</summary>
    [Parameter, EditorRequired]
    public required string Class { get; set; }

    /// <summary>What it sorts by.</summary>
    [Parameter, EditorRequired]
    public required FailureColumn Column { get; set; }

    /// <summary>Its words.</summary>
    [Parameter, EditorRequired]
    public required string Title { get; set; }

    /// <summary>The present view.</summary>
    [Parameter, EditorRequired]
    public required FailuresView View { get; set; }

    /// <summary>Where it leads.</summary>
    [Parameter, EditorRequired]
    public required Links Links { get; set; }
}
