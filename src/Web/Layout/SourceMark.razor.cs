using Dashboard.Core.Sources;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Layout;

/// <summary>Live, connecting, stale or unreachable: a shape and the word.</summary>
public sealed partial class SourceMark
{
    /// <summary>Which.</summary>
    [Parameter, EditorRequired]
    public required SourceState State { get; set; }
}
