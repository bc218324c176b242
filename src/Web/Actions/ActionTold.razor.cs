using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Actions;

/// <summary>Says why a form did nothing.</summary>
public sealed partial class ActionTold
{
    /// <summary>Why.</summary>
    [Parameter, EditorRequired]
    public required string Text { get; set; }

    /// <summary>Where to go on, on this site.</summary>
    [Parameter, EditorRequired]
    public required string Back { get; set; }
}
