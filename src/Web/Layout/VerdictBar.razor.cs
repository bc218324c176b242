using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Layout;

/// <summary>
/// The first line of every page: how many jobs stand how, each count a link to them. The one region read aloud, and its words change
/// with the substance only, never with the clock.
/// </summary>
public sealed partial class VerdictBar
{
    /// <summary>The source on screen.</summary>
    [Parameter, EditorRequired]
    public required ShownSource Shown { get; set; }
}
