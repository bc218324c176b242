using Dashboard.Core.Schedules;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Schedules;

/// <summary>When a job runs, in words, marked where it is inferred; where that is from is said on hover.</summary>
public sealed partial class CadenceText
{
    /// <summary>What is known of it; null when nothing is.</summary>
    [Parameter, EditorRequired]
    public JobDefinition? Definition { get; set; }

    /// <summary>Whether it has a row and is not configured.</summary>
    [Parameter]
    public bool Ghost { get; set; }

    private string? Words => Definition?.Schedule is { } schedule ? Cadence.Words(schedule) : null;

    private string Evidence => Definition switch
    {
        null => Ghost ? "It has a row and is not in the scheduler's configuration" : "Nothing is known of it yet",
        { CadenceKnown: Knowledge.Inferred } => $"Inferred: {Definition.CadenceEvidence}",
        { CadenceKnown: Knowledge.Configured } => $"From {Definition.CadenceEvidence}",
        _ => $"Not known: {Definition.CadenceEvidence}",
    };
}
