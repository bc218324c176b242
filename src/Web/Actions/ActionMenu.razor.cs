using Dashboard.Core.Actions;
using Dashboard.Core.Verdicts;
using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Actions;

/// <summary>What can be done with a job, the likeliest first: each leads to a plan.</summary>
public sealed partial class ActionMenu
{
    /// <summary>The job.</summary>
    [Parameter, EditorRequired]
    public required JobStanding Standing { get; set; }

    /// <summary>Whether somebody holds it.</summary>
    [Parameter]
    public bool IsHeld { get; set; }

    /// <summary>Its source.</summary>
    [Parameter, EditorRequired]
    public required ShownSource Shown { get; set; }

    private IEnumerable<(ActionKind Kind, string What)> Offered
    {
        get
        {
            if (Standing.State == JobState.Ghost)
            {
                yield return (ActionKind.Prune, "Delete the row of a job that is not configured any more.");
                yield break;
            }

            if (Standing.Job.Ongoing is not null)
            {
                yield return (ActionKind.ClearLock, "Take away a lock whose process is gone.");
            }
            else
            {
                yield return (ActionKind.RunNow, "The next tick starts it.");
            }

            if (Standing.State is JobState.Failing or JobState.StuckLock or JobState.Blocked or JobState.Overdue)
            {
                yield return (ActionKind.Acknowledge, "Say that somebody knows; lapses with its next run.");
            }

            if (IsHeld)
            {
                yield return (ActionKind.Release, "End the hold.");
            }
            else
            {
                yield return (ActionKind.Hold, "No tick starts it before then.");
            }

            yield return (ActionKind.MarkSuccess, "Take it for done without running it.");
            yield return (ActionKind.Reset, "Delete its row: it starts as if it had never run.");
        }
    }
}
