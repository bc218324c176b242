using Dashboard.Core.Retries;
using Dashboard.Web.Layout;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Retries;

/// <summary>One streak in a line, and all that is known of it when it is opened.</summary>
public sealed partial class StreakRow
{
    /// <summary>The streak.</summary>
    [Parameter, EditorRequired]
    public required RetryStreak Streak { get; set; }

    /// <summary>How many other open streaks the same resource has.</summary>
    [Parameter]
    public int Others { get; set; }

    /// <summary>How many more ended like this one before it.</summary>
    [Parameter]
    public int More { get; set; }

    /// <summary>The source on screen.</summary>
    [Parameter, EditorRequired]
    public required ShownSource Shown { get; set; }

    [Inject]
    private ShownSources Sources { get; set; } = null!;

    private ShownSource? Of => Sources.Find(Streak.Who.Source);
}
