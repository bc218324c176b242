using Dashboard.Web.Jobs;
using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Actions.Operations;

/// <summary>What can be done with the jobs that are selected. All that match a search are sent as the search, so that any number goes.</summary>
public sealed partial class BulkMenu
{
    /// <summary>The names of those selected.</summary>
    [Parameter, EditorRequired]
    public required IReadOnlySet<string> Selected { get; set; }

    /// <summary>Whether these are exactly all that match the view.</summary>
    [Parameter]
    public bool BySearch { get; set; }

    /// <summary>What is searched for.</summary>
    [Parameter, EditorRequired]
    public required JobsView View { get; set; }

    /// <summary>Their source.</summary>
    [Parameter, EditorRequired]
    public required ShownSource Shown { get; set; }

    private int Count => Selected.Count;

    private string Field => JobChoice.Field(Selected);

    private bool IsTooLong => !BySearch && Field.Length > JobChoice.LongestNames;
}
