using Dashboard.Core.Dependencies;
using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Dependencies;

/// <summary>What the next tick does, in a sentence: where it ends and who waits for that.</summary>
public sealed partial class TickSentence
{
    private JobTick? end;
    private IReadOnlyList<JobTick> waiting = [];
    private int starts;
    private int blocked;

    /// <summary>The tick.</summary>
    [Parameter, EditorRequired]
    public required TickSnapshot Tick { get; set; }

    /// <summary>Where names lead.</summary>
    [Parameter, EditorRequired]
    public required Links Links { get; set; }

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        end = Tick.EndsAt is { } name ? Tick.Find(name) : null;
        waiting = end is null ? [] : Tick.Waiting(end.Name);
        starts = Tick.Jobs.Count(job => job.Outcome is TickOutcome.Runs or TickOutcome.Queued);
        blocked = Tick.Jobs.Count(job => job.Outcome is TickOutcome.Blocked);
    }
}
