using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Verdicts;

/// <summary>What is said of one job, what to do first, until when, and what that rests on.</summary>
public sealed partial class JobVerdict
{
    /// <summary>The job.</summary>
    [Parameter, EditorRequired]
    public required string Job { get; set; }

    /// <summary>Its source.</summary>
    [Parameter, EditorRequired]
    public required ShownSource Shown { get; set; }
}
