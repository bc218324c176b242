using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Runner;

/// <summary>What a source is that nobody configured, so that nobody takes it for their own; nothing for any other.</summary>
public sealed partial class ShippedSource
{
    /// <summary>The source on screen.</summary>
    [Parameter, EditorRequired]
    public required ShownSource Shown { get; set; }
}
