using Dashboard.Core.Retries;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Retries;

/// <summary>The shape of a streak's state, in a field of 16 by 16; every state differs without its colour.</summary>
public sealed partial class StreakGlyph
{
    /// <summary>The state.</summary>
    [Parameter, EditorRequired]
    public required StreakState State { get; set; }
}
