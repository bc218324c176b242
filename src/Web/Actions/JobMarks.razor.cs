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
}
