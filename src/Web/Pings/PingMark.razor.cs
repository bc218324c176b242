using Dashboard.Core.Pings;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Pings;

/// <summary>Where a program that pings stands: shape and word.</summary>
public sealed partial class PingMark
{
    /// <summary>The state.</summary>
    [Parameter, EditorRequired]
    public required PingState State { get; set; }
}
