using Dashboard.Core.Feeds;
using Dashboard.Core.Retries;
using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Retries;

/// <summary>What a job waited for in the last 24 h: open streaks first, then the newest; nothing when there was none.</summary>
public sealed partial class JobStreaks
{
    private const int Most = 10;

    /// <summary>The job.</summary>
    [Parameter, EditorRequired]
    public required string Job { get; set; }

    /// <summary>Its source.</summary>
    [Parameter, EditorRequired]
    public required ShownSource Shown { get; set; }

    [Inject]
    private Feed<RetriesSnapshot> Feed { get; set; } = null!;

    private List<RetryStreak> Own(RetriesSnapshot retries) =>
    [
        .. retries.Resources.Where(lane => lane.Source == Shown.Source.Name)
            .SelectMany(lane => lane.Open.Concat(lane.Ended))
            .Where(streak => streak.AppName == Job)
            .OrderBy(streak => streak.State != StreakState.Open).ThenByDescending(streak => streak.StartedAt)
            .Take(Most),
    ];
}
