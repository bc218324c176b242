using Dashboard.Core.Retries;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Retries;

/// <summary>The configured delays, with the step marked where open streaks stand.</summary>
public sealed partial class Ladder
{
    /// <summary>The resource.</summary>
    [Parameter, EditorRequired]
    public required ResourceLane Lane { get; set; }

    private bool Repeats => Lane.Open.Concat(Lane.Ended).Any(streak => streak.Executor == ExecutorKind.Infinite);
}
