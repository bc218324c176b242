using Dashboard.Core.Retries;
using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Retries;

/// <summary>The present wait of an open streak. The browser keeps it counting.</summary>
public sealed partial class WaitLine
{
    /// <summary>The streak.</summary>
    [Parameter, EditorRequired]
    public required RetryStreak Streak { get; set; }

    /// <summary>The source on screen, for its clock.</summary>
    [Parameter, EditorRequired]
    public required ShownSource Shown { get; set; }

    /// <summary>Whether the time of the next attempt is said too.</summary>
    [Parameter]
    public bool Next { get; set; } = true;
}
