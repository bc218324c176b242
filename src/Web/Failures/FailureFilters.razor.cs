using Dashboard.Core.Failures;
using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Failures;

/// <summary>Chips for the states and kinds that occur, with how many groups each would show.</summary>
public sealed partial class FailureFilters
{
    /// <summary>All groups that match the rest of the view, whatever their state.</summary>
    [Parameter, EditorRequired]
    public required IReadOnlyList<FailureGroup> Groups { get; set; }

    /// <summary>All groups.</summary>
    [Parameter, EditorRequired]
    public required IReadOnlyList<FailureGroup> All { get; set; }

    /// <summary>The present view.</summary>
    [Parameter, EditorRequired]
    public required FailuresView View { get; set; }

    /// <summary>Where the chips lead.</summary>
    [Parameter, EditorRequired]
    public required Links Links { get; set; }

    private int Of(FailureClass kind)
    {
        var others = View with { Classes = [] };
        return All.Count(group => group.Kind.Class == kind && others.Matches(group) && (View.FailingNow is null || group.FailingNow == View.FailingNow));
    }
}
