using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Failures;

/// <summary>On a job's error: what kind it is, for how long it has been the same, and who else has it.</summary>
public sealed partial class SameFailure
{
    /// <summary>The job.</summary>
    [Parameter, EditorRequired]
    public required string Job { get; set; }

    /// <summary>Its source.</summary>
    [Parameter, EditorRequired]
    public required ShownSource Shown { get; set; }
}
