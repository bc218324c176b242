using Dashboard.Core.Failures;
using Dashboard.Core.Jobs;
using Dashboard.Core.Verdicts;
using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Failures;

/// <summary>One group of failures: what it is, whom it hits and since when, and the latest of them with its frames.</summary>
public sealed partial class FailurePage
{
    /// <summary>The group's id.</summary>
    [Parameter]
    public string Id { get; set; } = "";

    [CascadingParameter]
    private ShownSource Shown { get; set; } = null!;

    private static string Sentence(FailureGroup group)
    {
        var failing = group.Jobs.Count(job => job.FailingNow);
        return failing switch
        {
            0 => "No job fails with this now.",
            1 => $"One job fails with this now{(group.JobCount > 1 ? $", of {group.JobCount} it has hit" : "")}.",
            _ => $"{failing} jobs fail with this now.",
        };
    }

    // The row of a job has all of its frames; the records keep the last.
    private static JobError? Latest(FailureGroup group, StandingsSnapshot standings) =>
        group.Jobs.FirstOrDefault(job => job.FailingNow) is { } failing && standings.Find(failing.Name)?.Job.LastError is { } whole ? whole : group.Sample?.Error;
}
