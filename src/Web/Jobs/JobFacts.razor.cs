using Dashboard.Core.Jobs;
using Dashboard.Core.Verdicts;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Jobs;

/// <summary>Every column of the row, by crontabber's own names, and what its runs say.</summary>
public sealed partial class JobFacts
{
    /// <summary>The job.</summary>
    [Parameter, EditorRequired]
    public required JobStanding Standing { get; set; }

    /// <summary>What else there is to say of it.</summary>
    [Parameter]
    public RenderFragment? ChildContent { get; set; }

    private Job Job => Standing.Job;
}
