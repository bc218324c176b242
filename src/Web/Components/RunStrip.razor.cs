using Dashboard.Core.Verdicts;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Components;

/// <summary>The last sixty runs of a job, newest at the right edge, with one sentence for those who cannot see it.</summary>
public sealed partial class RunStrip
{
    private RunStripShape shape = null!;

    /// <summary>The job.</summary>
    [Parameter, EditorRequired]
    public required JobStanding Standing { get; set; }

    /// <inheritdoc/>
    protected override void OnParametersSet() => shape = RunStripShape.Of(Standing);
}
