using Dashboard.Core.Actions;
using Dashboard.Core.Verdicts;
using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Actions;

/// <summary>What people have said of a job, and what can be done with it.</summary>
public sealed partial class JobMarks
{
    /// <summary>The job.</summary>
    [Parameter, EditorRequired]
    public required JobStanding Standing { get; set; }

    /// <summary>Its source.</summary>
    [Parameter, EditorRequired]
    public required ShownSource Shown { get; set; }

    // A hold is known at once and its row from the next look on: an older row says nothing of it.
    private bool IsOverwritten(JobHold hold) => Standing.Job.NextRun != hold.Until && Shown.Standings.Newest.AsOf > hold.Since;
}
