using Dashboard.Core.Dependencies;
using Dashboard.Core.Verdicts;
using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Dependencies;

/// <summary>Whether a job can run at the next tick and if not why, up to where a remedy helps, and who waits because of it.</summary>
public sealed partial class NextTick
{
    private const int Most = 20;

    private JobTick tick = null!;
    private IReadOnlyList<string> chain = [];
    private IReadOnlyList<JobTick> waiting = [];
    private int below;

    /// <summary>The job.</summary>
    [Parameter, EditorRequired]
    public required JobTick Job { get; set; }

    /// <summary>The whole tick.</summary>
    [Parameter, EditorRequired]
    public required TickSnapshot Tick { get; set; }

    /// <summary>Where all jobs stand.</summary>
    [Parameter, EditorRequired]
    public required StandingsSnapshot Standings { get; set; }

    /// <summary>Their source.</summary>
    [Parameter, EditorRequired]
    public required ShownSource Shown { get; set; }

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        tick = Job;
        chain = tick.Parent is null ? [] : Tick.Chain(tick.Name);
        waiting = Tick.Waiting(tick.Name);
        below = Tick.Graph.Below(tick.Name).Count;
    }
}
