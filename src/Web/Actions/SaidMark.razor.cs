using Dashboard.Web.Jobs;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Actions;

/// <summary>What people have said of a job, in one line each for lists: who keeps it from running until when and why, and who knows of its trouble. Nothing when nobody said anything.</summary>
public sealed partial class SaidMark
{
    /// <summary>It.</summary>
    [Parameter, EditorRequired]
    public required RowMarks Said { get; set; }
}
