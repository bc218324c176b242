using Dashboard.Core.Runs;
using Dashboard.Core.Verdicts;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Jobs;

/// <summary>Waiting → Due → Running and the ways out of the circle; the present box is lit, the others say when they last were or will be.</summary>
public sealed partial class StateMachine
{
    private List<Box> boxes = [];

    /// <summary>The job.</summary>
    [Parameter, EditorRequired]
    public required JobStanding Standing { get; set; }

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        var job = Standing.Job;
        var failure = Standing.History.Runs.FirstOrDefault(run => run.Outcome is RunOutcome.Failure)?.LogTime;
        boxes =
        [
            new(JobState.Waiting, job.NextRun is null ? "for nothing: no next run" : "next run", job.NextRun),
            new(JobState.Due, Standing.State is JobState.Due ? "since" : "when its time comes", Standing.State is JobState.Due ? Standing.Since : null),
            new(JobState.Running, job.Ongoing is not null ? "since" : job.LastRun is null ? "never" : "last", job.Ongoing ?? job.LastRun),
            new(JobState.Failing, failure is null && job.ErrorCount == 0 ? "no failure known" : "last failed", failure ?? (job.ErrorCount > 0 ? job.LastRun : null)),
            new(JobState.Blocked, Standing.State is JobState.Blocked ? "since" : "not now", Standing.State is JobState.Blocked ? Standing.Since : null),
            new(JobState.Overdue, Standing.State is JobState.Overdue ? "since" : "not now", Standing.State is JobState.Overdue ? Standing.Since : null),
            new(JobState.StuckLock, Standing.State is JobState.StuckLock ? "since" : "not now", Standing.State is JobState.StuckLock ? job.Ongoing : null),
        ];
        if (Standing.State is JobState.NeverRun)
        {
            boxes.Add(new(JobState.NeverRun, "no run has ended", null));
        }
        else if (Standing.State is JobState.Ghost)
        {
            boxes.Add(new(JobState.Ghost, "not configured", null));
        }
    }

    private sealed record Box(JobState State, string Words, DateTimeOffset? At);
}
