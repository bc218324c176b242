using Dashboard.Core.Verdicts;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Layout;

/// <summary>How many jobs stand how; none is not mentioned.</summary>
public sealed partial class VerdictCounts
{
    /// <summary>The jobs.</summary>
    [Parameter, EditorRequired]
    public required StandingsSnapshot Standings { get; set; }

    /// <summary>Where the counts lead.</summary>
    [Parameter, EditorRequired]
    public required Links Links { get; set; }

    // Whether each blocked job waits, in the end, for one that is already counted before it.
    private bool ByThem
    {
        get
        {
            var roots = Standings.Jobs.Where(standing => standing.State is JobState.Blocked).Select(standing => standing.Tick?.Root).Distinct(StringComparer.Ordinal).ToList();
            return roots.TrueForAll(root => root is not null && Standings.Find(root)?.State is JobState.StuckLock or JobState.Failing);
        }
    }
}
