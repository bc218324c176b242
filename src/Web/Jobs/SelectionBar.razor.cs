using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Jobs;

/// <summary>What is selected, since when the list is held still for it, and what can be done with it.</summary>
public sealed partial class SelectionBar
{
    /// <summary>How many.</summary>
    [Parameter, EditorRequired]
    public required int Count { get; set; }

    /// <summary>How many of them the present view does not show.</summary>
    [Parameter]
    public int Hidden { get; set; }

    /// <summary>Since when the list is held, by the database's clock.</summary>
    [Parameter]
    public DateTimeOffset? HeldAt { get; set; }

    /// <summary>How many jobs have changed since.</summary>
    [Parameter]
    public int Changes { get; set; }

    /// <summary>Show the changes and hold the list anew.</summary>
    [Parameter]
    public EventCallback OnShow { get; set; }

    /// <summary>Select nothing.</summary>
    [Parameter]
    public EventCallback OnClear { get; set; }

    /// <summary>The actions.</summary>
    [Parameter]
    public RenderFragment? ChildContent { get; set; }
}
