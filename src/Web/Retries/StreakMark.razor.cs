using Dashboard.Core.Retries;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Retries;

/// <summary>Where a streak stands: shape and word.</summary>
public sealed partial class StreakMark
{
    /// <summary>The state.</summary>
    [Parameter, EditorRequired]
    public required StreakState State { get; set; }
}
