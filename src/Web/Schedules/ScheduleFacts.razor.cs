using Dashboard.Core.Schedules;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Schedules;

/// <summary>What the scheduler was told of a job, each with where that is known from, in text.</summary>
public sealed partial class ScheduleFacts
{
    /// <summary>What is known of it; null when nothing is.</summary>
    [Parameter, EditorRequired]
    public JobDefinition? Definition { get; set; }

    /// <summary>Whether it has a row and is not configured.</summary>
    [Parameter]
    public bool Ghost { get; set; }

    private static string Backfills(JobDefinition job) => job.BackfillsKnown == Knowledge.Unknown ? "not known" : job.Schedule?.Backfills == true ? "yes, each missed slot" : "no, one run is enough";

    private static RenderFragment Said(Knowledge? known, string? evidence) => builder =>
    {
        if (!string.IsNullOrEmpty(evidence))
        {
            builder.OpenElement(0, "small");
            builder.AddContent(1, known switch
            {
                Knowledge.Inferred => $"inferred: {evidence}",
                Knowledge.Configured => $"from {evidence}",
                _ => evidence,
            });
            builder.CloseElement();
        }
    };
}
