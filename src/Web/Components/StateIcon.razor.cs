using Dashboard.Core.Verdicts;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Components;

/// <summary>The shape of a state: nine outlines that differ without their colours.</summary>
public sealed partial class StateIcon
{
    /// <summary>The state to draw.</summary>
    [Parameter, EditorRequired]
    public required JobState State { get; set; }
}
