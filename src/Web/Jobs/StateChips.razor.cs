using Dashboard.Core.Verdicts;
using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Jobs;

/// <summary>One chip for each state that occurs, with how many jobs the search finds in it.</summary>
public sealed partial class StateChips
{
    /// <summary>What the search found, in every state.</summary>
    [Parameter, EditorRequired]
    public required IReadOnlyList<JobStanding> Jobs { get; set; }

    /// <summary>The present view.</summary>
    [Parameter, EditorRequired]
    public required JobsView View { get; set; }

    /// <summary>Where the chips lead.</summary>
    [Parameter, EditorRequired]
    public required Links Links { get; set; }
}
