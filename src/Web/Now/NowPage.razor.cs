using Dashboard.Core.Verdicts;
using Dashboard.Web.Components;
using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Now;

/// <summary>Does anything need me? The answer first, its evidence below, the rest in one quiet line.</summary>
public sealed partial class NowPage
{
    [SupplyParameterFromQuery(Name = "at")]
    private string? At { get; set; }

    [CascadingParameter]
    private ShownSource Shown { get; set; } = null!;

    private static string Title(StandingsSnapshot standings)
    {
        var counts = StateWords.NeedALook.Where(state => standings.Count(state) > 0).Select(state => state.Counted(standings.Count(state))).ToList();
        return $"{(counts.Count == 0 ? "All fine" : string.Join(", ", counts))} · Crontabber Dashboard";
    }

    /// <summary>The worst kind first; within a kind the one that has stood so longest. What these keep waiting comes after them.</summary>
    private static List<JobStanding> Troubled(StandingsSnapshot standings) =>
    [
        .. StateWords.NeedALook.Where(state => state is not JobState.Blocked).SelectMany(state => standings.Jobs.Where(standing => standing.State == state).OrderBy(standing => standing.Since)),
    ];

    private static List<JobStanding> Blocked(StandingsSnapshot standings) =>
        [.. standings.Jobs.Where(standing => standing.State is JobState.Blocked).OrderBy(standing => standing.Since)];

    private static List<JobStanding> Running(StandingsSnapshot standings) =>
        [.. standings.Jobs.Where(standing => standing.State is JobState.Running).OrderBy(standing => standing.Job.Ongoing)];
}
