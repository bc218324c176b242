using Dashboard.Core.Verdicts;
using Dashboard.Web.Components;
using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Now;

/// <summary>One line for all that is well, and what happens next.</summary>
public sealed partial class QuietLine
{
    private int fine;
    private JobStanding? next;

    /// <summary>The jobs.</summary>
    [Parameter, EditorRequired]
    public required StandingsSnapshot Standings { get; set; }

    /// <summary>Their source.</summary>
    [Parameter, EditorRequired]
    public required ShownSource Shown { get; set; }

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        fine = StateWords.Fine.Sum(Standings.Count);
        next = Standings.Jobs
            .Where(standing => standing.State is JobState.Waiting or JobState.Due)
            .MinBy(standing => standing.Job.NextRun);
    }
}
