using Dashboard.Core.Actions;
using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Actions;

/// <summary>Other jobs for which the next tick does something else, with what it would have done and what it does.</summary>
public sealed partial class EffectList
{
    /// <summary>Them.</summary>
    [Parameter, EditorRequired]
    public required IReadOnlyList<JobEffect> Effects { get; set; }

    /// <summary>Where their pages are.</summary>
    [Parameter, EditorRequired]
    public required Links Links { get; set; }
}
