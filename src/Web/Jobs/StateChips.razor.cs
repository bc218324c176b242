using System.Runtime.InteropServices;
using Dashboard.Core.Verdicts;
using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Jobs;

/// <summary>One chip for each state that occurs, with how many jobs the search finds in it.</summary>
public sealed partial class StateChips
{
    private Dictionary<JobState, int> counts = [];
    private (int Count, JobsView? View, Links? Links) drawn;
    private bool changed;

    /// <summary>What the search found, in every state.</summary>
    [Parameter, EditorRequired]
    public required IReadOnlyList<JobStanding> Jobs { get; set; }

    /// <summary>The present view.</summary>
    [Parameter, EditorRequired]
    public required JobsView View { get; set; }

    /// <summary>Where the chips lead.</summary>
    [Parameter, EditorRequired]
    public required Links Links { get; set; }

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        var now = new Dictionary<JobState, int>();
        foreach (var standing in Jobs)
        {
            CollectionsMarshal.GetValueRefOrAddDefault(now, standing.State, out _)++;
        }

        // Most changes move no job from one state to another.
        changed = drawn != (Jobs.Count, View, Links) || now.Count != counts.Count || now.Any(state => counts.GetValueOrDefault(state.Key) != state.Value);
        (counts, drawn) = (now, (Jobs.Count, View, Links));
    }

    /// <inheritdoc/>
    protected override bool ShouldRender() => changed;
}
