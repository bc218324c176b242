using Dashboard.Core.Verdicts;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Components;

/// <summary>A state as a shape and a word.</summary>
public sealed partial class StateBadge
{
    /// <summary>The state to name.</summary>
    [Parameter, EditorRequired]
    public required JobState State { get; set; }

    /// <summary>Why, as a tooltip.</summary>
    [Parameter]
    public string? Because { get; set; }
}
