using Dashboard.Core.Runs;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Jobs;

/// <summary>How a run ended: a shape and the word.</summary>
public sealed partial class RunMark
{
    /// <summary>How.</summary>
    [Parameter, EditorRequired]
    public required RunOutcome Outcome { get; set; }
}
